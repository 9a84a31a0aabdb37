#pragma once

#include <armadillo>
#include <atomic>
#include <cstdint>
#include <string>

#include "ann/example_set.hpp"
#include "ann/loss/loss.hpp"
#include "ann/network.hpp"

namespace stdpscope::ann {

struct EvaluationOptions {
    arma::uword batch_size = 100;
    int threads = 1;
    /// Where set and true, evaluation ends after the current batch.
    const std::atomic<bool>* stop_requested = nullptr;
};

struct Evaluation {
    LossValue sum;            ///< over the samples seen
    arma::uword samples = 0;  ///< all of the set, unless stopped

    /// Means over the samples seen; NaN where there are none.
    [[nodiscard]] double mean_loss() const { return sum.loss / static_cast<double>(samples); }
    [[nodiscard]] double error() const { return static_cast<double>(sum.errors) / static_cast<double>(samples); }
};

/// A forward pass over all examples, in their order. `pass_number` is the number of the first batch's pass and is
/// raised by the number of passes made. The examples must fit the network (check_examples).
[[nodiscard]] Evaluation evaluate(Network& network, const ExampleSet& examples, const EvaluationOptions& options,
                                  std::uint64_t& pass_number);

/// Throws InvalidParameter unless there are examples, of the network's input shape, of as many classes as the network
/// has outputs, with a label each, below that number. `name` is what the messages call the set.
void check_examples(const Network& network, const ExampleSet& examples, const std::string& name);

}  // namespace stdpscope::ann
