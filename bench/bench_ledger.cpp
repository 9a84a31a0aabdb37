// Speed of the plasticity ledger: its inner loops, and a whole step of each built-in network's layers of synapses, with
// random numbers whose signs are shared out as in training.
//
//     bench_ledger [--benchmark_filter=mlp] [--benchmark_repetitions=5]
//
// Loops that an instruction set has no use for are left out. Cost is that of 100 samples.

#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "analysis/ledger/aligned_vector.hpp"
#include "analysis/ledger/ledger.hpp"
#include "ann/builtin_networks.hpp"
#include "ann/network.hpp"

namespace {

using namespace stdpscope;
using analysis::detail::AlignedVector;
using analysis::detail::InstructionSet;
using analysis::detail::LedgerKernels;

constexpr arma::uword kBatch = 100;

/// Keeps nothing.
class NoSink : public analysis::RecordSink {
public:
    void append(analysis::Record /*record*/) override {}
    void append(analysis::SampledStep /*step*/) override {}
    void append(analysis::PlanesStep /*step*/) override {}
    void append(analysis::UpdatesStep /*step*/) override {}
};

/// Numbers of either sign, or of one and zeros.
enum class Signs { either, positive_or_zero };

float draw(Signs signs, std::mt19937_64& random) {
    const float number = std::uniform_real_distribution<float>(-1.0F, 1.0F)(random);
    return signs == Signs::positive_or_zero && number < 0.0F ? 0.0F : number;
}

ann::LaneCube random_cube(arma::uword units, Signs signs, std::mt19937_64& random) {
    ann::LaneCube cube(units, kBatch);
    for (arma::uword sample = 0; sample < kBatch; ++sample) {
        for (arma::uword unit = 0; unit < units; ++unit) cube.at(sample, unit) = draw(signs, random);
    }
    return cube;
}

/// What one layer of synapses shows in a step.
struct ShownLayer {
    ShownLayer(const ann::SynapseLayer& layer, bool after_relu, std::mt19937_64& random)
        : pre_activation(random_cube(layer.geometry.pre_shape.units(),
                                     after_relu ? Signs::positive_or_zero : Signs::either, random)),
          loss_derivative(random_cube(layer.geometry.post_shape.units(), Signs::either, random)),
          activation_derivative(random_cube(layer.geometry.post_shape.units(), Signs::positive_or_zero, random)),
          identity(layer.activation == "identity"),
          before(layer.geometry.weight_rows(), layer.geometry.weight_columns()),
          after(arma::size(before)),
          biases(layer.geometry.weight_rows(), arma::fill::ones) {
        for (arma::uword place = 0; place < before.n_elem; ++place) {
            before[place] = draw(Signs::either, random);
            after[place] = before[place] + 1e-3F * draw(Signs::either, random);
        }
    }
    [[nodiscard]] ann::LayerStep views() const {
        return {.pre_activation = pre_activation,
                .loss_derivative = loss_derivative,
                .activation_derivative = identity ? nullptr : &activation_derivative,
                .weights_before = before,
                .weights_after = after,
                .biases_after = biases,
                .population_bits = {}};
    }

