#pragma once

#include <memory>
#include <optional>

#include "analysis/ledger/ledger.hpp"
#include "analysis/trace/trace_writer.hpp"
#include "ann/observer.hpp"
#include "apps/temporary_folder.hpp"

namespace stdpscope::apps {

/// How long a trace lives whose listener takes turns with others.
enum class TraceLife {
    whole_run,  ///< one trace, closed at the end
    one_turn,   ///< a new one each turn, dropped after it: for a level that would fill the disk
};

/// The ledger at one level with the trace that it writes, in a temporary folder; or nobody, at level `off`. It may
/// listen to some of the steps only: they are numbered anew, so that rows are as frequent among them as in a training.
class LevelListener {
public:
    LevelListener(const analysis::TraceHeader& header, TraceLife life);
    LevelListener(LevelListener&&) noexcept;
    ~LevelListener();

    [[nodiscard]] const analysis::TraceOptions& options() const { return header_.options; }
    [[nodiscard]] TraceLife life() const { return life_; }

    void begin_training(const ann::TrainingPlan& plan);
    void begin_turn();
    void layer_updated(const ann::StepPlace& place, arma::uword layer, const ann::LayerStep& views);
    void step_done(const ann::StepPlace& place, double batch_loss);
    void end_turn();
    /// Closes the trace, where it lives for the whole run.
    void end_training();

    /// The number of the next step.
    [[nodiscard]] std::uint64_t step() const { return step_; }
    /// For how long training has waited in handing rows to the trace's writer.
    [[nodiscard]] double waited_seconds() const { return waited_seconds_; }

    /// After end_training, of a trace for the whole run: its size, and the processor time of the writer's thread.
    [[nodiscard]] std::uint64_t trace_bytes() const { return trace_bytes_; }
    [[nodiscard]] double writer_seconds() const { return writer_seconds_; }

private:
    struct OpenTrace;

    void open();
    /// The step by its own number; epochs of the training end no records, so that their places are known.
    [[nodiscard]] ann::StepPlace own_place(const ann::StepPlace& place) const;

    analysis::TraceHeader header_;
    TraceLife life_;
    ann::TrainingPlan plan_;
    std::unique_ptr<OpenTrace> trace_;
    std::uint64_t step_ = 0;
    double waited_seconds_ = 0.0;
    std::uint64_t trace_bytes_ = 0;
    double writer_seconds_ = 0.0;
};

}  // namespace stdpscope::apps
