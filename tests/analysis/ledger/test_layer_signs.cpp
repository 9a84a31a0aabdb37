#include "analysis/ledger/layer_signs.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "analysis/ledger/kernels/ledger_kernels.hpp"
#include "tests/analysis/ledger/weight_columns.hpp"

using namespace stdpscope;
using analysis::detail::CubeSigns;

TEST_CASE("CubeSigns: every word has the signs of its samples, however a cube is cut", "[ledger]") {
    // More words than are read at a time, and cuts that fall between vectors of words.
    const ann::MapShape shape = GENERATE(ann::MapShape{2300, 1, 1}, ann::MapShape{23, 10, 10}, ann::MapShape{5, 1, 1});
    const std::size_t shares = GENERATE(1, 2, 3);
    std::mt19937_64 random(shares);
    ann::LaneCube cube(shape.units(), 37);
    for (arma::uword sample = 0; sample < cube.samples(); ++sample) {
        for (arma::uword unit = 0; unit < cube.units(); ++unit) {
            cube.at(sample, unit) = static_cast<float>(random() % 3) - 1.0F;
        }
    }
    for (const analysis::detail::InstructionSet set : test::supported_sets()) {
        CAPTURE(static_cast<int>(set));
        const auto& kernels = analysis::detail::ledger_kernels(set);
        CubeSigns signs;
        signs.begin(cube);
        CubeSigns::Counts all;
        for (std::size_t share = 0; share < shares; ++share) {
            all += signs.read(cube, shape, shares, share, kernels);
        }
        signs.end(cube, all);
        std::size_t wrong = 0;
        std::size_t zeros = 0;
        for (arma::uword sample = 0; sample < cube.samples(); ++sample) {
            for (arma::uword unit = 0; unit < cube.units(); ++unit) {
                const float value = cube.at(sample, unit);
                const std::size_t word = sample / ann::kLanes * cube.units() + unit;
                const unsigned bit = 1U << sample % ann::kLanes;
                wrong += ((signs.positive()[word] & bit) != 0) != (value > 0.0F) ? 1 : 0;
                wrong += ((signs.negative()[word] & bit) != 0) != (value < 0.0F) ? 1 : 0;
                zeros += value == 0.0F ? 1 : 0;
            }
        }
        CHECK(wrong == 0);
        CHECK(all.positives + all.negatives + zeros == cube.units() * cube.samples());
    }
}
