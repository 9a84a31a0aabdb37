#include "apps/command/summary_flags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "analysis/trace/error.hpp"
#include "apps/configuration/error.hpp"
#include "apps/configuration/nearest_name.hpp"

namespace stdpscope::apps {
namespace {

namespace po = boost::program_options;
using analysis::Level;
using analysis::Measure;
using analysis::TimingReading;

std::string last_error() {
    return std::generic_category().message(errno);
}

void write_file(const std::string& path, const std::string& content) {
    errno = 0;
    std::ofstream file(path, std::ios::binary);
    if (!file) throw analysis::CannotCreate(path, last_error());
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
    if (!file) throw analysis::WriteFailed(path, analysis::write_failure_of(errno), last_error());
}

void replace_file(const std::string& path, const std::string& content) {
    const std::string part = path + ".part";
    std::error_code failed;
    try {
        write_file(part, content);
        std::filesystem::rename(part, path, failed);
        if (failed) throw analysis::CannotCreate(path, failed.message());
    } catch (...) {
        std::error_code ignored;  // the first error is the one to tell
        std::filesystem::remove(part, ignored);
        throw;
    }
}

}  // namespace

std::size_t choice_of(const std::string& flag, const std::string& name, const std::vector<std::string>& names) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    throw UsageError(
        fmt::format("--{} = {} must be one of {}{}", flag, name, fmt::join(names, ", "), nearest_hint(name, names)));
}

void add_reading_flags(po::options_description& options) {
    options.add_options()("measure", po::value<std::string>()->default_value("magnitude")->value_name("MEASURE"),
                          "by which a synapse is strengthened: magnitude (|weight| grows) or signed (weight grows)")(
        "timing", po::value<std::string>()->default_value("descent")->value_name("READING"),
        "sign of timing: descent (of -dLoss/dactivation) or gradient (the tables to the letter)");
}

void add_convention_flags(po::options_description& options) {
    options.add_options()("level", po::value<std::string>()->value_name("LEVEL"),
                          "event: firing pairs; update: the updates really applied; default: both");
    add_reading_flags(options);
}

analysis::SummaryOptions convention_of(const po::variables_map& values) {
    analysis::SummaryOptions options;
    if (values.count("level") > 0) {
        const auto level = choice_of("level", values["level"].as<std::string>(), {"event", "update"});
        options.levels = {level == 0 ? Level::event : Level::update};
    }
    const auto measure = choice_of("measure", values["measure"].as<std::string>(), {"magnitude", "signed"});
    options.measure = measure == 0 ? Measure::magnitude : Measure::signed_weight;
    const auto timing = choice_of("timing", values["timing"].as<std::string>(), {"descent", "gradient"});
    options.timing = timing == 0 ? TimingReading::descent : TimingReading::gradient;
    return options;
}

std::vector<std::string> run_paths(const po::variables_map& values, std::size_t least, std::size_t most) {
    const auto paths =
        values.count("run") > 0 ? values["run"].as<std::vector<std::string>>() : std::vector<std::string>{};
    if (paths.size() < least) {
        throw UsageError(fmt::format("{} run folder{} must be named, {} {}", least, least == 1 ? "" : "s", paths.size(),
                                     paths.size() == 1 ? "is" : "are"));
    }
    if (paths.size() > most) throw UsageError(fmt::format("unexpected argument {}", paths[most]));
    return paths;
}

std::vector<analysis::RunSummary> read_runs(const std::vector<std::string>& paths, const Watchdog& watchdog) {
    std::vector<analysis::RunSummary> runs;
    for (std::size_t index = 0; index < paths.size(); ++index) {
        watchdog.begin(index);
        runs.push_back(analysis::read_run(paths[index], [&] { watchdog.progress(); }));
    }
    return runs;
}

void write_whole_file(const std::string& path, const std::string& content) {
    if (path == "-") {
        std::fwrite(content.data(), 1, content.size(), stdout);  // checked when stdout is flushed at the end
        return;
    }
    std::error_code ignored;
    const auto status = std::filesystem::status(path, ignored);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
        write_file(path, content);
    } else {
        replace_file(path, content);
    }
}

}  // namespace stdpscope::apps
