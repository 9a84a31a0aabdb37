#include "ann/optimizer/sgd.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "ann/kernel/kernels.hpp"

namespace stdpscope::ann {

namespace {

/// Parameters a thread takes at a time; what fits into one chunk is not worth waking threads for.
constexpr std::size_t kChunk = 16384;

/// One array of parameters, cut into chunks; the cuts do not show in the bits.
void update(const kernel::KernelTable& kernels, const kernel::SgdUpdate& whole, int threads) {
    const std::size_t chunks = (whole.count + kChunk - 1) / kChunk;
#pragma omp parallel for num_threads(threads) schedule(static) if (chunks > 1)
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
        const std::size_t first = chunk * kChunk;
        kernel::SgdUpdate part = whole;
        part.gradient += first;
        part.weights += first;
        part.velocity += first;
        part.next += first;
        part.count = std::min(kChunk, whole.count - first);
        kernels.sgd_update(part);
    }
}

}  // namespace

Sgd::Sgd(const SgdSpec& spec, std::vector<SynapticLayer*> layers) : spec_(spec), kernels_(&kernel::active_kernels()) {
    for (SynapticLayer* layer : layers) {
        layer->next_weights = layer->weights;
        states_.push_back({.layer = layer,
                           .weight_velocity = LaneCube(pieces(layer->weights.n_elem, kLanes), kLanes),
                           .bias_velocity = arma::fvec(layer->biases.n_elem, arma::fill::zeros),
                           .next_biases = layer->biases,
                           .updated_in_backward = false});
    }
}

double Sgd::learning_rate(arma::uword epoch) const {
    return spec_.learning_rates[std::min<arma::uword>(epoch, spec_.learning_rates.size() - 1)];
}

kernel::SgdUpdate Sgd::weight_update(State& state, double rate, arma::uword batch) const {
    const SynapticLayer& layer = *state.layer;
    return {.gradient = layer.weight_gradient.memptr(),
            .weights = layer.weights.memptr(),
            .velocity = state.weight_velocity.data(),
            .next = state.layer->next_weights.memptr(),
            .count = layer.weights.n_elem,
            .momentum = static_cast<float>(spec_.momentum),
            .decay = static_cast<float>(spec_.weight_decay * layer.training().weight_decay),
            .gradient_scale = static_cast<float>(1.0 / static_cast<double>(batch)),
            .rate = static_cast<float>(rate * layer.training().weight_rate)};
}

kernel::SgdUpdate Sgd::bias_update(State& state, double rate, arma::uword batch) const {
    const SynapticLayer& layer = *state.layer;
    return {.gradient = layer.bias_gradient.memptr(),
            .weights = layer.biases.memptr(),
            .velocity = state.bias_velocity.memptr(),
            .next = state.next_biases.memptr(),
            .count = layer.biases.n_elem,
            .momentum = static_cast<float>(spec_.momentum),
            .decay = static_cast<float>(spec_.weight_decay * layer.training().bias_decay),
            .gradient_scale = static_cast<float>(1.0 / static_cast<double>(batch)),
            .rate = static_cast<float>(rate * layer.training().bias_rate)};
}

void Sgd::begin_backward(double rate, arma::uword batch) {
    for (State& state : states_) {
        state.updated_in_backward = state.layer->update_in_backward(weight_update(state, rate, batch));
    }
}

void Sgd::compute(double rate, arma::uword batch, int threads) {
    for (State& state : states_) {
        if (!std::exchange(state.updated_in_backward, false)) {
            update(*kernels_, weight_update(state, rate, batch), threads);
        }
        update(*kernels_, bias_update(state, rate, batch), threads);
    }
}

void Sgd::apply() {
    for (State& state : states_) {
        std::swap(state.layer->weights, state.layer->next_weights);
        state.layer->biases.swap(state.next_biases);
    }
}

}  // namespace stdpscope::ann
