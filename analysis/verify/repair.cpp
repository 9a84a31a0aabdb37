#include "analysis/verify/repair.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "analysis/summary/run_texts.hpp"
#include "analysis/trace/durable_file.hpp"
#include "analysis/trace/error.hpp"
#include "analysis/trace/metrics_file.hpp"
#include "analysis/trace/run_folder.hpp"
#include "analysis/trace/synapses_file.hpp"
#include "analysis/trace/trace_reader.hpp"
#include "analysis/trace/trace_writer.hpp"
#include "analysis/trace/virtual_run.hpp"
#include "analysis/trace/weights_file.hpp"

namespace stdpscope::analysis {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Hands rows on to a trace and tells of each.
class CopyingSink : public RecordSink {
public:
    CopyingSink(TraceWriter& writer, const std::function<void()>& progress) : writer_(writer), progress_(progress) {}
    void append(Record record) override { hand_on(std::move(record)); }
    void append(SampledStep step) override { hand_on(std::move(step)); }
    void append(PlanesStep step) override { hand_on(std::move(step)); }
    void append(UpdatesStep step) override { hand_on(std::move(step)); }
    void append(EventRows rows) override { hand_on(std::move(rows)); }

private:
    template <class Row>
    void hand_on(Row row) {
        writer_.append(std::move(row));
        progress_();
    }

    TraceWriter& writer_;
    const std::function<void()>& progress_;
};

std::uint64_t sum_of(const std::vector<std::uint64_t>& rows) {
    return std::accumulate(rows.begin(), rows.end(), std::uint64_t{0});
}

/// What is wrong with the trace; the last segments may be gone without a gap, which run.h5 knows.
std::vector<std::string> damage_of(const fs::path& run, const TraceReader& trace) {
    std::vector<std::string> damage = trace.damage();
    if (!damage.empty()) return damage;
    if (!trace.complete()) return {run.string() + ": the last segment was not closed"};
    try {
        require_virtual_run(run, trace.header(),
                            {.records = trace.records(),
                             .sampled_steps = trace.sampled_steps(),
                             .planes_steps = trace.planes_steps(),
                             .updates_steps = trace.updates_steps()},
                            trace.event_rows());
    } catch (const DamagedTrace& mistake) {
        damage.emplace_back(mistake.what());
    }
    return damage;
}

/// Whether a file of a run folder is of the trace, or written anew.
bool is_made_anew(const std::string& name) {
    return name.starts_with("trace-") || name.starts_with(kRunFile) || name == kLockFile || name == kResultFile ||
           name.ends_with(".part");
}

/// Throws FileError where a file that a run's readers open cannot be read.
void require_readable(const fs::path& path) {
    const std::string name = path.filename().string();
    if (name == kWeightsFile) static_cast<void>(read_weights(path));
    if (name == kSynapsesFile) static_cast<void>(read_synapses(path));
    if (name == kMetricsFile) static_cast<void>(read_metrics(path.parent_path()));
    if (path.extension() == ".json") static_cast<void>(read_json(path));
}

void copy_other_files(const fs::path& run, const fs::path& out, std::vector<std::string>& left_out) {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(run)) {
        if (fs::is_regular_file(entry.symlink_status()) && !is_made_anew(entry.path().filename().string())) {
            paths.push_back(entry.path());
        }
    }
    std::sort(paths.begin(), paths.end());
    for (const fs::path& path : paths) {
        try {
            require_readable(path);
        } catch (const FileError& mistake) {
            left_out.emplace_back(mistake.what());
            continue;
        }
        const fs::path copy = out / path.filename();
        require_free_space(out, fs::file_size(path));
        fs::copy_file(path, copy);
        synchronize_file(copy);
    }
}

/// What the original says of its end, with the repair.
json result_of(const fs::path& run, Repair& repair, const std::string& program, const std::string& time) {
    json result;
    try {
        result = read_json(run / kResultFile);
    } catch (const DamagedTrace& mistake) {
        repair.left_out.emplace_back(mistake.what());
    }
    if (!result.is_object()) result = json::object();
    if (!result.contains("end") || !result["end"].is_string()) result["end"] = "unfinished";
    json& repaired = result["repaired"] = json_of(repair);
    repaired["from"] = run.string();
    repaired["program"] = program;
    repaired["time"] = time;
    return result;
}

}  // namespace

nlohmann::ordered_json json_of(const Repair& repair) {
    return {{"committed_records", repair.committed_records},
            {"records", repair.records},
            {"committed_event_rows", repair.committed_event_rows},
            {"event_rows", repair.event_rows},
            {"damage", repair.damage},
            {"left_out", repair.left_out}};
}

std::optional<Repair> repair_run(const fs::path& run, const fs::path& out, const std::string& program,
                                 const std::string& time, const std::function<void()>& progress) {
    const TraceReader trace(run, ReadDamage::passed_over);
    Repair repair{.committed_records = trace.committed_records(),
                  .records = trace.records(),
                  .committed_event_rows = sum_of(trace.committed_event_rows()),
                  .event_rows = sum_of(trace.event_rows()),
                  .damage = damage_of(run, trace),
                  .left_out = {}};
    if (repair.damage.empty()) return std::nullopt;
    if (repair.records == 0) {
        throw DamagedTrace(run.string(), "has no committed record that can be read: there is nothing to repair");
    }
    TraceWriter writer(out, trace.header());
    CopyingSink sink(writer, progress);
    trace.copy_to(sink);
    writer.close();
    progress();
    copy_other_files(run, out, repair.left_out);
    const json result = result_of(run, repair, program, time);
    write_file_durably(out / kResultFile, result.dump(2) + "\n");
    return repair;
}

}  // namespace stdpscope::analysis
