#pragma once

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/trace/trace_options.hpp"
#include "ann/network_spec.hpp"
#include "ann/trainer.hpp"
#include "apps/configuration/configuration.hpp"

namespace stdpscope::apps {

/// A setting given by a flag of its own, such as --epochs for training.epochs.
struct FlagValue {
    std::string flag;
    std::string key;
    std::string text;
};

/// Everything that may configure a run, before precedence is applied.
struct ConfigurationSources {
    std::vector<FlagValue> flags;
    std::vector<std::string> pairs;             ///< KEY=VALUE of each --set
    std::optional<std::filesystem::path> file;  ///< --config
    std::vector<std::string> environment;       ///< "NAME=VALUE"
};

/// What a run does: every setting with its origin, and the network with all of them applied.
struct ResolvedConfiguration {
    Configuration settings;
    ann::NetworkSpec network;
    /// The network before the settings were applied, where it is not a built-in one: kept in the resolved configuration
    /// so that the run can be repeated without the network file.
    std::optional<ann::NetworkSpec> written_network;
};

/// Applies precedence: flag, environment, file, the network's own, the data set's, default. Throws UsageError,
/// ConfigError and data::MissingInput; each message names the key, its value, what must hold and where it came from.
[[nodiscard]] ResolvedConfiguration resolve(const ConfigurationSources& sources);

[[nodiscard]] ann::TrainerOptions trainer_options(const ResolvedConfiguration& resolved);
[[nodiscard]] analysis::TraceOptions trace_options(const Configuration& settings);
[[nodiscard]] analysis::TraceOptions trace_options(const ResolvedConfiguration& resolved);

/// Throws UsageError or ConfigError where a flag or a file sets a setting of a group not among `groups`: it belongs to
/// the command `other`. Variables of the environment may serve both.
void reject_other_groups(const Configuration& settings, std::initializer_list<std::string_view> groups,
                         std::string_view other);

/// Whether the number of threads, on which no result depends, is written.
enum class ThreadCount { written, left_out };

/// The settings of these groups that have a value, as TOML.
[[nodiscard]] std::string settings_toml(const Configuration& settings, std::initializer_list<std::string_view> groups,
                                        ThreadCount thread_count);

/// The resolved configuration as TOML that --config reads back to the same run.
[[nodiscard]] std::string resolved_toml(const ResolvedConfiguration& resolved, ThreadCount thread_count);

}  // namespace stdpscope::apps
