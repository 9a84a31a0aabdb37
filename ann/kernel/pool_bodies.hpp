// Part of every kernel variant; included by kernel_bodies.hpp alone.
#pragma once

#include "ann/kernel/kernels.hpp"
#include "ann/kernel/lane_vector.hpp"

namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT {
namespace {

using WinnerVector = std::uint16_t
    __attribute__((vector_size(kWidth * sizeof(std::uint16_t)), aligned(alignof(std::uint16_t)), may_alias));

/// The part of a window that lies inside the map, half-open.
struct Window {
    std::size_t row_begin;
    std::size_t row_end;
    std::size_t column_begin;
    std::size_t column_end;
    std::int32_t first;  ///< number of its first pixel in the uncut window
};

inline Window window_at(const PoolMap& map, std::size_t row, std::size_t column) {
    // Positions are those of the padded map, where nothing is negative.
    const std::size_t top = row * map.stride_rows;
    const std::size_t left = column * map.stride_columns;
    const std::size_t cut_rows = top < map.pad_top ? map.pad_top - top : 0;
    const std::size_t cut_columns = left < map.pad_left ? map.pad_left - left : 0;
    return {.row_begin = top + cut_rows - map.pad_top,
            .row_end = smaller(top + map.window_rows - map.pad_top, map.input_rows),
            .column_begin = left + cut_columns - map.pad_left,
            .column_end = smaller(left + map.window_columns - map.pad_left, map.input_columns),
            .first = static_cast<std::int32_t>(cut_rows * map.window_columns + cut_columns)};
}

/// The pixels of a window that may be cut at the map's edges.
struct CutPixels {
    const PoolMap& map;
    const Window& window;

    std::size_t first() const { return (window.row_begin * map.input_columns + window.column_begin) * kLanes; }

    /// Calls visit(pixel's place in the map, pixel's number in the uncut window), row by row.
    template <typename Visit>
    void forwards(const Visit& visit) const {
        for (std::size_t row = window.row_begin; row < window.row_end; ++row) {
            for (std::size_t column = window.column_begin; column < window.column_end; ++column) {
                visit((row * map.input_columns + column) * kLanes, number(row, column));
            }
        }
    }

    std::int32_t first_number() const { return window.first; }

    /// The same without the first pixel.
    template <typename Visit>
    void after_first(const Visit& visit) const {
        forwards([&](std::size_t pixel, std::int32_t pixel_number) {
            if (pixel_number != window.first) visit(pixel, pixel_number);
        });
    }

    std::int32_t number(std::size_t row, std::size_t column) const {
        return window.first +
               static_cast<std::int32_t>((row - window.row_begin) * map.window_columns + column - window.column_begin);
    }
};

/// The pixels of a whole window of a size known to the compiler.
template <std::size_t kRows, std::size_t kColumns>
struct WholePixels {
    const PoolMap& map;
    const Window& window;

    std::size_t first() const { return (window.row_begin * map.input_columns + window.column_begin) * kLanes; }

    template <typename Visit>
    void forwards(const Visit& visit) const {
        const std::size_t row_step = map.input_columns * kLanes;
#pragma GCC unroll 16
        for (std::size_t p = 0; p < kRows * kColumns; ++p) {
            visit(first() + p / kColumns * row_step + p % kColumns * kLanes, static_cast<std::int32_t>(p));
        }
    }

    static std::int32_t first_number() {
        return 0;
    }

    template <typename Visit>
    void after_first(const Visit& visit) const {
        const std::size_t row_step = map.input_columns * kLanes;
#pragma GCC unroll 16
        for (std::size_t p = 1; p < kRows * kColumns; ++p) {
            visit(first() + p / kColumns * row_step + p % kColumns * kLanes, static_cast<std::int32_t>(p));
        }
    }
};

inline bool is_whole(const PoolMap& map, const Window& window, std::size_t rows, std::size_t columns) {
    return map.window_rows == rows && map.window_columns == columns && window.row_end - window.row_begin == rows &&
           window.column_end - window.column_begin == columns;
}

/// Calls visit(window's pixels, output's place) for every output, row by row.
template <typename Visit>
inline void for_windows(const PoolMap& map, const Visit& visit) {
    for (std::size_t row = 0; row < map.output_rows; ++row) {
        for (std::size_t column = 0; column < map.output_columns; ++column) {
            const Window window = window_at(map, row, column);
            const std::size_t place = (row * map.output_columns + column) * kLanes;
            if (is_whole(map, window, 2, 2)) {
                visit(WholePixels<2, 2>{map, window}, place);
            } else if (is_whole(map, window, 3, 3)) {
                visit(WholePixels<3, 3>{map, window}, place);
            } else {
                visit(CutPixels{map, window}, place);
            }
        }
    }
}

inline void clear_map(const PoolMap& map, float* input_gradient) {
    __builtin_memset(input_gradient, 0, map.input_rows * map.input_columns * kLanes * sizeof(float));
}

void max_pool_forward(const PoolMap& map, const float* input, float* output, std::uint16_t* winners) {
    for_windows(map, [&](const auto& window, std::size_t place) {
        for (std::size_t part = 0; part < kLanes; part += kWidth) {
            const float* pixels = input + part;
            Vector best = load(pixels + window.first());
            IntVector winner = IntVector{} + window.first_number();
            window.after_first([&](std::size_t pixel, std::int32_t number) {
                const Vector x = load(pixels + pixel);
                __builtin_prefetch(pixels + pixel + kFloatsAhead);
                // Greater, or the first NaN: nothing wins over that.
                const IntVector wins = ~(x <= best) & (best == best);
                best = wins ? x : best;
                winner = wins ? IntVector{} + number : winner;
            });
            store(output + place + part, best);
            *reinterpret_cast<WinnerVector*>(winners + place + part) = __builtin_convertvector(winner, WinnerVector);
        }
    });
}

/// Whether the windows cover every pixel once: each is then written by its own window alone.
inline bool tiles_map(const PoolMap& map) {
    return map.window_rows == map.stride_rows && map.window_columns == map.stride_columns && map.pad_top == 0 &&
           map.pad_left == 0 && map.output_rows * map.stride_rows == map.input_rows &&
           map.output_columns * map.stride_columns == map.input_columns;
}

template <bool kTiles>
void give_to_winners(const PoolMap& map, const float* output_gradient, const std::uint16_t* winners,
                     float* input_gradient) {
    for_windows(map, [&](const auto& window, std::size_t place) {
        for (std::size_t part = 0; part < kLanes; part += kWidth) {
            const Vector gradient = load(output_gradient + place + part);
            const IntVector winner =
                __builtin_convertvector(*reinterpret_cast<const WinnerVector*>(winners + place + part), IntVector);
            float* pixels = input_gradient + part;
            window.forwards([&](std::size_t pixel, std::int32_t number) {
                const Vector share = winner == number ? gradient : Vector{};
                if (kTiles) __builtin_prefetch(pixels + pixel + kFloatsAhead, 1);
                store(pixels + pixel, kTiles ? share : load(pixels + pixel) + share);
            });
        }
    });
}

void max_pool_backward(const PoolMap& map, const float* output_gradient, const std::uint16_t* winners,
                       float* input_gradient) {
    if (tiles_map(map)) return give_to_winners<true>(map, output_gradient, winners, input_gradient);
    clear_map(map, input_gradient);
    give_to_winners<false>(map, output_gradient, winners, input_gradient);
}

inline float pixel_count(const Window& window) {
    return static_cast<float>((window.row_end - window.row_begin) * (window.column_end - window.column_begin));
}

void average_pool_forward(const PoolMap& map, const float* input, float* output) {
    for_windows(map, [&](const auto& window, std::size_t place) {
        for (std::size_t part = 0; part < kLanes; part += kWidth) {
            Vector sum = {};
            window.forwards([&](std::size_t pixel, std::int32_t) { sum += load(input + pixel + part); });
            store(output + place + part, sum / pixel_count(window.window));
        }
    });
}

void average_pool_backward(const PoolMap& map, const float* output_gradient, float* input_gradient) {
    clear_map(map, input_gradient);
    for_windows(map, [&](const auto& window, std::size_t place) {
        for (std::size_t part = 0; part < kLanes; part += kWidth) {
            const Vector share = load(output_gradient + place + part) / pixel_count(window.window);
            float* pixels = input_gradient + part;
            window.forwards(
                [&](std::size_t pixel, std::int32_t) { store(pixels + pixel, load(pixels + pixel) + share); });
        }
    });
}

}  // namespace
}  // namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT
