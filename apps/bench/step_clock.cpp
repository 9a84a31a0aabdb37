#include "apps/bench/step_clock.hpp"

#include <algorithm>
#include <cmath>

#include "apps/stop_signal.hpp"

namespace stdpscope::apps {

StepClock::StepClock(double seconds, arma::uword batch_size)
    : warm_up_(seconds / 5), measured_(seconds), batch_size_(static_cast<double>(batch_size)) {}

void StepClock::training_begun(const ann::TrainingPlan& /*plan*/) {
    begun_ = Clock::now();
}

void StepClock::step_done(const ann::StepPlace& /*place*/, double batch_loss) {
    const Clock::time_point now = Clock::now();
    if (!std::isfinite(batch_loss)) met_bad_loss_ = true;
    if (!done_.empty() || now - begun_ >= warm_up_) done_.push_back(now);
    const bool enough = done_.size() >= 2 && now - done_.front() >= measured_;
    if (enough || stop_requested()) over_ = true;
}

Throughput StepClock::throughput(std::size_t parts) const {
    if (done_.size() < 2) return {};
    const std::size_t steps = done_.size() - 1;
    const std::size_t count = std::min(parts, steps);
    std::vector<double> speeds;
    for (std::size_t part = 0; part < count; ++part) {
        const std::size_t first = part * steps / count;
        const std::size_t end = (part + 1) * steps / count;
        const double seconds = std::chrono::duration<double>(done_[end] - done_[first]).count();
        speeds.push_back(static_cast<double>(end - first) * batch_size_ / seconds);
    }
    std::sort(speeds.begin(), speeds.end());
    return {.median = speeds[speeds.size() / 2],
            .slowest = speeds.front(),
            .fastest = speeds.back(),
            .seconds = std::chrono::duration<double>(done_.back() - done_.front()).count(),
            .steps = steps};
}

}  // namespace stdpscope::apps
