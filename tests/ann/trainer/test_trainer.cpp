#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ann/builtin_networks.hpp"
#include "ann/error.hpp"
#include "ann/evaluate.hpp"
#include "ann/trainer.hpp"
#include "tests/support/matrix_examples.hpp"
#include "tests/support/tolerances.hpp"

using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using namespace stdpscope::ann;
using namespace stdpscope::test;

namespace {

constexpr MapShape kShape{1, 6, 6};

/// Every layer type, with element masks, so that all that could depend on threads is there.
NetworkSpec small(double rate = 0.05) {
    const SynapseTraining wide{.initial_deviation = 0.2};
    return {.name = "small",
            .input = kShape,
            .layers = {Conv2dSpec{.channels = 4, .kernel_rows = 3, .kernel_columns = 3, .training = wide},
                       ActivationSpec{.kind = ActivationKind::mixlu, .percent_neglu = 10.0, .mask = MixluMask::element},
                       Pool2dSpec{}, DenseSpec{.units = 10, .training = wide},
                       ActivationSpec{.kind = ActivationKind::relu}, DenseSpec{.units = 3, .training = wide}},
            .sgd = {.momentum = 0.9, .weight_decay = 0.001, .learning_rates = {rate}}};
}

MatrixExamples examples(arma::uword count, std::uint64_t seed = 1, float noise = 0.3F) {
    return clustered_examples(kShape, 3, count, noise, seed);
}

std::vector<arma::fmat> weights_of(Network& network) {
    std::vector<arma::fmat> all;
    for (arma::uword index = 0; index < network.synapse_layers().size(); ++index) {
        all.push_back(network.synaptic(index).weights);
    }
    return all;
}

bool same(const std::vector<arma::fmat>& left, const std::vector<arma::fmat>& right) {
    for (std::size_t k = 0; k < left.size(); ++k) {
        if (!arma::all(arma::vectorise(left[k] == right[k]))) return false;
    }
    return left.size() == right.size();
}

/// The gradient of a dense layer's weights by the definition, from what an observer sees.
arma::fmat dense_gradient(const LayerStep& views) {
    arma::mat gradient(arma::size(views.weights_before), arma::fill::zeros);
    for (arma::uword sample = 0; sample < views.pre_activation.samples(); ++sample) {
        for (arma::uword post = 0; post < gradient.n_rows; ++post) {
            const double response =
                views.activation_derivative == nullptr ? 1.0 : double{views.activation_derivative->at(sample, post)};
            const double sensitivity = double{views.loss_derivative.at(sample, post)} * response;
            for (arma::uword pre = 0; pre < gradient.n_cols; ++pre) {
                gradient(post, pre) += sensitivity * double{views.pre_activation.at(sample, pre)};
            }
        }
    }
    return arma::conv_to<arma::fmat>::from(gradient);
}

/// Asks for a stop as soon as one of its examples is read.
class StoppingExamples final : public ExampleSet {
public:
    explicit StoppingExamples(std::atomic<bool>& stop) : stop_(&stop) {}
    [[nodiscard]] arma::uword size() const override { return labels_.size(); }
    [[nodiscard]] MapShape shape() const override { return kShape; }
    [[nodiscard]] arma::uword classes() const override { return 3; }
    [[nodiscard]] std::span<const std::uint8_t> labels() const override { return labels_; }
    void read(arma::uword /*index*/, std::span<float> inputs) const override {
        std::fill(inputs.begin(), inputs.end(), 0.0F);
        *stop_ = true;
    }

private:
    std::atomic<bool>* stop_;
    std::vector<std::uint8_t> labels_ = std::vector<std::uint8_t>(30, 0);
};

/// Writes down every call as a line.
class Recorder final : public Observer {
public:
    std::vector<std::string> lines;
    TrainingPlan plan;
    std::vector<double> losses;
    std::vector<StepPlace> places;

    void training_begun(const TrainingPlan& begun) override {
        plan = begun;
        lines.emplace_back("begun");
    }
    void layer_updated(const StepPlace& place, arma::uword layer, const LayerStep& views) override {
        lines.push_back("layer " + std::to_string(place.step) + "." + std::to_string(layer) + " of " +
                        std::to_string(views.loss_derivative.samples()));
    }
    void step_done(const StepPlace& place, double loss) override {
        lines.push_back("step " + std::to_string(place.step) + (place.last_of_epoch ? " last" : ""));
        losses.push_back(loss);
        places.push_back(place);
    }
    void epoch_done(const EpochMetrics& metrics) override { lines.push_back("epoch " + std::to_string(metrics.epoch)); }
    void training_ended() override { lines.emplace_back("ended"); }
};

/// Calls a function at every layer and after every step.
class Watcher final : public Observer {
public:
    std::function<void(const StepPlace&, arma::uword, const LayerStep&)> at_layer;
    std::function<void(const StepPlace&)> at_step;

