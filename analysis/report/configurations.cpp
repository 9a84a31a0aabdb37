#include "analysis/report/configurations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <set>
#include <tuple>

#include "analysis/summary/trace_summary.hpp"

namespace stdpscope::analysis {
namespace {

using Settings = std::vector<FlatSetting>;

/// Neither what is trained nor how it is counted depends on these.
bool is_irrelevant(const std::string& key) {
    static const std::set<std::string> others = {"training.seed", "training.threads", "simulation.seed",
                                                 "simulation.threads"};
    return others.contains(key) || (key.starts_with("trace.") && key != "trace.update_timing");
}

Settings relevant_settings(const RunSummary& run) {
    Settings settings;
    std::copy_if(run.configuration.begin(), run.configuration.end(), std::back_inserter(settings),
                 [](const FlatSetting& setting) { return !is_irrelevant(setting.key); });
    // Where the data lie does not matter, what they are does.
    const std::string checksum = data_checksum(run);
    for (FlatSetting& setting : settings) {
        if (setting.key == "data.source" && !checksum.empty()) setting.value = checksum;
    }
    return settings;
}

std::optional<double> number_of(const std::string& text) {
    double number = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// "" where the file does not say.
std::string text_at(const nlohmann::json& document, const char* outer, const char* inner) {
    if (!document.is_object() || !document.contains(outer)) return "";
    const nlohmann::json& part = document[outer];
    if (!part.is_object() || !part.contains(inner) || !part[inner].is_string()) return "";
    return part[inner].get<std::string>();
}

bool is_built_in(const std::string& network) {
    return network == "lenet" || network == "lenet5" || network == "mlp";
}

Configuration described(const RunSummary& run) {
    Configuration configuration;
    configuration.network = run.setting("network.name");
    configuration.data = text_at(run.environment, "data", "name");
    if (configuration.data.empty()) {
        const std::string source = run.setting("data.source");
        configuration.data = source.substr(0, source.find(':'));
    }
    if (const std::string protocol = run.setting("simulation.protocol"); !protocol.empty()) {
        configuration.name = "simulation " + protocol;
        return configuration;
    }
    configuration.percent_neglu = number_of(run.setting("mixlu.percent_neglu"));
    if (!configuration.percent_neglu && is_built_in(configuration.network)) configuration.percent_neglu = 0.0;
    if (configuration.percent_neglu.value_or(0.0) > 0.0) {
        const std::string derivative = run.setting("mixlu.derivative");
        configuration.derivative = derivative.empty() ? "exact" : derivative;
        configuration.name = fmt::format("MixLU {} % {}", *configuration.percent_neglu, configuration.derivative);
    } else if (configuration.percent_neglu) {
        configuration.name = "ReLU";
    } else {
        configuration.name = configuration.network.empty() ? "run" : configuration.network;
    }
    return configuration;
}

/// The last part of a key is enough where it is alone in having it; "network.layer[2].units" keeps its place.
std::string short_key(const std::string& key) {
    return key.substr(key.find('.') == std::string::npos ? 0 : key.find('.') + 1);
}

/// Adds to equal names the settings in which they differ, and a number where even these are equal.
void tell_apart(std::vector<Configuration>& configurations, const std::vector<Settings>& settings) {
    std::map<std::string, std::vector<std::size_t>> by_name;
    for (std::size_t index = 0; index < configurations.size(); ++index) {
        by_name[configurations[index].name].push_back(index);
    }
    for (const auto& [name, same] : by_name) {
        if (same.size() < 2) continue;
        std::vector<Settings> theirs;
        for (const std::size_t index : same) theirs.push_back(settings[index]);
        for (const SettingDifference& difference : differences_of(theirs)) {
            if (difference.key.starts_with("network.layer")) continue;  // many values for one change of the network
            for (std::size_t place = 0; place < same.size(); ++place) {
                const std::string value = difference.values[place].value_or("none");
                configurations[same[place]].name += fmt::format(", {} {}", short_key(difference.key), value);
            }
        }
    }
    std::map<std::string, int> seen;
    for (Configuration& configuration : configurations) {
        const int number = ++seen[configuration.name];
        if (number > 1) configuration.name += fmt::format(" ({})", number);
    }
}

std::string rounded(std::uint64_t count) {
    constexpr std::uint64_t kMillion = 1000000;
    return count < 10 * kMillion ? std::to_string(count) : std::to_string(count / kMillion) + " million";
}

void warn_of_run(const RunSummary& run, std::size_t index, std::vector<Warning>& warnings) {
    const auto warn = [&](std::string text) { warnings.push_back({index, std::move(text)}); };
    const std::string end = end_of(run);
    if (end == "diverged") warn("diverged: its loss or weights became NaN or infinite; training went on.");
    if (end == "stopped") warn("was stopped before its last epoch; what it did until then counts.");
    if (end == "failed") warn("failed; only what it had committed is here.");
    if (end == "unfinished") warn("has no result yet: it is still running, or was ended hard.");
    if (run.result.is_object() && run.result.contains("repaired")) warn("was repaired: see its result.json.");
    if (!run.trace) {
        warn("has no trace: it takes part with its settings and errors alone.");
        return;
    }
    if (run.trace->tally.records() == 0) {
        warn("has a trace without any committed record.");
        return;
    }
    if (!run.trace->complete) warn("has a trace that was not closed: its committed part counts.");
    const TraceSummary summary = summarise(run.trace->tally, {});
    const std::uint64_t events = summary.categories.front().counts.invalid;
    const std::uint64_t updates = summary.categories.back().counts.invalid;
    if (events > 0 || updates > 0) {
        warn(fmt::format("has {} events and {} updates with a NaN among their values; they are in no category.",
                         rounded(events), rounded(updates)));
    }
}

}  // namespace

std::vector<Configuration> configurations_of(const std::vector<RunSummary>& runs) {
    std::vector<Configuration> configurations;
    std::vector<Settings> settings;
    for (std::size_t run = 0; run < runs.size(); ++run) {
        const Settings own = relevant_settings(runs[run]);
        const auto found = own.empty() ? settings.end() : std::find(settings.begin(), settings.end(), own);
        if (found != settings.end()) {
            configurations[static_cast<std::size_t>(found - settings.begin())].runs.push_back(run);
            continue;
        }
        configurations.push_back(described(runs[run]));
        configurations.back().runs.push_back(run);
        settings.push_back(own);
    }
    tell_apart(configurations, settings);
    const auto order = [](const Configuration& configuration) {
        return std::tuple(!configuration.percent_neglu, configuration.derivative,
                          configuration.percent_neglu.value_or(0.0));
    };
    std::stable_sort(configurations.begin(), configurations.end(),
                     [&](const Configuration& a, const Configuration& b) { return order(a) < order(b); });
    return configurations;
}

std::vector<std::string> run_names(const std::vector<RunSummary>& runs) {
    namespace fs = std::filesystem;
    std::vector<std::vector<std::string>> parts(runs.size());
    for (std::size_t run = 0; run < runs.size(); ++run) {
        for (const fs::path& part : fs::path(runs[run].path).lexically_normal()) {
            if (!part.empty() && part != "." && part != "/") parts[run].push_back(part.string());
        }
    }
    const auto name_of_length = [&](std::size_t run, std::size_t length) {
        std::string name;
        const std::size_t most = std::min(length, parts[run].size());
        for (std::size_t place = parts[run].size() - most; place < parts[run].size(); ++place) {
            name += (name.empty() ? "" : "/") + parts[run][place];
        }
        return name.empty() ? std::string("run") : name;
    };
    std::vector<std::string> names(runs.size());
    for (std::size_t run = 0; run < runs.size(); ++run) {
        for (std::size_t length = 1; length <= std::max<std::size_t>(parts[run].size(), 1); ++length) {
            names[run] = name_of_length(run, length);
            bool unique = true;
            for (std::size_t other = 0; other < runs.size(); ++other) {
                unique = unique && (other == run || name_of_length(other, length) != names[run]);
            }
            if (unique) break;
        }
    }
    std::map<std::string, int> seen;  // the same run given twice
    for (std::string& name : names) {
        const int number = ++seen[name];
        if (number > 1) name += fmt::format(" ({})", number);
    }
    return names;
}

std::string data_checksum(const RunSummary& run) {
    return text_at(run.environment, "data", "checksum");
}

std::string end_of(const RunSummary& run) {
    if (!run.result.is_object() || !run.result.contains("end") || !run.result["end"].is_string()) return "unfinished";
    return run.result["end"].get<std::string>();
}

std::vector<Warning> warnings_of(const std::vector<RunSummary>& runs,
                                 const std::vector<Configuration>& configurations) {
    std::vector<Warning> warnings;
    std::set<std::string> checksums;
    std::set<std::string> programs;
    std::set<std::size_t> epochs;
    for (std::size_t run = 0; run < runs.size(); ++run) {
        warn_of_run(runs[run], run, warnings);
        if (const std::string checksum = data_checksum(runs[run]); !checksum.empty()) checksums.insert(checksum);
        if (runs[run].environment.is_object() && runs[run].environment.contains("program")) {
            programs.insert(runs[run].environment["program"].dump());
        }
        const bool is_simulation = !runs[run].setting("simulation.protocol").empty();
        if (!is_simulation) epochs.insert(runs[run].metrics.size());
    }
    if (checksums.size() > 1) warnings.push_back({{}, "The runs were trained on different data (see the checksums)."});
    if (programs.size() > 1) warnings.push_back({{}, "The runs come from different versions of the program."});
    if (epochs.size() > 1) warnings.push_back({{}, "The runs have different numbers of epochs."});
    const bool alone = std::any_of(configurations.begin(), configurations.end(),
                                   [](const Configuration& configuration) { return configuration.runs.size() < 2; });
    if (alone && runs.size() > 1) {
        warnings.push_back(
            {{}, "A configuration with one seed has no interval: how far its figures would scatter is not known."});
    }
    return warnings;
}

}  // namespace stdpscope::analysis
