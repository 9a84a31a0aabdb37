#include "analysis/verify/verification.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "analysis/summary/flat_settings.hpp"
#include "analysis/summary/run_summary.hpp"
#include "analysis/summary/run_texts.hpp"
#include "analysis/trace/error.hpp"
#include "analysis/trace/metrics_file.hpp"
#include "analysis/trace/run_folder.hpp"
#include "analysis/trace/synapses_file.hpp"
#include "analysis/trace/trace_reader.hpp"
#include "analysis/trace/virtual_run.hpp"
#include "analysis/trace/weights_file.hpp"
#include "analysis/verify/record_laws.hpp"
#include "analysis/verify/stream_laws.hpp"

namespace stdpscope::analysis {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Lets `look(check)` say what is wrong, by faults or by an exception about a file.
template <class Look>
void look_at(std::vector<Check>& checks, const char* subject, Look look) {
    Check check(subject);
    try {
        look(check);
    } catch (const FileError& mistake) {
        check.fault(mistake.what());
    }
    checks.push_back(std::move(check));
}

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

/// "1 epoch", "2 epochs".
std::string counted(std::uint64_t number, const char* thing) {
    return fmt::format("{} {}{}", number, thing, number == 1 ? "" : "s");
}

std::optional<std::uint64_t> number_in(const json& document, const char* key) {
    if (!document.is_object() || !document.contains(key) || !document[key].is_number_unsigned()) return std::nullopt;
    return document[key].get<std::uint64_t>();
}

/// One run folder under examination.
class RunExamination {
public:
    RunExamination(const fs::path& folder, Verification& verification, const std::function<void()>& progress)
        : folder_(folder), verification_(verification), checks_(verification.checks), progress_(progress) {}

    void look_at_all() {
        look_at_texts();
        look_at_metrics();
        look_at_trace();
        look_at_weights();
        look_at_synapses();
    }

private:
    void look_at_texts() {
        look_at(checks_, kConfigurationFile, [&](Check& check) {
            const auto text = read_text(folder_ / kConfigurationFile);
            if (!text) return check.fault((folder_ / kConfigurationFile).string() + ": no such file");
            const auto settings = flat_settings(*text, (folder_ / kConfigurationFile).string());
            for (const FlatSetting& setting : settings) {
                if (setting.key == "trace.level" && setting.value == "off") is_untraced_ = true;
            }
            check.found = counted(settings.size(), "setting");
        });
        look_at(checks_, kEnvironmentFile, [&](Check& check) {
            json environment = read_json(folder_ / kEnvironmentFile);
            if (environment.is_null()) return check.fault((folder_ / kEnvironmentFile).string() + ": no such file");
            if (environment.is_object() && environment["program"].is_string()) check.found = environment["program"];
        });
        look_at(checks_, kResultFile, [&](Check& check) { look_at_result(check); });
    }

    void look_at_result(Check& check) {
        const fs::path path = folder_ / kResultFile;
        result_ = read_json(path);
        if (result_.is_null() && verification_.is_being_written) {
            check.found = "none yet: the run is being written";
            return;
        }
        if (!result_.is_object() || !result_.contains("end") || !result_["end"].is_string()) {
            result_ = nullptr;
            return check.fault(path.string() + ": no end of the run, must say how it ended (it was ended hard?)");
        }
        const std::string end = result_["end"].get<std::string>();
        is_repaired_ = result_.contains("repaired");
        is_stopped_ = end == "stopped";
        const auto diverged = result_.find("diverged");
        if (end == "diverged" || (diverged != result_.end() && *diverged == true)) values_ = Values::any;
        const auto steps = number_in(result_, "steps");
        check.found = end + (steps ? fmt::format(" after {} steps", *steps) : "") + (is_repaired_ ? ", repaired" : "");
    }

    void look_at_metrics() {
        if (!is_there(folder_ / kMetricsFile)) return;
        look_at(checks_, kMetricsFile, [&](Check& check) {
            metrics_ = read_metrics(folder_);
            check.found = counted(metrics_.size(), "epoch");
            for (std::size_t epoch = 0; epoch < metrics_.size(); ++epoch) look_at_epoch(epoch, check);
            const auto epochs = number_in(result_, "epochs");
            if (epochs && *epochs != metrics_.size()) {
                check.fault(
                    fmt::format("has {} epochs, must have those of {}: {}", metrics_.size(), kResultFile, *epochs));
            }
        });
    }

    void look_at_epoch(std::size_t epoch, Check& check) {
        const ann::EpochMetrics& metrics = metrics_[epoch];
        const std::string place = fmt::format("line {}: ", epoch + 2);
        if (metrics.epoch != epoch) check.fault(fmt::format("{}epoch = {} must be {}", place, metrics.epoch, epoch));
        for (const double error : {metrics.training_error, metrics.full_training_error, metrics.test_error}) {
            if (error < 0.0 || error > 1.0) check.fault(fmt::format("{}error {} must be 0 to 1", place, error));
        }
        // The loss is the first to tell of a run that diverged and was stopped or ended hard then.
        if (!std::isfinite(metrics.training_loss)) values_ = Values::any;
    }

