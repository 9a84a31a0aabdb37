#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/configuration/setting.hpp"

namespace stdpscope::apps {

/// The value of each setting and where it came from. A stronger origin wins, whatever the order of assignments:
/// flag, environment, file, network, data set, default.
class Configuration {
public:
    struct Entry {
        SettingValue value;
        Origin origin;
    };

    /// Takes the value unless the setting has one of a stronger origin. Throws UsageError where a flag sets what a flag
    /// has set already.
    void assign(const Setting& setting, SettingValue value, const Origin& origin);

    /// As assign, from text; checked whether it is taken or not. Throws as parse_value, and for an unknown key.
    void assign_text(std::string_view key, std::string_view text, const Origin& origin);

    /// Null while the setting has no value.
    [[nodiscard]] const Entry* find(std::string_view key) const;
    [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }

    /// The value of a setting that has one; a wrong type or a missing value is our own fault (std::logic_error).
    template <class Value>
    [[nodiscard]] const Value& get(std::string_view key) const {
        return std::get<Value>(entry(key).value);
    }
    [[nodiscard]] const Entry& entry(std::string_view key) const;

    /// Gives every setting without a value its default, where it has one of its own.
    void fill_defaults();

private:
    std::map<std::string, Entry, std::less<>> entries_;
};

/// Assigns "KEY=VALUE" as given to --set. Throws UsageError.
void assign_pair(Configuration& configuration, std::string_view pair);

/// Assigns every variable STDPSCOPE_...; unknown ones are errors, except those that are not settings
/// (STDPSCOPE_SIMD, STDPSCOPE_FETCH_*). `environment` has "NAME=VALUE" items. Throws ConfigError.
void assign_environment(Configuration& configuration, const std::vector<std::string>& environment);

/// "NAME=VALUE" of every variable of this process.
[[nodiscard]] std::vector<std::string> process_environment();

}  // namespace stdpscope::apps
