#include "apps/configuration/toml_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "apps/configuration/error.hpp"
#include "apps/configuration/nearest_name.hpp"
#include "data/error.hpp"

namespace stdpscope::apps {
namespace {

std::string read_whole_file(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) throw data::MissingInput(path.string(), "is a folder, want a file");
    std::ifstream file(path, std::ios::binary);
    if (!file) throw data::MissingInput(path.string(), "no such file, or it cannot be opened");
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

std::string at_least(double minimum, double maximum) {
    return std::isfinite(maximum) ? fmt::format("{:.15g} to {:.15g}", minimum, maximum)
                                  : fmt::format(">= {:.15g}", minimum);
}

}  // namespace

toml::table read_toml_file(const std::filesystem::path& path) {
    const std::string content = read_whole_file(path);
    try {
        return toml::parse(content, path.string());
    } catch (const toml::parse_error& error) {
        const auto place = error.source().begin;
        throw ConfigError(fmt::format("{}:{}:{}: {}", path.string(), place.line, place.column, error.description()));
    }
}

Origin file_origin(const std::string& file, const toml::node& node) {
    return {OriginKind::file, fmt::format("{}:{}", file, node.source().begin.line)};
}

Origin file_origin(const std::string& file, const toml::key& key) {
    return {OriginKind::file, fmt::format("{}:{}", file, key.source().begin.line)};
}

std::string text_of(const toml::node& node) {
    std::ostringstream text;
    node.visit([&](const auto& typed) { text << typed; });
    std::string line = text.str();
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
}

TableReader::TableReader(const toml::table& table, std::string file, std::string where)
    : table_(table), file_(std::move(file)), where_(std::move(where)) {}

const toml::node* TableReader::node(std::string_view key) {
    if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) asked_.emplace_back(key);
    return table_.get(key);
}

bool TableReader::has(std::string_view key) {
    return node(key) != nullptr;
}

std::string TableReader::named(std::string_view key) const {
    return where_.empty() ? std::string(key) : fmt::format("{}: {}", where_, key);
}

void TableReader::reject(std::string_view key, const std::string& message) {
    const toml::node* found = node(key);
    const Origin origin = found != nullptr ? file_origin(file_, *found) : file_origin(file_, table_);
    apps::reject(origin, message);
}

void TableReader::reject_value(std::string_view key, const std::string& must_hold) {
    const toml::node* found = node(key);
    const std::string value = found == nullptr ? " is missing, " : fmt::format(" = {} ", text_of(*found));
    reject(key, named(key) + value + must_hold);
}

void TableReader::reject_choice(std::string_view key, std::span<const std::string_view> names) {
    std::string list;
    for (const std::string_view name : names) list.append(list.empty() ? "" : ", ").append(name);
    const std::vector<std::string> candidates(names.begin(), names.end());
    reject_value(key, "must be one of " + list + nearest_hint(text(key), candidates));
}

std::string TableReader::text(std::string_view key) {
    const toml::node* found = node(key);
    if (found == nullptr || !found->is_string() || found->as_string()->get().empty()) {
        reject_value(key, "must be a text that is not empty");
    }
    return found->as_string()->get();
}

std::string TableReader::name(std::string_view key) {
    std::string name = text(key);
    if (name == "." || name == ".." || name.find('/') != std::string::npos) {
        reject_value(key,
                     "must be a name without \"/\", other than \".\" and \"..\": groups of the trace are named by it");
    }
    return name;
}

void TableReader::maybe_name(std::string_view key, std::string& value) {
    if (has(key)) value = name(key);
}

arma::uword TableReader::count(std::string_view key, arma::uword minimum) {
    // 2^31: no dimension of a layer that fits a machine comes near, and products of a few of them stay in 64 bits.
    constexpr std::int64_t kLargest = std::int64_t{1} << 31U;
    const toml::node* found = node(key);
    const auto value = found == nullptr || !found->is_integer() ? -1 : found->as_integer()->get();
    if (value < static_cast<std::int64_t>(minimum) || value > kLargest) {
        reject_value(key, fmt::format("must be an integer, {} to {}", minimum, kLargest));
    }
    return static_cast<arma::uword>(value);
}

std::vector<arma::uword> TableReader::counts(std::string_view key, std::size_t size, arma::uword minimum) {
    constexpr std::int64_t kLargest = std::int64_t{1} << 31U;
    const std::string must_hold = fmt::format("must be {} integers, {} to {}", size, minimum, kLargest);
    const toml::node* found = node(key);
    if (found == nullptr || !found->is_array() || found->as_array()->size() != size) reject_value(key, must_hold);
    std::vector<arma::uword> values;
    for (const toml::node& item : *found->as_array()) {
        const auto value = item.is_integer() ? item.as_integer()->get() : -1;
        if (value < static_cast<std::int64_t>(minimum) || value > kLargest) reject_value(key, must_hold);
        values.push_back(static_cast<arma::uword>(value));
    }
    return values;
}

