#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "analysis/trace/trace_reader.hpp"
#include "analysis/trace/trace_writer.hpp"

/// Traces of random values: row `index` of each stream depends on the header and the index alone.
namespace stdpscope::tests {

/// Three layers: a convolution with an element mask, a dense layer with a unit mask, and one of 2 x 3 weights.
[[nodiscard]] analysis::TraceHeader random_header(analysis::TraceLevel level);

[[nodiscard]] analysis::Record random_record(const analysis::TraceHeader& header, std::uint64_t index);
[[nodiscard]] analysis::SampledStep random_sampled_step(const analysis::TraceHeader& header, std::uint64_t index);
[[nodiscard]] analysis::PlanesStep random_planes_step(const analysis::TraceHeader& header, std::uint64_t index);
[[nodiscard]] analysis::UpdatesStep random_updates_step(const analysis::TraceHeader& header, std::uint64_t index);

/// Rows of the other streams that go before each record.
inline constexpr std::uint64_t kSampledStepsARecord = 3;
inline constexpr std::uint64_t kPlanesStepsARecord = 2;
inline constexpr std::uint64_t kUpdatesStepsARecord = 1;

/// Appends record `index` and, before it, the rows of the other streams that the header's level keeps.
void append_interval(analysis::RecordSink& sink, const analysis::TraceHeader& header, std::uint64_t index);

/// Writes a whole trace of `records` records.
void write_trace(const std::filesystem::path& run_folder, const analysis::TraceHeader& header, std::uint64_t records);

/// Bitwise equality of rows.
[[nodiscard]] bool same(const analysis::Record& left, const analysis::Record& right);
[[nodiscard]] bool same(const analysis::SampledStep& left, const analysis::SampledStep& right);
[[nodiscard]] bool same(const analysis::PlanesStep& left, const analysis::PlanesStep& right);
[[nodiscard]] bool same(const analysis::UpdatesStep& left, const analysis::UpdatesStep& right);

/// Every row that the reader gives, of every stream, is the random one of its index, and each stream has as many
/// rows as the reader says. An empty text, or what differs.
[[nodiscard]] std::string difference(const analysis::TraceReader& reader, const analysis::TraceHeader& header);

}  // namespace stdpscope::tests
