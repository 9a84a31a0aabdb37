#include "ann/layer/mixlu_mask.hpp"

#include <cmath>
#include <numeric>
#include <utility>

namespace stdpscope::ann {

std::vector<std::uint8_t> draw_unit_mask(const RandomStream& stream, double percent, arma::uword units) {
    const auto chosen = static_cast<arma::uword>(std::llround(percent / 100.0 * static_cast<double>(units)));
    std::vector<arma::uword> order(units);
    std::iota(order.begin(), order.end(), arma::uword{0});
    std::vector<std::uint8_t> mask(units, 0);
    for (arma::uword k = 0; k < chosen; ++k) {
        std::swap(order[k], order[k + stream.below(units - k, k)]);
        mask[order[k]] = 1;
    }
    return mask;
}

std::uint64_t mask_threshold(double percent) {
    return static_cast<std::uint64_t>(std::llround(percent / 100.0 * 0x1p32));
}

std::uint16_t draw_lane_mask(const RandomStream& stream, std::uint64_t threshold, std::uint32_t pass,
                             std::uint32_t place) {
    constexpr std::uint64_t kAlways = std::uint64_t{1} << 32;
    if (threshold >= kAlways) return 0xFFFF;
    std::uint32_t below = 0;
    std::uint32_t undecided = 0xFFFF;
    // Trailing zeros of the threshold decide nothing any more: u is then equal or above, hence not below.
    std::uint32_t left = static_cast<std::uint32_t>(threshold);
    for (std::uint16_t call = 0; left != 0 && undecided != 0; ++call) {
        const RandomStream::Block words = stream.words((std::uint64_t{pass} << 32) | place, call);
        for (std::uint32_t bit = 0; bit < 8; ++bit) {
            const std::uint32_t drawn = (words[bit / 2] >> (16 * (bit % 2))) & 0xFFFFU;
            if ((left & 0x80000000U) != 0) {
                below |= undecided & ~drawn;
                undecided &= drawn;
            } else {
                undecided &= ~drawn;
            }
            left <<= 1;
        }
    }
    return static_cast<std::uint16_t>(below);
}

}  // namespace stdpscope::ann
