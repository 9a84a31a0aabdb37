#pragma once

#include <atomic>
#include <chrono>
#include <vector>

#include "ann/observer.hpp"

namespace stdpscope::apps {

/// Samples a second over the parts into which the measured steps fall.
struct Throughput {
    double median = 0.0;
    double slowest = 0.0;
    double fastest = 0.0;
    double seconds = 0.0;     ///< measured, without warm-up
    std::uint64_t steps = 0;  ///< measured
};

/// Notes when each step of a training was done, and asks for its end when the time is over.
class StepClock : public ann::Observer {
public:
    /// Measures `seconds` after a warm-up of a fifth as much, at least one step each. `batch_size` samples a step.
    StepClock(double seconds, arma::uword batch_size);

    void training_begun(const ann::TrainingPlan& plan) override;
    void step_done(const ann::StepPlace& place, double batch_loss) override;

    /// Becomes true after the last step to measure, or at a signal.
    [[nodiscard]] const std::atomic<bool>& time_is_over() const { return over_; }
    [[nodiscard]] bool met_bad_loss() const { return met_bad_loss_; }

    /// The measured steps in `parts` parts of as equal a number of steps as can be (fewer where there are fewer steps).
    [[nodiscard]] Throughput throughput(std::size_t parts) const;

private:
    using Clock = std::chrono::steady_clock;

    std::chrono::duration<double> warm_up_;
    std::chrono::duration<double> measured_;
    double batch_size_;
    Clock::time_point begun_;
    std::vector<Clock::time_point> done_;  ///< the end of the warm-up, then of each measured step
    std::atomic<bool> over_{false};
    bool met_bad_loss_ = false;
};

}  // namespace stdpscope::apps
