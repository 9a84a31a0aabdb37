#include "apps/bench/level_listener.hpp"

#include <chrono>
#include <filesystem>
#include <utility>

#include "apps/vector_instructions.hpp"

namespace stdpscope::apps {
namespace {

/// Hands rows on and adds up for how long that takes.
class TimedSink : public analysis::RecordSink {
public:
    explicit TimedSink(analysis::RecordSink& sink) : sink_(sink) {}
    void append(analysis::Record record) override { hand_on(std::move(record)); }
    void append(analysis::SampledStep step) override { hand_on(std::move(step)); }
    void append(analysis::PlanesStep step) override { hand_on(std::move(step)); }
    void append(analysis::UpdatesStep step) override { hand_on(std::move(step)); }
    [[nodiscard]] double seconds() const { return seconds_; }

private:
    template <class Row>
    void hand_on(Row row) {
        using Clock = std::chrono::steady_clock;
        const Clock::time_point begun = Clock::now();
        sink_.append(std::move(row));
        seconds_ += std::chrono::duration<double>(Clock::now() - begun).count();
    }

    analysis::RecordSink& sink_;
    double seconds_ = 0.0;
};

std::uint64_t folder_bytes(const std::filesystem::path& folder) {
    std::uint64_t bytes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) bytes += entry.file_size();
    }
    return bytes;
}

}  // namespace

struct LevelListener::OpenTrace {
    explicit OpenTrace(const analysis::TraceHeader& header)
        : folder("stdpscope-bench"),
          writer(folder.path(), header),
          sink(writer),
          ledger(header.options, sink, ledger_instructions()) {}

    TemporaryFolder folder;
    analysis::TraceWriter writer;
    TimedSink sink;
    analysis::Ledger ledger;
};

LevelListener::LevelListener(const analysis::TraceHeader& header, TraceLife life) : header_(header), life_(life) {}
LevelListener::LevelListener(LevelListener&&) noexcept = default;
LevelListener::~LevelListener() = default;

void LevelListener::open() {
    trace_ = std::make_unique<OpenTrace>(header_);
    trace_->ledger.training_begun(plan_);
    step_ = 0;
}

void LevelListener::begin_training(const ann::TrainingPlan& plan) {
    plan_ = plan;
    if (header_.options.level != analysis::TraceLevel::off && life_ == TraceLife::whole_run) open();
}

void LevelListener::begin_turn() {
    if (header_.options.level != analysis::TraceLevel::off && life_ == TraceLife::one_turn) open();
}

ann::StepPlace LevelListener::own_place(const ann::StepPlace& place) const {
    ann::StepPlace own = place;
    own.step = step_;
    own.last_of_epoch = false;
    return own;
}

void LevelListener::layer_updated(const ann::StepPlace& place, arma::uword layer, const ann::LayerStep& views) {
    if (trace_) trace_->ledger.layer_updated(own_place(place), layer, views);
}

void LevelListener::step_done(const ann::StepPlace& place, double batch_loss) {
    if (trace_) {
        const double before = trace_->sink.seconds();
        trace_->ledger.step_done(own_place(place), batch_loss);
        waited_seconds_ += trace_->sink.seconds() - before;
    }
    ++step_;
}

void LevelListener::end_turn() {
    if (life_ == TraceLife::one_turn) trace_.reset();
}

void LevelListener::end_training() {
    end_turn();  // at a signal within a turn
    if (!trace_) return;
    trace_->ledger.training_ended();
    trace_->writer.close();
    trace_bytes_ = folder_bytes(trace_->folder.path());
    writer_seconds_ = trace_->writer.thread_seconds();
    trace_.reset();
}

}  // namespace stdpscope::apps
