#include "analysis/summary/run_summary.hpp"

#include <algorithm>
#include <utility>

#include "analysis/summary/run_texts.hpp"
#include "analysis/trace/error.hpp"
#include "analysis/trace/run_folder.hpp"
#include "analysis/trace/trace_reader.hpp"

namespace stdpscope::analysis {
namespace {

namespace fs = std::filesystem;

bool has_metrics(const fs::path& folder) {
    std::error_code ignored;
    return fs::exists(folder / kMetricsFile, ignored);
}

/// Whether the folder holds anything of a run.
bool is_run_folder(const fs::path& folder) {
    const auto names = {kConfigurationFile, kEnvironmentFile, kMetricsFile, kResultFile, kRunFile};
    return std::any_of(names.begin(), names.end(),
                       [&](const char* name) {
                           std::error_code ignored;
                           return fs::exists(folder / name, ignored);
                       }) ||
           !find_segments(folder).empty();
}

TraceFacts read_trace(const fs::path& path, const std::function<void()>& progress) {
    const TraceReader reader(path);
    TraceFacts facts{reader.header(), reader.complete(), Tally(reader.header().layers)};
    progress();
    reader.for_each_record([&](const Record& record) {
        facts.tally.add(record);
        progress();
    });
    return facts;
}

}  // namespace

std::string_view name_of(TraceLevel level) {
    switch (level) {
        case TraceLevel::off:
            break;
        case TraceLevel::counts:
            return "counts";
        case TraceLevel::samples:
            return "samples";
        case TraceLevel::planes:
            return "planes";
        case TraceLevel::full:
            return "full";
    }
    return "off";
}

std::string_view name_of(UpdateTiming timing) {
    return timing == UpdateTiming::pairs ? "pairs" : "integral";
}

std::string RunSummary::setting(const std::string& key) const {
    const auto found = std::find_if(configuration.begin(), configuration.end(),
                                    [&](const FlatSetting& setting) { return setting.key == key; });
    return found == configuration.end() ? "" : found->value;
}

void require_run(const fs::path& path) {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) throw MissingTrace(path.string(), "no such file or folder, must be a run folder");
    if (fs::is_directory(path, ignored) && !is_run_folder(path)) {
        throw MissingTrace(path.string(), "no run in this folder, must be a run folder");
    }
}

RunSummary read_run(const fs::path& path, const std::function<void()>& progress) {
    require_run(path);
    std::error_code ignored;
    RunSummary run;
    run.path = path.string();
    std::optional<std::string> configuration;
    if (!fs::is_directory(path, ignored)) {
        run.trace = read_trace(path, progress);
    } else {
        configuration = read_text(path / kConfigurationFile);
        run.result = read_json(path / kResultFile);
        run.environment = read_json(path / kEnvironmentFile);
        if (has_metrics(path)) run.metrics = read_metrics(path);
        if (!find_segments(path).empty()) run.trace = read_trace(path, progress);
    }
    if (configuration) {
        run.configuration = flat_settings(*configuration, (path / kConfigurationFile).string());
    } else if (run.trace) {
        run.configuration = flat_settings(run.trace->header.configuration, path.string() + ": configuration");
    }
    return run;
}

const TraceFacts& require_trace(const RunSummary& run) {
    if (!run.trace) {
        throw MissingTrace(run.path, run.setting("trace.level") == "off" ? "no trace: trained with --trace off"
                                                                         : "no trace in this run");
    }
    if (run.trace->tally.records() == 0) throw MissingTrace(run.path, "no committed record in the trace yet");
    return *run.trace;
}

}  // namespace stdpscope::analysis
