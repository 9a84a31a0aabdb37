#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "apps/configuration/toml_table.hpp"

namespace stdpscope::apps {

/// A name in a file and what it stands for.
template <class Value>
struct Choice {
    std::string_view name;
    Value value;
};

/// Sets `value` to the choice that the key names, if the key is there. Throws ConfigError where it names none.
template <class Value, std::size_t count>
void maybe_one_of(TableReader& reader, std::string_view key, Value& value,
                  const std::array<Choice<Value>, count>& choices) {
    std::vector<std::string_view> names;
    for (const auto& choice : choices) names.push_back(choice.name);
    reader.maybe_choice(key, value, names, [&](std::string_view name) -> std::optional<Value> {
        const auto found =
            std::find_if(choices.begin(), choices.end(), [&](const auto& choice) { return choice.name == name; });
        if (found == choices.end()) return std::nullopt;
        return found->value;
    });
}

/// The choice that the key names. Throws ConfigError where the key is missing or names none.
template <class Value, std::size_t count>
Value one_of(TableReader& reader, std::string_view key, const std::array<Choice<Value>, count>& choices) {
    (void)reader.text(key);
    Value value = choices.front().value;
    maybe_one_of(reader, key, value, choices);
    return value;
}

}  // namespace stdpscope::apps
