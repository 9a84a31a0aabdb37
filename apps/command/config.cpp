#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "apps/command.hpp"
#include "apps/command_line.hpp"
#include "apps/configuration/error.hpp"
#include "apps/configuration/run_flags.hpp"
#include "apps/terminal.hpp"

namespace stdpscope::apps {
namespace {

namespace po = boost::program_options;
using nlohmann::json;

const CommandHelp kHelp{
    .name = "config",
    .usage = "stdpscope config [options]",
    .description =
        "Prints every setting with its type, default, environment variable and explanation. With --toml or\n"
        "--json also the value that a run with the same options would have, and where it comes from.\n"
        "Precedence: flag, environment variable, configuration file, the network's own, default.",
    .examples =
        "stdpscope config\n"
        "stdpscope config --network lenet5 --set training.epochs=5 --toml > lenet5.toml",
};

std::string default_of(const Setting& setting) {
    return setting.default_text.empty() ? setting.default_note : setting.default_text;
}

json json_of(const SettingValue& value) {
    return std::visit([](const auto& typed) { return json(typed); }, value);
}

json bound_of(double bound) {
    return std::isfinite(bound) ? json(bound) : json(nullptr);
}

json json_of(const Setting& setting, const ResolvedConfiguration& resolved) {
    json entry{{"key", setting.key},
               {"type", name_of(setting.type)},
               {"default", default_of(setting)},
               {"description", setting.description},
               {"unit", setting.unit},
               {"environment", environment_name(setting)},
               {"minimum", bound_of(setting.minimum)},
               {"maximum", bound_of(setting.maximum)},
               {"choices", setting.choices},
               {"value", nullptr},
               {"origin", nullptr},
               {"place", nullptr}};
    if (const Configuration::Entry* value = resolved.settings.find(setting.key)) {
        entry["value"] = json_of(value->value);
        entry["origin"] = name_of(value->origin.kind);
        entry["place"] = value->origin.place;
    }
    return entry;
}

void print_json(const ResolvedConfiguration& resolved) {
    json document{{"settings", json::array()}};
    for (const Setting& setting : settings()) document["settings"].push_back(json_of(setting, resolved));
    fmt::print("{}\n", document.dump(2));
}

/// The value and where it comes from, where it is not the default.
std::string value_line(const Setting& setting, const ResolvedConfiguration& resolved) {
    const Configuration::Entry* entry = resolved.settings.find(setting.key);
    if (entry == nullptr || entry->origin.kind == OriginKind::default_value) return "";
    return fmt::format("    value:       {} ({})\n", text_of(entry->value), entry->origin.place);
}

void print_text(const ResolvedConfiguration& resolved) {
    const bool colour = may_colour(stdout);
    for (const Setting& setting : settings()) {
        const std::string unit = setting.unit.empty() ? "" : " [" + setting.unit + "]";
        fmt::print("{}{}\n    {}\n    type:        {}; {}\n    default:     {}\n{}    environment: {}\n\n",
                   bold(setting.key, colour), unit, setting.description, name_of(setting.type), requirement(setting),
                   default_of(setting), value_line(setting, resolved), environment_name(setting));
    }
}

}  // namespace

int run_config(const std::vector<std::string>& arguments) {
    po::options_description options("Options");
    add_run_flags(options,
                  {"network", "data", "epochs", "batch", "seed", "threads", "neglu", "mask", "derivative", "trace"});
    options.add_options()("toml", "print the resolved configuration as TOML, ready for --config")(
        "json", "print as one JSON document");
    const auto values = parse_command_line(kHelp, options, "", arguments);
    if (!values) return 0;
    if (values->count("toml") > 0 && values->count("json") > 0)
        throw UsageError("--toml and --json exclude each other");
    const ResolvedConfiguration resolved = resolve(run_sources(*values));
    if (values->count("toml") > 0) {
        fmt::print("{}", resolved_toml(resolved, ThreadCount::written));
    } else if (values->count("json") > 0) {
        print_json(resolved);
    } else {
        print_text(resolved);
    }
    return 0;
}

}  // namespace stdpscope::apps
