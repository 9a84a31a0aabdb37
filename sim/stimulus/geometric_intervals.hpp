#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "sim/random_stream.hpp"
#include "sim/time_grid.hpp"

namespace stdpscope::sim {

/// Geometric intervals, 1 + floor(E * scale) steps with E = -log((word + 1) / 2^32), the same as std::log gives them:
/// an approximate logarithm decides unless the product lies so near a whole number that its error could matter.
class GeometricIntervals {
public:
    /// `steps_per_draw` is the scale, > 0; infinite where there is to be no spike.
    explicit GeometricIntervals(double steps_per_draw)
        : scale_(steps_per_draw), doubt_(1e-10 * steps_per_draw), pieces_(&table()) {}

    [[nodiscard]] Step operator()(std::uint32_t word) const {
        const double steps = approximate_draw(word) * scale_;
        if (!(steps < 0x1p52)) return exact(word);  // as where the scale is infinite
        const auto whole = static_cast<Step>(steps);
        const double part = steps - static_cast<double>(whole);
        const bool sure = part > doubt_ && part < 1.0 - doubt_;
        return sure ? 1 + whole : exact(word);
    }

    [[nodiscard]] Step exact(std::uint32_t word) const {
        constexpr double kNever = 0x1p62;
        const double steps = -std::log(RandomStream::positive_fraction(word)) * scale_;
        return steps < kNever ? 1 + static_cast<Step>(steps) : static_cast<Step>(kNever);  // a NaN, 0 * infinity, too
    }

private:
    static constexpr int kBits = 7;
    struct Piece {
        double inverse;  ///< of the middle of a piece of [1, 2)
        double log;      ///< of that middle
    };
    using Table = std::array<Piece, 1U << kBits>;

    static const Table& table() {
        static const Table pieces = [] {
            Table all{};
            for (std::size_t k = 0; k < all.size(); ++k) {
                const double middle = 1.0 + (static_cast<double>(k) + 0.5) / static_cast<double>(all.size());
                all[k] = {1.0 / middle, std::log(middle)};
            }
            return all;
        }();
        return pieces;
    }

    /// E with an error below 1e-12: piece of [1, 2) by the leading bits, four terms of the series within it.
    [[nodiscard]] double approximate_draw(std::uint32_t word) const {
        constexpr double kLog2 = 0.693147180559945309417;
        const auto bits = std::bit_cast<std::uint64_t>(word + 1.0);
        const auto exponent = static_cast<double>(static_cast<int>(bits >> 52U) - 1023 - 32);
        const Piece& piece = (*pieces_)[bits >> (52 - kBits) & ((1U << kBits) - 1)];
        const auto fraction = std::bit_cast<double>((bits & 0xFFFFFFFFFFFFFU) | 0x3FF0000000000000U);
        const double r = fraction * piece.inverse - 1.0;
        const double series = r * (1.0 - r * (0.5 - r * (1.0 / 3.0 - r * 0.25)));
        return -(exponent * kLog2 + piece.log + series);
    }

    double scale_;
    double doubt_;
    const Table* pieces_;
};

}  // namespace stdpscope::sim
