#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "ann/activation/activation.hpp"
#include "ann/error.hpp"
#include "ann/layer/activation_layer.hpp"
#include "ann/layer/mixlu_mask.hpp"

using Catch::Matchers::Contains;
using namespace stdpscope::ann;

namespace {

constexpr MapShape kShape{5, 2, 3};

ActivationSpec mixlu(double percent, MixluMask mask, NegluDerivative rule = NegluDerivative::inverted) {
    return {.kind = ActivationKind::mixlu, .derivative = rule, .percent_neglu = percent, .mask = mask};
}

/// Values that run through both signs, 0 in unused lanes.
LaneCube ramp(arma::uword units, arma::uword samples) {
    LaneCube cube(units, samples);
    for (arma::uword n = 0; n < samples; ++n) {
        for (arma::uword unit = 0; unit < units; ++unit) {
            cube.at(n, unit) = static_cast<float>(static_cast<int>((7 * n + 3 * unit) % 11) - 5);
        }
    }
    return cube;
}

std::vector<std::uint16_t> bits_of_pass(ActivationLayer& layer, const Pass& pass, const LaneCube& input) {
    LaneCube output(input.units(), input.samples());
    layer.forward(pass, input, output);
    const auto bits = layer.population_bits();
    return {bits.begin(), bits.end()};
}

arma::uword count(const std::vector<std::uint8_t>& mask) {
    return std::accumulate(mask.begin(), mask.end(), arma::uword{0});
}

}  // namespace

TEST_CASE("ActivationLayer: forward keeps value and derivative, backward multiplies by it", "[ann][activation]") {
    // The derivative of the first at 0 is -1/2, the value of the second 1/2: unused lanes would show either.
    const ActivationKind kind = GENERATE(ActivationKind::smooth_neglu, ActivationKind::logistic_sigmoid,
                                         ActivationKind::relu, ActivationKind::neglu);
    const ActivationSpec spec{.kind = kind, .derivative = NegluDerivative::inverted};
    const MapShape shape = GENERATE(MapShape{5, 2, 3}, MapShape{30, 1, 1});
    const int threads = GENERATE(1, 2, 3, 4);
    ActivationLayer layer("activation1", shape, spec, 0, 0);
    const arma::uword samples = GENERATE(1, 16, 19);
    const LaneCube input = ramp(shape.units(), samples);
    const LaneCube gradient = ramp(shape.units(), samples);
    LaneCube output(shape.units(), samples);
    LaneCube input_gradient(shape.units(), samples);
    std::fill_n(input_gradient.data(), input_gradient.cube().n_elem, 7.0F);  // must all be overwritten
    layer.forward({.number = 0, .threads = threads}, input, output);
    layer.backward({.number = 0, .threads = threads}, input, output, gradient, &input_gradient);
    for (arma::uword unit = 0; unit < shape.units(); ++unit) {
        for (arma::uword n = 0; n < samples; ++n) {
            const ActivationPoint point = activation_at(spec, input.at(n, unit));
            REQUIRE(output.at(n, unit) == point.value);
            REQUIRE(layer.derivative().at(n, unit) == point.derivative);
            REQUIRE(input_gradient.at(n, unit) == gradient.at(n, unit) * point.derivative);
        }
        for (arma::uword lane = samples; lane < kLanes * output.blocks(); ++lane) {
            REQUIRE(output.at(lane, unit) == 0.0F);
            REQUIRE(layer.derivative().at(lane, unit) == 0.0F);
            REQUIRE(input_gradient.at(lane, unit) == 0.0F);
        }
    }
    layer.backward({.number = 0, .threads = 1}, input, output, gradient, nullptr);  // nothing to do, nothing breaks
}

TEST_CASE("ActivationLayer: the unit mask draws exactly the rounded share of units", "[ann][activation][mixlu]") {
    const double percent = GENERATE(0.0, 0.25, 1.0, 5.0, 33.3, 50.0, 99.9, 100.0);
    const arma::uword units = GENERATE(1, 10, 500);
    const RandomStream stream(11, RandomPurpose::unit_mask, 2);
    CAPTURE(percent, units);
    CHECK(count(draw_unit_mask(stream, percent, units)) ==
          static_cast<arma::uword>(std::lround(percent / 100.0 * static_cast<double>(units))));
}

