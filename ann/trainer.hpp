#pragma once

#include <armadillo>
#include <atomic>
#include <cstdint>
#include <vector>

#include "ann/example_set.hpp"
#include "ann/network.hpp"
#include "ann/observer.hpp"

namespace stdpscope::ann {

struct TrainerOptions {
    arma::uword epochs = 20;
    arma::uword batch_size = 100;
    std::uint64_t seed = 0;
    int threads = 1;
    double flip_probability = 0.0;     ///< each batch is mirrored left to right with this probability (0 or 0.5)
    bool full_training_error = false;  ///< also a pass over the training set after each epoch
    /// Where set and true, training ends after the current step, as if it were the last.
    const std::atomic<bool>* stop_requested = nullptr;
};

enum class TrainingEnd { finished, stopped, diverged };

struct TrainingResult {
    TrainingEnd end = TrainingEnd::finished;
    bool diverged = false;  ///< a loss or a weight became NaN or infinite, however the training ended
    std::uint64_t steps = 0;
    std::vector<EpochMetrics> epochs;
};

/// The training loop: shuffles, batches, forward, backward, update, announcements, tests after each epoch.
///
/// Every epoch visits the examples in a new order drawn from (seed, epoch). Training goes on when the loss is NaN
/// (the source's Tables 6 and 9 contain such runs); the result then says `diverged`, as it does where the last update
/// leaves weights that are not finite. A run that was stopped says `stopped`, whatever its losses were.
///
/// A request to stop within an epoch ends it there: its last step is announced like any other (last_of_epoch false),
/// the epoch has no metrics, and training_ended follows. A test pass that is cut short leaves its metrics NaN.
class Trainer {
public:
    /// `test` may be null. Throws InvalidParameter (batch_size, epochs, threads < 1; shapes or classes that do not
    /// fit the network; an empty training set).
    Trainer(Network& network, const ExampleSet& training, const ExampleSet* test, const TrainerOptions& options);

    /// The observer must outlive run().
    void add(Observer& observer);

    /// Trains from the network's present weights, with velocities of 0; steps, epochs and passes count from 0.
    TrainingResult run();

private:
    struct Run;

    [[nodiscard]] TrainingPlan plan() const;
    /// Trains one epoch up to its end or a request to stop; returns its metrics so far.
    EpochMetrics train_epoch(Run& run, arma::uword epoch);
    /// One batch: forward, backward, update, announcements.
    LossValue train_step(Run& run, const StepPlace& place);
    void announce_layers(const Run& run, const StepPlace& place);
    /// Adds the errors after the epoch to its metrics.
    void test(Run& run, EpochMetrics& metrics);
    [[nodiscard]] bool stop_requested() const;

    Network& network_;
    const ExampleSet& training_;
    const ExampleSet* test_;
    TrainerOptions options_;
    std::vector<Observer*> observers_;
};

}  // namespace stdpscope::ann
