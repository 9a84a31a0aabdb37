#include "ann/kernel/kernels.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <iterator>
#include <limits>
#include <numeric>
#include <random>
#include <tuple>
#include <vector>

#include "ann/activation/activation.hpp"
#include "ann/error.hpp"
#include "tests/support/scoped_isa.hpp"
#include "tests/support/tolerances.hpp"

using namespace stdpscope;
using ann::kernel::Isa;

namespace {

std::vector<float> normal_numbers(std::size_t count, std::mt19937_64& random) {
    std::normal_distribution<float> normal;
    std::vector<float> numbers(count);
    for (float& number : numbers) number = normal(random);
    return numbers;
}

struct Update {
    std::vector<float> velocity;
    std::vector<float> next;
};

/// An update of 45 elements cut into two ranges.
Update update(Isa isa, std::size_t cut) {
    std::mt19937_64 random(1);
    const auto gradient = normal_numbers(45, random);
    const auto weights = normal_numbers(45, random);
    Update result{.velocity = normal_numbers(45, random), .next = std::vector<float>(45)};
    for (const auto& [begin, end] : {std::pair<std::size_t, std::size_t>{0, cut}, {cut, 45}}) {
        ann::kernel::kernels(isa).sgd_update({.gradient = gradient.data() + begin,
                                              .weights = weights.data() + begin,
                                              .velocity = result.velocity.data() + begin,
                                              .next = result.next.data() + begin,
                                              .count = end - begin,
                                              .momentum = 0.9F,
                                              .decay = 0.25F,
                                              .gradient_scale = 0.01F,
                                              .rate = 0.5F});
    }
    return result;
}

}  // namespace

TEST_CASE("kernels: the best instruction set is one that this machine has", "[ann][kernel]") {
    REQUIRE(ann::kernel::supported(Isa::baseline));
    REQUIRE(ann::kernel::supported(ann::kernel::best_isa()));
    for (const Isa isa : test::supported_isas()) {
        REQUIRE(ann::kernel::kernels(isa).isa == isa);
        const test::ScopedIsa scoped(isa);
        REQUIRE(ann::kernel::active_kernels().isa == isa);
    }
}

TEST_CASE("kernels: STDPSCOPE_SIMD names an instruction set, and nothing else", "[ann][kernel][error]") {
    for (const Isa isa : test::supported_isas()) {
        REQUIRE(ann::kernel::isa_of_environment(ann::kernel::isa_name(isa)) == isa);
    }
    REQUIRE(ann::kernel::isa_of_environment(nullptr) == ann::kernel::best_isa());
    REQUIRE(ann::kernel::isa_of_environment("") == ann::kernel::best_isa());
    REQUIRE_THROWS_MATCHES(ann::kernel::isa_of_environment("avx3"), ann::InvalidParameter,
                           Catch::Matchers::Message("STDPSCOPE_SIMD = avx3 must be baseline, avx2 or avx512"));
}

TEST_CASE("kernels: samples become lanes, each unit at its place", "[ann][kernel]") {
    const Isa isa = GENERATE(from_range(test::supported_isas()));
    const std::size_t units = GENERATE(1, 4, 7, 12);
    const std::size_t used = GENERATE(1, 4, 6, 16);
    std::mt19937_64 random(4);
    const auto samples = normal_numbers(units * used, random);
    std::vector<std::size_t> places(units);
    std::iota(places.begin(), places.end(), 0U);
    const bool moved = GENERATE(false, true);
    if (moved) std::shuffle(places.begin(), places.end(), random);
    constexpr float kUntouched = 9.0F;
    std::vector<float> lanes(16 * units, kUntouched);
    ann::kernel::kernels(isa).gather_lanes({.samples = samples.data(),
                                            .units = units,
                                            .used = used,
                                            .places = moved ? places.data() : nullptr,
                                            .lanes = lanes.data()});
    for (std::size_t unit = 0; unit < units; ++unit) {
        for (std::size_t lane = 0; lane < 16; ++lane) {
            REQUIRE(lanes[16 * places[unit] + lane] == (lane < used ? samples[lane * units + unit] : kUntouched));
        }
    }
}

