#pragma once

#include <armadillo>
#include <vector>

#include "ann/layer/layer.hpp"
#include "ann/network_spec.hpp"

namespace stdpscope::ann {

namespace kernel {
struct KernelTable;
struct SgdUpdate;
}  // namespace kernel

/// Stochastic gradient descent with momentum and weight decay, exactly as MatConvNet's cnn_train (2015):
///
///     velocity = momentum * velocity - (decay * layer_decay) * weight - gradient_sum / batch
///     weight   = weight + (rate * layer_rate) * velocity
///
/// for weights and biases alike, with each layer's own factors (SynapseTraining). Velocities start at 0 and live on
/// from epoch to epoch. The decay acts before the rate and passes through the velocity.
///
/// An update has two halves, so that observers can be shown weights before and after: compute() fills a second set of
/// weights, apply() swaps it in.
class Sgd {
public:
    /// The layers must outlive the optimiser.
    Sgd(const SgdSpec& spec, std::vector<SynapticLayer*> layers);

    /// Rate of an epoch; epochs beyond the list have its last rate.
    [[nodiscard]] double learning_rate(arma::uword epoch) const;

    /// May be called before a backward pass over `batch` samples: layers that can then update their weights within it,
    /// while the gradient is in cache. compute() must follow, with the same rate and batch.
    void begin_backward(double rate, arma::uword batch);

    /// From gradients summed over `batch` samples: the velocities and next weights of all layers, but for what the
    /// backward pass has done. The bits are the same either way.
    void compute(double rate, arma::uword batch, int threads);

    /// After compute, before apply: what the weights (post x pre) and biases (post) of a layer will be.
    [[nodiscard]] const arma::fmat& next_weights(arma::uword layer) const { return states_[layer].layer->next_weights; }
    [[nodiscard]] const arma::fvec& next_biases(arma::uword layer) const { return states_[layer].next_biases; }

    /// Makes the next weights the layers' weights.
    void apply();

private:
    struct State {
        SynapticLayer* layer;
        LaneCube weight_velocity;  ///< number for number, beginning on a cache line
        arma::fvec bias_velocity;
        arma::fvec next_biases;
        bool updated_in_backward;
    };
    [[nodiscard]] kernel::SgdUpdate weight_update(State& state, double rate, arma::uword batch) const;
    [[nodiscard]] kernel::SgdUpdate bias_update(State& state, double rate, arma::uword batch) const;

    SgdSpec spec_;
    const kernel::KernelTable* kernels_;
    std::vector<State> states_;
};

}  // namespace stdpscope::ann
