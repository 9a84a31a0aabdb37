#include "analysis/ledger/layer_signs.hpp"

#include <algorithm>
#include <cmath>

namespace stdpscope::analysis::detail {

namespace {
/// Words (64 bytes of floats each) a thread reads at a time.
constexpr std::size_t kChunkWords = 1024;
}  // namespace

void CubeSigns::read(const ann::LaneCube& cube, const LedgerKernels& kernels, int threads) {
    units_ = cube.units();
    samples_ = cube.samples();
    blocks_ = cube.blocks();
    used_in_last_ = cube.used_lanes(blocks_ - 1);
    for (AlignedVector<std::uint16_t>* plane : {&positive_, &negative_}) {
        plane->resize(padded(words()));
        std::fill(plane->begin() + static_cast<std::ptrdiff_t>(words()), plane->end(), std::uint16_t{0});
    }
    const std::size_t chunks = (words() + kChunkWords - 1) / kChunkWords;
    bool nan = false;
#pragma omp parallel for num_threads(threads) schedule(static) reduction(|| : nan)
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
        const std::size_t begin = chunk * kChunkWords;
        const std::size_t count = std::min(kChunkWords, words() - begin);
        nan = kernels.signs(cube.data() + begin * ann::kLanes, count, positive_.data() + begin,
                            negative_.data() + begin) ||
              nan;
    }
    has_nan_ = false;
    if (nan) read_nan(cube);
    clear_unused_lanes();
    positives_ = kernels.population(positive_.data(), positive_.size());
    negatives_ = kernels.population(negative_.data(), negative_.size());
}

void CubeSigns::clear_unused_lanes() {
    if (used_in_last_ == 0xFFFF) return;
    for (std::size_t word = words() - units_; word < words(); ++word) {
        positive_[word] &= used_in_last_;
        negative_[word] &= used_in_last_;
    }
}

void CubeSigns::read_nan(const ann::LaneCube& cube) {
    nan_.resize(words());
    for (std::size_t word = 0; word < words(); ++word) {
        const float* lanes = cube.data() + word * ann::kLanes;
        unsigned bits = 0;
        for (unsigned lane = 0; lane < ann::kLanes; ++lane) {
            bits |= static_cast<unsigned>(std::isnan(lanes[lane])) << lane;
        }
        nan_[word] = static_cast<std::uint16_t>(bits & used(word / units_));
        has_nan_ = has_nan_ || nan_[word] != 0;
    }
}

void LayerSigns::read(const ann::LayerStep& views, const LedgerKernels& kernels, int threads) {
    pre_activation.read(views.pre_activation, kernels, threads);
    loss_derivative.read(views.loss_derivative, kernels, threads);
    identity = views.activation_derivative == nullptr;
    if (!identity) activation_derivative.read(*views.activation_derivative, kernels, threads);
}

}  // namespace stdpscope::analysis::detail
