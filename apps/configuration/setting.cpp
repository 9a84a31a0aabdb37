#include "apps/configuration/setting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "apps/configuration/nearest_name.hpp"

namespace stdpscope::apps {
namespace {

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Items between commas; brackets around the whole are allowed; an empty text has none.
std::vector<std::string> split_list(std::string_view text) {
    text = trimmed(text);
    if (text.size() >= 2 && text.front() == '[' && text.back() == ']') text = trimmed(text.substr(1, text.size() - 2));
    std::vector<std::string> items;
    while (!text.empty()) {
        const auto comma = text.find(',');
        items.emplace_back(trimmed(text.substr(0, comma)));
        if (comma == std::string_view::npos) break;
        text.remove_prefix(comma + 1);
    }
    return items;
}

[[noreturn]] void reject_value(const Setting& setting, std::string_view value, const Origin& origin) {
    const std::string hint = setting.type == SettingType::choice ? nearest_hint(value, setting.choices) : "";
    reject(origin, fmt::format("{} = {} {}{}", setting.key, value, requirement(setting), hint));
}

bool within(const Setting& setting, double value) {
    return value >= setting.minimum && value <= setting.maximum;
}

bool holds(const Setting& setting, const SettingValue& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return within(setting, static_cast<double>(*integer));
    if (const auto* number = std::get_if<double>(&value)) return std::isfinite(*number) && within(setting, *number);
    if (const auto* numbers = std::get_if<std::vector<double>>(&value)) {
        return !numbers->empty() && std::all_of(numbers->begin(), numbers->end(), [&](double number) {
            return std::isfinite(number) && within(setting, number);
        });
    }
    if (setting.type == SettingType::choice) {
        const auto& text = std::get<std::string>(value);
        return std::find(setting.choices.begin(), setting.choices.end(), text) != setting.choices.end();
    }
    if (const auto* text = std::get_if<std::string>(&value)) return !text->empty();
    return true;
}

SettingValue parse_typed(const Setting& setting, std::string_view text, const Origin& origin) {
    switch (setting.type) {
        case SettingType::boolean:
            if (text == "true") return true;
            if (text == "false") return false;
            break;
        case SettingType::integer:
            if (const auto value = parse_number<std::int64_t>(text)) return *value;
            break;
        case SettingType::number:
            if (const auto value = parse_number<double>(text)) return *value;
            break;
        case SettingType::text:
        case SettingType::choice:
            return std::string(text);
        case SettingType::text_list:
            return split_list(text);
        case SettingType::number_list: {
            std::vector<double> numbers;
            for (const std::string& item : split_list(text)) {
                const auto value = parse_number<double>(item);
                if (!value) reject_value(setting, text, origin);
                numbers.push_back(*value);
            }
            return numbers;
        }
    }
    reject_value(setting, text, origin);
}

std::string bounds_text(const Setting& setting) {
    const bool above = std::isfinite(setting.minimum);
    const bool below = std::isfinite(setting.maximum);
    if (above && below) return fmt::format("{:.15g} to {:.15g}", setting.minimum, setting.maximum);
    if (above) return fmt::format(">= {:.15g}", setting.minimum);
    if (below) return fmt::format("<= {:.15g}", setting.maximum);
    return "";
}

template <class Item, class Write>
std::string joined(const std::vector<Item>& items, const char* separator, Write write) {
    std::string text;
    for (const Item& item : items) {
        if (!text.empty()) text += separator;
        text += write(item);
    }
    return text;
}

}  // namespace

const Setting* find_setting(std::string_view key) {
    const auto all = settings();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Setting& setting) { return setting.key == key; });
    return found == all.end() ? nullptr : &*found;
}

const std::vector<std::string>& setting_keys() {
    static const std::vector<std::string> keys = [] {
        std::vector<std::string> names;
        for (const Setting& setting : settings()) names.push_back(setting.key);
        return names;
    }();
    return keys;
}

