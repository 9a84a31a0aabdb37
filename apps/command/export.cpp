#include <filesystem>

#include "analysis/summary/run_summary.hpp"
#include "analysis/summary/trace_export.hpp"
#include "apps/command.hpp"
#include "apps/command/summary_flags.hpp"
#include "apps/command_line.hpp"
#include "apps/configuration/error.hpp"
#include "apps/folder_in_the_making.hpp"

namespace stdpscope::apps {
namespace {

namespace po = boost::program_options;

const CommandHelp kHelp{
    .name = "export",
    .usage = "stdpscope export RUN --csv DIR [options]",
    .description =
        "Every count of a run's trace as CSV files, one value a row, in the new folder DIR; README.txt there\n"
        "describes the columns. DIR appears when all files are complete.",
    .examples = "stdpscope export runs/mixlu --csv tables",
};

}  // namespace

int run_export(const std::vector<std::string>& arguments) {
    po::options_description flags("Options");
    flags.add_options()("csv", po::value<std::string>()->value_name("DIR"), "the new folder for the CSV files");
    add_guard_flags(flags);
    const auto values = parse_command_line(kHelp, flags, "run", arguments);
    if (!values) return 0;
    const auto paths = run_paths(*values, 1, 1);
    if (values->count("csv") == 0) throw UsageError("--csv DIR is missing");
    const std::string csv = (*values)["csv"].as<std::string>();
    if (csv.empty()) throw UsageError("--csv = \"\" must name a new folder");

    const GuardLimits limits = guard_limits(*values, paths);
    FolderInTheMaking folder(csv);
    const int code = guarded("export", limits, paths, [&](const Watchdog& watchdog) {
        watchdog.begin(0);
        analysis::export_trace(paths.front(), folder.path(), [&] { watchdog.progress(); });
        return 0;
    });
    if (code == 0) folder.finish();
    return code;
}

}  // namespace stdpscope::apps