TEST_CASE("ActivationLayer: the unit mask favours no place", "[ann][activation][mixlu]") {
    std::vector<int> drawn(20, 0);
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        const auto mask = draw_unit_mask(RandomStream(seed, RandomPurpose::unit_mask), 25.0, drawn.size());
        for (std::size_t unit = 0; unit < drawn.size(); ++unit) drawn[unit] += mask[unit];
    }
    for (const int times : drawn) CHECK(std::abs(times - 500) < 97);  // 5 deviations of 19.4
}

TEST_CASE("ActivationLayer: unit masks repeat with the seed and differ by seed and layer", "[ann][activation][mixlu]") {
    const auto mask = [](std::uint64_t seed, std::uint32_t instance) {
        return ActivationLayer("a", {500, 1, 1}, mixlu(5.0, MixluMask::unit), seed, instance).population_of_unit();
    };
    CHECK(count(mask(1, 0)) == 25);
    CHECK(mask(1, 0) == mask(1, 0));
    CHECK(mask(1, 0) != mask(2, 0));
    CHECK(mask(1, 0) != mask(1, 1));
}

TEST_CASE("ActivationLayer: each unit answers as its population says", "[ann][activation][mixlu]") {
    const auto mask = GENERATE(MixluMask::unit, MixluMask::element);
    const auto rule = GENERATE(NegluDerivative::exact, NegluDerivative::inverted, NegluDerivative::released);
    const MapShape shape = GENERATE(MapShape{5, 2, 3}, MapShape{30, 1, 1});
    const int threads = GENERATE(1, 2, 3);
    const ActivationSpec spec = mixlu(40.0, mask, rule);
    ActivationLayer layer("a", shape, spec, 3, 0);
    const LaneCube input = ramp(shape.units(), 21);
    LaneCube output(shape.units(), 21);
    layer.forward({.number = 5, .threads = threads}, input, output);
    int neglu = 0;
    for (arma::uword n = 0; n < 21; ++n) {
        for (arma::uword unit = 0; unit < shape.units(); ++unit) {
            const bool is_neglu =
                mask == MixluMask::unit
                    ? layer.population_of_unit()[unit] != 0
                    : (layer.population_bits()[n / kLanes * shape.units() + unit] >> n % kLanes & 1) != 0;
            neglu += is_neglu ? 1 : 0;
            const ActivationPoint point =
                activation_at(spec, input.at(n, unit), is_neglu ? MixluUnit::neglu : MixluUnit::relu);
            REQUIRE(output.at(n, unit) == point.value);
            REQUIRE(layer.derivative().at(n, unit) == point.derivative);
        }
    }
    for (arma::uword unit = 0; unit < shape.units() && mask == MixluMask::element; ++unit) {
        REQUIRE(layer.population_bits()[shape.units() + unit] < 1U << 21 % kLanes);  // no unused lane's bit
    }
    CHECK(neglu > 0);
    CHECK(neglu < 21 * 30);
}

TEST_CASE("ActivationLayer: the element mask has its rate, and no lane or unit is favoured",
          "[ann][activation][mixlu]") {
    const double percent = GENERATE(0.25, 5.0, 50.0, 87.5);
    const double rate = percent / 100.0;
    ActivationLayer layer("a", {1000, 1, 1}, mixlu(percent, MixluMask::element), 7, 0);
    const LaneCube input(1000, 96);
    std::vector<int> by_lane(kLanes, 0);
    constexpr int passes = 20;
    for (std::uint64_t number = 0; number < passes; ++number) {
        for (const std::uint16_t word : bits_of_pass(layer, {.number = number, .threads = 1}, input)) {
            for (std::size_t lane = 0; lane < kLanes; ++lane) by_lane[lane] += word >> lane & 1;
        }
    }
    const double draws = 1000.0 * 6 * passes;
    const double deviation = std::sqrt(draws * rate * (1 - rate));
    for (const int times : by_lane) CHECK(std::fabs(times - draws * rate) < 5 * deviation);
    const double all = std::accumulate(by_lane.begin(), by_lane.end(), 0.0);
    CHECK(std::fabs(all - 16 * draws * rate) < 5 * 4 * deviation);
}

