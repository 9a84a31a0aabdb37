#include "apps/traced_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ann/error.hpp"
#include "apps/configuration/error.hpp"
#include "apps/configuration/nearest_name.hpp"
#include "apps/run_environment.hpp"

namespace stdpscope::apps {
namespace {

/// Turns what the training core refuses into a mistake of where the value came from.
[[noreturn]] void reject_parameter(const ResolvedConfiguration& resolved, const ann::InvalidParameter& mistake) {
    for (const Setting& setting : settings()) {
        const Configuration::Entry* entry = resolved.settings.find(setting.key);
        if (entry == nullptr || setting.key.substr(setting.key.find('.') + 1) != mistake.parameter()) continue;
        reject(entry->origin, fmt::format("{} ({})", mistake.what(), setting.key));
    }
    if (mistake.parameter().starts_with("STDPSCOPE_")) throw ConfigError(mistake.what());
    throw ConfigError(
        fmt::format("network {}: {}", resolved.settings.get<std::string>("network.name"), mistake.what()));
}

}  // namespace

ann::Network build_network(const ResolvedConfiguration& resolved) {
    try {
        return {resolved.network, trainer_options(resolved).seed};
    } catch (const ann::InvalidParameter& mistake) {
        reject_parameter(resolved, mistake);
    }
}

ann::Trainer build_trainer(const ResolvedConfiguration& resolved, ann::Network& network,
                           const ann::ExampleSet& training, const ann::ExampleSet* test,
                           const ann::TrainerOptions& options) {
    try {
        return {network, training, test, options};
    } catch (const ann::InvalidParameter& mistake) {
        reject_parameter(resolved, mistake);
    }
}

void check_traceable(const ResolvedConfiguration& resolved, const ann::Network& network) {
    const bool is_traced = resolved.settings.get<std::string>("trace.level") != "off";
    const Configuration::Entry& entry = resolved.settings.entry("trace.layers");
    const auto& kept = std::get<std::vector<std::string>>(entry.value);
    std::vector<std::string> names;
    for (const ann::SynapseLayer& layer : network.synapse_layers()) {
        names.push_back(layer.name);
        const bool is_kept = kept.empty() || std::find(kept.begin(), kept.end(), layer.name) != kept.end();
        if (!is_traced || !is_kept || resolved.network.batch_size <= analysis::most_samples(layer)) continue;
        reject(resolved.settings.entry("training.batch_size").origin,
               fmt::format("training.batch_size = {} must be at most {} unless trace.level is off",
                           resolved.network.batch_size, analysis::most_samples(layer)));
    }
    for (const std::string& wanted : kept) {
        if (std::find(names.begin(), names.end(), wanted) != names.end()) continue;
        std::string list;
        for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
        reject(entry.origin,
               fmt::format("trace.layers has {}, must be among {}{}", wanted, list, nearest_hint(wanted, names)));
    }
}

analysis::TraceHeader trace_header(const ResolvedConfiguration& resolved, const ann::Network& network,
                                   arma::uword training_samples) {
    analysis::TraceHeader header;
    header.options = trace_options(resolved);
    header.seed = trainer_options(resolved).seed;
    header.batch_size = resolved.network.batch_size;
    header.steps_per_epoch = (training_samples + resolved.network.batch_size - 1) / resolved.network.batch_size;
    // Without the number of threads: two traces of one seed hold the same, whatever it is.
    header.configuration = resolved_toml(resolved, ThreadCount::left_out);
    header.program = program_text();
    const std::vector<std::string>& kept = header.options.layers;
    const std::vector<ann::SynapseLayer>& layers = network.synapse_layers();
    for (std::uint32_t index = 0; index < layers.size(); ++index) {
        const bool is_kept = kept.empty() || std::find(kept.begin(), kept.end(), layers[index].name) != kept.end();
        if (!is_kept) continue;
        header.layers.push_back(layers[index]);
        header.layer_indices.push_back(index);
    }
    return header;
}

}  // namespace stdpscope::apps
