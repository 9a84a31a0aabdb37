#include "apps/bench/layerwise_training.hpp"

#include <span>
#include <utility>

#include "ann/epoch_order.hpp"
#include "ann/layer/activation_layer.hpp"
#include "ann/loss/loss.hpp"

namespace stdpscope::apps {
namespace {

template <class Work>
void time(std::vector<double>& seconds, Work work) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point begun = Clock::now();
    work();
    seconds.push_back(std::chrono::duration<double>(Clock::now() - begun).count());
}

}  // namespace

LayerwiseTraining::LayerwiseTraining(ann::Network& network, const ann::ExampleSet& examples,
                                     const ann::TrainerOptions& options, LevelListener& listener)
    : network_(network),
      examples_(examples),
      options_(options),
      listener_(listener),
      batch_(examples),
      order_(examples.size()),
      outputs_(network.layer_count()),
      gradients_(network.layer_count()),
      clocks_(network.layer_count()) {
    for (arma::uword place = 0; place < network.layer_count(); ++place) {
        ann::SynapticLayer* synaptic = network.layer(place).synaptic();
        if (synaptic == nullptr) continue;
        places_.push_back(place);
        optimizers_.emplace_back(network.spec().sgd, std::vector<ann::SynapticLayer*>{synaptic});
    }
    const arma::uword batches = (examples.size() + options.batch_size - 1) / options.batch_size;
    listener_.begin_training({.layers = network.synapse_layers(),
                              .parameters = network.parameters(),
                              .seed = options.seed,
                              .batch_size = options.batch_size,
                              .epochs = options.epochs,
                              .samples_per_epoch = examples.size(),
                              .steps_per_epoch = batches,
                              .threads = options.threads});
}

void LayerwiseTraining::step() {
    const arma::uword steps_per_epoch = (order_.size() + options_.batch_size - 1) / options_.batch_size;
    const arma::uword epoch = steps_ / steps_per_epoch;
    const ann::Pass pass{.number = steps_, .threads = options_.threads};
    const ann::StepPlace place{.step = steps_,
                               .epoch = epoch,
                               .learning_rate = optimizers_.front().learning_rate(epoch),
                               .last_of_epoch = (steps_ + 1) % steps_per_epoch == 0};
    if (steps_ % steps_per_epoch == 0) ann::draw_epoch_order(options_.seed, epoch, order_);
    read_batch();
    forward(pass);
    const double loss = find_loss();
    for (ann::Sgd& optimizer : optimizers_) {
        optimizer.begin_backward(place.learning_rate, batch_.inputs().samples());
    }
    backward(pass);
    update(place);
    announce(place);
    for (ann::Sgd& optimizer : optimizers_) optimizer.apply();
    time(records_, [&] { listener_.step_done(place, loss); });
    ++steps_;
}

void LayerwiseTraining::read_batch() {
    const arma::uword steps_per_epoch = (order_.size() + options_.batch_size - 1) / options_.batch_size;
    const arma::uword first = steps_ % steps_per_epoch * options_.batch_size;
    const arma::uword count = std::min(options_.batch_size, order_.size() - first);
    const std::span<const arma::uword> order = order_;
    time(input_, [&] { batch_.read(order.subspan(first, count), ann::Mirroring::none, options_.threads); });
}

const ann::LaneCube& LayerwiseTraining::input_of(arma::uword layer) const {
    return layer == 0 ? batch_.inputs() : outputs_[layer - 1];
}

void LayerwiseTraining::forward(const ann::Pass& pass) {
    for (arma::uword place = 0; place < outputs_.size(); ++place) {
        time(clocks_[place].forward, [&] {
            ann::LaneCube& output = outputs_[place];
            output.resize(network_.layer(place).output_shape().units(), batch_.inputs().samples());
            network_.layer(place).forward(pass, input_of(place), output);
        });
    }
}

double LayerwiseTraining::find_loss() {
    ann::LossValue value;
    time(loss_, [&] {
        value = ann::evaluate_loss(network_.spec().loss, outputs_.back(), batch_.labels(), &gradients_.back());
    });
    return value.loss / static_cast<double>(batch_.inputs().samples());
}

void LayerwiseTraining::backward(const ann::Pass& pass) {
    const arma::uword first = places_.front();
    for (arma::uword place = outputs_.size(); place-- > first;) {
        const ann::LaneCube& input = input_of(place);
        ann::Layer& layer = network_.layer(place);
        LayerClock& clock = clocks_[place];
        const auto run = [&](ann::LaneCube* input_gradient) {
            layer.backward(pass, input, outputs_[place], gradients_[place], input_gradient);
        };
        if (place == first) {
            time(clock.weight_gradient, [&] { run(nullptr); });
            continue;
        }
        ann::LaneCube& input_gradient = gradients_[place - 1];
        input_gradient.resize(input.units(), input.samples());
        if (layer.synaptic() == nullptr || steps_ % 2 == 0) {
            time(clock.both_gradients, [&] { run(&input_gradient); });
        } else {
            time(clock.weight_gradient, [&] { run(nullptr); });
            run(&input_gradient);
        }
    }
}

void LayerwiseTraining::update(const ann::StepPlace& place) {
    for (std::size_t index = 0; index < places_.size(); ++index) {
        time(clocks_[places_[index]].update,
             [&] { optimizers_[index].compute(place.learning_rate, batch_.inputs().samples(), options_.threads); });
    }
}

ann::LayerStep LayerwiseTraining::views(std::size_t synaptic) const {
    const arma::uword place = places_[synaptic];
    const ann::ActivationLayer* activation =
        place + 1 < outputs_.size() ? dynamic_cast<const ann::ActivationLayer*>(&network_.layer(place + 1)) : nullptr;
    const bool bends = activation != nullptr && activation->spec().kind != ann::ActivationKind::identity;
    return {
        .pre_activation = input_of(place),
        .loss_derivative = gradients_[activation == nullptr ? place : place + 1],
        .activation_derivative = bends ? &activation->derivative() : nullptr,
        .weights_before = network_.layer(place).synaptic()->weights,
        .weights_after = optimizers_[synaptic].next_weights(0),
        .biases_after = optimizers_[synaptic].next_biases(0),
        .population_bits = activation == nullptr ? std::span<const std::uint16_t>{} : activation->population_bits()};
}

void LayerwiseTraining::announce(const ann::StepPlace& place) {
    if (listener_.options().level == analysis::TraceLevel::off) return;
    for (std::size_t index = 0; index < places_.size(); ++index) {
        time(clocks_[places_[index]].ledger, [&] { listener_.layer_updated(place, index, views(index)); });
    }
}

}  // namespace stdpscope::apps
