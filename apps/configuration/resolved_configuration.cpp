#include "apps/configuration/resolved_configuration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <thread>

#include "ann/builtin_networks.hpp"
#include "ann/names.hpp"
#include "apps/configuration/configuration_file.hpp"
#include "apps/configuration/error.hpp"
#include "apps/configuration/nearest_name.hpp"
#include "apps/configuration/network_file.hpp"

namespace stdpscope::apps {
namespace {

/// Gives a setting a value of a weak origin, which stands only where nobody else gave one.
void offer(Configuration& settings, std::string_view key, SettingValue value, const Origin& origin) {
    settings.assign(*find_setting(key), std::move(value), origin);
}

/// The network that network.name asks for, where `in_file` is what the configuration file holds in full.
ann::NetworkSpec choose_network(const Configuration& settings, const std::optional<ann::NetworkSpec>& in_file) {
    const Configuration::Entry& entry = settings.entry("network.name");
    const auto& name = std::get<std::string>(entry.value);
    if (in_file && entry.origin.kind == OriginKind::file) return *in_file;
    if (const auto builtin = ann::builtin_network(name)) return *builtin;
    if (name.ends_with(".toml")) return read_network_file(name);
    std::vector<std::string> names;
    std::string list;
    for (const std::string_view builtin : ann::builtin_network_names()) {
        names.emplace_back(builtin);
        list.append(builtin).append(", ");
    }
    reject(entry.origin, fmt::format("network.name = {} must be one of {}or a network file ending in .toml{}", name,
                                     list, nearest_hint(name, names)));
}

bool is_builtin(const Configuration& settings, const std::optional<ann::NetworkSpec>& in_file) {
    const Configuration::Entry& entry = settings.entry("network.name");
    const bool held_by_file = in_file && entry.origin.kind == OriginKind::file;
    return !held_by_file && ann::builtin_network(std::get<std::string>(entry.value)).has_value();
}

void offer_network_defaults(Configuration& settings, const ann::NetworkSpec& network) {
    const Origin origin{OriginKind::network, "network " + network.name};
    offer(settings, "training.epochs", static_cast<std::int64_t>(network.epochs), origin);
    offer(settings, "training.batch_size", static_cast<std::int64_t>(network.batch_size), origin);
    offer(settings, "training.learning_rate", network.sgd.learning_rates, origin);
    offer(settings, "training.momentum", network.sgd.momentum, origin);
    offer(settings, "training.weight_decay", network.sgd.weight_decay, origin);
}

/// Colour photographs are trained on as MatConvNet's example does, digits as they are.
void offer_data_defaults(Configuration& settings) {
    const auto& source = settings.get<std::string>("data.source");
    const std::string kind = source.substr(0, source.find(':'));
    const bool is_cifar = kind == "cifar10";
    const Origin origin{OriginKind::data_set, "data set " + kind};
    offer(settings, "data.contrast_normalization", is_cifar, origin);
    offer(settings, "data.whitening", is_cifar, origin);
}

void offer_threads(Configuration& settings) {
    const auto cores = std::max<std::int64_t>(1, std::thread::hardware_concurrency());
    offer(settings, "training.threads", cores, {OriginKind::default_value, "default"});
}

bool answers_with_neglu(const ann::ActivationSpec& activation) {
    return activation.kind == ann::ActivationKind::mixlu || activation.kind == ann::ActivationKind::neglu ||
           activation.kind == ann::ActivationKind::smooth_neglu;
}

/// mixlu.mask and mixlu.derivative without mixlu.percent_neglu change the NegLU units that the network has anyway.
/// Returns whether there were any.
bool change_neglu_units(ann::NetworkSpec& network, const std::optional<ann::MixluMask>& mask,
                        const std::optional<ann::NegluDerivative>& derivative, ann::MixluPlace place) {
    bool changed = false;
    bool after_dense = false;
    for (ann::LayerSpec& layer : network.layers) {
        auto* activation = std::get_if<ann::ActivationSpec>(&layer);
        if (activation != nullptr && (place == ann::MixluPlace::all || after_dense)) {
            const bool takes_mask = mask && activation->kind == ann::ActivationKind::mixlu;
            const bool takes_derivative = derivative && answers_with_neglu(*activation);
            if (takes_mask) activation->mask = *mask;
            if (takes_derivative) activation->derivative = *derivative;
            changed = changed || takes_mask || takes_derivative;
        }
        after_dense = std::holds_alternative<ann::DenseSpec>(layer);
    }
    return changed;
}

template <class Choice, class ChoiceOf>
std::optional<Choice> chosen(const Configuration& settings, std::string_view key, ChoiceOf choice_of) {
    const Configuration::Entry* entry = settings.find(key);
    if (entry == nullptr) return std::nullopt;
    return choice_of(std::get<std::string>(entry->value));
}

void apply_mixlu_settings(ann::NetworkSpec& network, const Configuration& settings) {
    const auto mask = chosen<ann::MixluMask>(settings, "mixlu.mask", ann::mixlu_mask_of);
    const auto derivative = chosen<ann::NegluDerivative>(settings, "mixlu.derivative", ann::neglu_derivative_of);
    const auto place = *chosen<ann::MixluPlace>(settings, "mixlu.place", ann::mixlu_place_of);
    if (settings.has("mixlu.percent_neglu")) {
        ann::apply_mixlu(network, settings.get<double>("mixlu.percent_neglu"), mask.value_or(ann::MixluMask::unit),
                         derivative.value_or(ann::NegluDerivative::exact), place);
        return;
    }
    if (!mask && !derivative) return;
    if (change_neglu_units(network, mask, derivative, place)) return;
    const Configuration::Entry& entry = settings.entry(mask ? "mixlu.mask" : "mixlu.derivative");
    reject(entry.origin, fmt::format("{} = {} needs units to apply to: network {} has no NegLU units unless "
                                     "mixlu.percent_neglu (--neglu) is set",
                                     mask ? "mixlu.mask" : "mixlu.derivative", text_of(entry.value), network.name));
}

void apply_training_settings(ann::NetworkSpec& network, const Configuration& settings) {
    network.epochs = static_cast<arma::uword>(settings.get<std::int64_t>("training.epochs"));
    network.batch_size = static_cast<arma::uword>(settings.get<std::int64_t>("training.batch_size"));
    network.sgd.learning_rates = settings.get<std::vector<double>>("training.learning_rate");
    network.sgd.momentum = settings.get<double>("training.momentum");
    network.sgd.weight_decay = settings.get<double>("training.weight_decay");
}

std::uint64_t natural(const Configuration& settings, std::string_view key) {
    return static_cast<std::uint64_t>(settings.get<std::int64_t>(key));
}

/// "training" of training.epochs.
std::string_view group_of(const Setting& setting) {
    return std::string_view(setting.key).substr(0, setting.key.find('.'));
}

analysis::TraceLevel trace_level_of(std::string_view name) {
    // In the order of the setting's choices, which is that of the enumerators.
    const auto& choices = find_setting("trace.level")->choices;
    const auto found = std::find(choices.begin(), choices.end(), name);
    return static_cast<analysis::TraceLevel>(found - choices.begin());
}

}  // namespace

ResolvedConfiguration resolve(const ConfigurationSources& sources) {
    ResolvedConfiguration resolved;
    Configuration& settings = resolved.settings;
    for (const FlagValue& flag : sources.flags) {
        settings.assign_text(flag.key, flag.text, {OriginKind::flag, flag.flag});
    }
    for (const std::string& pair : sources.pairs) assign_pair(settings, pair);
    assign_environment(settings, sources.environment);
    std::optional<ann::NetworkSpec> in_file;
    if (sources.file) {
        FileNetworks networks = assign_file(settings, *sources.file);
        if (networks.spiking) {
            throw ConfigError(sources.file->string() + ": its network of populations belongs to stdpscope simulate");
        }
        in_file = std::move(networks.trained);
    }
    reject_other_groups(settings, {"network", "mixlu", "training", "data", "trace"}, "simulate");
    settings.fill_defaults();
    resolved.network = choose_network(settings, in_file);
    if (!is_builtin(settings, in_file)) resolved.written_network = resolved.network;
    offer_network_defaults(settings, resolved.network);
    offer_data_defaults(settings);
    offer_threads(settings);
    apply_mixlu_settings(resolved.network, settings);
    apply_training_settings(resolved.network, settings);
    return resolved;
}

ann::TrainerOptions trainer_options(const ResolvedConfiguration& resolved) {
    const Configuration& settings = resolved.settings;
    return {.epochs = resolved.network.epochs,
            .batch_size = resolved.network.batch_size,
            .seed = natural(settings, "training.seed"),
            .threads = static_cast<int>(settings.get<std::int64_t>("training.threads")),
            .flip_probability = settings.get<double>("data.flip"),
            .full_training_error = settings.get<bool>("training.full_training_error"),
            .stop_requested = nullptr};
}

analysis::TraceOptions trace_options(const ResolvedConfiguration& resolved) {
    return trace_options(resolved.settings);
}

analysis::TraceOptions trace_options(const Configuration& settings) {
    const bool pairs = settings.get<std::string>("trace.update_timing") == "pairs";
    return {.level = trace_level_of(settings.get<std::string>("trace.level")),
            .record_every = natural(settings, "trace.record_every"),
            .sample_synapses = natural(settings, "trace.sample_synapses"),
            .sample_every = natural(settings, "trace.sample_every"),
            .planes_every = natural(settings, "trace.planes_every"),
            .updates_every = natural(settings, "trace.updates_every"),
            .update_timing = pairs ? analysis::UpdateTiming::pairs : analysis::UpdateTiming::integral,
            .layers = settings.get<std::vector<std::string>>("trace.layers"),
            .segment_bytes = natural(settings, "trace.segment_mebibytes") << 20U};
}

void reject_other_groups(const Configuration& settings, std::initializer_list<std::string_view> groups,
                         std::string_view other) {
    for (const Setting& setting : apps::settings()) {
        const Configuration::Entry* entry = settings.find(setting.key);
        if (entry == nullptr || std::find(groups.begin(), groups.end(), group_of(setting)) != groups.end()) continue;
        if (entry->origin.kind != OriginKind::flag && entry->origin.kind != OriginKind::file) continue;
        reject(entry->origin, fmt::format("{} is a setting of stdpscope {}", setting.key, other));
    }
}

std::string settings_toml(const Configuration& settings, std::initializer_list<std::string_view> groups,
                          ThreadCount thread_count) {
    std::string text;
    std::string_view group;
    for (const Setting& setting : apps::settings()) {
        const Configuration::Entry* entry = settings.find(setting.key);
        const std::string_view name = std::string_view(setting.key).substr(group_of(setting).size() + 1);
        if (entry == nullptr || std::find(groups.begin(), groups.end(), group_of(setting)) == groups.end()) continue;
        if (name == "threads" && thread_count == ThreadCount::left_out) continue;
        if (group_of(setting) != group) {
            group = group_of(setting);
            text += fmt::format("\n[{}]\n", group);
        }
        text += fmt::format("{} = {}\n", name, toml_of(entry->value));
    }
    return text;
}

std::string resolved_toml(const ResolvedConfiguration& resolved, ThreadCount thread_count) {
    std::string text = "# The resolved configuration of a run: stdpscope train --config repeats it.\n";
    if (!resolved.written_network) {
        return text + settings_toml(resolved.settings, {"network", "mixlu", "training", "data", "trace"}, thread_count);
    }
    text += settings_toml(resolved.settings, {"mixlu", "training", "data", "trace"}, thread_count);
    return text + "\n" + network_table_toml(*resolved.written_network);
}

}  // namespace stdpscope::apps
