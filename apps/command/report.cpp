#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <set>
#include <system_error>

#include "analysis/report/report.hpp"
#include "analysis/report/report_files.hpp"
#include "analysis/report/report_html.hpp"
#include "analysis/report/report_page.hpp"
#include "analysis/trace/error.hpp"
#include "apps/command.hpp"
#include "apps/command/summary_flags.hpp"
#include "apps/command_line.hpp"
#include "apps/configuration/error.hpp"
#include "apps/run_environment.hpp"

namespace stdpscope::apps {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

const CommandHelp kHelp{
    .name = "report",
    .usage = "stdpscope report RUN... --out REPORT.html [options]",
    .description =
        "Runs side by side as one HTML file that needs no network: settings, errors, STDP composition, the network's\n"
        "own STDP window, units, statistics. With --format also every table as CSV and LaTeX, every figure as SVG and\n"
        "everything as JSON, beside it: REPORT-csv/, REPORT-latex/, REPORT-svg/ (new folders) and REPORT.json.",
    .examples =
        "stdpscope report runs/relu runs/mixlu --out report.html\n"
        "stdpscope report runs/* --out report.html --format html,csv,latex,svg,json",
};

const std::vector<std::string> kFormats = {"html", "csv", "latex", "svg", "json"};

std::set<std::string> formats_of(const std::string& list) {
    std::set<std::string> formats;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        formats.insert(kFormats[choice_of("format", list.substr(begin, end - begin), kFormats)]);
        begin = end + 1;
    }
    return formats;
}

/// REPORT of REPORT.html.
fs::path stem_of(const std::string& out) {
    fs::path path(out);
    if (path.extension() == ".html" || path.extension() == ".htm") path.replace_extension();
    if (!path.has_filename()) throw UsageError(fmt::format("--out = {} must name a file", out));
    return path;
}

/// The folder of one format, which must be new so that it holds nothing of another report.
fs::path folder_of(const fs::path& stem, const std::string& format) {
    return stem.string() + "-" + format;
}

void refuse_existing(const fs::path& stem, const std::set<std::string>& formats) {
    for (const char* format : {"csv", "latex", "svg"}) {
        if (!formats.contains(format)) continue;
        std::error_code ignored;
        const fs::path folder = folder_of(stem, format);
        if (fs::exists(fs::symlink_status(folder, ignored))) {
            throw analysis::CannotCreate(folder.string(), "exists already, must be a new folder");
        }
    }
}

void write_folder(const fs::path& folder, const std::vector<analysis::ReportFile>& files) {
    if (::mkdir(folder.c_str(), 0777) != 0) {
        throw analysis::CannotCreate(folder.string(), std::generic_category().message(errno));
    }
    for (const analysis::ReportFile& file : files) write_whole_file((folder / file.name).string(), file.content);
    fmt::print("{}/ ({} files)\n", folder.string(), files.size());
}

void write_file(const std::string& path, const std::string& content) {
    write_whole_file(path, content);
    fmt::print("{} ({:.1f} MB)\n", path, static_cast<double>(content.size()) / 1e6);
}

analysis::Report read_report(const std::vector<std::string>& paths, const analysis::SummaryOptions& options,
                             const std::set<std::string>& formats, const Watchdog& watchdog) {
    analysis::ReportInput input;
    input.options = options;
    input.with_states = formats.contains("csv") || formats.contains("svg");
    input.runs = read_runs(paths, watchdog);
    for (std::size_t index = 0; index < paths.size(); ++index) {
        watchdog.begin(index);
        input.details.push_back(analysis::read_detail(input.runs[index], options, [&] { watchdog.progress(); }));
    }
    return analysis::make_report(input);
}

/// `out` is where the HTML goes; all else lies beside it.
void write_report(const analysis::Report& report, const std::string& out, const std::set<std::string>& formats) {
    const fs::path stem = stem_of(out);
    if (formats.contains("html")) write_file(out, html_of(report, analysis::report_page(), program_text()));
    if (formats.contains("csv"))
        write_folder(folder_of(stem, "csv"), csv_files(report, analysis::FigureScope::with_states));
    if (formats.contains("latex")) write_folder(folder_of(stem, "latex"), latex_files(report));
    if (formats.contains("svg"))
        write_folder(folder_of(stem, "svg"), svg_files(report, analysis::FigureScope::with_states));
    if (formats.contains("json")) write_file(stem.string() + ".json", json_of(report).dump(1) + "\n");
}

}  // namespace

int run_report(const std::vector<std::string>& arguments) {
    po::options_description flags("Options");
    flags.add_options()("out", po::value<std::string>()->value_name("REPORT.html"),
                        "the file to write; replaced if there")(
        "format", po::value<std::string>()->default_value("html")->value_name("LIST"),
        "html, csv, latex, svg, json; several, separated by commas");
    add_reading_flags(flags);
    add_guard_flags(flags);
    const auto values = parse_command_line(kHelp, flags, "run", arguments);
    if (!values) return 0;
    const auto paths = run_paths(*values, 1, std::numeric_limits<std::size_t>::max());
    if (values->count("out") == 0) throw UsageError("--out REPORT.html is missing");
    const std::string out = (*values)["out"].as<std::string>();
    const fs::path stem = stem_of(out);
    const std::set<std::string> formats = formats_of((*values)["format"].as<std::string>());
    if (formats.contains("html") && analysis::report_page().empty()) {
        throw UsageError(
            "--format html: this program was built without it (STDPSCOPE_HTML_REPORT=OFF), must be of csv, latex, svg, "
            "json");
    }
    const analysis::SummaryOptions options = convention_of(*values);
    refuse_existing(stem, formats);
    return guarded("report", guard_limits(*values, paths), paths, [&](const Watchdog& watchdog) {
        write_report(read_report(paths, options, formats, watchdog), out, formats);
        return 0;
    });
}

}  // namespace stdpscope::apps
