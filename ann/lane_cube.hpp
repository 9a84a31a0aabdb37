#pragma once

#include <armadillo>
#include <cstdint>
#include <memory>

namespace stdpscope::ann {

/// Samples a block: the batch is the SIMD axis.
inline constexpr arma::uword kLanes = 16;

/// Activations or their gradients of one batch, (lanes x units x blocks), on 64-byte boundaries.
///
/// Slice b holds samples 16 b .. 16 b + 15; each unit's 16 samples are one contiguous vector. Lanes
/// beyond the last sample are "unused": they are zero, and whoever writes a cube leaves them zero.
class LaneCube {
public:
    LaneCube() = default;

    /// Zeros for `units` units and `samples` samples.
    LaneCube(arma::uword units, arma::uword samples);

    LaneCube(LaneCube&&) noexcept = default;
    LaneCube& operator=(LaneCube&&) noexcept = default;

    /// Makes room for units x samples and zeroes everything when the size changes; memory is kept when it
    /// suffices, so that a shorter last batch allocates nothing.
    void resize(arma::uword units, arma::uword samples);

    [[nodiscard]] arma::uword units() const { return units_; }
    [[nodiscard]] arma::uword samples() const { return samples_; }
    [[nodiscard]] arma::uword blocks() const { return (samples_ + kLanes - 1) / kLanes; }

    /// The 16 samples of one unit in one block.
    [[nodiscard]] float* lanes(arma::uword unit, arma::uword block) {
        return memory_.get() + (block * units_ + unit) * kLanes;
    }
    [[nodiscard]] const float* lanes(arma::uword unit, arma::uword block) const {
        return memory_.get() + (block * units_ + unit) * kLanes;
    }
    [[nodiscard]] float& at(arma::uword sample, arma::uword unit) {
        return lanes(unit, sample / kLanes)[sample % kLanes];
    }
    [[nodiscard]] float at(arma::uword sample, arma::uword unit) const {
        return lanes(unit, sample / kLanes)[sample % kLanes];
    }
    [[nodiscard]] float* data() { return memory_.get(); }
    [[nodiscard]] const float* data() const { return memory_.get(); }

    /// Bit l is set when lane l of `block` holds a sample.
    [[nodiscard]] std::uint16_t used_lanes(arma::uword block) const;

    /// Writes zeros to the unused lanes of units [first_unit, end_unit) in `block`; only the last block has any.
    void clear_unused_lanes(arma::uword block, arma::uword first_unit, arma::uword end_unit);

    /// The same memory as an Armadillo cube; valid until the next resize.
    [[nodiscard]] arma::fcube cube();
    [[nodiscard]] const arma::fcube cube() const;

private:
    struct Free {
        void operator()(float* memory) const;
    };
    std::unique_ptr<float[], Free> memory_;
    arma::uword capacity_ = 0;
    arma::uword units_ = 0;
    arma::uword samples_ = 0;
};

}  // namespace stdpscope::ann
