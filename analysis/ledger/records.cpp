#include "analysis/ledger/records.hpp"

#include <algorithm>
#include <set>

#include "ann/random_stream.hpp"

namespace stdpscope::analysis {

std::vector<std::string> update_populations(const ann::SynapseLayer& layer) {
    const bool by_unit =
        layer.geometry.kind == ann::SynapseKind::dense && layer.population_rule == ann::PopulationRule::unit;
    return by_unit ? layer.populations : std::vector<std::string>{layer.activation};
}

std::vector<std::uint64_t> sampled_synapses(const ann::SynapseLayer& layer, std::uint32_t layer_index,
                                            std::uint64_t seed, std::uint64_t count) {
    const std::uint64_t weights = layer.geometry.weight_rows() * layer.geometry.weight_columns();
    const std::uint64_t chosen = std::min(count, weights);
    const ann::RandomStream stream(seed, ann::RandomPurpose::synapse_sample, layer_index);
    // Floyd's algorithm: every subset of this size is equally likely, and one draw a member is enough.
    std::set<std::uint64_t> places;
    for (std::uint64_t last = weights - chosen; last < weights; ++last) {
        const std::uint64_t drawn = stream.below(last + 1, last);
        places.insert(places.contains(drawn) ? last : drawn);
    }
    return {places.begin(), places.end()};
}

}  // namespace stdpscope::analysis
