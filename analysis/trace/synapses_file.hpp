#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace stdpscope::analysis {

/// The synapses of one plastic projection with their signed weights, one entry a synapse, by pre neuron, then post.
struct NamedSynapses {
    std::string name;
    std::vector<std::uint32_t> pre;
    std::vector<std::uint32_t> post;
    std::vector<float> weight;
};

/// Writes layers/NAME/pre, post and weight of every projection, durably. `next()` gives one after the other, `count` of
/// them, so that no two need to be in memory. Throws CannotCreate, WriteFailed.
void write_synapses(const std::filesystem::path& path, std::size_t count, const std::function<NamedSynapses()>& next);

/// In the order in which they were written. Throws MissingTrace, DamagedTrace.
[[nodiscard]] std::vector<NamedSynapses> read_synapses(const std::filesystem::path& path);

}  // namespace stdpscope::analysis
