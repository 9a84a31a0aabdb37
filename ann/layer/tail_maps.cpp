#include "ann/layer/tail_maps.hpp"

#include <algorithm>

#include "ann/layer/pieces.hpp"

namespace stdpscope::ann {

namespace {

/// Copies `kCount` floats of each column from one layout to the other.
template <arma::uword kCount>
void copy_columns(const float* from, arma::uword from_step, arma::uword columns, float* to, arma::uword to_step) {
    for (arma::uword column = 0; column < columns; ++column) {
        std::copy_n(from + column * from_step, kCount, to + column * to_step);
    }
}

}  // namespace

arma::uword TailMaps::lanes_of(arma::uword samples) {
    const arma::uword used = samples - (pieces(samples, kLanes) - 1) * kLanes;
    if (used <= kFewestLanes) return kFewestLanes;
    return used <= kLanes / 2 ? kLanes / 2 : kLanes;
}

void TailMaps::resize(const MapShape& shape, arma::uword lanes) {
    const bool same = shape == shape_ && lanes == lanes_;
    shape_ = shape;
    lanes_ = lanes;
    if (same) return;
    memory_.resize(0, 0);
    memory_.resize(pieces(shape.units() * lanes, kLanes), kLanes);
}

void TailMaps::pack(const float* map, const MapShape& map_shape, arma::uword channel, arma::uword top,
                    arma::uword left) {
    for (arma::uword row = 0; row < map_shape.rows; ++row) {
        const float* from = map + row * map_shape.columns * kLanes;
        float* to = memory_.data() + (((channel * shape_.rows + row + top) * shape_.columns) + left) * lanes_;
        if (lanes_ == kLanes / 4) {
            copy_columns<kLanes / 4>(from, kLanes, map_shape.columns, to, kLanes / 4);
        } else {
            copy_columns<kLanes / 2>(from, kLanes, map_shape.columns, to, kLanes / 2);
        }
    }
}

void unpack_columns(const float* packed, arma::uword lanes, arma::uword columns, float* vectors) {
    if (lanes == kLanes / 4) {
        copy_columns<kLanes / 4>(packed, kLanes / 4, columns, vectors, kLanes);
    } else {
        copy_columns<kLanes / 2>(packed, kLanes / 2, columns, vectors, kLanes);
    }
}

}  // namespace stdpscope::ann
