#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <vector>

#include "apps/bench/level_listener.hpp"

namespace stdpscope::apps {

/// One step of a training as a level saw it.
struct TimedStep {
    std::uint64_t number = 0;  ///< among the level's own steps
    double seconds = 0.0;
    bool is_lead_in = false;
};

/// The steps of one level between others' turns.
struct Turn {
    std::vector<TimedStep> steps;
    double waited_seconds = 0.0;  ///< within the steps that are not lead-in, for the trace's writer

    /// Of the steps that are not lead-in.
    [[nodiscard]] double timed_seconds() const;
    [[nodiscard]] std::uint64_t timed_steps() const;
};

struct TurnPlan {
    std::size_t rounds = 5;        ///< turns of each level
    double warm_up_seconds = 0.0;  ///< before the first round, with nobody listening
    double turn_seconds = 0.0;     ///< of a turn without its lead-in
};

/// Lets the ledger listen to one training at several levels in turn, in rounds, and notes how long each step took.
/// Whatever else goes on on the machine so hits all levels alike. Every second round has the opposite order.
///
/// A turn begins with a lead-in that does not count (a fifth of its time; where the trace lives for one turn as much as
/// the turn, so that the writer's queue is as full as it will be), and lead-in and turn have one step at least. Opening
/// and dropping traces between turns is not timed.
class TurnTaking : public ann::Observer {
public:
    /// Listeners must outlive this. `round_done` is told of each round, from 1 on.
    TurnTaking(std::vector<LevelListener>& listeners, const TurnPlan& plan,
               std::function<void(std::size_t)> round_done = {});

    void training_begun(const ann::TrainingPlan& plan) override;
    void layer_updated(const ann::StepPlace& place, arma::uword layer, const ann::LayerStep& views) override;
    void step_done(const ann::StepPlace& place, double batch_loss) override;
    void training_ended() override;

    /// Becomes true after the last round, or at a signal.
    [[nodiscard]] const std::atomic<bool>& is_over() const { return over_; }
    [[nodiscard]] bool met_bad_loss() const { return met_bad_loss_; }
    /// By listener, then by round.
    [[nodiscard]] const std::vector<std::vector<Turn>>& turns() const { return turns_; }

private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] std::size_t listener_of(std::size_t turn) const;
    [[nodiscard]] LevelListener& listener() { return listeners_[listener_of(turn_)]; }
    [[nodiscard]] double lead_in_seconds() const;
    void begin_turn();
    void end_turn();
    void note_step(Clock::time_point now);

    std::vector<LevelListener>& listeners_;
    TurnPlan plan_;
    std::function<void(std::size_t)> round_done_;
    std::vector<std::vector<Turn>> turns_;
    bool warm_ = false;
    std::size_t turn_ = 0;  ///< counted over all listeners and rounds
    Turn current_;
    double waited_before_ = 0.0;
    double lead_in_done_ = 0.0;  ///< seconds
    double timed_done_ = 0.0;
    Clock::time_point begun_;
    Clock::time_point last_step_;
    std::atomic<bool> over_{false};
    bool met_bad_loss_ = false;
};

}  // namespace stdpscope::apps
