#include "apps/configuration/configuration.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <stdexcept>

#include "apps/configuration/nearest_name.hpp"

namespace stdpscope::apps {
namespace {

constexpr std::string_view kEnvironmentPrefix = "STDPSCOPE_";

/// Variables of ours that are no settings: the choice of vector instructions, and scripts/fetch-data.
bool is_reserved_variable(std::string_view name) {
    return name == "STDPSCOPE_SIMD" || name.starts_with("STDPSCOPE_FETCH_");
}

const Setting* setting_of_variable(std::string_view name) {
    for (const Setting& setting : settings()) {
        if (environment_name(setting) == name) return &setting;
    }
    return nullptr;
}

std::vector<std::string> variable_names() {
    std::vector<std::string> names;
    for (const Setting& setting : settings()) names.push_back(environment_name(setting));
    return names;
}

}  // namespace

void Configuration::assign(const Setting& setting, SettingValue value, const Origin& origin) {
    const auto found = entries_.find(setting.key);
    if (found == entries_.end()) {
        entries_.emplace(setting.key, Entry{std::move(value), origin});
        return;
    }
    Entry& entry = found->second;
    if (origin.kind == OriginKind::flag && entry.origin.kind == OriginKind::flag) {
        reject(origin, fmt::format("{} is set by {} already", setting.key, entry.origin.place));
    }
    if (origin.kind >= entry.origin.kind) entry = Entry{std::move(value), origin};
}

void Configuration::assign_text(std::string_view key, std::string_view text, const Origin& origin) {
    const Setting* setting = find_setting(key);
    if (setting == nullptr) reject(origin, fmt::format("unknown key {}{}", key, nearest_hint(key, setting_keys())));
    assign(*setting, parse_value(*setting, text, origin), origin);
}

const Configuration::Entry* Configuration::find(std::string_view key) const {
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second;
}

const Configuration::Entry& Configuration::entry(std::string_view key) const {
    const Entry* found = find(key);
    if (found == nullptr) throw std::logic_error(fmt::format("setting {} has no value", key));
    return *found;
}

void Configuration::fill_defaults() {
    const Origin origin{OriginKind::default_value, "default"};
    for (const Setting& setting : settings()) {
        const bool has_default = !setting.default_text.empty() || setting.type == SettingType::text_list;
        if (has_default && !has(setting.key)) {
            assign(setting, parse_value(setting, setting.default_text, origin), origin);
        }
    }
}

void assign_pair(Configuration& configuration, std::string_view pair) {
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) {
        reject({OriginKind::flag, "--set"}, fmt::format("{} must be KEY=VALUE", pair));
    }
    configuration.assign_text(pair.substr(0, equals), pair.substr(equals + 1), {OriginKind::flag, "--set"});
}

void assign_environment(Configuration& configuration, const std::vector<std::string>& environment) {
    for (const std::string& variable : environment) {
        const auto equals = variable.find('=');
        const std::string name = variable.substr(0, equals);
        if (!name.starts_with(kEnvironmentPrefix) || is_reserved_variable(name)) continue;
        const Origin origin{OriginKind::environment, name};
        const Setting* setting = setting_of_variable(name);
        if (setting == nullptr) reject(origin, "unknown variable" + nearest_hint(name, variable_names()));
        configuration.assign(*setting, parse_value(*setting, variable.substr(equals + 1), origin), origin);
    }
}

std::vector<std::string> process_environment() {
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
    return variables;
}

}  // namespace stdpscope::apps
