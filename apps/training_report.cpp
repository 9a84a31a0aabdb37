#include "apps/training_report.hpp"

#include <fmt/format.h>

#include <cmath>

namespace stdpscope::apps {
namespace {

/// "2.04" for 0.0204; "-" where it was not measured.
std::string percent_text(double fraction) {
    return std::isnan(fraction) ? "-" : fmt::format("{:.2f}", 100 * fraction);
}

}  // namespace

TrainingReport::TrainingReport(ReportFormat format, bool full_training_error)
    : format_(format), full_training_error_(full_training_error), stderr_is_terminal_(is_terminal(stderr)) {}

void TrainingReport::training_begun(const ann::TrainingPlan& plan) {
    epochs_ = plan.epochs;
    steps_ = plan.epochs * plan.steps_per_epoch;
    samples_per_step_ = plan.batch_size;
    begun_ = shown_ = Clock::now();
    if (format_ == ReportFormat::json) return;
    const std::string full = full_training_error_ ? "  full err %" : "";
    const std::string header = fmt::format("{:>5}  {:>8}  {:>9}  {:>11}{}  {:>10}  {:>8}  {:>9}", "epoch", "rate",
                                           "loss", "train err %", full, "test err %", "seconds", "samples/s");
    fmt::print("{}\n", bold(header, may_colour(stdout)));
    std::fflush(stdout);
}

void TrainingReport::step_done(const ann::StepPlace& place, double batch_loss) {
    // Weight of the newest batch: about the last fifty are seen.
    constexpr double kNewest = 0.02;
    const bool restart = place.step == 0 || !std::isfinite(smoothed_loss_);
    smoothed_loss_ = restart ? batch_loss : (1 - kNewest) * smoothed_loss_ + kNewest * batch_loss;
    if (!stderr_is_terminal_) return;
    constexpr auto kBetweenTwo = std::chrono::milliseconds(100);
    const Clock::time_point now = Clock::now();
    if (now - shown_ < kBetweenTwo) return;
    shown_ = now;
    show_progress(place, now);
}

void TrainingReport::show_progress(const ann::StepPlace& place, Clock::time_point now) {
    const double seconds = std::chrono::duration<double>(now - begun_).count();
    const auto done = static_cast<double>(place.step + 1);
    const double share = done / static_cast<double>(steps_);
    const double samples_per_second = done * static_cast<double>(samples_per_step_) / seconds;
    status_.show(fmt::format("epoch {}/{} [{}] {:3.0f} %  {:.0f} samples/s  loss {:.4f}  ETA {}", place.epoch + 1,
                             epochs_, bar(share, 16), 100 * share, samples_per_second, smoothed_loss_,
                             duration_text(seconds * (1 - share) / share)));
}

void TrainingReport::epoch_done(const ann::EpochMetrics& metrics) {
    status_.clear();
    if (format_ == ReportFormat::table) print_row(metrics);
    if (stderr_is_terminal_) return;
    fmt::print(stderr, "epoch {}/{}: loss {:.4f}, training error {} %, test error {} %, {:.0f} samples/s\n",
               metrics.epoch + 1, epochs_, metrics.training_loss, percent_text(metrics.training_error),
               percent_text(metrics.test_error), metrics.samples_per_second);
}

void TrainingReport::print_row(const ann::EpochMetrics& metrics) {
    const std::string full =
        full_training_error_ ? fmt::format("  {:>10}", percent_text(metrics.full_training_error)) : "";
    fmt::print("{:>5}  {:>8.5g}  {:>9.4f}  {:>11}{}  {:>10}  {:>8.2f}  {:>9.0f}\n", metrics.epoch + 1,
               metrics.learning_rate, metrics.training_loss, percent_text(metrics.training_error), full,
               percent_text(metrics.test_error), metrics.seconds, metrics.samples_per_second);
    std::fflush(stdout);
}

void TrainingReport::training_ended() {
    status_.clear();
}

nlohmann::json json_of(const ann::EpochMetrics& metrics) {
    // NaN has no JSON; the library writes it as null.
    return {{"epoch", metrics.epoch},
            {"learning_rate", metrics.learning_rate},
            {"training_loss", metrics.training_loss},
            {"training_error", metrics.training_error},
            {"full_training_error", metrics.full_training_error},
            {"test_loss", metrics.test_loss},
            {"test_error", metrics.test_error},
            {"seconds", metrics.seconds},
            {"samples_per_second", metrics.samples_per_second}};
}

}  // namespace stdpscope::apps
