// Speed of the training core's layers as the built-in networks use them: forward pass, weight gradient, data gradient.
//
//     bench_layers [--benchmark_filter=conv2] [--benchmark_repetitions=5]
//
// gflops counts what the batch needs (idle lanes of the last block are not work); peak_share relates it to the
// processor's fused multiply-adds on as many threads, measured at the start. STDPSCOPE_SIMD chooses the instruction
// set.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <iostream>
#include <memory>
#include <random>
#include <string>

#include "ann/error.hpp"
#include "ann/kernel/kernels.hpp"
#include "ann/layer/average_pool2d.hpp"
#include "ann/layer/conv2d.hpp"
#include "ann/layer/dense.hpp"
#include "ann/layer/max_pool2d.hpp"

namespace {

using namespace stdpscope::ann;

constexpr arma::uword kBatch = 100;

/// Floating-point operations a second of one thread, the best of several trials; in processor time, so that other
/// programs do not count.
double measured_peak() {
    double best = 0.0;
    for (int trial = 0; trial < 20; ++trial) {
        const std::clock_t begin = std::clock();
        const double operations = kernel::active_kernels().multiply_adds(400'000);
        const auto ticks = static_cast<double>(std::clock() - begin);
        best = std::max(best, operations * CLOCKS_PER_SEC / ticks);
    }
    return best;
}

double peak() {
    static const double operations_a_second = measured_peak();
    return operations_a_second;
}

LaneCube normal_lanes(arma::uword units) {
    std::mt19937_64 random(1);
    std::normal_distribution<float> normal;
    LaneCube cube(units, kBatch);
    for (arma::uword sample = 0; sample < kBatch; ++sample) {
        for (arma::uword unit = 0; unit < units; ++unit) cube.at(sample, unit) = normal(random);
    }
    return cube;
}

enum class Direction { forward, weight_gradient, both_gradients };

/// Floating-point operations of one direction, where the layer has synapses.
double operations(Layer& layer, Direction direction) {
    const SynapticLayer* synaptic = layer.synaptic();
    if (synaptic == nullptr) return 0.0;
    const SynapseGeometry& geometry = synaptic->geometry();
    const auto uses = static_cast<double>(synaptic->weights.n_elem * geometry.positions() * kBatch);
    return 2.0 * uses * (direction == Direction::both_gradients ? 2.0 : 1.0);
}

void run(benchmark::State& state, Layer& layer, Direction direction) {
    const Pass pass{.number = 0, .threads = static_cast<int>(state.range(0))};
    const LaneCube input = normal_lanes(layer.input_shape().units());
    const LaneCube output_gradient = normal_lanes(layer.output_shape().units());
    LaneCube output(layer.output_shape().units(), kBatch);
    LaneCube input_gradient(layer.input_shape().units(), kBatch);
    layer.forward(pass, input, output);
    for (auto _ : state) {
        if (direction == Direction::forward) {
            layer.forward(pass, input, output);
        } else {
            layer.backward(pass, input, output, output_gradient,
                           direction == Direction::both_gradients ? &input_gradient : nullptr);
        }
        benchmark::ClobberMemory();
    }
    const double done = operations(layer, direction) * static_cast<double>(state.iterations());
    if (done == 0.0) return;
    state.counters["gflops"] = benchmark::Counter(done * 1e-9, benchmark::Counter::kIsRate);
    state.counters["peak_share"] =
        benchmark::Counter(done / (peak() * static_cast<double>(pass.threads)), benchmark::Counter::kIsRate);
}

void add(const std::string& name, const std::shared_ptr<Layer>& layer) {
    if (SynapticLayer* synaptic = layer->synaptic()) synaptic->weights.fill(0.01F);
    const auto add_direction = [&](const char* text, Direction direction) {
        benchmark::RegisterBenchmark((name + "/" + text).c_str(),
                                     [layer, direction](benchmark::State& state) { run(state, *layer, direction); })
            ->ArgName("threads")
            ->Arg(1)
            ->Arg(2)
            ->UseRealTime()
            ->Unit(benchmark::kMicrosecond);
    };
    add_direction("forward", Direction::forward);
    if (layer->synaptic() != nullptr) add_direction("weight_gradient", Direction::weight_gradient);
    add_direction("both_gradients", Direction::both_gradients);
}

void add_conv(const std::string& name, MapShape input, arma::uword channels, arma::uword pad) {
    add(name,
        std::make_shared<Conv2d>(
            name, input,
            Conv2dSpec{.channels = channels, .kernel_rows = 5, .kernel_columns = 5, .padding = {pad, pad, pad, pad}}));
}

void add_all() {
    add_conv("lenet.conv1", {1, 28, 28}, 20, 0);
    add("lenet.pool1", std::make_shared<MaxPool2d>("pool1", MapShape{20, 24, 24}, Pool2dSpec{}));
    add_conv("lenet.conv2", {20, 12, 12}, 50, 0);
    add("lenet.pool2", std::make_shared<MaxPool2d>("pool2", MapShape{50, 8, 8}, Pool2dSpec{}));
    add("lenet.dense3", std::make_shared<Dense>("dense3", MapShape{50, 4, 4}, DenseSpec{.units = 500}));
    add("lenet.dense4", std::make_shared<Dense>("dense4", MapShape{500, 1, 1}, DenseSpec{.units = 10}));
    add_conv("lenet5.conv1", {3, 32, 32}, 32, 2);
    const Pool2dSpec overlapping{.window_rows = 3, .window_columns = 3, .padding = {0, 1, 0, 1}};
    add("lenet5.pool1", std::make_shared<MaxPool2d>("pool1", MapShape{32, 32, 32}, overlapping));
    add_conv("lenet5.conv2", {32, 16, 16}, 32, 2);
    add("lenet5.pool2", std::make_shared<AveragePool2d>("pool2", MapShape{32, 16, 16}, overlapping));
    add_conv("lenet5.conv3", {32, 8, 8}, 64, 2);
    add("mlp.dense1", std::make_shared<Dense>("dense1", MapShape{1, 28, 28}, DenseSpec{.units = 800}));
    add("mlp.dense2", std::make_shared<Dense>("dense2", MapShape{800, 1, 1}, DenseSpec{.units = 800}));
}

}  // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    try {
        benchmark::AddCustomContext("simd", kernel::isa_name(kernel::active_kernels().isa));
    } catch (const InvalidParameter& mistake) {
        std::cerr << "bench_layers: " << mistake.what() << "\n";
        return 2;
    }
    benchmark::AddCustomContext("fma_peak_gflops", std::to_string(peak() * 1e-9));
    add_all();
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
