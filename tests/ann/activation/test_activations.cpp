#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "ann/activation/activation.hpp"
#include "ann/names.hpp"
#include "tests/support/tolerances.hpp"

using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using namespace stdpscope::ann;
using namespace stdpscope::test;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

ActivationSpec spec_of(ActivationKind kind, NegluDerivative rule = NegluDerivative::exact) {
    return {.kind = kind, .leak = 0.25, .derivative = rule};
}

/// Every activation and rule but mixlu.
std::vector<ActivationSpec> all_specs() {
    std::vector<ActivationSpec> specs;
    for (const auto kind : {ActivationKind::identity, ActivationKind::heaviside, ActivationKind::logistic_sigmoid,
                            ActivationKind::tanh, ActivationKind::relu, ActivationKind::leaky_relu}) {
        specs.push_back(spec_of(kind));
    }
    for (const auto kind : {ActivationKind::neglu, ActivationKind::smooth_neglu}) {
        for (const auto rule : {NegluDerivative::exact, NegluDerivative::inverted, NegluDerivative::released}) {
            specs.push_back(spec_of(kind, rule));
        }
    }
    return specs;
}

std::string label(const ActivationSpec& spec) {
    return std::string(name_of(spec.kind)) + " " + std::string(name_of(spec.derivative));
}

/// What a piecewise linear activation answers at the four points by name.
struct Corner {
    ActivationSpec spec;
    std::array<float, 3> value;       ///< at -1, 0 (and -0.0), +1
    std::array<float, 3> derivative;  ///< likewise
};

std::vector<Corner> corners() {
    using Kind = ActivationKind;
    using Rule = NegluDerivative;
    return {
        {spec_of(Kind::identity), {-1, 0, 1}, {1, 1, 1}},
        {spec_of(Kind::heaviside), {0, 1, 1}, {0, 0, 0}},
        {spec_of(Kind::relu), {0, 0, 1}, {0, 0, 1}},
        {spec_of(Kind::leaky_relu), {-0.25F, 0, 1}, {0.25F, 0.25F, 1}},
        {spec_of(Kind::neglu, Rule::exact), {-1, 0, 0}, {1, 0, 0}},
        {spec_of(Kind::neglu, Rule::inverted), {-1, 0, 0}, {-1, 0, 0}},
        {spec_of(Kind::neglu, Rule::released), {-1, 0, 0}, {0, 0, 1}},
    };
}

int sign(float x) {
    return x > 0 ? 1 : (x < 0 ? -1 : 0);
}

}  // namespace

TEST_CASE("Activations: the piecewise linear ones are exact at -1, 0, -0.0 and +1", "[ann][activation]") {
    for (const Corner& corner : corners()) {
        CAPTURE(label(corner.spec));
        const std::array<float, 4> points{-1.0F, 0.0F, 1.0F, -0.0F};
        for (std::size_t k = 0; k < points.size(); ++k) {
            CAPTURE(points[k]);
            const std::size_t expected = k == 3 ? 1 : k;
            const ActivationPoint point = activation_at(corner.spec, points[k]);
            CHECK(point.value == corner.value[expected]);
            CHECK(point.derivative == corner.derivative[expected]);
            CHECK(point.derivative_sign == sign(corner.derivative[expected]));
        }
    }
}

TEST_CASE("Activations: the smooth ones follow their closed forms", "[ann][activation]") {
    struct Form {
        ActivationSpec spec;
        std::function<double(double)> value;
        std::function<double(double)> derivative;
    };
    using Rule = NegluDerivative;
    const auto smooth = [](double z) { return -std::log1p(std::exp(-z)); };
    const std::vector<Form> forms{
        {spec_of(ActivationKind::logistic_sigmoid), [](double z) { return 1 / (1 + std::exp(-z)); },
         [](double z) { return 1 / (2 + std::exp(z) + std::exp(-z)); }},
        {spec_of(ActivationKind::tanh), [](double z) { return std::tanh(z); },
         [](double z) { return 1 / (std::cosh(z) * std::cosh(z)); }},
        {spec_of(ActivationKind::smooth_neglu, Rule::exact), smooth, [](double z) { return 1 / (std::exp(z) + 1); }},
        {spec_of(ActivationKind::smooth_neglu, Rule::inverted), smooth,
         [](double z) { return -1 / (std::exp(z) + 1); }},
        {spec_of(ActivationKind::smooth_neglu, Rule::released), smooth,
         [](double z) { return 1 / (1 + std::exp(-z)); }},
    };
    const float z = GENERATE(-80.0F, -20.0F, -9.5F, -1.0F, -0.125F, -0.0F, 0.0F, 0.125F, 1.0F, 9.5F, 20.0F, 40.0F);
    for (const Form& form : forms) {
        CAPTURE(label(form.spec), z);
        const ActivationPoint point = activation_at(form.spec, z);
        CHECK_THAT(point.value, WithinRel(form.value(z), kFewFloatOperations));
        // tanh's derivative at 80 is below the smallest float.
        const double derivative = form.derivative(z);
        if (std::fabs(derivative) > 1e-37) {
            CHECK_THAT(point.derivative, WithinRel(derivative, kFewFloatOperations));
        }
        CHECK(point.derivative_sign == sign(point.derivative));
    }
}

