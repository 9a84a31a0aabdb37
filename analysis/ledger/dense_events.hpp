#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "analysis/ledger/layer_frame.hpp"

namespace stdpscope::analysis::detail {

/// Events of a dense layer in a step without NaN, one thread's columns of weights, counted along the columns: for each
/// sample and row, the number of columns with a positive (negative) activation and weight. It is the same work for any
/// number of classes, where counts by synapse would be made, and summed, once a class.
class DenseEvents {
public:
    /// Begins anew; `columns` is the most that may be added.
    void begin(const LayerFrame& frame, std::size_t columns);

    /// Adds up to four columns. planes: word [block] of each with its samples of positive activation, and of negative
    /// activation, or null where these follow.
    void add(const LayerFrame& frame, std::size_t columns, const float* const* weights,
             const std::uint16_t* const* positive, const std::uint16_t* const* negative);

    /// Counts what was added.
    void finish(const LayerFrame& frame);

    enum Transmitter : std::size_t { plus, minus };
    /// Events of a class and transmitter by receptor (axis_of), of the rows of an entry of LayerFrame::row_members.
    [[nodiscard]] std::uint64_t events(Transmitter transmitter, std::size_t members, std::size_t place,
                                       std::size_t receptor) const {
        return events_[((transmitter * members_ + members) * classes_ + place) * kReceptors + receptor];
    }
    /// Columns by the sign of their weight: [receptor * stride + row].
    [[nodiscard]] const std::uint32_t* receptors() const { return receptors_.data(); }

private:
    static constexpr std::size_t kTransmitters = 2;
    static constexpr std::size_t kReceptors = 3;

    void count_receptors(const LayerFrame& frame);
    void count_samples(const LayerFrame& frame, Transmitter transmitter, std::size_t first_sample, std::size_t end);
    void add_sample(const LayerFrame& frame, Transmitter transmitter, std::size_t sample, std::size_t receptor,
                    const std::int32_t* counts);

    std::size_t members_ = 0;
    std::size_t classes_ = 0;
    std::size_t groups_ = 0;   ///< of up to four columns
    std::size_t columns_ = 0;  ///< added
    std::size_t capacity_ = 0;
    bool weights_are_zero_ = false;                                   ///< some
    std::array<bool, kTransmitters> given_{};                         ///< which transmitters were
    std::array<AlignedVector<std::uint8_t>, 2> weights_;              ///< > 0, < 0: [group * stride + row]
    std::array<AlignedVector<std::uint8_t>, kTransmitters> samples_;  ///< [sample * capacity + group]
    std::array<std::vector<std::int32_t>, kTransmitters> active_;     ///< columns active, by sample
    AlignedVector<std::int32_t> counts_;                              ///< [receptor][sample of four][row]
    AlignedVector<std::uint32_t> receptors_;
    std::vector<std::uint64_t> events_;
};

}  // namespace stdpscope::analysis::detail
