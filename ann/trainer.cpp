#include "ann/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <span>
#include <string>

#include "ann/batch_reader.hpp"
#include "ann/epoch_order.hpp"
#include "ann/error.hpp"
#include "ann/evaluate.hpp"
#include "ann/number_text.hpp"
#include "ann/optimizer/sgd.hpp"
#include "ann/random_stream.hpp"

namespace stdpscope::ann {

namespace {

constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

void check_options(const TrainerOptions& options) {
    if (options.epochs < 1) throw InvalidParameter("epochs", std::to_string(options.epochs), "must be >= 1");
    if (options.batch_size < 1)
        throw InvalidParameter("batch_size", std::to_string(options.batch_size), "must be >= 1");
    if (options.threads < 1) throw InvalidParameter("threads", std::to_string(options.threads), "must be >= 1");
    if (!(options.flip_probability >= 0.0 && options.flip_probability <= 1.0)) {
        throw InvalidParameter("flip_probability", number_text(options.flip_probability), "must be in 0..1");
    }
}

std::vector<SynapticLayer*> synaptic_layers(Network& network) {
    std::vector<SynapticLayer*> layers;
    for (arma::uword index = 0; index < network.synapse_layers().size(); ++index) {
        layers.push_back(&network.synaptic(index));
    }
    return layers;
}

}  // namespace

/// What one training holds while it goes on.
struct Trainer::Run {
    Run(Network& network, const ExampleSet& training)
        : optimizer(network.spec().sgd, synaptic_layers(network)), batch(training), order(training.size()) {}

    Sgd optimizer;
    BatchReader batch;
    std::vector<arma::uword> order;  ///< of the examples in this epoch
    std::uint64_t pass_number = 0;
    std::uint64_t steps = 0;  ///< done so far
    bool diverged = false;
    bool epoch_complete = false;
};

Trainer::Trainer(Network& network, const ExampleSet& training, const ExampleSet* test, const TrainerOptions& options)
    : network_(network), training_(training), test_(test), options_(options) {
    check_options(options);
    check_examples(network, training, "training");
    if (test != nullptr) check_examples(network, *test, "test");
}

void Trainer::add(Observer& observer) {
    observers_.push_back(&observer);
}

bool Trainer::stop_requested() const {
    return options_.stop_requested != nullptr && *options_.stop_requested;
}

TrainingPlan Trainer::plan() const {
    return {.layers = network_.synapse_layers(),
            .parameters = network_.parameters(),
            .seed = options_.seed,
            .batch_size = options_.batch_size,
            .epochs = options_.epochs,
            .samples_per_epoch = training_.size(),
            .steps_per_epoch = (training_.size() + options_.batch_size - 1) / options_.batch_size,
            .threads = options_.threads};
}

TrainingResult Trainer::run() {
    Run run(network_, training_);
    TrainingResult result;
    const TrainingPlan training_plan = plan();
    for (Observer* observer : observers_) observer->training_begun(training_plan);
    for (arma::uword epoch = 0; epoch < options_.epochs && !stop_requested(); ++epoch) {
        EpochMetrics metrics = train_epoch(run, epoch);
        if (!run.epoch_complete) break;
        test(run, metrics);
        result.epochs.push_back(metrics);
        for (Observer* observer : observers_) observer->epoch_done(metrics);
    }
    for (const LayerParameters& layer : network_.parameters()) {
        if (!layer.weights->is_finite() || !layer.biases->is_finite()) run.diverged = true;
    }
    for (Observer* observer : observers_) observer->training_ended();
    result.steps = run.steps;
    result.diverged = run.diverged;
    if (run.diverged) result.end = TrainingEnd::diverged;
    if (stop_requested()) result.end = TrainingEnd::stopped;
    return result;
}

EpochMetrics Trainer::train_epoch(Run& run, arma::uword epoch) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point begun = Clock::now();
    draw_epoch_order(options_.seed, epoch, run.order);
    const std::span<const arma::uword> order = run.order;
    const double rate = run.optimizer.learning_rate(epoch);
    LossValue sum;
    arma::uword seen = 0;
    run.epoch_complete = false;
    while (!run.epoch_complete) {
        const arma::uword count = std::min(options_.batch_size, order.size() - seen);
        const bool mirrored =
            options_.flip_probability > 0.0 &&
            RandomStream(options_.seed, RandomPurpose::flip).uniform(run.steps) < options_.flip_probability;
        run.batch.read(order.subspan(seen, count), mirrored ? Mirroring::left_right : Mirroring::none,
                       options_.threads);
        seen += count;
        run.epoch_complete = seen == order.size();
        const LossValue value = train_step(
            run, {.step = run.steps, .epoch = epoch, .learning_rate = rate, .last_of_epoch = run.epoch_complete});
        sum.loss += value.loss;
        sum.errors += value.errors;
        if (stop_requested()) break;
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
    const auto samples = static_cast<double>(seen);
    return {.epoch = epoch,
            .learning_rate = rate,
            .training_loss = sum.loss / samples,
            .training_error = static_cast<double>(sum.errors) / samples,
            .full_training_error = kNotMeasured,
            .test_loss = kNotMeasured,
            .test_error = kNotMeasured,
            .seconds = seconds,
            .samples_per_second = samples / seconds};
}

LossValue Trainer::train_step(Run& run, const StepPlace& place) {
    const Pass pass{.number = run.pass_number++, .threads = options_.threads};
    network_.forward(pass, run.batch.inputs());
    const arma::uword batch = run.batch.inputs().samples();
    run.optimizer.begin_backward(place.learning_rate, batch);
    const LossValue value = network_.backward(pass, run.batch.labels());
    if (!std::isfinite(value.loss)) run.diverged = true;
    run.optimizer.compute(place.learning_rate, batch, options_.threads);
    announce_layers(run, place);
    run.optimizer.apply();
    ++run.steps;
    for (Observer* observer : observers_) observer->step_done(place, value.loss / static_cast<double>(batch));
    return value;
}

void Trainer::announce_layers(const Run& run, const StepPlace& place) {
    if (observers_.empty()) return;
    for (arma::uword layer = 0; layer < network_.synapse_layers().size(); ++layer) {
        const LayerStep views =
            network_.layer_step(layer, network_.synaptic(layer).weights, run.optimizer.next_weights(layer),
                                run.optimizer.next_biases(layer));
        for (Observer* observer : observers_) observer->layer_updated(place, layer, views);
    }
}

void Trainer::test(Run& run, EpochMetrics& metrics) {
    const EvaluationOptions options{
        .batch_size = options_.batch_size, .threads = options_.threads, .stop_requested = options_.stop_requested};
    if (test_ != nullptr && !stop_requested()) {
        const Evaluation tested = evaluate(network_, *test_, options, run.pass_number);
        if (!std::isfinite(tested.sum.loss)) run.diverged = true;
        if (tested.samples == test_->size()) {
            metrics.test_loss = tested.mean_loss();
            metrics.test_error = tested.error();
        }
    }
    if (options_.full_training_error && !stop_requested()) {
        const Evaluation full = evaluate(network_, training_, options, run.pass_number);
        if (full.samples == training_.size()) metrics.full_training_error = full.error();
    }
}

}  // namespace stdpscope::ann
