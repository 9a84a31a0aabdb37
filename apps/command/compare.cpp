#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/classify/category.hpp"
#include "analysis/report/configurations.hpp"
#include "analysis/report/statistics.hpp"
#include "analysis/summary/comparison.hpp"
#include "analysis/summary/summary_csv.hpp"
#include "analysis/summary/summary_json.hpp"
#include "apps/command.hpp"
#include "apps/command/summary_flags.hpp"
#include "apps/command/summary_text.hpp"
#include "apps/command_line.hpp"
#include "apps/configuration/error.hpp"
#include "apps/text_table.hpp"

namespace stdpscope::apps {
namespace {

namespace po = boost::program_options;
using namespace analysis;
using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

const CommandHelp kHelp{
    .name = "compare",
    .usage = "stdpscope compare RUN RUN... [options]",
    .description =
        "Runs side by side: the settings in which they differ, their errors by epoch, and the shares of the\n"
        "four categories with the difference of each to the first run, in points of percent. A run\n"
        "without a trace takes part with its settings and errors.",
    .examples = "stdpscope compare runs/relu runs/mixlu",
};

/// "A", "B", ...: run paths are too long for the head of a column.
std::string letter_of(std::size_t run) {
    return run < 26 ? std::string(1, static_cast<char>('A' + run)) : "R" + std::to_string(run + 1);
}

std::string legend_text(const Comparison& comparison) {
    std::string text = "Runs\n";
    for (std::size_t run = 0; run < comparison.paths.size(); ++run) {
        text += fmt::format("  {}  {}\n", letter_of(run), comparison.paths[run]);
    }
    return text;
}

/// Long values are cut so that a table stays readable; --json has them whole.
std::string shortened_value(const std::string& value) {
    constexpr std::size_t kMost = 24;
    return value.size() <= kMost ? value : value.substr(0, kMost - 3) + "...";
}

std::string settings_text(const Comparison& comparison) {
    if (comparison.settings.empty()) return "\nSettings: no difference\n";
    TextTable table;
    table.add_column("setting", Align::left);
    for (std::size_t run = 0; run < comparison.paths.size(); ++run) table.add_column(letter_of(run), Align::left);
    for (const SettingDifference& difference : comparison.settings) {
        std::vector<std::string> cells{difference.key};
        for (const auto& value : difference.values) cells.push_back(value ? shortened_value(*value) : "-");
        table.add_row(cells);
    }
    return "\nSettings that differ\n" + table.text();
}

std::string errors_text(const Comparison& comparison) {
    const std::size_t epochs = most_epochs(comparison);
    if (epochs == 0) return "\nErrors: no epoch has ended\n";
    TextTable table;
    table.add_column("epoch");
    for (const char* thing : {"training", "test"}) {
        for (std::size_t run = 0; run < comparison.paths.size(); ++run) {
            table.add_column(std::string(thing) + "\n" + letter_of(run));
        }
    }
    const auto add_row = [&](const std::string& name, auto metrics_of) {
        std::vector<std::string> cells{name};
        for (const auto error : {&ann::EpochMetrics::training_error, &ann::EpochMetrics::test_error}) {
            for (const auto& metrics : comparison.metrics) {
                const ann::EpochMetrics* epoch = metrics_of(metrics);
                cells.push_back(epoch == nullptr ? "" : percent(epoch->*error));
            }
        }
        table.add_row(cells);
    };
    for (std::size_t place = 0; place < epochs; ++place) {
        add_row(std::to_string(place + 1), [&](const std::vector<ann::EpochMetrics>& metrics) {
            return place < metrics.size() ? &metrics[place] : nullptr;
        });
    }
    table.add_rule();
    add_row("final",
            [](const std::vector<ann::EpochMetrics>& metrics) { return metrics.empty() ? nullptr : &metrics.back(); });
    return "\nErrors\n" + table.text();
}

/// The share of each run and, from the second on, its difference to the first. `share_of_run` takes a CategoryTable.
template <class ShareOfRun>
std::vector<std::string> share_cells(const Comparison::LevelTables& level, ShareOfRun share_of_run) {
    std::vector<std::string> cells;
    for (std::size_t run = 0; run < level.tables.size(); ++run) {
        const auto& table = level.tables[run];
        const auto& first = level.tables.front();
        cells.push_back(table ? percent(share_of_run(*table)) : "-");
        if (run > 0) {
            cells.push_back(table && first ? signed_points(share_of_run(*table) - share_of_run(*first)) : "-");
        }
    }
    return cells;
}

std::string categories_text(const Comparison& comparison, const Comparison::LevelTables& level) {
    TextTable table;
    table.add_column("category", Align::left);
    for (std::size_t run = 0; run < comparison.paths.size(); ++run) {
        table.add_column(letter_of(run));
        if (run > 0) table.add_column(letter_of(run) + " - " + letter_of(0));
    }
    const auto add_row = [&](const std::string& name, auto kind) {
        std::vector<std::string> cells{name};
        const auto values = share_cells(level, [&](const CategoryTable& counts) { return counts.share(kind); });
        cells.insert(cells.end(), values.begin(), values.end());
        table.add_row(cells);
    };
    for (const Category category : kStdpCategories) add_row(std::string(name_of(category)), category);
    table.add_rule();
    add_row("normal STDP", Response::normal);
    add_row("temporally inverted STDP", Response::inverted);
    table.add_rule();
    std::vector<std::string> totals{level.level == Level::event ? "firing pairs" : "timed changes"};
    for (std::size_t run = 0; run < level.tables.size(); ++run) {
        totals.push_back(level.tables[run] ? shortened(level.tables[run]->total()) : "-");
        if (run > 0) totals.emplace_back();
    }
    table.add_row(totals);
    return fmt::format("\nCategories (Table 5), {}\n",
                       convention_text(level.level, comparison.measure, comparison.timing)) +
           table.text();
}

/// Final errors of one configuration, over its seeds.
MeanEstimate mean_final_error(const std::vector<RunSummary>& runs, const Configuration& configuration,
                              double ann::EpochMetrics::*error) {
    std::vector<double> values;
    for (const std::size_t run : configuration.runs) {
        if (runs[run].metrics.empty() || std::isnan(runs[run].metrics.back().*error)) continue;
        values.push_back(runs[run].metrics.back().*error);
    }
    return estimate_mean(values);
}

std::string interval_text(const MeanEstimate& estimate) {
    return estimate.interval ? percent(estimate.interval->low) + " to " + percent(estimate.interval->high) : "-";
}

/// Means over seeds, as in a report; empty where no configuration has several.
std::string configurations_text(const std::vector<RunSummary>& runs) {
    const std::vector<Configuration> configurations = configurations_of(runs);
    if (configurations.size() == runs.size()) return "";
    TextTable table;
    table.add_column("configuration", Align::left);
    table.add_column("runs", Align::left);
    for (const char* thing : {"test", "training"}) {
        table.add_column(std::string(thing) + "\nmean");
        table.add_column("\n95 %");
    }
    for (const Configuration& configuration : configurations) {
        std::string members;
        for (const std::size_t run : configuration.runs) members += (members.empty() ? "" : " ") + letter_of(run);
        const MeanEstimate test = mean_final_error(runs, configuration, &ann::EpochMetrics::test_error);
        const MeanEstimate training = mean_final_error(runs, configuration, &ann::EpochMetrics::training_error);
        table.add_row({configuration.name, members, percent(test.mean), interval_text(test), percent(training.mean),
                       interval_text(training)});
    }
    return "\nFinal errors by configuration: mean over seeds and 95 % interval (Student's t)\n" + table.text();
}

nlohmann::ordered_json configurations_json(const std::vector<RunSummary>& runs) {
    Json result = Json::array();
    for (const Configuration& configuration : configurations_of(runs)) {
        Json entry = {{"name", configuration.name}, {"runs", configuration.runs}};
        for (const auto& [name, error] : {std::pair("test_error", &ann::EpochMetrics::test_error),
                                          std::pair("training_error", &ann::EpochMetrics::training_error)}) {
            const MeanEstimate estimate = mean_final_error(runs, configuration, error);
            entry[name] = {{"mean", estimate.mean}, {"low", nullptr}, {"high", nullptr}};
            if (estimate.interval) entry[name]["low"] = estimate.interval->low;
            if (estimate.interval) entry[name]["high"] = estimate.interval->high;
        }
        result.push_back(entry);
    }
    return result;
}

std::string comparison_text(const Comparison& comparison, const std::vector<RunSummary>& runs) {
    std::string text =
        legend_text(comparison) + settings_text(comparison) + errors_text(comparison) + configurations_text(runs);
    for (const auto& level : comparison.levels) text += categories_text(comparison, level);
    return text;
}

void print(const Comparison& comparison, const std::vector<RunSummary>& runs, const po::variables_map& values) {
    if (values.count("json") > 0) {
        Json document = {{"command", "compare"}};
        document.update(json_of(comparison));
        document["configurations"] = configurations_json(runs);
        fmt::print("{}\n", document.dump(2));
    } else if (values.count("csv") > 0) {
        std::ostringstream table;
        CsvWriter csv(table);
        write_comparison_header(csv);
        write_comparison(csv, comparison);
        write_whole_file(values["csv"].as<std::string>(), table.str());
    } else {
        fmt::print("{}", comparison_text(comparison, runs));
    }
}

}  // namespace

int run_compare(const std::vector<std::string>& arguments) {
    po::options_description flags("Options");
    add_convention_flags(flags);
    flags.add_options()("json", "print as one JSON document")(
        "csv", po::value<std::string>()->value_name("FILE"), "write everything to one CSV file instead (- for stdout)");
    add_guard_flags(flags);
    const auto values = parse_command_line(kHelp, flags, "run", arguments);
    if (!values) return 0;
    if (values->count("json") > 0 && values->count("csv") > 0) throw UsageError("--json and --csv exclude each other");
    const auto paths = run_paths(*values, 2, std::numeric_limits<std::size_t>::max());
    const SummaryOptions options = convention_of(*values);
    return guarded("compare", guard_limits(*values, paths), paths, [&](const Watchdog& watchdog) {
        const auto runs = read_runs(paths, watchdog);
        print(compare(runs, options), runs, *values);
        return 0;
    });
}

}  // namespace stdpscope::apps
