#include "analysis/summary/run_summary.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "analysis/trace/error.hpp"
#include "analysis/trace/run_folder.hpp"
#include "analysis/trace/trace_reader.hpp"

namespace stdpscope::analysis {
namespace {

namespace fs = std::filesystem;

/// Every text file of a run is far smaller; the bound keeps a foreign file from filling the memory.
constexpr std::uintmax_t kMostTextBytes = 64U << 20U;

/// None where there is no such file.
std::optional<std::string> text_of_file(const fs::path& path) {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return std::nullopt;
    if (!fs::is_regular_file(path, ignored)) throw DamagedTrace(path.string(), "must be a regular file");
    const std::uintmax_t bytes = fs::file_size(path, ignored);
    if (!ignored && bytes > kMostTextBytes) {
        throw DamagedTrace(path.string(), "has " + std::to_string(bytes) + " bytes, must have at most " +
                                              std::to_string(kMostTextBytes));
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) throw DamagedTrace(path.string(), "cannot be opened for reading");
    return std::string(std::istreambuf_iterator<char>(file), {});
}

nlohmann::json json_of_file(const fs::path& path) {
    const auto text = text_of_file(path);
    if (!text) return nullptr;
    try {
        return nlohmann::json::parse(*text);
    } catch (const nlohmann::json::parse_error& error) {
        throw DamagedTrace(path.string(),
                           "byte " + std::to_string(error.byte) + ": must be a JSON document (" + error.what() + ")");
    }
}

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
        configuration = text_of_file(path / kConfigurationFile);
        run.result = json_of_file(path / kResultFile);
        run.environment = json_of_file(path / kEnvironmentFile);
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