std::string environment_name(const Setting& setting) {
    std::string name = "STDPSCOPE_";
    for (const char letter : setting.key) {
        const bool lower = letter >= 'a' && letter <= 'z';
        name += letter == '.' ? '_' : lower ? static_cast<char>(letter - 'a' + 'A') : letter;
    }
    return name;
}

std::string name_of(SettingType type) {
    switch (type) {
        case SettingType::boolean:
            return "boolean";
        case SettingType::integer:
            return "integer";
        case SettingType::number:
            return "number";
        case SettingType::text:
            return "text";
        case SettingType::choice:
            return "choice";
        case SettingType::number_list:
            return "list of numbers";
        case SettingType::text_list:
            return "list of texts";
    }
    throw std::logic_error("SettingType out of range");
}

std::string requirement(const Setting& setting) {
    const std::string bounds = bounds_text(setting);
    const std::string with_bounds = bounds.empty() ? "" : ", " + bounds;
    switch (setting.type) {
        case SettingType::boolean:
            return "must be true or false";
        case SettingType::integer:
            return "must be an integer" + with_bounds;
        case SettingType::number:
            return "must be a finite number" + with_bounds;
        case SettingType::text:
            return "must be a text that is not empty";
        case SettingType::choice:
            return "must be one of " + joined(setting.choices, ", ", [](const std::string& name) { return name; });
        case SettingType::number_list:
            return "must be a list of finite numbers, one at least" + with_bounds;
        case SettingType::text_list:
            return "must be a list of texts";
    }
    throw std::logic_error("SettingType out of range");
}

SettingValue parse_value(const Setting& setting, std::string_view text, const Origin& origin) {
    SettingValue value = parse_typed(setting, trimmed(text), origin);
    check_value(setting, value, origin);
    return value;
}

void check_value(const Setting& setting, const SettingValue& value, const Origin& origin) {
    if (!holds(setting, value)) reject_value(setting, text_of(value), origin);
}

std::string toml_quoted(std::string_view text) {
    std::string result = "\"";
    for (const char letter : text) {
        const auto code = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\') {
            result += '\\';
            result += letter;
        } else if (code < 0x20 || code == 0x7f) {
            result += fmt::format("\\u{:04X}", static_cast<unsigned>(code));
        } else {
            result += letter;
        }
    }
    return result + '"';
}

std::string toml_of_number(double value) {
    std::string text = fmt::format("{}", value);
    if (text.find_first_of(".eni") == std::string::npos) text += ".0";
    return text;
}

std::string text_of(const SettingValue& value) {
    struct Writer {
        std::string operator()(bool flag) const { return flag ? "true" : "false"; }
        std::string operator()(std::int64_t integer) const { return std::to_string(integer); }
        std::string operator()(double number) const { return fmt::format("{}", number); }
        std::string operator()(const std::string& text) const { return text; }
        std::string operator()(const std::vector<double>& numbers) const {
            return joined(numbers, ",", [](double number) { return fmt::format("{}", number); });
        }
        std::string operator()(const std::vector<std::string>& texts) const {
            return joined(texts, ",", [](const std::string& text) { return text; });
        }
    };
    return std::visit(Writer{}, value);
}

std::string toml_of(const SettingValue& value) {
    struct Writer {
        std::string operator()(bool flag) const { return flag ? "true" : "false"; }
        std::string operator()(std::int64_t integer) const { return std::to_string(integer); }
        std::string operator()(double number) const { return toml_of_number(number); }
        std::string operator()(const std::string& text) const { return toml_quoted(text); }
        std::string operator()(const std::vector<double>& numbers) const {
            return "[" + joined(numbers, ", ", toml_of_number) + "]";
        }
        std::string operator()(const std::vector<std::string>& texts) const {
            return "[" + joined(texts, ", ", [](const std::string& text) { return toml_quoted(text); }) + "]";
        }
    };
    return std::visit(Writer{}, value);
}

}  // namespace stdpscope::apps
