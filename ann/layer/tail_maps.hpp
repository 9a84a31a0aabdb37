#pragma once

#include <armadillo>
#include <cstddef>

#include "ann/lane_cube.hpp"
#include "ann/map_shape.hpp"

namespace stdpscope::ann {

/// Maps of a batch's last block where at most half of its lanes hold samples. Only those lanes are kept of each column,
///
///     number ((channel * rows + row) * columns + column) * lanes + lane,
///
/// so that a vector of 16 holds several neighbouring columns, and kernels that step from column to column do fewer
/// steps: a kernel column further is `lanes` floats further.
class TailMaps {
public:
    static constexpr arma::uword kFewestLanes = kLanes / 4;
    /// Lanes kept of each column for a batch of so many samples: 4 or 8, or kLanes where nothing is gained.
    [[nodiscard]] static arma::uword lanes_of(arma::uword samples);

    /// Makes room; everything becomes zero when the shape or the lanes change. `shape` counts padding.
    void resize(const MapShape& shape, arma::uword lanes);

    /// Copies one map of a block, all (16 x columns x rows), to (top, left) of a channel.
    void pack(const float* map, const MapShape& map_shape, arma::uword channel, arma::uword top, arma::uword left);

    [[nodiscard]] const float* at(arma::uword channel, arma::uword row, arma::uword column) const {
        return memory_.data() + ((channel * shape_.rows + row) * shape_.columns + column) * lanes_;
    }
    /// Floats from one of them to the next.
    [[nodiscard]] std::ptrdiff_t row_step() const { return static_cast<std::ptrdiff_t>(shape_.columns * lanes_); }
    [[nodiscard]] std::ptrdiff_t channel_step() const {
        return static_cast<std::ptrdiff_t>(shape_.rows * shape_.columns * lanes_);
    }

private:
    MapShape shape_;
    arma::uword lanes_ = kLanes;
    LaneCube memory_;
};

/// Writes a row of packed columns to the first lanes of their vectors; the other lanes stay as they are.
void unpack_columns(const float* packed, arma::uword lanes, arma::uword columns, float* vectors);

}  // namespace stdpscope::ann
