#pragma once

#include <boost/program_options.hpp>
#include <initializer_list>
#include <span>
#include <string_view>

#include "apps/configuration/resolved_configuration.hpp"

namespace stdpscope::apps {

/// A flag that stands for a setting.
struct SettingFlag {
    const char* flag;
    const char* key;
    const char* argument;  ///< as --help names its value
};

/// Adds each flag with its setting's description, bounds and default; and --set and --config.
void add_setting_flags(boost::program_options::options_description& options, std::span<const SettingFlag> flags);
/// What of these was given, with the environment of this process.
[[nodiscard]] ConfigurationSources setting_sources(const boost::program_options::variables_map& values,
                                                   std::span<const SettingFlag> flags);

/// Adds the flags of trainings that stand for settings, of those named ("network", "epochs", ...), each with its
/// setting's description, bounds and default; and --set and --config.
void add_run_flags(boost::program_options::options_description& options, std::initializer_list<std::string_view> flags);

/// What the flags gave, with the environment of this process.
[[nodiscard]] ConfigurationSources run_sources(const boost::program_options::variables_map& values);

}  // namespace stdpscope::apps