    void layer_updated(const StepPlace& place, arma::uword layer, const LayerStep& views) override {
        if (at_layer) at_layer(place, layer, views);
    }
    void step_done(const StepPlace& place, double /*loss*/) override {
        if (at_step) at_step(place);
    }
};

std::vector<arma::fmat> trained(std::uint64_t seed, int threads, double* loss = nullptr) {
    Network network(small(), seed);
    const MatrixExamples training = examples(70);
    const MatrixExamples test = examples(41, 2);
    Trainer trainer(network, training, &test,
                    {.epochs = 2, .batch_size = 33, .seed = seed, .threads = threads, .flip_probability = 0.5});
    const TrainingResult result = trainer.run();
    if (loss != nullptr) *loss = result.epochs.back().training_loss + result.epochs.back().test_loss;
    return weights_of(network);
}

std::string refusal(const ExampleSet& training, const ExampleSet* test, const TrainerOptions& options) {
    try {
        Network network(small(), 0);
        const Trainer trainer(network, training, test, options);
    } catch (const InvalidParameter& error) {
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("Trainer: learns separable classes without error", "[ann][trainer]") {
    Network network(small(), 3);
    const MatrixExamples training = examples(120);
    const MatrixExamples test = examples(60, 2);
    Trainer trainer(network, training, &test,
                    {.epochs = 8, .batch_size = 20, .seed = 3, .threads = 2, .full_training_error = true});
    const TrainingResult result = trainer.run();
    CHECK(result.end == TrainingEnd::finished);
    CHECK(result.steps == 48);
    REQUIRE(result.epochs.size() == 8);
    CHECK(result.epochs.front().training_error > 0.1);
    CHECK(result.epochs.back().full_training_error == 0.0);
    CHECK(result.epochs.back().test_error == 0.0);
    CHECK(result.epochs.back().training_loss < result.epochs.front().training_loss / 5);
    CHECK(result.epochs.back().samples_per_second > 0.0);
}

TEST_CASE("Trainer: announces every moment in order, the last batch shorter", "[ann][trainer]") {
    Network network(small(), 3);
    const MatrixExamples training = examples(50);
    Trainer trainer(network, training, nullptr, {.epochs = 2, .batch_size = 40, .seed = 9, .threads = 2});
    Recorder recorder;
    trainer.add(recorder);
    const TrainingResult result = trainer.run();
    CHECK(recorder.lines ==
          std::vector<std::string>{"begun",           "layer 0.0 of 40", "layer 0.1 of 40", "layer 0.2 of 40",
                                   "step 0",          "layer 1.0 of 10", "layer 1.1 of 10", "layer 1.2 of 10",
                                   "step 1 last",     "epoch 0",         "layer 2.0 of 40", "layer 2.1 of 40",
                                   "layer 2.2 of 40", "step 2",          "layer 3.0 of 10", "layer 3.1 of 10",
                                   "layer 3.2 of 10", "step 3 last",     "epoch 1",         "ended"});
    CHECK(recorder.plan.layers.size() == 3);
    CHECK(recorder.plan.seed == 9);
    CHECK(recorder.plan.batch_size == 40);
    CHECK(recorder.plan.epochs == 2);
    CHECK(recorder.plan.samples_per_epoch == 50);
    CHECK(recorder.plan.steps_per_epoch == 2);
    CHECK(recorder.plan.threads == 2);
    CHECK(recorder.places[2].epoch == 1);
    REQUIRE(result.epochs.size() == 2);
    CHECK_THAT(result.epochs[0].training_loss,
               WithinRel((40 * recorder.losses[0] + 10 * recorder.losses[1]) / 50, 1e-12));
    CHECK(std::isnan(result.epochs[0].test_error));
    CHECK(std::isnan(result.epochs[0].test_loss));
    CHECK(std::isnan(result.epochs[0].full_training_error));
}

TEST_CASE("Trainer: a batch larger than the set is the whole set", "[ann][trainer]") {
    Network network(small(), 3);
    const MatrixExamples training = examples(7);
    Trainer trainer(network, training, nullptr, {.epochs = 1, .batch_size = 1000});
    Recorder recorder;
    trainer.add(recorder);
    trainer.run();
    CHECK(recorder.lines == std::vector<std::string>{"begun", "layer 0.0 of 7", "layer 0.1 of 7", "layer 0.2 of 7",
                                                     "step 0 last", "epoch 0", "ended"});
}

TEST_CASE("Trainer: shows the weights that forward used, and those of the next step", "[ann][trainer]") {
    NetworkSpec spec = small(0.1);
    spec.sgd.momentum = 0.0;
    spec.sgd.weight_decay = 0.0;
    Network network(spec, 3);
    std::vector<arma::fmat> expected = weights_of(network);
    const MatrixExamples training = examples(60);
    Trainer trainer(network, training, nullptr, {.epochs = 2, .batch_size = 20});
    Watcher watcher;
    watcher.at_layer = [&](const StepPlace&, arma::uword layer, const LayerStep& views) {
        REQUIRE(arma::all(arma::vectorise(views.weights_before == expected[layer])));
        const arma::fmat update = views.weights_after - views.weights_before;
        const bool is_dense = network.synapse_layers()[layer].geometry.kind == SynapseKind::dense;
        const arma::fmat gradient = is_dense ? dense_gradient(views) : network.synaptic(layer).weight_gradient;
        const arma::fmat plain = -0.1F / 20.0F * gradient;
        REQUIRE(arma::abs(update - plain).max() < kFewFloatOperations);
        REQUIRE(arma::abs(plain).max() > 100 * kFewFloatOperations);
        expected[layer] = views.weights_after;
    };
    watcher.at_step = [&](const StepPlace&) { REQUIRE(same(weights_of(network), expected)); };
    trainer.add(watcher);
    trainer.run();
    CHECK(same(weights_of(network), expected));
}

TEST_CASE("Trainer: observers change nothing", "[ann][trainer]") {
    const auto run = [](bool watched) {
        Network network(small(), 3);
        const MatrixExamples training = examples(50);
        Trainer trainer(network, training, nullptr, {.epochs = 2, .batch_size = 20});
        Recorder recorder;
        if (watched) trainer.add(recorder);
        trainer.run();
        return weights_of(network);
    };
    CHECK(same(run(true), run(false)));
}

TEST_CASE("Trainer: the same seed gives the same bits for any number of threads", "[ann][trainer][determinism]") {
    double loss = 0.0;
    const auto one = trained(5, 1, &loss);
    for (const int threads : {2, 3, 4}) {
        double other = 0.0;
        CHECK(same(trained(5, threads, &other), one));
        CHECK(other == loss);
    }
    CHECK_FALSE(same(trained(6, 1), one));
}

TEST_CASE("Trainer: every epoch sees every example once, in a new order", "[ann][trainer]") {
    arma::fmat inputs(kShape.units(), 45, arma::fill::zeros);
    for (arma::uword n = 0; n < 45; ++n) inputs(0, n) = static_cast<float>(n) * 0.01F;
    const MatrixExamples training(kShape, 3, inputs, std::vector<std::uint8_t>(45, 1));
    Network network(small(), 3);
    Trainer trainer(network, training, nullptr, {.epochs = 2, .batch_size = 10});
    std::vector<std::vector<int>> seen(2);
    Watcher watcher;
    watcher.at_layer = [&](const StepPlace& place, arma::uword layer, const LayerStep& views) {
        for (arma::uword n = 0; layer == 0 && n < views.pre_activation.samples(); ++n) {
            seen[place.epoch].push_back(static_cast<int>(std::lround(views.pre_activation.at(n, 0) * 100)));
        }
    };
    trainer.add(watcher);
    trainer.run();
    CHECK(seen[0] != seen[1]);
    for (const auto& epoch : seen) {
        CHECK(epoch.size() == 45);
        CHECK(std::set<int>(epoch.begin(), epoch.end()).size() == 45);
    }
}

TEST_CASE("Trainer: element masks are drawn anew at every step of every epoch", "[ann][trainer][mixlu]") {
    Network network(small(), 3);
    const MatrixExamples training = examples(48);
    Trainer trainer(network, training, &training, {.epochs = 2, .batch_size = 16});
    std::set<std::vector<std::uint16_t>> masks;
    Watcher watcher;
    watcher.at_layer = [&](const StepPlace&, arma::uword layer, const LayerStep& views) {
        if (layer == 0) masks.emplace(views.population_bits.begin(), views.population_bits.end());
    };
    trainer.add(watcher);
    trainer.run();
    CHECK(masks.size() == 6);
}

TEST_CASE("Trainer: a request to stop ends training after the current step", "[ann][trainer]") {
    Network network(small(), 3);
    const MatrixExamples training = examples(50);
    const MatrixExamples test = examples(20, 2);
    std::atomic<bool> stop = false;
    Trainer trainer(network, training, &test, {.epochs = 5, .batch_size = 10, .stop_requested = &stop});
    Recorder recorder;
    Watcher watcher;
    const std::uint64_t last = GENERATE(0, 4, 7);
    watcher.at_step = [&](const StepPlace& place) { stop = place.step == last; };
    trainer.add(watcher);
    trainer.add(recorder);
    const TrainingResult result = trainer.run();
    CHECK(result.end == TrainingEnd::stopped);
    CHECK(result.steps == last + 1);
    CHECK(recorder.lines.back() == "ended");
    // Step 4 ends its epoch, which is announced, untested.
    CHECK(result.epochs.size() == (last + 1) / 5);
    CHECK(recorder.lines[recorder.lines.size() - 2] == (last == 4 ? "epoch 0" : "step " + std::to_string(last)));
    if (last == 4) CHECK(std::isnan(result.epochs[0].test_error));
    if (last == 7) CHECK_FALSE(std::isnan(result.epochs[0].test_error));
}

TEST_CASE("Trainer: a test pass that is cut short is not reported", "[ann][trainer]") {
    Network network(small(), 3);
    const MatrixExamples training = examples(20);
    std::atomic<bool> stop = false;
    const StoppingExamples test(stop);
    Trainer trainer(network, training, &test, {.epochs = 5, .batch_size = 10, .stop_requested = &stop});
    const TrainingResult result = trainer.run();
    CHECK(result.end == TrainingEnd::stopped);
    REQUIRE(result.epochs.size() == 1);
    CHECK(std::isnan(result.epochs[0].test_error));
    CHECK(std::isnan(result.epochs[0].test_loss));
}

TEST_CASE("Trainer: goes on through NaN and says that the run diverged", "[ann][trainer]") {
    Network network(small(1e30), 3);
    const MatrixExamples training = examples(60);
    Trainer trainer(network, training, &training, {.epochs = 3, .batch_size = 20});
    Recorder recorder;
    trainer.add(recorder);
    const TrainingResult result = trainer.run();
    CHECK(result.end == TrainingEnd::diverged);
    CHECK(result.steps == 9);
    CHECK(std::isnan(result.epochs.back().training_loss));
    CHECK(result.epochs.back().test_error == Approx(2.0 / 3.0));  // class 0 wins: a third is right
    CHECK(recorder.lines.back() == "ended");
}

TEST_CASE("Trainer: a run that only its last update ruins has diverged", "[ann][trainer]") {
    // Infinite weights, or finite ones with which outputs are infinite.
    const auto [rate, is_tested] = GENERATE(std::pair{1e39, false}, std::pair{1e39, true}, std::pair{1e30, true});
    Network network(small(rate), 3);
    const MatrixExamples training = examples(20);
    Trainer trainer(network, training, is_tested ? &training : nullptr, {.epochs = 1, .batch_size = 20});
    const TrainingResult result = trainer.run();
    REQUIRE(result.steps == 1);
    CHECK(std::isfinite(result.epochs.back().training_loss));
    CHECK(result.end == TrainingEnd::diverged);
    CHECK(result.diverged);
}

TEST_CASE("Trainer: each epoch has its learning rate", "[ann][trainer]") {
    NetworkSpec spec = small();
    spec.sgd.learning_rates = {0.1, 0.01};
    Network network(spec, 3);
    const MatrixExamples training = examples(10);
    Trainer trainer(network, training, nullptr, {.epochs = 3, .batch_size = 10});
    Recorder recorder;
    trainer.add(recorder);
    const TrainingResult result = trainer.run();
    CHECK(recorder.places[0].learning_rate == 0.1);
    CHECK(recorder.places[1].learning_rate == 0.01);
    CHECK(recorder.places[2].learning_rate == 0.01);
    CHECK(result.epochs[1].learning_rate == 0.01);
}

TEST_CASE("Trainer: batches are mirrored as often as asked for, whole", "[ann][trainer]") {
    const double probability = GENERATE(0.0, 0.5, 1.0);
    arma::fmat inputs(kShape.units(), 400, arma::fill::zeros);
    inputs.row(0).fill(1.0F);  // the left end of the first row
    const MatrixExamples training(kShape, 3, inputs, std::vector<std::uint8_t>(400, 1));
    Network network(small(), 3);
    Trainer trainer(network, training, &training,
                    {.epochs = 1, .batch_size = 2, .seed = 12, .flip_probability = probability});
    int mirrored = 0;
    Watcher watcher;
    watcher.at_layer = [&](const StepPlace&, arma::uword layer, const LayerStep& views) {
        if (layer != 0) return;
        for (arma::uword n = 0; n < 2; ++n) {
            REQUIRE(views.pre_activation.at(n, 0) + views.pre_activation.at(n, 5) == 1.0F);
        }
        REQUIRE(views.pre_activation.at(0, 0) == views.pre_activation.at(1, 0));
        mirrored += views.pre_activation.at(0, 5) == 1.0F ? 1 : 0;
    };
    trainer.add(watcher);
    trainer.run();
    CHECK(std::abs(mirrored - 200 * probability) <= (probability == 0.5 ? 35 : 0));  // 5 deviations of 7.1
}

TEST_CASE("evaluate: a pass over all examples, its last batch shorter", "[ann][trainer]") {
    NetworkSpec spec = small();
    std::get<ActivationSpec>(spec.layers[1]).percent_neglu = 0.0;  // so that no pass differs from another
    Network network(spec, 3);
    const MatrixExamples test = examples(45, 4, 1.0F);
    std::uint64_t pass_number = 7;
    const Evaluation evaluation = evaluate(network, test, {.batch_size = 20, .threads = 2}, pass_number);
    CHECK(pass_number == 10);
    CHECK(evaluation.samples == 45);
    const LaneCube all = lanes_of(test.inputs());
    network.forward({}, all);
    const LossValue expected = network.score(test.labels());
    CHECK(evaluation.sum.errors == expected.errors);
    CHECK_THAT(evaluation.sum.loss, WithinRel(expected.loss, 1e-12));
    CHECK_THAT(evaluation.mean_loss(), WithinRel(expected.loss / 45, 1e-12));
    CHECK_THAT(evaluation.error(), WithinRel(static_cast<double>(expected.errors) / 45, 1e-12));

    const std::atomic<bool> stop = true;
    CHECK(evaluate(network, test, {.batch_size = 20, .stop_requested = &stop}, pass_number).samples == 20);
}

TEST_CASE("Trainer: refuses options and examples that do not fit, naming them", "[ann][trainer]") {
    const MatrixExamples fitting = examples(10);
    CHECK(refusal(fitting, &fitting, {}) == "accepted");
    CHECK(refusal(fitting, nullptr, {.epochs = 0}) == "epochs = 0 must be >= 1");
    CHECK(refusal(fitting, nullptr, {.batch_size = 0}) == "batch_size = 0 must be >= 1");
    CHECK(refusal(fitting, nullptr, {.threads = 0}) == "threads = 0 must be >= 1");
    CHECK(refusal(fitting, nullptr, {.flip_probability = 1.5}) == "flip_probability = 1.5 must be in 0..1");
    CHECK(refusal(fitting, nullptr, {.flip_probability = std::numeric_limits<double>::quiet_NaN()}) ==
          "flip_probability = nan must be in 0..1");
    CHECK(refusal(examples(0), nullptr, {}) == "training examples = 0 must be at least 1");
    CHECK(refusal(clustered_examples({1, 5, 6}, 3, 9, 1.0F, 0), nullptr, {}) ==
          "training examples' shape = 1x5x6 must be the network's input, 1x6x6");
    const MatrixExamples four = clustered_examples(kShape, 4, 9, 1.0F, 0);
    CHECK(refusal(fitting, &four, {}) == "test examples' classes = 4 must be the number of the network's outputs, 3");
    CHECK(refusal(MatrixExamples(kShape, 3, arma::fmat(36, 2), {0, 3}), nullptr, {}) ==
          "training examples' largest label = 3 must be below the number of classes, 3");
    CHECK(refusal(MatrixExamples(kShape, 3, arma::fmat(36, 2), {0}), nullptr, {}) ==
          "training examples' labels = 1 must be one an example, 2");
}
