#include "ann/layer/layer_checks.hpp"

#include "ann/error.hpp"

namespace stdpscope::ann {

namespace {

void check_fits(const std::string& layer, const std::string& setting, arma::uword window, arma::uword padded) {
    if (window > padded) {
        throw InvalidParameter(layer + "." + setting, std::to_string(window),
                               "must be <= " + std::to_string(padded) + ", the size of the padded map");
    }
}

void check_below(const std::string& layer, const std::string& setting, arma::uword padding, arma::uword window) {
    if (padding >= window) {
        throw InvalidParameter(layer + "." + setting, std::to_string(padding),
                               "must be < " + std::to_string(window) + ", the size of the window");
    }
}

}  // namespace

void check_layer_size(const std::string& layer, const std::string& setting, arma::uword size) {
    if (size == 0) throw InvalidParameter(layer + "." + setting, "0", "must be > 0");
}

void check_window(const std::string& layer, MapShape map, const WindowSpec& window) {
    if (map.units() == 0) throw InvalidParameter(layer + ".input", map.text(), "must have units");
    check_layer_size(layer, window.rows_name, window.rows);
    check_layer_size(layer, window.columns_name, window.columns);
    check_layer_size(layer, "stride_rows", window.stride_rows);
    check_layer_size(layer, "stride_columns", window.stride_columns);
    const Padding& padding = window.padding;
    check_fits(layer, window.rows_name, window.rows, map.rows + padding.top + padding.bottom);
    check_fits(layer, window.columns_name, window.columns, map.columns + padding.left + padding.right);
}

void check_padding_within_window(const std::string& layer, const WindowSpec& window) {
    check_below(layer, "padding top", window.padding.top, window.rows);
    check_below(layer, "padding bottom", window.padding.bottom, window.rows);
    check_below(layer, "padding left", window.padding.left, window.columns);
    check_below(layer, "padding right", window.padding.right, window.columns);
}

MapShape window_positions(arma::uword channels, MapShape map, const WindowSpec& window) {
    const Padding& padding = window.padding;
    return {channels, (map.rows + padding.top + padding.bottom - window.rows) / window.stride_rows + 1,
            (map.columns + padding.left + padding.right - window.columns) / window.stride_columns + 1};
}

}  // namespace stdpscope::ann