    ann::LaneCube pre_activation;
    ann::LaneCube loss_derivative;
    ann::LaneCube activation_derivative;
    bool identity;
    arma::fmat before;
    arma::fmat after;
    arma::fvec biases;
};

/// Steps of the ledger over some layers of a network.
void run_ledger(benchmark::State& state, const std::vector<ann::SynapseLayer>& layers,
                const std::vector<std::shared_ptr<ShownLayer>>& shown) {
    NoSink sink;
    analysis::Ledger ledger({}, sink);
    std::vector<ann::LayerParameters> parameters;
    for (const auto& layer : shown) parameters.push_back({.weights = &layer->after, .biases = &layer->biases});
    ledger.training_begun({.layers = layers,
                           .parameters = parameters,
                           .seed = 1,
                           .batch_size = kBatch,
                           .epochs = 1,
                           .samples_per_epoch = kBatch,
                           .steps_per_epoch = 1,
                           .threads = static_cast<int>(state.range(0))});
    std::uint64_t step = 0;
    for (auto _ : state) {
        const ann::StepPlace place{.step = step++};
        for (std::size_t layer = 0; layer < layers.size(); ++layer) {
            ledger.layer_updated(place, layer, shown[layer]->views());
        }
        ledger.step_done(place, 0.0);
    }
}

void add_ledger(const std::string& name, const std::vector<ann::SynapseLayer>& layers,
                const std::vector<std::shared_ptr<ShownLayer>>& shown) {
    benchmark::RegisterBenchmark(name.c_str(),
                                 [layers, shown](benchmark::State& state) { run_ledger(state, layers, shown); })
        ->ArgName("threads")
        ->Arg(1)
        ->Arg(2)
        ->UseRealTime()
        ->Unit(benchmark::kMicrosecond);
}

void add_network(const ann::NetworkSpec& spec) {
    std::mt19937_64 random(1);
    const ann::Network network(spec, 1);
    const std::vector<ann::SynapseLayer>& layers = network.synapse_layers();
    std::vector<std::shared_ptr<ShownLayer>> shown;
    for (std::size_t place = 0; place < layers.size(); ++place) {
        const bool after_relu = place != 0 && layers[place - 1].activation == "relu";
        shown.push_back(std::make_shared<ShownLayer>(layers[place], after_relu, random));
        add_ledger(spec.name + "." + layers[place].name, {layers[place]}, {shown.back()});
    }
    add_ledger(spec.name, layers, shown);
}

/// Rows of a column of weights, as in mlp.
constexpr std::size_t kRows = 800;
constexpr std::size_t kPlaneWords = analysis::detail::plane_words(kRows);

/// `planes` planes of rows, each bit with probability 1/4.
AlignedVector<std::uint64_t> random_planes(std::size_t planes, std::mt19937_64& random) {
    AlignedVector<std::uint64_t> words(planes * kPlaneWords);
    for (std::size_t plane = 0; plane < planes; ++plane) {
        for (std::size_t row = 0; row < kRows; ++row) {
            words[plane * kPlaneWords + row / 64] |= static_cast<std::uint64_t>(random() % 4 == 0) << row % 64;
        }
    }
    return words;
}

/// Every other sample of a batch.
std::vector<std::uint32_t> half_the_samples() {
    std::vector<std::uint32_t> samples(48);
    for (std::size_t place = 0; place < samples.size(); ++place) samples[place] = static_cast<std::uint32_t>(2 * place);
    return samples;
}

void compare_counts(benchmark::State& state, const LedgerKernels& kernels) {
    std::mt19937_64 random(1);
    const AlignedVector<std::uint64_t> first = random_planes(kBatch, random);
    const AlignedVector<std::uint64_t> last = random_planes(kBatch, random);
    const std::vector<std::uint32_t> samples = half_the_samples();
    AlignedVector<std::uint64_t> timing(3 * kPlaneWords);
    AlignedVector<std::uint64_t> first_digits(analysis::detail::kMostDigits * kPlaneWords);
    AlignedVector<std::uint64_t> last_digits(first_digits.size());
    for (auto _ : state) {
        kernels.rows.compare_counts(first.data(), last.data(), kPlaneWords, samples.data(), samples.size(),
                                    timing.data(), first_digits.data(), last_digits.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRows));
}

void sum_planes(benchmark::State& state, const LedgerKernels& kernels) {
    std::mt19937_64 random(1);
    const AlignedVector<std::uint64_t> planes = random_planes(kBatch, random);
    const AlignedVector<std::uint64_t> rows = random_planes(1, random);
    const std::vector<std::uint32_t> samples = half_the_samples();
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            kernels.rows.sum_planes(planes.data(), kPlaneWords, samples.data(), samples.size(), rows.data(), nullptr));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRows));
}

/// The updates of a dense layer's column all of whose rows fired.
void tally_column(benchmark::State& state, const LedgerKernels& kernels) {
    std::mt19937_64 random(1);
    std::vector<float> before(kRows);
    std::vector<float> after(kRows);
    AlignedVector<std::uint64_t> timing(3 * kPlaneWords);
    for (std::size_t row = 0; row < kRows; ++row) {
        before[row] = draw(Signs::either, random);
        after[row] = before[row] + 1e-3F * draw(Signs::either, random);
        for (const std::size_t plane : {random() % 2, std::size_t{2}}) {
            timing[plane * kPlaneWords + row / 64] |= std::uint64_t{1} << row % 64;
        }
    }
    AlignedVector<std::uint64_t> signs(2 * kPlaneWords);
    analysis::detail::UpdateCells cells{};
    for (auto _ : state) {
        kernels.rows.tally_column(before.data(), after.data(), kRows,
                                  {.pre_first = timing.data(),
                                   .post_first = timing.data() + kPlaneWords,
                                   .fired = timing.data() + 2 * kPlaneWords},
                                  nullptr, {.minus = signs.data(), .plus = signs.data() + kPlaneWords}, cells);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRows));
}