TEST_CASE("ActivationLayer: element masks change with every pass, not with threads", "[ann][activation][mixlu]") {
    ActivationLayer layer("a", {40, 1, 1}, mixlu(30.0, MixluMask::element), 7, 0);
    const LaneCube input(40, 100);
    const auto bits = bits_of_pass(layer, {.number = 9, .threads = 1}, input);
    CHECK(bits.size() == 7 * 40);
    for (const int threads : {2, 3, 4}) CHECK(bits_of_pass(layer, {.number = 9, .threads = threads}, input) == bits);
    CHECK(bits_of_pass(layer, {.number = 10, .threads = 1}, input) != bits);
    ActivationLayer other("b", {40, 1, 1}, mixlu(30.0, MixluMask::element), 7, 1);
    CHECK(bits_of_pass(other, {.number = 9, .threads = 1}, input) != bits);
    for (std::size_t word = 6 * 40; word < bits.size(); ++word)
        REQUIRE((bits[word] & 0xFFF0) == 0);  // 100 = 6 * 16 + 4
}

TEST_CASE("ActivationLayer: masks of 0 and 100 percent have no exception", "[ann][activation][mixlu]") {
    const RandomStream stream(1, RandomPurpose::element_mask);
    CHECK(mask_threshold(0.0) == 0);
    CHECK(mask_threshold(100.0) == std::uint64_t{1} << 32);
    for (std::uint32_t place = 0; place < 1000; ++place) {
        REQUIRE(draw_lane_mask(stream, mask_threshold(0.0), 0, place) == 0);
        REQUIRE(draw_lane_mask(stream, mask_threshold(100.0), 0, place) == 0xFFFF);
    }
}

TEST_CASE("draw_lane_mask compares each lane's number with the threshold", "[ann][activation][mixlu]") {
    const RandomStream stream(5, RandomPurpose::element_mask, 3);
    for (const std::uint64_t threshold : {0x00000001ULL, 0x40000000ULL, 0x12345678ULL, 0xFFFFFFFFULL}) {
        for (std::uint32_t place = 0; place < 300; ++place) {
            // The slow way: all 32 bits of each lane's number, top bit first, eight bits a call, two to a word.
            std::uint16_t expected = 0;
            for (unsigned lane = 0; lane < 16; ++lane) {
                std::uint64_t number = 0;
                for (unsigned bit = 0; bit < 32; ++bit) {
                    const auto words =
                        stream.words((std::uint64_t{17} << 32) | place, static_cast<std::uint16_t>(bit / 8));
                    number = number << 1 | (words[bit % 8 / 2] >> (16 * (bit % 2) + lane) & 1);
                }
                if (number < threshold) expected = static_cast<std::uint16_t>(expected | 1U << lane);
            }
            REQUIRE(draw_lane_mask(stream, threshold, 17, place) == expected);
        }
    }
}

TEST_CASE("ActivationLayer: populations are named relu and neglu for mixlu, even at 0 percent", "[ann][activation]") {
    const ActivationLayer none("a", kShape, mixlu(0.0, MixluMask::unit), 0, 0);
    CHECK(none.populations() == std::vector<std::string>{"relu", "neglu"});
    CHECK(none.population_rule() == PopulationRule::unit);
    CHECK(none.population_of_unit() == std::vector<std::uint8_t>(kShape.units(), 0));
    const ActivationLayer element("a", kShape, mixlu(5.0, MixluMask::element), 0, 0);
    CHECK(element.population_rule() == PopulationRule::element);
    CHECK(element.population_of_unit().empty());
    const ActivationLayer tangent("a", kShape, {.kind = ActivationKind::tanh}, 0, 0);
    CHECK(tangent.populations() == std::vector<std::string>{"tanh"});
    CHECK(tangent.population_rule() == PopulationRule::layer);
    CHECK(tangent.population_bits().empty());
}

TEST_CASE("ActivationLayer: percentages outside 0..100 and a leak that is no number are refused", "[ann][activation]") {
    const auto build = [](double percent) {
        return ActivationLayer("a", kShape, mixlu(percent, MixluMask::unit), 0, 0);
    };
    CHECK_THROWS_AS(build(100.001), InvalidParameter);
    CHECK_THROWS_AS(build(-1.0), InvalidParameter);
    CHECK_THROWS_AS(build(std::numeric_limits<double>::quiet_NaN()), InvalidParameter);
    CHECK_THROWS_WITH(build(120.0), "percent_neglu = 120 must be in 0..100");
    const ActivationSpec endless{.kind = ActivationKind::leaky_relu, .leak = std::numeric_limits<double>::infinity()};
    CHECK_THROWS_WITH(ActivationLayer("a", kShape, endless, 0, 0), Contains("leak"));
}