void TableReader::maybe(std::string_view key, std::string& value) {
    if (has(key)) value = text(key);
}

void TableReader::maybe(std::string_view key, arma::uword& value, arma::uword minimum) {
    if (has(key)) value = count(key, minimum);
}

void TableReader::maybe(std::string_view key, double& value, double minimum, double maximum) {
    const toml::node* found = node(key);
    if (found == nullptr) return;
    const auto number = found->value<double>();
    // Written so that NaN fails too; the value must be finite even where there is no maximum.
    if (!found->is_number() || !number || !(*number >= minimum && *number <= maximum) || !std::isfinite(*number)) {
        reject_value(key, "must be a finite number, " + at_least(minimum, maximum));
    }
    value = *number;
}

void TableReader::maybe(std::string_view key, std::vector<double>& values, double minimum) {
    const toml::node* found = node(key);
    if (found == nullptr) return;
    const std::string must_hold =
        "must be a list of finite numbers, one at least, " + at_least(minimum, std::numeric_limits<double>::infinity());
    if (!found->is_array() || found->as_array()->empty()) reject_value(key, must_hold);
    values.clear();
    for (const toml::node& item : *found->as_array()) {
        const auto number = item.value<double>();
        if (!item.is_number() || !number || !(*number >= minimum) || !std::isfinite(*number)) {
            reject_value(key, must_hold);
        }
        values.push_back(*number);
    }
}

void TableReader::maybe(std::string_view key, bool& value) {
    const toml::node* found = node(key);
    if (found == nullptr) return;
    if (!found->is_boolean()) reject_value(key, "must be true or false");
    value = found->as_boolean()->get();
}

void TableReader::maybe_number(std::string_view key, double& value) {
    const toml::node* found = node(key);
    if (found == nullptr) return;
    const auto number = found->value<double>();
    if (!found->is_number() || !number || !std::isfinite(*number)) reject_value(key, "must be a finite number");
    value = *number;
}

void TableReader::maybe_numbers(std::string_view key, std::vector<double>& values, std::size_t size) {
    const toml::node* found = node(key);
    if (found == nullptr) return;
    const toml::array* list = found->as_array();
    const std::string must_hold = fmt::format("must be {} finite numbers", size);
    if (list == nullptr || list->size() != size) reject_value(key, must_hold);
    values.clear();
    for (const toml::node& item : *list) {
        const auto number = item.value<double>();
        if (!item.is_number() || !number || !std::isfinite(*number)) reject_value(key, must_hold);
        values.push_back(*number);
    }
}

void TableReader::maybe_rows(std::string_view key, std::vector<std::vector<double>>& rows, std::size_t columns) {
    const toml::node* found = node(key);
    if (found == nullptr) return;
    const std::string must_hold = columns == 0 ? "must be a list of lists of finite numbers"
                                               : fmt::format("must be a list of lists of {} finite numbers", columns);
    const toml::array* list = found->as_array();
    if (list == nullptr) reject_value(key, must_hold);
    rows.clear();
    for (const toml::node& item : *list) {
        const toml::array* row = item.as_array();
        if (row == nullptr || (columns != 0 && row->size() != columns)) reject_value(key, must_hold);
        rows.emplace_back();
        for (const toml::node& cell : *row) {
            const auto number = cell.value<double>();
            if (!cell.is_number() || !number || !std::isfinite(*number)) reject_value(key, must_hold);
            rows.back().push_back(*number);
        }
    }
}

const toml::table* TableReader::maybe_table(std::string_view key) {
    const toml::node* found = node(key);
    if (found == nullptr) return nullptr;
    if (!found->is_table()) reject_value(key, "must be a table");
    return found->as_table();
}

std::vector<const toml::table*> TableReader::tables(std::string_view key) {
    const toml::node* found = node(key);
    if (found == nullptr) return {};
    if (!found->is_array_of_tables()) reject_value(key, fmt::format("must be tables, each under [[...{}]]", key));
    std::vector<const toml::table*> all;
    for (const toml::node& item : *found->as_array()) all.push_back(item.as_table());
    return all;
}

void TableReader::finish() const {
    for (const auto& [key, value] : table_) {
        const std::string name(key.str());
        if (std::find(asked_.begin(), asked_.end(), name) != asked_.end()) continue;
        const std::string place = where_.empty() ? "" : where_ + ": ";
        apps::reject(file_origin(file_, key),
                     fmt::format("{}unknown key {}{}", place, name, nearest_hint(name, asked_)));
    }
}

}  // namespace stdpscope::apps