TEST_CASE("kernels: lanes are added l with l + 8, then 4, 2, 1", "[ann][kernel]") {
    const Isa isa = GENERATE(from_range(test::supported_isas()));
    std::mt19937_64 random(2);
    const auto lanes = normal_numbers(16 * 50, random);
    std::vector<float> sums(50);
    ann::kernel::kernels(isa).sum_lanes(lanes.data(), 50, sums.data());
    for (std::size_t v = 0; v < 50; ++v) {
        float tree[16];
        std::memcpy(tree, lanes.data() + 16 * v, sizeof(tree));
        for (std::size_t apart = 8; apart > 0; apart /= 2) {
            for (std::size_t lane = 0; lane < apart; ++lane) tree[lane] += tree[lane + apart];
        }
        REQUIRE(sums[v] == tree[0]);
    }
}

TEST_CASE("kernels: vectors are added in four interleaved parts", "[ann][kernel]") {
    const Isa isa = GENERATE(from_range(test::supported_isas()));
    const std::size_t count = GENERATE(0, 1, 4, 30, 31);
    std::mt19937_64 random(3);
    alignas(64) float vectors[16 * 31];
    alignas(64) float sums[16];
    const auto numbers = normal_numbers(16 * 32, random);
    std::memcpy(vectors, numbers.data(), sizeof(vectors));
    std::memcpy(sums, numbers.data() + 16 * 31, sizeof(sums));
    ann::kernel::kernels(isa).add_vectors(vectors, count, sums);
    for (std::size_t lane = 0; lane < 16; ++lane) {
        float parts[4] = {};
        for (std::size_t v = 0; v < count; ++v) parts[v % 4] += vectors[16 * v + lane];
        REQUIRE(sums[lane] == numbers[16 * 31 + lane] + ((parts[0] + parts[1]) + (parts[2] + parts[3])));
    }
}

TEST_CASE("kernels: a winner's number is its place in the uncut window", "[ann][kernel][pool]") {
    const Isa isa = GENERATE(from_range(test::supported_isas()));
    // A 2x2 map under 3x3 windows that begin one row and one column outside: the map is their pixels 4, 5, 7, 8.
    const ann::kernel::PoolMap map{.input_rows = 2,
                                   .input_columns = 2,
                                   .output_rows = 1,
                                   .output_columns = 1,
                                   .window_rows = 3,
                                   .window_columns = 3,
                                   .stride_rows = 1,
                                   .stride_columns = 1,
                                   .pad_top = 1,
                                   .pad_left = 1};
    const std::uint16_t numbers[] = {4, 5, 7, 8};
    alignas(64) float input[4 * 16] = {};
    for (std::size_t lane = 0; lane < 16; ++lane) input[lane % 4 * 16 + lane] = 1.0F;
    alignas(64) float output[16];
    std::uint16_t winners[16];
    ann::kernel::kernels(isa).max_pool_forward(map, input, output, winners);
    for (std::size_t lane = 0; lane < 16; ++lane) {
        REQUIRE(output[lane] == 1.0F);
        REQUIRE(winners[lane] == numbers[lane % 4]);
    }
}

TEST_CASE("kernels: an update follows its formula", "[ann][kernel][sgd]") {
    const Isa isa = GENERATE(from_range(test::supported_isas()));
    std::mt19937_64 random(1);
    const auto gradient = normal_numbers(45, random);
    const auto weights = normal_numbers(45, random);
    const auto velocity = normal_numbers(45, random);
    const Update got = update(isa, 45);
    for (std::size_t k = 0; k < 45; ++k) {
        const double moved = 0.9 * velocity[k] - 0.25 * weights[k] - 0.01 * gradient[k];
        REQUIRE_THAT(got.velocity[k], Catch::Matchers::WithinAbs(moved, test::kFewFloatOperations));
        REQUIRE_THAT(got.next[k], Catch::Matchers::WithinAbs(weights[k] + 0.5 * moved, test::kFewFloatOperations));
    }
}

