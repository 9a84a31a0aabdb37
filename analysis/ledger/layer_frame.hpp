#pragma once

#include <cstdint>
#include <vector>

#include "analysis/ledger/aligned_vector.hpp"
#include "analysis/ledger/post_classes.hpp"
#include "analysis/ledger/pre_taps.hpp"

namespace stdpscope::analysis::detail {

/// What the counting of a layer's events needs to know beside the signs of a step: shapes, populations, classes.
class LayerFrame {
public:
    LayerFrame(const ann::SynapseLayer& layer, const LedgerKernels& kernels);

    /// Makes room for a batch of this size.
    void resize(const CubeSigns& pre_activation);

    [[nodiscard]] const ann::SynapseGeometry& geometry() const { return layer.geometry; }
    [[nodiscard]] std::size_t rows() const { return layer.geometry.weight_rows(); }
    /// Entries of an array with one entry a row, padded.
    [[nodiscard]] std::size_t stride() const { return padded(rows()); }
    [[nodiscard]] std::size_t blocks() const { return blocks_; }
    [[nodiscard]] std::size_t samples() const { return samples_; }
    /// Words of a gathered tap.
    [[nodiscard]] std::size_t words() const { return taps.words(blocks_); }
    /// Events of one synapse of a group.
    [[nodiscard]] std::int32_t events(std::size_t group) const {
        return static_cast<std::int32_t>(taps.positions(group) * samples_);
    }
    /// Bits at the (sample, position) pairs where the taps of a group have a presynaptic unit.
    [[nodiscard]] const std::uint16_t* event_bits(std::size_t group) const { return event_bits_[group].data(); }

    /// Whether classes and taps are counted by nibbles.
    [[nodiscard]] bool by_nibbles() const { return kernels.nibbles.count != nullptr; }
    /// Room for the nibbles of a gathered tap.
    [[nodiscard]] std::size_t nibbles() const { return words() * 4; }
    /// Splits a gathered tap.
    void split(const std::uint16_t* gathered, std::uint8_t* nibbles_of_tap) const;
    /// counts[tap * counts_stride + class * stride + row] = events of the tap in each of the first classes.
    void count_nibbles(const std::uint8_t* const* nibbles_of_taps, std::size_t taps_given, std::size_t first_classes,
                       std::int32_t* counts, std::size_t counts_stride) const;

    /// counts[tap * counts_stride + row] = population of (gathered[tap] & post plane of the row).
    void count(const std::uint16_t* const* gathered, std::size_t taps_given, const std::uint16_t* post,
               std::int32_t* counts, std::size_t counts_stride) const;
    /// The same for one tap: counts[row].
    void count(const std::uint16_t* gathered, const std::uint16_t* post, std::int32_t* counts) const {
        count(&gathered, 1, post, counts, 0);
    }
    /// Set bits of a gathered tap.
    [[nodiscard]] std::int32_t population(const std::uint16_t* gathered) const {
        return static_cast<std::int32_t>(kernels.population(gathered, words()));
    }

    const ann::SynapseLayer& layer;
    const LedgerKernels& kernels;
    PreTaps taps;
    PostClasses classes;
    /// By event population where those go by row, else one entry: 1 for the rows that belong to it, 0 for others.
    std::vector<AlignedVector<std::int32_t>> row_members;
    /// By update population: the same as bits, 16 rows a word; empty where there is one population.
    std::vector<std::vector<std::uint16_t>> row_bits;

private:
    std::size_t blocks_ = 0;
    std::size_t samples_ = 0;
    std::vector<AlignedVector<std::uint16_t>> event_bits_;
};

}  // namespace stdpscope::analysis::detail
