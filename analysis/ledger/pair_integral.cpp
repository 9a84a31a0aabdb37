#include "analysis/ledger/pair_integral.hpp"

#include <bit>
#include <cmath>

namespace stdpscope::analysis::detail {

void PairIntegral::read(const ann::LayerStep& views, int threads) {
    const ann::LaneCube& loss = views.loss_derivative;
    const ann::LaneCube* response = views.activation_derivative;
    const std::size_t rows = geometry_.weight_rows();
    const std::size_t positions = geometry_.positions();
    blocks_ = loss.blocks();
    samples_ = loss.samples();
    descent_.resize(positions * samples_ * rows);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (std::size_t position = 0; position < positions; ++position) {
        for (std::size_t sample = 0; sample < samples_; ++sample) {
            float* place = descent_.data() + (position * samples_ + sample) * rows;
            for (std::size_t row = 0; row < rows; ++row) {
                const std::size_t unit = row * positions + position;
                const bool answers = response == nullptr || std::abs(response->at(sample, unit)) > 0.0F;
                const float derivative = loss.at(sample, unit);
                place[row] = answers && std::abs(derivative) > 0.0F ? -derivative : 0.0F;
            }
        }
    }
}

void PairIntegral::retime(const std::uint16_t* firing, std::vector<double>& sums, std::span<std::int32_t> pre_first,
                          std::span<std::int32_t> post_first) const {
    const std::size_t rows = geometry_.weight_rows();
    const std::size_t positions = geometry_.positions();
    sums.assign(rows, 0.0);
    for (std::size_t position = 0; position < positions; ++position) {
        for (std::size_t block = 0; block < blocks_; ++block) {
            for (unsigned bits = firing[block * positions + position]; bits != 0; bits &= bits - 1) {
                const std::size_t sample = block * ann::kLanes + static_cast<std::size_t>(std::countr_zero(bits));
                const float* descent = descent_.data() + (position * samples_ + sample) * rows;
                for (std::size_t row = 0; row < rows; ++row) sums[row] += static_cast<double>(descent[row]);
            }
        }
    }
    for (std::size_t row = 0; row < rows; ++row) {
        const bool fired = (pre_first[row] | post_first[row]) != 0;
        pre_first[row] = fired && !(sums[row] < 0.0) ? 1 : 0;
        post_first[row] = fired && !(sums[row] > 0.0) ? 1 : 0;
    }
}

}  // namespace stdpscope::analysis::detail