TEST_CASE("kernels: an update's bits do not tell where its range was cut", "[ann][kernel][sgd]") {
    const Isa isa = GENERATE(from_range(test::supported_isas()));
    const Update whole = update(isa, 45);
    for (std::size_t cut = 0; cut < 45; ++cut) {
        const Update pieces = update(isa, cut);
        REQUIRE(pieces.velocity == whole.velocity);
        REQUIRE(pieces.next == whole.next);
    }
}

TEST_CASE("kernels: an update has the same bits with AVX2 and AVX-512", "[ann][kernel][sgd]") {
    if (!ann::kernel::supported(Isa::avx512)) return;
    REQUIRE(update(Isa::avx2, 45).velocity == update(Isa::avx512, 45).velocity);
    REQUIRE(update(Isa::avx2, 45).next == update(Isa::avx512, 45).next);
}

TEST_CASE("kernels: rectifiers give the bits of their functions, lane by lane", "[ann][kernel][activation]") {
    using ann::NegluDerivative;
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    constexpr std::size_t kUnits = 7;
    const float values[] = {-1.5F, 0.0F, -0.0F, 2.5F, kNan, -kNan, kInfinity, -kInfinity, 1e-40F, -1e-40F, 0.25F};
    alignas(64) float net_input[kUnits * 16];
    for (std::size_t k = 0; k < std::size(net_input); ++k) net_input[k] = values[k % std::size(values)];
    const std::uint16_t mixed[kUnits] = {0x0000, 0xFFFF, 0xA5C3, 0x5A3C, 0x00FF, 0xFF00, 0x1248};
    const bool some_neglu = GENERATE(false, true);
    for (const auto& [rule, above, below] : {std::tuple{NegluDerivative::exact, 0.0F, 1.0F},
                                             {NegluDerivative::inverted, 0.0F, -1.0F},
                                             {NegluDerivative::released, 1.0F, 0.0F}}) {
        const ann::ActivationSpec spec{.kind = ann::ActivationKind::mixlu, .derivative = rule};
        for (const Isa isa : test::supported_isas()) {
            alignas(64) float output[kUnits * 16 + 16];
            alignas(64) float derivative[kUnits * 16 + 16];
            std::fill(std::begin(output), std::end(output), 7.0F);
            std::fill(std::begin(derivative), std::end(derivative), 7.0F);
            ann::kernel::kernels(isa).rectify({.net_input = net_input,
                                               .output = output,
                                               .derivative = derivative,
                                               .units = kUnits,
                                               .neglu = some_neglu ? mixed : nullptr,
                                               .neglu_above = above,
                                               .neglu_below = below});
            const auto same_bits = [](float left, float right) { return std::memcmp(&left, &right, sizeof left) == 0; };
            for (std::size_t k = 0; k < std::size(net_input); ++k) {
                const bool is_neglu = some_neglu && (mixed[k / 16] >> k % 16 & 1) != 0;
                const ann::ActivationPoint point =
                    ann::activation_at(spec, net_input[k], is_neglu ? ann::MixluUnit::neglu : ann::MixluUnit::relu);
                CAPTURE(ann::kernel::isa_name(isa), k, net_input[k], is_neglu);
                REQUIRE(same_bits(output[k], point.value));
                REQUIRE(same_bits(derivative[k], point.derivative));
            }
            REQUIRE(output[kUnits * 16] == 7.0F);
            REQUIRE(derivative[kUnits * 16] == 7.0F);
        }
    }
}

TEST_CASE("kernels: vectors are multiplied lane by lane", "[ann][kernel]") {
    std::mt19937_64 random(2);
    alignas(64) float a[48];
    alignas(64) float b[48];
    for (float* numbers : {a, b}) {
        const std::vector<float> normal = normal_numbers(48, random);
        std::copy(normal.begin(), normal.end(), numbers);
    }
    for (const Isa isa : test::supported_isas()) {
        alignas(64) float out[48];
        std::fill(std::begin(out), std::end(out), 7.0F);
        ann::kernel::kernels(isa).multiply(a, b, 2, out);
        for (std::size_t k = 0; k < 32; ++k) REQUIRE(out[k] == a[k] * b[k]);
        for (std::size_t k = 32; k < 48; ++k) REQUIRE(out[k] == 7.0F);
    }
}
