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
    std::uint64_t steps = 0;
    std::vector<EpochMetrics> epochs;
};

/// The training loop: shuffles, batches, forward, backward, update, announcements, tests after each epoch.
///
/// Every epoch visits the examples in a new order drawn from (seed, epoch). Training goes on when the loss is NaN
/// (the source's Tables 6 and 9 contain such runs); the result then says `diverged`.
class Trainer {
public:
    /// `test` may be null. Throws InvalidParameter (batch_size, epochs, threads < 1; shapes or classes that do not
    /// fit the network; an empty training set).
    Trainer(Network& network, const ExampleSet& training, const ExampleSet* test, const TrainerOptions& options);

    /// The observer must outlive run().
    void add(Observer& observer);

    TrainingResult run();

private:
    Network& network_;
    const ExampleSet& training_;
    const ExampleSet* test_;
    TrainerOptions options_;
    std::vector<Observer*> observers_;
};

}  // namespace stdpscope::ann
