#include "analysis/summary/flat_settings.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include "analysis/trace/error.hpp"

#include <algorithm>
#include <map>
#include <sstream>

namespace stdpscope::analysis {
namespace {

bool holds_table(const toml::array& array) {
    return std::any_of(array.begin(), array.end(), [](const toml::node& element) {
        return element.is_table() || (element.is_array() && holds_table(*element.as_array()));
    });
}

std::string text_of(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
    if (const toml::array* array = node.as_array()) {
        std::string list;
        for (const toml::node& element : *array) list += (list.empty() ? "" : ", ") + text_of(element);
        return "[" + list + "]";
    }
    std::ostringstream text;
    node.visit([&](const auto& value) { text << value; });
    return text.str();
}

// toml++ limits how deeply a text may nest, and with it the depth of this recursion.
void flatten(const toml::node& node, const std::string& key, std::vector<FlatSetting>& settings) {
    if (const toml::table* table = node.as_table()) {
        for (const auto& [name, child] : *table) {
            flatten(child, key.empty() ? std::string(name.str()) : key + "." + std::string(name.str()), settings);
        }
    } else if (const toml::array* array = node.as_array(); array != nullptr && holds_table(*array)) {
        for (std::size_t index = 0; index < array->size(); ++index) {
            flatten((*array)[index], key + "[" + std::to_string(index) + "]", settings);
        }
    } else {
        settings.push_back({key, text_of(node)});
    }
}

}  // namespace

std::vector<FlatSetting> flat_settings(std::string_view toml_text, const std::string& path) {
    std::vector<FlatSetting> settings;
    try {
        flatten(toml::parse(toml_text), "", settings);
    } catch (const toml::parse_error& error) {
        throw DamagedTrace(path, fmt::format("line {}: {}", error.source().begin.line, error.description()));
    }
    std::sort(settings.begin(), settings.end(),
              [](const FlatSetting& a, const FlatSetting& b) { return a.key < b.key; });
    return settings;
}

std::vector<SettingDifference> differences_of(std::span<const std::vector<FlatSetting>> runs) {
    std::map<std::string, std::vector<std::optional<std::string>>> values;
    for (std::size_t run = 0; run < runs.size(); ++run) {
        for (const FlatSetting& setting : runs[run]) {
            auto& row = values[setting.key];
            row.resize(runs.size());
            row[run] = setting.value;
        }
    }
    std::vector<SettingDifference> differences;
    for (const auto& [key, row] : values) {
        const bool equal = std::all_of(row.begin(), row.end(), [&](const auto& value) { return value == row.front(); });
        if (!equal) differences.push_back({key, row});
    }
    return differences;
}

}  // namespace stdpscope::analysis
