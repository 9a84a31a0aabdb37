#pragma once

#include <cstdint>
#include <numeric>

#include "analysis/ledger/aligned_vector.hpp"
#include "analysis/ledger/kernels/ledger_kernels.hpp"

namespace stdpscope::analysis::detail {

/// A list of planes as RowKernels want it: filled up to kPlanesTogether with a plane of zeros.
class ChosenPlanes {
public:
    /// Makes room for so many.
    void resize(std::size_t most) { places_.resize(most + kListedTogether + kPlanesTogether); }

    /// Chooses the places of bits, as RowKernels::list_bits has them.
    void choose_bits(const RowKernels& kernels, const std::uint16_t* a, const std::uint16_t* b, std::size_t stride,
                     std::size_t words, std::uint32_t zeros) {
        fill_up(kernels.list_bits(a, b, stride, words, places_.data()), zeros);
    }
    /// Chooses planes [begin, end).
    void choose_range(std::uint32_t begin, std::uint32_t end, std::uint32_t zeros) {
        std::iota(places_.begin(), places_.begin() + (end - begin), begin);
        fill_up(end - begin, zeros);
    }

    [[nodiscard]] const std::uint32_t* data() const { return places_.data(); }
    /// How many were chosen.
    [[nodiscard]] std::size_t count() const { return count_; }
    /// How many the list holds.
    [[nodiscard]] std::size_t filled() const { return filled_; }

private:
    void fill_up(std::size_t count, std::uint32_t zeros) {
        count_ = count;
        filled_ = (count + kPlanesTogether - 1) / kPlanesTogether * kPlanesTogether;
        for (std::size_t place = count_; place < filled_; ++place) places_[place] = zeros;
    }

    AlignedVector<std::uint32_t> places_;
    std::size_t count_ = 0;
    std::size_t filled_ = 0;
};

}  // namespace stdpscope::analysis::detail
