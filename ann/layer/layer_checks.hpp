#pragma once

#include <armadillo>
#include <string>

#include "ann/map_shape.hpp"
#include "ann/network_spec.hpp"

/// What the sizes of a layer must hold, checked once, when it is made. Messages name the layer and the setting.
namespace stdpscope::ann {

/// A window that moves over a padded map: a convolution's kernel or a pooling window.
struct WindowSpec {
    arma::uword rows;
    arma::uword columns;
    arma::uword stride_rows;
    arma::uword stride_columns;
    Padding padding;
    std::string rows_name;  ///< as the setting is called, such as "kernel_rows"
    std::string columns_name;
};

/// Throws InvalidParameter unless size > 0.
void check_layer_size(const std::string& layer, const std::string& setting, arma::uword size);

/// Throws InvalidParameter unless the map has units, sizes and strides are > 0 and the window fits the padded map.
void check_window(const std::string& layer, MapShape map, const WindowSpec& window);

/// Throws InvalidParameter unless every padding is smaller than the window, so that no window lies in padding alone.
void check_padding_within_window(const std::string& layer, const WindowSpec& window);

/// (size + padding before + padding after - window) / stride + 1, rounded down, as in MatConvNet.
[[nodiscard]] MapShape window_positions(arma::uword channels, MapShape map, const WindowSpec& window);

}  // namespace stdpscope::ann
