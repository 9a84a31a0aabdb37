#include "analysis/ledger/layer_signs.hpp"

#include <algorithm>
#include <cmath>

namespace stdpscope::analysis::detail {

namespace {
/// Words (64 bytes of floats each) a thread reads at a time: whole vectors of them.
constexpr std::size_t kChunkWords = 1024;
}  // namespace

CubeSigns::Chunk& CubeSigns::Chunk::operator+=(const Chunk& other) {
    positives += other.positives;
    negatives += other.negatives;
    nans += other.nans;
    return *this;
}

void CubeSigns::begin(const ann::LaneCube& cube) {
    units_ = cube.units();
    samples_ = cube.samples();
    blocks_ = cube.blocks();
    used_in_last_ = cube.used_lanes(blocks_ - 1);
    for (AlignedVector<std::uint16_t>* plane : {&positive_, &negative_}) {
        plane->resize(padded(words()) + kPaddedWords);
        std::fill(plane->begin() + static_cast<std::ptrdiff_t>(words()), plane->end(), std::uint16_t{0});
    }
}

std::size_t CubeSigns::chunks() const {
    return (words() + kChunkWords - 1) / kChunkWords;
}

CubeSigns::Chunk CubeSigns::read(const ann::LaneCube& cube, std::size_t chunk, const LedgerKernels& kernels) {
    const std::size_t first = chunk * kChunkWords;
    const std::size_t count = std::min(kChunkWords, words() - first);
    std::uint16_t* positive = positive_.data() + first;
    std::uint16_t* negative = negative_.data() + first;
    const bool nan = kernels.signs(cube.data() + first * ann::kLanes, count, positive, negative);
    const std::size_t last_block = words() - units_;
    for (std::size_t word = std::max(first, last_block) - first; word < count; ++word) {
        positive[word] &= used_in_last_;
        negative[word] &= used_in_last_;
    }
    return {.positives = kernels.population(positive, padded(count)),
            .negatives = kernels.population(negative, padded(count)),
            .nans = nan ? std::size_t{1} : 0};
}

void CubeSigns::end(const ann::LaneCube& cube, const Chunk& all) {
    positives_ = all.positives;
    negatives_ = all.negatives;
    has_nan_ = false;
    if (all.nans != 0) read_nan(cube);
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

#pragma omp declare reduction(+ : CubeSigns::Chunk : omp_out += omp_in)

void LayerSigns::read(const ann::LayerStep& views, const LedgerKernels& kernels, int threads) {
    identity = views.activation_derivative == nullptr;
    pre_activation.begin(views.pre_activation);
    loss_derivative.begin(views.loss_derivative);
    if (!identity) activation_derivative.begin(*views.activation_derivative);
    CubeSigns::Chunk pre;
    CubeSigns::Chunk loss;
    CubeSigns::Chunk response;
#pragma omp parallel num_threads(threads) reduction(+ : pre, loss, response)
    {
#pragma omp for schedule(static) nowait
        for (std::size_t chunk = 0; chunk < pre_activation.chunks(); ++chunk) {
            pre += pre_activation.read(views.pre_activation, chunk, kernels);
        }
#pragma omp for schedule(static) nowait
        for (std::size_t chunk = 0; chunk < loss_derivative.chunks(); ++chunk) {
            loss += loss_derivative.read(views.loss_derivative, chunk, kernels);
        }
        if (!identity) {
#pragma omp for schedule(static) nowait
            for (std::size_t chunk = 0; chunk < activation_derivative.chunks(); ++chunk) {
                response += activation_derivative.read(*views.activation_derivative, chunk, kernels);
            }
        }
    }
    pre_activation.end(views.pre_activation, pre);
    loss_derivative.end(views.loss_derivative, loss);
    if (!identity) activation_derivative.end(*views.activation_derivative, response);
}

}  // namespace stdpscope::analysis::detail
