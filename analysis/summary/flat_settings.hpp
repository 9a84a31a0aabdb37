#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stdpscope::analysis {

/// One value of a configuration: its full key, such as "training.seed" or "network.layers[2].units", and its value as a
/// person reads it: texts without quotes, numbers with the fewest digits that read back, lists as "[0.05, 0.005]".
struct FlatSetting {
    std::string key;
    std::string value;
    friend bool operator==(const FlatSetting&, const FlatSetting&) = default;
};

/// Every value of a TOML text, sorted by key; arrays of plain values are one setting, arrays of tables are numbered
/// from 0. `path` is where the text is from.
/// Throws DamagedTrace where it is not TOML.
[[nodiscard]] std::vector<FlatSetting> flat_settings(std::string_view toml_text, const std::string& path);

/// A key whose values are not all equal.
struct SettingDifference {
    std::string key;
    std::vector<std::optional<std::string>> values;  ///< one a run; without a value: the run has no such key
};

/// The settings in which the runs differ, sorted by key.
[[nodiscard]] std::vector<SettingDifference> differences_of(std::span<const std::vector<FlatSetting>> runs);

}  // namespace stdpscope::analysis
