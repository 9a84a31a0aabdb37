#include <catch2/catch.hpp>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "ann/batch_reader.hpp"
#include "tests/support/matrix_examples.hpp"

using namespace stdpscope::ann;
using namespace stdpscope::test;

namespace {

constexpr MapShape kShape{2, 2, 3};

/// inputs(unit, n) = 100 n + unit; label n % 3.
MatrixExamples numbered(arma::uword count) {
    arma::fmat inputs(kShape.units(), count);
    std::vector<std::uint8_t> labels(count);
    for (arma::uword n = 0; n < count; ++n) {
        labels[n] = static_cast<std::uint8_t>(n % 3);
        for (arma::uword unit = 0; unit < kShape.units(); ++unit) inputs(unit, n) = static_cast<float>(100 * n + unit);
    }
    return {kShape, 3, inputs, labels};
}

/// Examples of which one cannot be read.
class BrokenExamples final : public ExampleSet {
public:
    [[nodiscard]] arma::uword size() const override { return 40; }
    [[nodiscard]] MapShape shape() const override { return kShape; }
    [[nodiscard]] arma::uword classes() const override { return 3; }
    [[nodiscard]] std::span<const std::uint8_t> labels() const override { return labels_; }
    void read(arma::uword index, std::span<float> /*inputs*/) const override {
        if (index == 37) throw std::runtime_error("example 37");
    }

private:
    std::vector<std::uint8_t> labels_ = std::vector<std::uint8_t>(40, 0);
};

}  // namespace

TEST_CASE("BatchReader: examples come in the order asked for, one a lane", "[ann][trainer]") {
    const MatrixExamples examples = numbered(50);
    BatchReader batch(examples);
    const int threads = GENERATE(1, 3);
    std::vector<arma::uword> indices;
    for (arma::uword k = 0; k < 35; ++k) indices.push_back((k * 7 + 3) % 50);
    batch.read(indices, Mirroring::none, threads);
    REQUIRE(batch.inputs().samples() == 35);
    REQUIRE(batch.labels().size() == 35);
    for (arma::uword k = 0; k < 35; ++k) {
        REQUIRE(batch.labels()[k] == indices[k] % 3);
        for (arma::uword unit = 0; unit < kShape.units(); ++unit) {
            REQUIRE(batch.inputs().at(k, unit) == static_cast<float>(100 * indices[k] + unit));
        }
    }
    // A shorter batch afterwards: nothing of the longer one is left in unused lanes.
    batch.read(std::vector<arma::uword>{4, 2, 0}, Mirroring::none, threads);
    REQUIRE(batch.inputs().samples() == 3);
    CHECK(batch.inputs().at(1, 5) == 205.0F);
    for (arma::uword lane = 3; lane < 16; ++lane) REQUIRE(batch.inputs().at(lane, 5) == 0.0F);
}

TEST_CASE("BatchReader: mirrored maps have their columns reversed, rows and channels kept", "[ann][trainer]") {
    const MatrixExamples examples = numbered(20);
    BatchReader batch(examples);
    std::vector<arma::uword> all(20);
    std::iota(all.begin(), all.end(), arma::uword{0});
    batch.read(all, Mirroring::left_right, 1);
    const std::vector<arma::uword> expected{2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9};
    for (arma::uword n = 0; n < 20; ++n) {
        for (arma::uword unit = 0; unit < expected.size(); ++unit) {
            REQUIRE(batch.inputs().at(n, unit) == static_cast<float>(100 * n + expected[unit]));
        }
    }
}

TEST_CASE("BatchReader: what reading throws comes out, from whatever thread", "[ann][trainer]") {
    const BrokenExamples examples;
    BatchReader batch(examples);
    std::vector<arma::uword> all(40);
    for (arma::uword k = 0; k < 40; ++k) all[k] = k;
    for (const int threads : {1, 3}) CHECK_THROWS_WITH(batch.read(all, Mirroring::none, threads), "example 37");
}
