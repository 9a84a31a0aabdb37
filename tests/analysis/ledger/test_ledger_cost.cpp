#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <iostream>
#include <random>
#include <string>

#include "analysis/ledger/ledger.hpp"
#include "tests/analysis/ledger/kept_records.hpp"
#include "tests/analysis/ledger/random_layer.hpp"

using namespace stdpscope;
using namespace stdpscope::tests;

namespace {

/// Milliseconds a step, the least of several runs of a few steps, since machines are shared.
double step_ms(const RandomLayer& layer, int threads, analysis::TraceLevel level) {
    constexpr int kRuns = 101;
    constexpr std::uint64_t kSteps = 10;
    KeptRecords kept;
    analysis::TraceOptions options;
    options.level = level;
    analysis::Ledger ledger(options, kept);
    ledger.training_begun(plan_of(layer, layer.pre_activation.samples(), threads));
    std::vector<double> times;
    std::uint64_t step = 0;
    for (int run = 0; run < kRuns; ++run) {
        const auto begun = std::chrono::steady_clock::now();
        for (std::uint64_t end = step + kSteps; step < end; ++step) {
            ledger.layer_updated({.step = step}, 0, layer.views());
            ledger.step_done({.step = step}, 0.0);
        }
        times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count() /
                        kSteps);
    }
    return *std::min_element(times.begin(), times.end());
}

struct NamedLayer {
    std::string name;
    RandomLayerOptions options;
};

/// The trained layers of LeNet on 28 x 28 images, with signs as its training has them.
std::vector<NamedLayer> lenet_layers() {
    using enum ann::SynapseKind;
    const SignShares pooled{.negative = 0.125, .zero = 0.75};
    const SignShares balanced{.negative = 0.5, .zero = 0.0};
    const SignShares relu{.negative = 0.0, .zero = 0.5};
    const SignShares weight{.negative = 0.5, .zero = 0.0};
    return {{"conv1",
             {.geometry = {.kind = convolution,
                           .pre_shape = {1, 28, 28},
                           .post_shape = {20, 24, 24},
                           .kernel_rows = 5,
                           .kernel_columns = 5},
              .samples = 100,
              .activation = {.negative = 0.5, .zero = 0.2},
              .loss = pooled,
              .weight = weight,
              .update = balanced,
              .identity = true}},
            {"conv2",
             {.geometry = {.kind = convolution,
                           .pre_shape = {20, 12, 12},
                           .post_shape = {50, 8, 8},
                           .kernel_rows = 5,
                           .kernel_columns = 5},
              .samples = 100,
              .activation = balanced,
              .loss = pooled,
              .weight = weight,
              .update = balanced,
              .identity = true}},
            {"dense1",
             {.geometry = {.kind = dense, .pre_shape = {50, 4, 4}, .post_shape = {500}},
              .samples = 100,
              .activation = balanced,
              .loss = balanced,
              .response = relu,
              .weight = weight,
              .update = balanced}},
            {"dense2",
             {.geometry = {.kind = dense, .pre_shape = {500}, .post_shape = {10}},
              .samples = 100,
              .activation = relu,
              .loss = balanced,
              .weight = weight,
              .update = balanced,
              .identity = true}}};
}

}  // namespace

TEST_CASE("Ledger: cost of a step of LeNet, printed for a person to read", "[.benchmark][ledger]") {
    std::mt19937_64 random(1);
    std::vector<RandomLayer> layers;
    const std::vector<NamedLayer> named = lenet_layers();
    for (const NamedLayer& layer : named) layers.emplace_back(layer.options, random);
    const auto level = GENERATE(analysis::TraceLevel::counts, analysis::TraceLevel::samples);
    const int threads = GENERATE(1, 2);
    DYNAMIC_SECTION("level " << static_cast<int>(level) << ", threads " << threads) {
        double sum = 0.0;
        for (std::size_t place = 0; place < layers.size(); ++place) {
            const double milliseconds = step_ms(layers[place], threads, level);
            std::cout << named[place].name << ' ' << milliseconds << " ms, ";
            sum += milliseconds;
        }
        std::cout << "all " << sum << " ms with " << threads << " thread(s), level " << static_cast<int>(level) << '\n';
    }
}