    void look_at_trace() {
        Check trace_check("trace");
        Check records("records");
        Check steps("streams");
        std::optional<RecordLaws> laws;
        try {
            if (list_segments(folder_).empty()) {
                trace_check.found = "none";
                if (!is_untraced_) trace_check.fault(folder_.string() + ": no trace, and no trace.level = off");
                checks_.push_back(std::move(trace_check));
                return;
            }
            reader_.emplace(folder_);
            is_whole_ = reader_->complete() && !is_repaired_;
            laws.emplace(reader_->header(), values_, records);
            reader_->for_each_record([&](const Record& record) {
                laws->look_at(record);
                progress_();
            });
            trace_check.found =
                fmt::format("{}, {}, level {}; {}", counted(reader_->segments(), "segment"),
                            reader_->complete() ? "closed" : "not closed", name_of(reader_->header().options.level),
                            counted(reader_->records(), "record"));
            look_at_end_of_trace(trace_check);
            look_at_steps(*reader_, laws->end_step(), values_, steps, progress_);
            look_at_events(*reader_, steps, progress_);
            if (is_whole_) look_at_spike_counts(*reader_, laws->spikes(), steps);
        } catch (const FileError& mistake) {
            trace_check.fault(mistake.what());
        }
        if (laws) look_at_what_records_tell(*laws, records);
        checks_.push_back(std::move(trace_check));
        if (laws) checks_.push_back(std::move(records));
        if (reader_ && reader_->header().options.level >= TraceLevel::samples) {
            steps.found = "checksums and places";
            checks_.push_back(std::move(steps));
        }
    }

    void look_at_end_of_trace(Check& check) {
        if (reader_->complete()) {
            look_at_virtual_run(check);
        } else if (!verification_.is_being_written) {
            check.fault(
                fmt::format("{}: the last segment was not closed, its writer died; stdpscope repair copies the rows "
                            "that it committed",
                            folder_.string()));
        }
    }

    void look_at_virtual_run(Check& check) {
        const StreamRows rows{.records = reader_->records(),
                              .sampled_steps = reader_->sampled_steps(),
                              .planes_steps = reader_->planes_steps(),
                              .updates_steps = reader_->updates_steps()};
        require_virtual_run(folder_, reader_->header(), rows, reader_->event_rows());
        check.found += ", shown as one by run.h5";
    }

    /// What the trace's records must have in common with metrics and result.
    void look_at_what_records_tell(const RecordLaws& laws, Check& check) {
        check.found = fmt::format("steps 0 to {}, {}", laws.end_step(), counted(laws.learning_rates().size(), "epoch"));
        last_layers_ = laws.last_layers();
        const auto steps = number_in(result_, "steps");
        if (is_whole_ && steps && *steps != laws.end_step()) {
            check.fault(
                fmt::format("end at step {}, must end at {}, the steps of {}", laws.end_step(), *steps, kResultFile));
        }
        const std::size_t epochs = laws.learning_rates().size();
        for (std::size_t epoch = 0; epoch < std::min(metrics_.size(), epochs); ++epoch) {
            if (metrics_[epoch].learning_rate == laws.learning_rates()[epoch]) continue;
            check.fault(fmt::format("epoch {}: learning_rate = {} must be that of {}, {}", epoch,
                                    laws.learning_rates()[epoch], kMetricsFile, metrics_[epoch].learning_rate));
        }
        const bool is_training = reader_ && !reader_->header().spiking;
        const bool may_lack_last = is_stopped_ && metrics_.size() + 1 == epochs;
        if (is_whole_ && is_training && metrics_.size() != epochs && !may_lack_last) {
            check.fault(fmt::format("{} epochs, must be those of {}: {}", epochs, kMetricsFile, metrics_.size()));
        }
    }

    void look_at_weights() {
        if (!is_there(folder_ / kWeightsFile)) {
            const bool is_missing = is_whole_ && reader_ && !reader_->header().spiking;
            if (is_missing) missing(kWeightsFile);
            return;
        }
        look_at(checks_, kWeightsFile, [&](Check& check) {
            const std::vector<NamedWeights> layers = read_weights(folder_ / kWeightsFile);
            check.found = counted(layers.size(), "layer");
            for (const NamedWeights& layer : layers) {
                if (values_ == Values::finite && !(layer.weights.is_finite() && layer.biases.is_finite())) {
                    check.fault(fmt::format("layer {}: weights and biases must be finite", layer.name));
                } else if (values_ == Values::finite) {
                    compare_to_moments(layer, check);
                }
            }
        });
    }