/// A tap of as many weights.
void tally_updates(benchmark::State& state, const LedgerKernels& kernels) {
    std::mt19937_64 random(1);
    std::vector<float> before(kRows);
    std::vector<float> after(kRows);
    std::vector<std::int32_t> first(kRows);
    std::vector<std::int32_t> last(kRows);
    for (std::size_t row = 0; row < kRows; ++row) {
        before[row] = draw(Signs::either, random);
        after[row] = before[row] + 1e-3F * draw(Signs::either, random);
        first[row] = static_cast<std::int32_t>(random() % 50);
        last[row] = static_cast<std::int32_t>(random() % 50);
    }
    analysis::detail::UpdateCells cells{};
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            kernels.tally_updates(before.data(), after.data(), kRows, first.data(), last.data(), nullptr, cells));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRows));
}

/// Signs of the activations of 800 units.
void signs(benchmark::State& state, const LedgerKernels& kernels) {
    std::mt19937_64 random(1);
    const ann::LaneCube cube = random_cube(800, Signs::either, random);
    const std::size_t words = cube.units() * cube.blocks();
    std::vector<std::uint16_t> positive(words);
    std::vector<std::uint16_t> negative(words);
    for (auto _ : state) {
        benchmark::DoNotOptimize(kernels.signs(cube.data(), words, positive.data(), negative.data()));
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(words) * 16);
}

/// Four taps of lenet's conv2 against two classes of 50 rows: 8 x 8 positions in 7 blocks.
constexpr std::size_t kTaps = 4;
constexpr std::size_t kMapWords = 448;
constexpr std::size_t kMapRows = 128;

void count_maps(benchmark::State& state, const LedgerKernels& kernels) {
    std::mt19937_64 random(1);
    AlignedVector<std::uint16_t> words((kTaps + kMapRows) * kMapWords);
    for (std::uint16_t& word : words) word = static_cast<std::uint16_t>(random());
    std::vector<const std::uint16_t*> taps;
    for (std::size_t tap = 0; tap < kTaps; ++tap) taps.push_back(words.data() + tap * kMapWords);
    AlignedVector<std::int32_t> counts(kTaps * kMapRows);
    for (auto _ : state) {
        kernels.count_maps(taps.data(), kTaps, words.data() + kTaps * kMapWords, kMapWords, kMapRows, counts.data(),
                           kMapRows);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kTaps * kMapRows * kMapWords * 16));
}

void count_nibbles(benchmark::State& state, const LedgerKernels& kernels) {
    constexpr std::size_t kGroups = kMapWords * 4;
    std::mt19937_64 random(1);
    AlignedVector<std::uint8_t> taps(kTaps * kGroups);
    AlignedVector<std::uint8_t> rows(kGroups * kMapRows);
    for (std::uint8_t& nibble : taps) nibble = static_cast<std::uint8_t>(random() % 16 * 16);
    for (std::uint8_t& nibble : rows) nibble = static_cast<std::uint8_t>(random() % 16);
    std::vector<const std::uint8_t*> places;
    for (std::size_t tap = 0; tap < kTaps; ++tap) places.push_back(taps.data() + tap * kGroups);
    AlignedVector<std::int32_t> counts(kTaps * kMapRows);
    for (auto _ : state) {
        kernels.nibbles.count(places.data(), kTaps, rows.data(), kMapRows, kGroups, kMapRows, counts.data(), kMapRows);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kTaps * kMapRows * kMapWords * 16));
}

void add_kernels(const std::string& set_name, InstructionSet set) {
    if (!analysis::detail::supported(set)) return;
    const LedgerKernels& kernels = analysis::detail::ledger_kernels(set);
    const auto add = [&](const char* name, void (*run)(benchmark::State&, const LedgerKernels&)) {
        benchmark::RegisterBenchmark((set_name + "." + name).c_str(),
                                     [&kernels, run](benchmark::State& state) { run(state, kernels); });
    };
    add("signs", signs);
    add("compare_counts", compare_counts);
    add("sum_planes", sum_planes);
    add("tally_column", tally_column);
    add("tally_updates", tally_updates);
    add("count_maps", count_maps);
    if (kernels.nibbles.count != nullptr) add("count_nibbles", count_nibbles);
}

}  // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    add_kernels("baseline", InstructionSet::baseline);
    add_kernels("avx2", InstructionSet::avx2);
    add_kernels("avx512", InstructionSet::avx512);
    for (const std::string_view name : ann::builtin_network_names()) add_network(*ann::builtin_network(name));
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
