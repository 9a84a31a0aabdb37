#include "analysis/ledger/layer_signs.hpp"

#include <algorithm>
#include <cmath>

#include "ann/layer/pieces.hpp"

namespace stdpscope::analysis::detail {

namespace {
/// Words (64 bytes of floats each) that are read at a time: whole vectors of them.
constexpr std::size_t kWordsAtOnce = 4096;
}  // namespace

CubeSigns::Counts& CubeSigns::Counts::operator+=(const Counts& other) {
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

CubeSigns::Counts CubeSigns::read(const ann::LaneCube& cube, const ann::MapShape& shape, std::size_t shares,
                                  std::size_t share, const LedgerKernels& kernels) {
    // Whole vectors of words, up to the end.
    const auto cut = [&](std::size_t word) { return word == words() ? word : word / kPaddedWords * kPaddedWords; };
    Counts counts;
    for (std::size_t block = 0; block < blocks_; ++block) {
        const ann::Range units = ann::share_of_cube(shape, blocks_, block, shares, share);
        const std::size_t end = cut(block * units_ + units.end);
        for (std::size_t word = cut(block * units_ + units.begin); word < end; word += kWordsAtOnce) {
            counts += read_words(cube, word, std::min(kWordsAtOnce, end - word), kernels);
        }
    }
    return counts;
}

CubeSigns::Counts CubeSigns::read_words(const ann::LaneCube& cube, std::size_t first, std::size_t count,
                                        const LedgerKernels& kernels) {
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

void CubeSigns::end(const ann::LaneCube& cube, const Counts& all) {
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

#pragma omp declare reduction(+ : CubeSigns::Counts : omp_out += omp_in)

void LayerSigns::read(const ann::LayerStep& views, const ann::SynapseGeometry& geometry, const LedgerKernels& kernels,
                      int threads) {
    identity = views.activation_derivative == nullptr;
    pre_activation.begin(views.pre_activation);
    loss_derivative.begin(views.loss_derivative);
    if (!identity) activation_derivative.begin(*views.activation_derivative);
    CubeSigns::Counts pre;
    CubeSigns::Counts loss;
    CubeSigns::Counts response;
    const auto shares = static_cast<std::size_t>(threads);
#pragma omp parallel for num_threads(threads) schedule(static) reduction(+ : pre, loss, response)
    for (std::size_t share = 0; share < shares; ++share) {
        pre += pre_activation.read(views.pre_activation, geometry.pre_shape, shares, share, kernels);
        loss += loss_derivative.read(views.loss_derivative, geometry.post_shape, shares, share, kernels);
        if (identity) continue;
        response +=
            activation_derivative.read(*views.activation_derivative, geometry.post_shape, shares, share, kernels);
    }
    pre_activation.end(views.pre_activation, pre);
    loss_derivative.end(views.loss_derivative, loss);
    if (!identity) activation_derivative.end(*views.activation_derivative, response);
}

}  // namespace stdpscope::analysis::detail
