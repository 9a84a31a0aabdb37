#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/classify/category.hpp"
#include "analysis/summary/run_tables.hpp"
#include "analysis/summary/summary_csv.hpp"
#include "analysis/summary/summary_json.hpp"
#include "apps/command.hpp"
#include "apps/command/summary_flags.hpp"
#include "apps/command/summary_text.hpp"
#include "apps/command_line.hpp"
#include "apps/configuration/error.hpp"
#include "apps/guarded.hpp"

namespace stdpscope::apps {
namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

const CommandHelp kHelp{
    .name = "analyze",
    .usage = "stdpscope analyze RUN... [options]",
    .description =
        "The four categories of plasticity (Table 5) in a run's trace, the effects at its synapses\n"
        "(Table 4), normal against inverted response, receptor switches, dead units, bias and\n"
        "weight sizes. Every convention is read off the same trace; nothing is trained again.",
    .examples =
        "stdpscope analyze runs/relu runs/mixlu --level update --by layer,population\n"
        "stdpscope analyze runs/mixlu --measure signed --csv tables.csv",
};

/// Reads --by: several may be given, each a list separated by commas.
analysis::Grouping grouping_of(const po::variables_map& values) {
    analysis::Grouping grouping;
    if (values.count("by") == 0) return grouping;
    for (const auto& list : values["by"].as<std::vector<std::string>>()) {
        std::istringstream names(list);
        for (std::string name; std::getline(names, name, ',');) {
            bool* const flags[] = {&grouping.layer, &grouping.population, &grouping.epoch};
            *flags[choice_of("by", name, {"layer", "population", "epoch"})] = true;
        }
    }
    return grouping;
}

HebbianNames hebbian_names_of(const po::variables_map& values) {
    return values.count("hebbian-names") > 0 ? HebbianNames::shown : HebbianNames::hidden;
}

Json json_of_run(const analysis::RunSummary& run, const analysis::TraceSummary& summary) {
    const analysis::TraceFacts& trace = analysis::require_trace(run);
    Json document = {
        {"run", run.path}, {"trace", analysis::json_of(trace)}, {"metrics", analysis::json_of(run.metrics)}};
    document.update(analysis::json_of(summary));
    if (!analysis::has_biases(trace)) {
        for (Json& layer : document["layers"]) layer["biases"] = nullptr;
    }
    return document;
}

/// Reads every run and hands each to the form asked for.
int analyze(const std::vector<std::string>& paths, const po::variables_map& values,
            const analysis::SummaryOptions& options, const Watchdog& watchdog) {
    const bool as_json = values.count("json") > 0;
    const bool as_csv = values.count("csv") > 0;
    Json document = {{"command", "analyze"}, {"runs", Json::array()}};
    std::ostringstream table;
    analysis::CsvWriter csv(table);
    analysis::write_summary_header(csv);
    for (std::size_t index = 0; index < paths.size(); ++index) {
        watchdog.begin(index);
        const auto run = analysis::read_run(paths[index], [&] { watchdog.progress(); });
        const auto summary = analysis::summarise_run(analysis::require_trace(run), options);
        if (as_json) {
            document["runs"].push_back(json_of_run(run, summary));
        } else if (as_csv) {
            const bool has_biases = analysis::has_biases(*run.trace);
            analysis::write_summary(csv, run.path, summary,
                                    has_biases ? analysis::Biases::written : analysis::Biases::left_out);
        } else {
            fmt::print("{}{}", index > 0 ? "\n" : "", summary_text(run, summary, hebbian_names_of(values)));
        }
    }
    if (as_json) fmt::print("{}\n", document.dump(2));
    if (as_csv) write_whole_file(values["csv"].as<std::string>(), table.str());
    return 0;
}

}  // namespace

int run_analyze(const std::vector<std::string>& arguments) {
    po::options_description flags("Options");
    add_convention_flags(flags);
    flags.add_options()("by", po::value<std::vector<std::string>>()->value_name("GROUP"),
                        "tell apart by layer, population or epoch; several, separated by commas")(
        "hebbian-names", "name the categories as the source's Table 1 does, too")("json", "print as one JSON document")(
        "csv", po::value<std::string>()->value_name("FILE"), "write all tables to one CSV file instead (- for stdout)");
    add_guard_flags(flags);
    const auto values = parse_command_line(kHelp, flags, "run", arguments);
    if (!values) return 0;
    if (values->count("json") > 0 && values->count("csv") > 0) throw UsageError("--json and --csv exclude each other");
    const auto paths = run_paths(*values, 1, std::numeric_limits<std::size_t>::max());
    analysis::SummaryOptions options = convention_of(*values);
    options.grouping = grouping_of(*values);
    return guarded("analyze", guard_limits(*values, paths), paths,
                   [&](const Watchdog& watchdog) { return analyze(paths, *values, options, watchdog); });
}

}  // namespace stdpscope::apps
