#include "ann/layer/pool_window.hpp"

#include "ann/error.hpp"
#include "ann/layer/layer_checks.hpp"

namespace stdpscope::ann {

MapShape pooled_shape(const std::string& layer, MapShape input, const Pool2dSpec& spec) {
    const WindowSpec window{.rows = spec.window_rows,
                            .columns = spec.window_columns,
                            .stride_rows = spec.stride_rows,
                            .stride_columns = spec.stride_columns,
                            .padding = spec.padding,
                            .rows_name = "window_rows",
                            .columns_name = "window_columns"};
    check_window(layer, input, window);
    check_padding_within_window(layer, window);
    return window_positions(input.channels, input, window);
}

kernel::PoolMap pool_map(MapShape input, MapShape output, const Pool2dSpec& spec) {
    return {.input_rows = input.rows,
            .input_columns = input.columns,
            .output_rows = output.rows,
            .output_columns = output.columns,
            .window_rows = spec.window_rows,
            .window_columns = spec.window_columns,
            .stride_rows = spec.stride_rows,
            .stride_columns = spec.stride_columns,
            .pad_top = spec.padding.top,
            .pad_left = spec.padding.left};
}

}  // namespace stdpscope::ann
