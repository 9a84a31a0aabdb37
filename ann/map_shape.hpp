#pragma once

#include <armadillo>
#include <string>

namespace stdpscope::ann {

/// Shape of a layer's units: feature maps of rows x columns. A vector of n units is {n, 1, 1}.
/// Units are numbered channel, row, column: unit = (channel * rows + row) * columns + column.
struct MapShape {
    arma::uword channels = 0;
    arma::uword rows = 1;
    arma::uword columns = 1;

    [[nodiscard]] arma::uword units() const { return channels * rows * columns; }
    [[nodiscard]] std::string text() const {
        return std::to_string(channels) + "x" + std::to_string(rows) + "x" + std::to_string(columns);
    }
    friend bool operator==(const MapShape&, const MapShape&) = default;
};

}  // namespace stdpscope::ann
