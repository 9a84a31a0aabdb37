#include "apps/bench/turn_taking.hpp"

#include <cmath>
#include <utility>

#include "apps/stop_signal.hpp"

namespace stdpscope::apps {

double Turn::timed_seconds() const {
    double seconds = 0.0;
    for (const TimedStep& step : steps) seconds += step.is_lead_in ? 0.0 : step.seconds;
    return seconds;
}

std::uint64_t Turn::timed_steps() const {
    std::uint64_t count = 0;
    for (const TimedStep& step : steps) count += step.is_lead_in ? 0 : 1;
    return count;
}

TurnTaking::TurnTaking(std::vector<LevelListener>& listeners, const TurnPlan& plan,
                       std::function<void(std::size_t)> round_done)
    : listeners_(listeners), plan_(plan), round_done_(std::move(round_done)), turns_(listeners.size()) {}

std::size_t TurnTaking::listener_of(std::size_t turn) const {
    const std::size_t count = listeners_.size();
    const std::size_t place = turn % count;
    return turn / count % 2 == 0 ? place : count - 1 - place;
}

double TurnTaking::lead_in_seconds() const {
    const bool fills_queue = listeners_[listener_of(turn_)].life() == TraceLife::one_turn;
    return fills_queue ? plan_.turn_seconds : plan_.turn_seconds / 5;
}

void TurnTaking::training_begun(const ann::TrainingPlan& plan) {
    for (LevelListener& listener : listeners_) listener.begin_training(plan);
    begun_ = last_step_ = Clock::now();
}

void TurnTaking::layer_updated(const ann::StepPlace& place, arma::uword layer, const ann::LayerStep& views) {
    if (warm_ && !over_) listener().layer_updated(place, layer, views);
}

void TurnTaking::step_done(const ann::StepPlace& place, double batch_loss) {
    if (!std::isfinite(batch_loss)) met_bad_loss_ = true;
    if (over_) return;
    if (warm_) listener().step_done(place, batch_loss);
    const Clock::time_point now = Clock::now();
    if (stop_requested()) {
        over_ = true;
    } else if (warm_) {
        note_step(now);
    } else if (std::chrono::duration<double>(now - begun_).count() >= plan_.warm_up_seconds) {
        warm_ = true;
        begin_turn();
    }
    last_step_ = Clock::now();
}

void TurnTaking::note_step(Clock::time_point now) {
    const double seconds = std::chrono::duration<double>(now - last_step_).count();
    const bool is_lead_in = current_.steps.empty() || lead_in_done_ < lead_in_seconds();
    current_.steps.push_back({.number = listener().step() - 1, .seconds = seconds, .is_lead_in = is_lead_in});
    (is_lead_in ? lead_in_done_ : timed_done_) += seconds;
    if (is_lead_in) {
        waited_before_ = listener().waited_seconds();
    } else if (timed_done_ >= plan_.turn_seconds) {
        end_turn();
    }
}

void TurnTaking::begin_turn() {
    current_ = {};
    lead_in_done_ = timed_done_ = 0.0;
    listener().begin_turn();
}

void TurnTaking::end_turn() {
    current_.waited_seconds = listener().waited_seconds() - waited_before_;
    listener().end_turn();
    turns_[listener_of(turn_)].push_back(std::move(current_));
    ++turn_;
    const bool ends_round = turn_ % listeners_.size() == 0;
    const std::size_t rounds = turn_ / listeners_.size();
    if (ends_round && round_done_) round_done_(rounds);
    if (rounds == plan_.rounds) {
        over_ = true;
    } else {
        begin_turn();
    }
}

void TurnTaking::training_ended() {
    for (LevelListener& listener : listeners_) listener.end_training();
}

}  // namespace stdpscope::apps
