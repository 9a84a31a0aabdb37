#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <sys/stat.h>

#include "analysis/summary/run_summary.hpp"
#include "analysis/summary/trace_export.hpp"
#include "analysis/trace/durable_file.hpp"
#include "analysis/trace/error.hpp"
#include "apps/command.hpp"
#include "apps/command/summary_flags.hpp"
#include "apps/command_line.hpp"
#include "apps/configuration/error.hpp"

namespace stdpscope::apps {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

const CommandHelp kHelp{
    .name = "export",
    .usage = "stdpscope export RUN --csv DIR [options]",
    .description =
        "Every count of a run's trace as CSV files, one value a row, in the new folder DIR; README.txt there\n"
        "describes the columns. DIR appears when all files are complete.",
    .examples = "stdpscope export runs/mixlu --csv tables",
};

/// A new folder DIR.part that is removed again unless it became DIR.
class FolderInTheMaking {
public:
    explicit FolderInTheMaking(fs::path folder) : folder_(std::move(folder)), part_(folder_.string() + ".part") {
        std::error_code ignored;
        if (fs::exists(fs::symlink_status(folder_, ignored))) {
            throw analysis::CannotCreate(folder_.string(), "exists already, must be a new folder");
        }
        if (::mkdir(part_.c_str(), 0777) != 0) {
            throw analysis::CannotCreate(part_.string(), std::generic_category().message(errno));
        }
    }
    ~FolderInTheMaking() {
        if (finished_) return;
        std::error_code ignored;  // there is an error under way that says more
        fs::remove_all(part_, ignored);
    }
    FolderInTheMaking(const FolderInTheMaking&) = delete;
    FolderInTheMaking& operator=(const FolderInTheMaking&) = delete;

    [[nodiscard]] const fs::path& path() const { return part_; }

    void finish() {
        analysis::rename_durably(part_, folder_);
        finished_ = true;
    }

private:
    fs::path folder_;
    fs::path part_;
    bool finished_ = false;
};

fs::path without_trailing_slash(const fs::path& path) {
    return path.has_filename() ? path : path.parent_path();
}

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
    FolderInTheMaking folder(without_trailing_slash(csv));
    const int code = guarded("export", limits, paths, [&](const Watchdog& watchdog) {
        watchdog.begin(0);
        analysis::export_trace(paths.front(), folder.path(), [&] { watchdog.progress(); });
        return 0;
    });
    if (code == 0) folder.finish();
    return code;
}

}  // namespace stdpscope::apps