TEST_CASE("Activations: the derivative is the slope of the value away from kinks", "[ann][activation]") {
    const float z = GENERATE(-4.0F, -1.0F, -0.5F, 0.5F, 1.0F, 4.0F);
    constexpr float step = 1.0F / 64.0F;
    for (const ActivationSpec& spec : all_specs()) {
        if (spec.derivative != NegluDerivative::exact) continue;  // the other rules are not the slope, by design
        CAPTURE(label(spec), z);
        const double rise = activation_at(spec, z + step).value - activation_at(spec, z - step).value;
        CHECK_THAT(activation_at(spec, z).derivative, WithinAbs(rise / (2.0 * step), kCentralDifferenceInFloat));
    }
}

TEST_CASE("Activations: only inverted derivatives are negative", "[ann][activation]") {
    for (const ActivationSpec& spec : all_specs()) {
        CAPTURE(label(spec));
        int lowest = 1;
        for (float z = -4.0F; z <= 4.0F; z += 0.5F) lowest = std::min(lowest, activation_at(spec, z).derivative_sign);
        CHECK((lowest < 0) == (spec.derivative == NegluDerivative::inverted));
    }
}

TEST_CASE("Activations: a NaN net input gives NaN value and derivative", "[ann][activation]") {
    for (const ActivationSpec& spec : all_specs()) {
        CAPTURE(label(spec));
        const ActivationPoint point = activation_at(spec, kNan);
        CHECK(std::isnan(point.value));
        CHECK(std::isnan(point.derivative));
        CHECK(point.derivative_sign == 0);
    }
    for (const auto unit : {MixluUnit::relu, MixluUnit::neglu}) {
        const ActivationPoint point = activation_at(spec_of(ActivationKind::mixlu), kNan, unit);
        CHECK(std::isnan(point.value));
        CHECK(std::isnan(point.derivative));
    }
}

TEST_CASE("Activations: far from 0 the smooth ones reach their limits without overflow", "[ann][activation]") {
    const float far = GENERATE(200.0F, 1e30F, kInfinity);
    CAPTURE(far);
    const auto logistic = spec_of(ActivationKind::logistic_sigmoid);
    CHECK(activation_at(logistic, far).value == 1.0F);
    CHECK(activation_at(logistic, -far).value == 0.0F);
    const auto tangent = spec_of(ActivationKind::tanh);
    CHECK(activation_at(tangent, far).value == 1.0F);
    CHECK(activation_at(tangent, -far).value == -1.0F);
    for (const auto& spec : {logistic, tangent}) {
        CHECK(activation_at(spec, far).derivative == 0.0F);
        CHECK(activation_at(spec, -far).derivative == 0.0F);
        CHECK(activation_at(spec, far).derivative_sign == 0);  // of the float: the formula's sign is +
    }
    const auto smooth = spec_of(ActivationKind::smooth_neglu);
    CHECK(activation_at(smooth, far).value == 0.0F);
    CHECK(activation_at(smooth, -far).value == -far);
    CHECK(activation_at(smooth, far).derivative == 0.0F);
    CHECK(activation_at(smooth, -far).derivative == 1.0F);
}

TEST_CASE("Activations: a MixLU unit is a ReLU or a NegLU", "[ann][activation]") {
    const auto rule = GENERATE(NegluDerivative::exact, NegluDerivative::inverted, NegluDerivative::released);
    const float z = GENERATE(-2.0F, -0.0F, 0.0F, 3.0F);
    const auto mixlu = spec_of(ActivationKind::mixlu, rule);
    const auto same = [](const ActivationPoint& left, const ActivationPoint& right) {
        return left.value == right.value && left.derivative == right.derivative &&
               left.derivative_sign == right.derivative_sign;
    };
    CAPTURE(label(mixlu), z);
    CHECK(same(activation_at(mixlu, z, MixluUnit::relu), activation_at(spec_of(ActivationKind::relu), z)));
    CHECK(same(activation_at(mixlu, z, MixluUnit::neglu), activation_at(spec_of(ActivationKind::neglu, rule), z)));
}

TEST_CASE("Activations: arrays give the bits of single points", "[ann][activation]") {
    std::vector<float> net_input{-1.0F,      0.0F,   -0.0F,   1.0F,   kNan,   kInfinity,
                                 -kInfinity, 1e-40F, -1e-40F, 200.0F, -200.0F};
    for (int k = 0; k < 26; ++k) net_input.push_back(-3.0F + 0.23F * static_cast<float>(k));
    const auto same_bits = [](float left, float right) { return std::memcmp(&left, &right, sizeof left) == 0; };
    std::vector<float> values(net_input.size());
    std::vector<float> derivatives(net_input.size());
    for (const ActivationSpec& spec : all_specs()) {
        CAPTURE(label(spec));
        activate(spec, net_input, values, derivatives);
        for (std::size_t k = 0; k < net_input.size(); ++k) {
            CAPTURE(net_input[k]);
            const ActivationPoint point = activation_at(spec, net_input[k]);
            CHECK(same_bits(values[k], point.value));
            CHECK(same_bits(derivatives[k], point.derivative));
        }
    }
}

TEST_CASE("Activations: mixlu as an array is refused, since its units are unknown", "[ann][activation]") {
    std::vector<float> one(1);
    std::vector<float> value(1);
    std::vector<float> derivative(1);
    CHECK_THROWS_AS(activate(spec_of(ActivationKind::mixlu), one, value, derivative), std::logic_error);
}
