#include "ann/network.hpp"

#include <string>
#include <utility>
#include <variant>

#include "ann/init/initial_weights.hpp"
#include "ann/layer/activation_layer.hpp"
#include "ann/layer/average_pool2d.hpp"
#include "ann/layer/conv2d.hpp"
#include "ann/layer/dense.hpp"
#include "ann/layer/max_pool2d.hpp"
#include "ann/names.hpp"
#include "ann/network_checks.hpp"

namespace stdpscope::ann {

namespace {

/// Builds one layer after another; each takes the output shape of the one before.
struct LayerBuilder {
    MapShape input;
    std::uint64_t seed;
    std::uint32_t activations = 0;  ///< built so far; numbers the random streams of their masks

    std::unique_ptr<Layer> operator()(const DenseSpec& spec) { return std::make_unique<Dense>(spec.name, input, spec); }
    std::unique_ptr<Layer> operator()(const Conv2dSpec& spec) {
        return std::make_unique<Conv2d>(spec.name, input, spec);
    }
    std::unique_ptr<Layer> operator()(const Pool2dSpec& spec) {
        if (spec.kind == PoolKind::max) return std::make_unique<MaxPool2d>(spec.name, input, spec);
        return std::make_unique<AveragePool2d>(spec.name, input, spec);
    }
    std::unique_ptr<Layer> operator()(const ActivationSpec& spec) {
        return std::make_unique<ActivationLayer>(spec.name, input, spec, seed, activations++);
    }
};

}  // namespace

Network::Network(const NetworkSpec& spec, std::uint64_t seed) : spec_(with_names(spec)) {
    check_numbers(spec_);
    add_layers(seed);
    describe_synapses();
    outputs_.resize(layers_.size());
    gradients_.resize(layers_.size());
}

void Network::add_layers(std::uint64_t seed) {
    LayerBuilder builder{.input = spec_.input, .seed = seed};
    for (const LayerSpec& layer : spec_.layers) {
        layers_.push_back(std::visit(builder, layer));
        builder.input = layers_.back()->output_shape();
        SynapticLayer* synaptic = layers_.back()->synaptic();
        if (synaptic == nullptr) continue;
        draw_initial_weights(*synaptic, seed, static_cast<std::uint32_t>(synaptic_places_.size()));
        synaptic_places_.push_back(layers_.size() - 1);
    }
}

void Network::describe_synapses() {
    for (const arma::uword place : synaptic_places_) {
        const ActivationLayer* activation =
            place + 1 < layers_.size() ? dynamic_cast<const ActivationLayer*>(layers_[place + 1].get()) : nullptr;
        following_activations_.push_back(activation);
        const std::string identity(name_of(ActivationKind::identity));
        SynapseLayer description;
        description.name = layers_[place]->name();
        description.activation = identity;
        description.geometry = layers_[place]->synaptic()->geometry();
        description.populations = {identity};
        if (activation != nullptr) {
            description.activation = name_of(activation->spec().kind);
            description.population_rule = activation->population_rule();
            description.populations = activation->populations();
            description.population_of_unit = activation->population_of_unit();
        }
        synapse_layers_.push_back(std::move(description));
    }
}

MapShape Network::output_shape() const {
    return layers_.back()->output_shape();
}

std::vector<LayerParameters> Network::parameters() const {
    std::vector<LayerParameters> parameters;
    for (const arma::uword place : synaptic_places_) {
        const SynapticLayer& layer = *layers_[place]->synaptic();
        parameters.push_back({.weights = &layer.weights, .biases = &layer.biases});
    }
    return parameters;
}

SynapticLayer& Network::synaptic(arma::uword index) {
    return *layers_[synaptic_places_[index]]->synaptic();
}

const LaneCube& Network::forward(const Pass& pass, const LaneCube& input) {
    input_ = &input;
    const LaneCube* from = &input;
    for (arma::uword place = 0; place < layers_.size(); ++place) {
        LaneCube& to = outputs_[place];
        to.resize(layers_[place]->output_shape().units(), input.samples());
        layers_[place]->forward(pass, *from, to);
        from = &to;
    }
    return *from;
}

LossValue Network::score(std::span<const std::uint8_t> labels) const {
    return evaluate_loss(spec_.loss, outputs_.back(), labels, nullptr);
}

LossValue Network::backward(const Pass& pass, std::span<const std::uint8_t> labels) {
    const LossValue loss = evaluate_loss(spec_.loss, outputs_.back(), labels, &gradients_.back());
    // Nothing below the first layer of synapses is trained, so that the gradient need not reach further down.
    const arma::uword first = synaptic_places_.front();
    for (arma::uword place = layers_.size(); place-- > first;) {
        const LaneCube& input = place == 0 ? *input_ : outputs_[place - 1];
        LaneCube* input_gradient = nullptr;
        if (place > first) {
            input_gradient = &gradients_[place - 1];
            input_gradient->resize(input.units(), input.samples());
        }
        layers_[place]->backward(pass, input, outputs_[place], gradients_[place], input_gradient);
    }
    return loss;
}

LayerStep Network::layer_step(arma::uword index, const arma::fmat& weights_before, const arma::fmat& weights_after,
                              const arma::fvec& biases_after) const {
    const arma::uword place = synaptic_places_[index];
    const ActivationLayer* activation = following_activations_[index];
    const bool bends = activation != nullptr && activation->spec().kind != ActivationKind::identity;
    return {
        .pre_activation = place == 0 ? *input_ : outputs_[place - 1],
        .loss_derivative = gradients_[activation == nullptr ? place : place + 1],
        .activation_derivative = bends ? &activation->derivative() : nullptr,
        .weights_before = weights_before,
        .weights_after = weights_after,
        .biases_after = biases_after,
        .population_bits = activation == nullptr ? std::span<const std::uint16_t>{} : activation->population_bits()};
}

}  // namespace stdpscope::ann
