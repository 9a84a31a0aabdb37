#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "ann/observer.hpp"
#include "apps/terminal.hpp"

namespace stdpscope::apps {

enum class ReportFormat { table, json };

/// Tells a person how training goes: on stderr a progress bar on a terminal, else one line an epoch; on stdout the
/// table of epochs (unless the results are printed as JSON at the end).
class TrainingReport : public ann::Observer {
public:
    /// `full_training_error`: whether that is measured and has a column.
    TrainingReport(ReportFormat format, bool full_training_error);

    void training_begun(const ann::TrainingPlan& plan) override;
    void step_done(const ann::StepPlace& place, double batch_loss) override;
    void epoch_done(const ann::EpochMetrics& metrics) override;
    void training_ended() override;

private:
    using Clock = std::chrono::steady_clock;

    void show_progress(const ann::StepPlace& place, Clock::time_point now);
    void print_row(const ann::EpochMetrics& metrics);

    ReportFormat format_;
    bool full_training_error_;
    bool stderr_is_terminal_;
    StatusLine status_;
    arma::uword epochs_ = 0;
    std::uint64_t steps_ = 0;  ///< of the whole training
    std::uint64_t samples_per_step_ = 0;
    double smoothed_loss_ = 0.0;
    Clock::time_point begun_;
    Clock::time_point shown_;
};

/// Metrics of an epoch by name; what was not measured is null. Epochs count from 0, errors are fractions.
[[nodiscard]] nlohmann::json json_of(const ann::EpochMetrics& metrics);

}  // namespace stdpscope::apps
