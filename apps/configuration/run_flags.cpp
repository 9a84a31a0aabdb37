#include "apps/configuration/run_flags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace stdpscope::apps {
namespace {

namespace po = boost::program_options;

constexpr std::array kRunFlags{
    SettingFlag{"network", "network.name", "NAME"},
    SettingFlag{"data", "data.source", "SPEC"},
    SettingFlag{"epochs", "training.epochs", "N"},
    SettingFlag{"batch", "training.batch_size", "N"},
    SettingFlag{"seed", "training.seed", "N"},
    SettingFlag{"threads", "training.threads", "N"},
    SettingFlag{"neglu", "mixlu.percent_neglu", "PERCENT"},
    SettingFlag{"mask", "mixlu.mask", "NAME"},
    SettingFlag{"derivative", "mixlu.derivative", "NAME"},
    SettingFlag{"trace", "trace.level", "LEVEL"},
};

const SettingFlag& find_flag(std::string_view name) {
    const auto found =
        std::find_if(kRunFlags.begin(), kRunFlags.end(), [&](const SettingFlag& flag) { return flag.flag == name; });
    if (found == kRunFlags.end()) throw std::logic_error(fmt::format("no setting has a flag --{}", name));
    return *found;
}

std::string flag_help(const Setting& setting) {
    const std::string& by_default = setting.default_text.empty() ? setting.default_note : setting.default_text;
    const std::string unit = setting.unit.empty() || setting.default_text.empty() ? "" : " " + setting.unit;
    std::string choices;
    if (setting.type == SettingType::choice && setting.key == "trace.level") {
        for (const std::string& choice : setting.choices) choices += (choices.empty() ? ": " : ", ") + choice;
    }
    return fmt::format("{}{} (default: {}{})", setting.description, choices, by_default, unit);
}

}  // namespace

void add_setting_flags(po::options_description& options, std::span<const SettingFlag> flags) {
    for (const SettingFlag& flag : flags) {
        options.add_options()(flag.flag, po::value<std::string>()->value_name(flag.argument),
                              flag_help(*find_setting(flag.key)).c_str());
    }
    options.add_options()("set", po::value<std::vector<std::string>>()->composing()->value_name("KEY=VALUE"),
                          "any setting of stdpscope config; may be repeated")(
        "config", po::value<std::string>()->value_name("FILE"),
        "configuration file (TOML); a run's config.toml repeats that run");
}

ConfigurationSources setting_sources(const po::variables_map& values, std::span<const SettingFlag> flags) {
    ConfigurationSources sources;
    for (const SettingFlag& flag : flags) {
        if (values.count(flag.flag) == 0) continue;
        sources.flags.push_back({std::string("--") + flag.flag, flag.key, values[flag.flag].as<std::string>()});
    }
    if (values.count("set") > 0) sources.pairs = values["set"].as<std::vector<std::string>>();
    if (values.count("config") > 0) sources.file = values["config"].as<std::string>();
    sources.environment = process_environment();
    return sources;
}

void add_run_flags(po::options_description& options, std::initializer_list<std::string_view> flags) {
    std::vector<SettingFlag> chosen;
    for (const std::string_view name : flags) chosen.push_back(find_flag(name));
    add_setting_flags(options, chosen);
}

ConfigurationSources run_sources(const po::variables_map& values) {
    return setting_sources(values, kRunFlags);
}

}  // namespace stdpscope::apps
