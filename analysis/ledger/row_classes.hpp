#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "analysis/ledger/aligned_vector.hpp"
#include "analysis/ledger/layer_signs.hpp"
#include "analysis/ledger/post_classes.hpp"

namespace stdpscope::analysis::detail {

/// For each class that occurs in a step of a dense layer, the units in it as planes of rows (RowKernels), one a sample.
///
/// The classes are those of PostClasses; populations that go with the rows are not told apart. There are no NaN.
class RowClasses {
public:
    using Planes = AlignedVector<std::uint64_t>;

    RowClasses(const ann::SynapseLayer& layer, const RowKernels& kernels);

    /// One thread's memory.
    struct Scratch {
        Planes timing;      ///< [axis of the sign][lane]
        Planes response;    ///< likewise
        Planes population;  ///< [population][lane]
        /// Units in a class, [candidate][lane], of the samples laid out last.
        std::vector<std::uint64_t> units;
    };
    /// Samples of one block.
    struct Lanes {
        std::size_t block = 0;
        std::size_t begin = 0;  ///< in it
        std::size_t end = 0;

        [[nodiscard]] std::size_t count() const { return end - begin; }
        [[nodiscard]] std::size_t first_sample() const { return block * ann::kLanes + begin; }
    };

    /// Laying out a step takes these three, the second for all samples, in any order and by any thread.
    /// `population_bits` as in LayerStep. The signs are read until all is laid out.
    void begin(const LayerSigns& signs, std::span<const std::uint16_t> population_bits);
    void lay_out(const Lanes& lanes, Scratch& scratch);
    void end();

    /// Plane of all rows.
    [[nodiscard]] const std::uint64_t* rows() const { return all_rows_.data(); }
    /// Numbers of those that may occur (PostClass::of_slot).
    [[nodiscard]] const std::vector<std::size_t>& candidates() const { return candidates_; }
    [[nodiscard]] const std::uint64_t* candidate_plane(std::size_t candidate, std::size_t sample) const {
        return planes_.data() + plane_begin(candidate, sample);
    }
    /// Those that do; firing ones come first.
    [[nodiscard]] const std::vector<PostClass>& classes() const { return classes_; }
    /// Of one of these: a plane a sample, then one of zeros.
    [[nodiscard]] const std::uint64_t* planes(std::size_t place) const { return candidate_plane(places_[place], 0); }
    /// Of all firing pairs of a timing.
    [[nodiscard]] const std::uint64_t* firing(Sign timing) const { return firing_[axis_of(timing)].planes; }

private:
    struct Firing {
        std::vector<std::size_t> candidates;
        const std::uint64_t* planes = nullptr;  ///< those of its candidate, if there is one alone
        Planes own;                             ///< else
    };

    [[nodiscard]] std::size_t plane_begin(std::size_t candidate, std::size_t sample) const {
        return (candidate * (samples_ + 1) + sample) * words_;
    }
    [[nodiscard]] std::uint64_t* plane_to_write(std::size_t candidate, std::size_t sample) {
        return planes_.data() + plane_begin(candidate, sample);
    }
    void find_firing();
    void transpose(const std::uint16_t* words, const Lanes& lanes, std::uint64_t* planes) const;
    /// By axis of the sign, where positive ones have the sign given.
    void lay_out_signs(const CubeSigns& signs, const Lanes& lanes, Sign of_positive, Planes& planes) const;
    void unite_firing(const Lanes& lanes);

    const RowKernels& kernels_;
    std::size_t rows_;
    std::size_t words_;
    std::size_t populations_;
    Planes all_rows_;
    const LayerSigns* signs_ = nullptr;
    const std::uint16_t* population_bits_ = nullptr;
    std::size_t samples_ = 0;
    std::vector<std::size_t> candidates_;
    std::vector<std::atomic<bool>> occurs_;  ///< by number
    Planes planes_;                          ///< [candidate][sample], one of zeros after each candidate's samples
    std::array<Firing, 3> firing_;           ///< by axis of the timing; that of 0 is empty
    std::vector<PostClass> classes_;
    std::vector<std::size_t> places_;  ///< the candidate of each
};

}  // namespace stdpscope::analysis::detail
