#pragma once

#include <cstdint>
#include <optional>

#include "analysis/ledger/aligned_vector.hpp"
#include "analysis/ledger/kernels/ledger_kernels.hpp"
#include "ann/observer.hpp"

namespace stdpscope::analysis::detail {

/// Signs of a cube as bit planes: word [block * units + unit], bit l = sample 16 block + l. Unused lanes are in no
/// plane.
class CubeSigns {
public:
    /// Reading a cube takes these three, the second for every share, in any order and by any thread.
    void begin(const ann::LaneCube& cube);
    struct Counts {
        std::size_t positives = 0;
        std::size_t negatives = 0;
        std::size_t nans = 0;  ///< whether a NaN was met, perhaps in an unused lane

        Counts& operator+=(const Counts& other);
    };
    /// Shares are cut as those who write cubes of such units cut them, but for some words at their ends.
    Counts read(const ann::LaneCube& cube, const ann::MapShape& shape, std::size_t shares, std::size_t share,
                const LedgerKernels& kernels);
    void end(const ann::LaneCube& cube, const Counts& all);

    [[nodiscard]] std::size_t units() const { return units_; }
    [[nodiscard]] std::size_t samples() const { return samples_; }
    [[nodiscard]] std::size_t blocks() const { return blocks_; }
    [[nodiscard]] std::size_t words() const { return units_ * blocks_; }
    /// Bit l is set when lane l of `block` holds a sample.
    [[nodiscard]] std::uint16_t used(std::size_t block) const { return block + 1 < blocks_ ? 0xFFFF : used_in_last_; }

    /// Planes may be read up to kPaddedWords behind their last word, where they are zero.
    [[nodiscard]] const std::uint16_t* positive() const { return positive_.data(); }
    [[nodiscard]] const std::uint16_t* negative() const { return negative_.data(); }
    [[nodiscard]] bool has_positive() const { return positives_ != 0; }
    [[nodiscard]] bool has_negative() const { return negatives_ != 0; }
    [[nodiscard]] bool has_more_positive() const { return positives_ > negatives_; }
    /// Whether an activation of a sample is 0, or NaN.
    [[nodiscard]] bool has_zero() const { return positives_ + negatives_ != units_ * samples_; }
    [[nodiscard]] bool has_nan() const { return has_nan_; }
    /// Null where there is no NaN.
    [[nodiscard]] const std::uint16_t* nan() const { return has_nan_ ? nan_.data() : nullptr; }

private:
    Counts read_words(const ann::LaneCube& cube, std::size_t first, std::size_t count, const LedgerKernels& kernels);
    void read_nan(const ann::LaneCube& cube);

    std::size_t units_ = 0;
    std::size_t samples_ = 0;
    std::size_t blocks_ = 0;
    std::uint16_t used_in_last_ = 0;
    bool has_nan_ = false;
    std::size_t positives_ = 0;
    std::size_t negatives_ = 0;
    AlignedVector<std::uint16_t> positive_;
    AlignedVector<std::uint16_t> negative_;
    AlignedVector<std::uint16_t> nan_;
};

/// Signs of what a layer of synapses saw in one step.
struct LayerSigns {
    CubeSigns pre_activation;
    CubeSigns loss_derivative;
    CubeSigns activation_derivative;  ///< empty where identity
    bool identity = true;             ///< the response is +1 everywhere

    void read(const ann::LayerStep& views, const ann::SynapseGeometry& geometry, const LedgerKernels& kernels,
              int threads);
    [[nodiscard]] bool has_nan() const {
        return pre_activation.has_nan() || loss_derivative.has_nan() || (!identity && activation_derivative.has_nan());
    }
};

}  // namespace stdpscope::analysis::detail
