#pragma once

#include <armadillo>
#include <cstdint>
#include <span>
#include <vector>

#include "ann/example_set.hpp"
#include "ann/kernel/kernels.hpp"
#include "ann/lane_cube.hpp"

namespace stdpscope::ann {

enum class Mirroring { none, left_right };

/// Gathers examples into a batch, lane by lane.
class BatchReader {
public:
    /// The examples must outlive the reader.
    explicit BatchReader(const ExampleSet& examples);

    /// Reads the examples of these indices, in this order, on `threads` threads; `left_right` mirrors each of their
    /// maps (column c becomes columns - 1 - c). What ExampleSet::read throws comes out here.
    void read(std::span<const arma::uword> indices, Mirroring mirroring, int threads);

    /// The last batch read: (lanes x units x blocks), and one label a sample.
    [[nodiscard]] const LaneCube& inputs() const { return inputs_; }
    [[nodiscard]] std::span<const std::uint8_t> labels() const { return labels_; }

private:
    void read_block(std::span<const arma::uword> indices, Mirroring mirroring, arma::uword block);

    const ExampleSet* examples_;
    const kernel::KernelTable& kernels_;
    std::vector<std::size_t> mirrored_unit_;  ///< where each unit goes when mirrored
    LaneCube inputs_;
    std::vector<float> samples_;  ///< one example a lane and block, as read
    std::vector<std::uint8_t> labels_;
};

}  // namespace stdpscope::ann
