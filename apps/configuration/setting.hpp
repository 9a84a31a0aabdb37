#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "apps/configuration/origin.hpp"

namespace stdpscope::apps {

enum class SettingType { boolean, integer, number, text, choice, number_list, text_list };

/// A value of one of the setting types (text and choice share std::string).
using SettingValue =
    std::variant<bool, std::int64_t, double, std::string, std::vector<double>, std::vector<std::string>>;

/// One thing that can be configured: the single source of its name, type, bounds, default and explanation.
struct Setting {
    std::string key{};  ///< "training.epochs"
    SettingType type = SettingType::text;
    std::string default_text{};  ///< as a flag would give it; empty where `default_note` says what decides
    std::string default_note{};  ///< "the network's own", "all cores", ...
    std::string description{};
    std::string unit{};  ///< "steps", "%"; empty where there is none
    double minimum = -std::numeric_limits<double>::infinity();
    double maximum = std::numeric_limits<double>::infinity();
    std::vector<std::string> choices{};  ///< of a choice
};

/// All settings in the order in which they are shown; keys are unique.
[[nodiscard]] std::span<const Setting> settings();

/// Null where there is no such key.
[[nodiscard]] const Setting* find_setting(std::string_view key);
[[nodiscard]] const std::vector<std::string>& setting_keys();

/// "STDPSCOPE_TRAINING_EPOCHS" for training.epochs.
[[nodiscard]] std::string environment_name(const Setting& setting);

/// "boolean", "integer", "number", "text", "choice", "list of numbers", "list of texts".
[[nodiscard]] std::string name_of(SettingType type);

/// What a value must hold, in words: "must be >= 1", "must be >= 0 and <= 100", "must be one of unit, element".
[[nodiscard]] std::string requirement(const Setting& setting);

/// Reads a value as a flag or an environment variable gives it (a list is separated by commas), checked against the
/// setting's type, bounds and choices. Throws UsageError or ConfigError by the origin, naming key, value and bound.
[[nodiscard]] SettingValue parse_value(const Setting& setting, std::string_view text, const Origin& origin);

/// Throws as parse_value unless the value holds what the setting requires. NaN never does.
void check_value(const Setting& setting, const SettingValue& value, const Origin& origin);

/// The value as parse_value reads it, numbers with as many digits as bring the same value back.
[[nodiscard]] std::string text_of(const SettingValue& value);

/// The value as TOML.
[[nodiscard]] std::string toml_of(const SettingValue& value);
/// A text between quotes with TOML's (and JSON's) escapes.
[[nodiscard]] std::string toml_quoted(std::string_view text);
/// A float that reads back to the same value and has a point or an exponent, as TOML wants: "0.001", "1.0".
[[nodiscard]] std::string toml_of_number(double value);

}  // namespace stdpscope::apps