    /// The last record's moments are those of the weights at the end.
    void compare_to_moments(const NamedWeights& layer, Check& check) {
        const LayerRecord* const record = last_record_of(layer.name);
        if (record == nullptr) return;
        compare_range(layer.name, range_of(*record), {layer.weights.min(), layer.weights.max()}, check);
        const Range biases{record->biases.minimum, record->biases.maximum};
        compare_range(layer.name + ", biases", biases, {layer.biases.min(), layer.biases.max()}, check);
    }

    void look_at_synapses() {
        if (!is_there(folder_ / kSynapsesFile)) {
            const bool is_missing = is_whole_ && reader_ && reader_->header().spiking;
            if (is_missing) missing(kSynapsesFile);
            return;
        }
        look_at(checks_, kSynapsesFile, [&](Check& check) {
            const std::vector<NamedSynapses> layers = read_synapses(folder_ / kSynapsesFile);
            check.found = counted(layers.size(), "projection");
            for (const NamedSynapses& layer : layers) {
                const bool is_finite = std::all_of(layer.weight.begin(), layer.weight.end(),
                                                   [](float weight) { return std::isfinite(weight); });
                if (!is_finite) check.fault(fmt::format("layer {}: weights must be finite", layer.name));
                const LayerRecord* const record = last_record_of(layer.name);
                if (record == nullptr || layer.weight.empty()) continue;
                const auto [least, most] = std::minmax_element(layer.weight.begin(), layer.weight.end());
                const Range told = range_of(*record);
                compare_range(layer.name, {static_cast<float>(told.least), static_cast<float>(told.most)},
                              {*least, *most}, check);
            }
        });
    }

    struct Range {
        double least;
        double most;
    };

    static Range range_of(const LayerRecord& record) {
        Range range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
        for (const UpdateCounts& population : record.updates) {
            range.least = std::min(range.least, population.weights.minimum);
            range.most = std::max(range.most, population.weights.maximum);
        }
        return range;
    }

    static void compare_range(const std::string& layer, const Range& told, const Range& present, Check& check) {
        if (told.least == present.least && told.most == present.most) return;
        check.fault(fmt::format("layer {}: values from {} to {}, must be from {} to {}, the moments of the last record",
                                layer, present.least, present.most, told.least, told.most));
    }

    /// Null where the trace does not tell of the run's end.
    const LayerRecord* last_record_of(const std::string& name) const {
        if (!is_whole_) return nullptr;
        const std::vector<ann::SynapseLayer>& layers = reader_->header().layers;
        for (std::size_t layer = 0; layer < std::min(layers.size(), last_layers_.size()); ++layer) {
            if (layers[layer].name == name) return &last_layers_[layer];
        }
        return nullptr;
    }

    void missing(const char* file) {
        Check check(file);
        check.fault((folder_ / file).string() + ": no such file, must hold what the run ended with");
        checks_.push_back(std::move(check));
    }

    const fs::path& folder_;
    Verification& verification_;
    std::vector<Check>& checks_;
    const std::function<void()>& progress_;
    json result_;
    bool is_untraced_ = false;
    bool is_repaired_ = false;
    bool is_stopped_ = false;
    bool is_whole_ = false;  ///< the trace tells of the run from its first step to its last
    Values values_ = Values::finite;
    std::vector<ann::EpochMetrics> metrics_;
    std::optional<TraceReader> reader_;
    std::vector<LayerRecord> last_layers_;
};

void look_at_segment(const fs::path& path, std::vector<Check>& checks, const std::function<void()>& progress) {
    look_at(checks, "segment", [&](Check& check) {
        const TraceReader reader(path);
        reader.for_each_record([&](const Record&) { progress(); });
        reader.for_each_sampled_step([&](const SampledStep&) { progress(); });
        reader.for_each_planes_step([&](const PlanesStep&) { progress(); });
        reader.for_each_updates_step([&](const UpdatesStep&) { progress(); });
        for (std::size_t stream = 0; stream < reader.event_rows().size(); ++stream) {
            reader.for_each_event_rows(stream, [&](const EventRows&) { progress(); });
        }
        check.found =
            fmt::format("{}, {}", counted(reader.records(), "record"), reader.complete() ? "closed" : "not closed");
    });
}

}  // namespace

bool Verification::holds() const {
    return fault_count() == 0;
}

std::uint64_t Verification::fault_count() const {
    std::uint64_t all = 0;
    for (const Check& check : checks) all += check.fault_count;
    return all;
}

Verification verify_run(const fs::path& path, const std::function<void()>& progress) {
    std::error_code ignored;
    Verification verification;
    verification.path = path.string();
    if (!fs::is_directory(path, ignored)) {
        require_run(path);
        look_at_segment(path, verification.checks, progress);
        return verification;
    }
    if (list_segments(path).empty()) require_run(path);
    verification.is_being_written = is_being_written(path);
    RunExamination(path, verification, progress).look_at_all();
    return verification;
}

}  // namespace stdpscope::analysis
