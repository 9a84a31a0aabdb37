#include "apps/configuration/configuration_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "apps/configuration/nearest_name.hpp"
#include "apps/configuration/network_file.hpp"
#include "apps/configuration/toml_table.hpp"

namespace stdpscope::apps {
namespace {

std::optional<SettingValue> number_list_of(const toml::node& node) {
    std::vector<double> numbers;
    if (node.is_number()) numbers.push_back(*node.value<double>());
    if (const toml::array* items = node.as_array()) {
        for (const toml::node& item : *items) {
            if (!item.is_number()) return std::nullopt;
            numbers.push_back(*item.value<double>());
        }
    } else if (!node.is_number()) {
        return std::nullopt;
    }
    return numbers;
}

std::optional<SettingValue> text_list_of(const toml::node& node) {
    const toml::array* items = node.as_array();
    if (items == nullptr) return std::nullopt;
    std::vector<std::string> texts;
    for (const toml::node& item : *items) {
        if (!item.is_string()) return std::nullopt;
        texts.push_back(item.as_string()->get());
    }
    return texts;
}

/// The node as a value of the setting's type; nothing where it is of another type.
std::optional<SettingValue> value_of(const Setting& setting, const toml::node& node) {
    switch (setting.type) {
        case SettingType::boolean:
            if (node.is_boolean()) return node.as_boolean()->get();
            break;
        case SettingType::integer:
            if (node.is_integer()) return node.as_integer()->get();
            break;
        case SettingType::number:
            if (node.is_number()) return *node.value<double>();
            break;
        case SettingType::text:
        case SettingType::choice:
            if (node.is_string()) return node.as_string()->get();
            break;
        case SettingType::number_list:
            return number_list_of(node);
        case SettingType::text_list:
            return text_list_of(node);
    }
    return std::nullopt;
}

class FileReader {
public:
    FileReader(Configuration& configuration, std::string file)
        : configuration_(configuration), file_(std::move(file)) {}

    void read(const toml::table& table, const std::string& prefix) {
        for (const auto& [key, node] : table) {
            const std::string name = prefix + std::string(key.str());
            const toml::table* inner = node.as_table();
            if (inner != nullptr && name == "network" && inner->contains("layer")) {
                read_network(*inner);
            } else if (inner != nullptr && name == "network" && inner->contains("population")) {
                has_populations_ = true;
            } else if (inner != nullptr && is_group(name)) {
                read(*inner, name + ".");
            } else {
                assign(name, key, node);
            }
        }
    }

    [[nodiscard]] std::optional<ann::NetworkSpec> network() const { return network_; }
    [[nodiscard]] bool has_populations() const { return has_populations_; }

private:
    static bool is_group(const std::string& name) {
        const auto all = settings();
        return std::any_of(all.begin(), all.end(),
                           [&](const Setting& setting) { return setting.key.starts_with(name + "."); });
    }

    void read_network(const toml::table& table) {
        network_ = read_network_table(table, file_);
        configuration_.assign(*find_setting("network.name"), network_->name, file_origin(file_, table));
    }

    void assign(const std::string& name, const toml::key& key, const toml::node& node) {
        const Setting* setting = find_setting(name);
        const Origin origin = file_origin(file_, key);
        if (setting == nullptr) {
            reject(origin, fmt::format("unknown key {}{}", name, nearest_hint(name, setting_keys())));
        }
        const auto value = value_of(*setting, node);
        if (!value) reject(origin, fmt::format("{} = {} {}", name, text_of(node), requirement(*setting)));
        check_value(*setting, *value, origin);
        configuration_.assign(*setting, *value, origin);
    }

    Configuration& configuration_;
    std::string file_;
    std::optional<ann::NetworkSpec> network_;
    bool has_populations_ = false;
};

}  // namespace

FileNetworks assign_file(Configuration& configuration, const std::filesystem::path& path) {
    const auto document = std::make_shared<const toml::table>(read_toml_file(path));
    FileReader reader(configuration, path.string());
    reader.read(*document, "");
    FileNetworks networks{.trained = reader.network(), .spiking = {}};
    if (reader.has_populations()) networks.spiking = SpikingNetworkTable{document, path.string()};
    return networks;
}

}  // namespace stdpscope::apps
