#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "ann/loss/loss.hpp"
#include "ann/loss/mean_squared_error.hpp"
#include "ann/loss/softmax_cross_entropy.hpp"
#include "tests/support/tolerances.hpp"

using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using namespace stdpscope::ann;
using namespace stdpscope::test;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Outputs (samples x classes) as a cube.
LaneCube outputs_of(const std::vector<std::vector<float>>& rows) {
    LaneCube cube(rows.front().size(), rows.size());
    for (std::size_t n = 0; n < rows.size(); ++n) {
        for (std::size_t k = 0; k < rows[n].size(); ++k) cube.at(n, k) = rows[n][k];
    }
    return cube;
}

/// The formulas of the header, term by term.
double textbook_loss(LossKind kind, const std::vector<double>& y, std::size_t c) {
    double sum = 0.0;
    if (kind == LossKind::softmax_cross_entropy) {
        for (const double output : y) sum += std::exp(output);
        return -std::log(std::exp(y[c]) / sum);
    }
    for (std::size_t k = 0; k < y.size(); ++k) sum += std::pow(y[k] - (k == c ? 1.0 : 0.0), 2);
    return 0.5 * sum;
}

LossValue loss_of(LossKind kind, const std::vector<std::vector<float>>& rows, const std::vector<std::uint8_t>& labels) {
    return evaluate_loss(kind, outputs_of(rows), labels, nullptr);
}

}  // namespace

TEST_CASE("Loss: value and derivatives of a batch are those of the textbook formulas", "[ann][loss]") {
    const auto kind = GENERATE(LossKind::softmax_cross_entropy, LossKind::mean_squared_error);
    std::vector<std::vector<float>> rows;
    std::vector<std::uint8_t> labels;
    for (int n = 0; n < 19; ++n) {
        rows.push_back({0.3F * static_cast<float>(n % 7) - 1.0F, 0.25F, -1.5F + 0.2F * static_cast<float>(n), 0.8F});
        labels.push_back(static_cast<std::uint8_t>(n % 4));
    }
    LaneCube gradient;
    const LossValue value = evaluate_loss(kind, outputs_of(rows), labels, &gradient);
    double sum = 0.0;
    constexpr double step = 1e-5;
    for (std::size_t n = 0; n < rows.size(); ++n) {
        std::vector<double> y(rows[n].begin(), rows[n].end());
        sum += textbook_loss(kind, y, labels[n]);
        for (std::size_t k = 0; k < y.size(); ++k) {
            const double kept = y[k];
            y[k] = kept + step;
            const double above = textbook_loss(kind, y, labels[n]);
            y[k] = kept - step;
            const double below = textbook_loss(kind, y, labels[n]);
            y[k] = kept;
            CHECK_THAT(gradient.at(n, k), WithinAbs((above - below) / (2 * step), kFewFloatOperations));
        }
    }
    CHECK_THAT(value.loss, WithinRel(sum, 1e-12));
    CHECK(gradient.samples() == 19);
    for (arma::uword lane = 19; lane < 32; ++lane) REQUIRE(gradient.at(lane, 0) == 0.0F);
}

TEST_CASE("Loss: softmax survives outputs whose exponentials overflow", "[ann][loss]") {
    std::vector<double> outputs{1000.0, 998.0, -1000.0};
    const double loss = softmax_cross_entropy(outputs, 1);
    CHECK_THAT(loss, WithinRel(2.0 + std::log1p(std::exp(-2.0)), 1e-12));
    CHECK_THAT(outputs[0], WithinRel(1.0 / (1.0 + std::exp(-2.0)), 1e-12));
    CHECK(outputs[2] == 0.0);
}

TEST_CASE("Loss: softmax keeps the sign of a derivative near certainty", "[ann][loss]") {
    LaneCube gradient;
    const std::vector<std::uint8_t> label{0};
    evaluate_loss(LossKind::softmax_cross_entropy, outputs_of({{60.0F, 0.0F}}), label, &gradient);
    CHECK_THAT(gradient.at(0, 0), WithinRel(-std::exp(-60.0), kFewFloatOperations));
    CHECK_THAT(gradient.at(0, 1), WithinRel(std::exp(-60.0), kFewFloatOperations));
}

TEST_CASE("Loss: squared error of a hand-computed sample", "[ann][loss]") {
    std::vector<double> outputs{0.5, 2.0, -1.0};
    CHECK(mean_squared_error(outputs, 1) == 0.5 * (0.25 + 1.0 + 1.0));
    CHECK(outputs == std::vector<double>{0.5, 1.0, -1.0});
}

TEST_CASE("Loss: the first largest output is the predicted class", "[ann][loss]") {
    const auto kind = GENERATE(LossKind::softmax_cross_entropy, LossKind::mean_squared_error);
    CHECK(loss_of(kind, {{0.0F, 1.0F, 1.0F}}, {1}).errors == 0);
    CHECK(loss_of(kind, {{0.0F, 1.0F, 1.0F}}, {2}).errors == 1);
    CHECK(loss_of(kind, {{0.0F, 0.0F, 0.0F}}, {0}).errors == 0);
    CHECK(loss_of(kind, {{-3.0F, -2.0F, -1.0F}, {3.0F, 2.0F, 1.0F}, {0.0F, 5.0F, 1.0F}}, {2, 1, 0}).errors == 2);
}

TEST_CASE("Loss: with NaN outputs class 0 wins and the loss is NaN", "[ann][loss]") {
    const auto kind = GENERATE(LossKind::softmax_cross_entropy, LossKind::mean_squared_error);
    for (const std::vector<float>& outputs : {std::vector{kNan, kNan, kNan}, std::vector{0.0F, 1.0F, kNan}}) {
        CHECK(loss_of(kind, {outputs}, {0}).errors == 0);
        CHECK(loss_of(kind, {outputs}, {1}).errors == 1);
        CHECK(std::isnan(loss_of(kind, {outputs}, {0}).loss));
    }
    LaneCube gradient;
    const std::vector<std::uint8_t> label{1};
    evaluate_loss(LossKind::softmax_cross_entropy, outputs_of({{0.0F, 1.0F, kNan}}), label, &gradient);
    for (arma::uword k = 0; k < 3; ++k) CHECK(std::isnan(gradient.at(0, k)));
}

TEST_CASE("Loss: labels that do not fit the outputs are our own fault", "[ann][loss]") {
    CHECK_THROWS_AS(loss_of(LossKind::mean_squared_error, {{0.0F, 1.0F}}, {2}), std::logic_error);
    CHECK_THROWS_AS(loss_of(LossKind::mean_squared_error, {{0.0F, 1.0F}}, {0, 1}), std::logic_error);
}
