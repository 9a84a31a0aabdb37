// Part of every kernel variant; included by kernel_bodies.hpp alone.
//
// F(4, 5) by Toom and Cook at the points 0, 1, -1, 2, -2, 1/2, -1/2 and infinity. With
//
//         | 1   0   -21/4   0    21/4   0   -1   0 |        |  1      0      0      0      0    |
//         | 0   1    1    -17/4 -17/4   1    1   0 |        | -2/9   -2/9   -2/9   -2/9   -2/9  |
//         | 0  -1    1     17/4 -17/4  -1    1   0 |        | -2/9    2/9   -2/9    2/9   -2/9  |
//   B^T = | 0   1/2  1/4   -5/2  -5/4   2    1   0 |    G = |  1/90   1/45   2/45   4/45   8/45 |
//         | 0  -1/2  1/4    5/2  -5/4  -2    1   0 |        |  1/90  -1/45   2/45  -4/45   8/45 |
//         | 0   2    4     -5/2   -5   1/2   1   0 |        | 32/45  16/45   8/45   4/45   2/45 |
//         | 0  -2    4      5/2   -5  -1/2   1   0 |        | 32/45 -16/45   8/45  -4/45   2/45 |
//         | 0  -1    0    21/4    0   -21/4  0   1 |        |  0      0      0      0      1    |
//
//         | 1  1   1  1   1  1     1    0 |
//   A^T = | 0  1  -1  2  -2  1/2  -1/2  0 |
//         | 0  1   1  4   4  1/4   1/4  0 |
//         | 0  1  -1  8  -8  1/8  -1/8  1 |
//
// four neighbouring outputs of a row of five weights g on eight inputs d are A^T (G g . B^T d). Only 21/4, 17/4, 5/4, 5
// and G round: the others are powers of two.
#pragma once

#include "ann/kernel/kernels.hpp"
#include "ann/kernel/lane_vector.hpp"

namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT {
namespace {

/// out = G g
template <class Lanes>
inline void weights_at_points(const Lanes (&g)[kWinogradKernel], Lanes (&out)[kWinogradPoints]) {
    const auto pair = [&](std::size_t place, Lanes even, Lanes odd, float factor) {
        out[place] = (even + odd) * factor;
        out[place + 1] = (even - odd) * factor;
    };
    out[0] = g[0];
    pair(1, (g[0] + g[2]) + g[4], g[1] + g[3], -2.0F / 9.0F);
    pair(3, (g[0] + 4.0F * g[2]) + 16.0F * g[4], 2.0F * g[1] + 8.0F * g[3], 1.0F / 90.0F);
    pair(5, (g[0] + 0.25F * g[2]) + 0.0625F * g[4], 0.5F * g[1] + 0.125F * g[3], 32.0F / 45.0F);
    out[7] = g[4];
}

/// out = B^T d
template <class Lanes>
inline void inputs_at_points(const Lanes (&d)[kWinogradTile], Lanes (&out)[kWinogradPoints]) {
    out[0] = (d[0] - d[6]) + 5.25F * (d[4] - d[2]);
    const Lanes even1 = (d[6] + d[2]) - 4.25F * d[4];
    const Lanes odd1 = (d[5] + d[1]) - 4.25F * d[3];
    out[1] = even1 + odd1;
    out[2] = even1 - odd1;
    const Lanes even2 = (d[6] + 0.25F * d[2]) - 1.25F * d[4];
    const Lanes odd2 = (d[5] + 0.25F * d[1]) - 1.25F * d[3];
    out[3] = even2 + 2.0F * odd2;
    out[4] = even2 - 2.0F * odd2;
    const Lanes even3 = (d[6] + 4.0F * d[2]) - 5.0F * d[4];
    const Lanes odd3 = (d[5] + 4.0F * d[1]) - 5.0F * d[3];
    out[5] = even3 + 0.5F * odd3;
    out[6] = even3 - 0.5F * odd3;
    out[7] = (d[7] - d[1]) + 5.25F * (d[3] - d[5]);
}

/// out = A^T m
template <class Lanes>
inline void outputs_of_points(const Lanes (&m)[kWinogradPoints], Lanes (&out)[kWinogradOutputs]) {
    const Lanes even1 = m[1] + m[2];
    const Lanes odd1 = m[1] - m[2];
    const Lanes even2 = m[3] + m[4];
    const Lanes odd2 = m[3] - m[4];
    const Lanes even3 = m[5] + m[6];
    const Lanes odd3 = m[5] - m[6];
    out[0] = ((m[0] + even1) + even2) + even3;
    out[1] = (odd1 + 2.0F * odd2) + 0.5F * odd3;
    out[2] = (even1 + 4.0F * even2) + 0.25F * even3;
    out[3] = ((m[7] + odd1) + 8.0F * odd2) + 0.125F * odd3;
}

/// out = A y
template <class Lanes>
inline void gradients_at_points(const Lanes (&y)[kWinogradOutputs], Lanes (&out)[kWinogradPoints]) {
    const auto pair = [&](std::size_t place, Lanes even, Lanes odd) {
        out[place] = even + odd;
        out[place + 1] = even - odd;
    };
    out[0] = y[0];
    pair(1, y[0] + y[2], y[1] + y[3]);
    pair(3, y[0] + 4.0F * y[2], 2.0F * y[1] + 8.0F * y[3]);
    pair(5, y[0] + 0.25F * y[2], 0.5F * y[1] + 0.125F * y[3]);
    out[7] = y[3];
}

/// out = B v
template <class Lanes>
inline void input_gradients_of_points(const Lanes (&v)[kWinogradPoints], Lanes (&out)[kWinogradTile]) {
    const Lanes even1 = v[1] + v[2];
    const Lanes odd1 = v[1] - v[2];
    const Lanes even2 = v[3] + v[4];
    const Lanes odd2 = 2.0F * (v[3] - v[4]);
    const Lanes even3 = v[5] + v[6];
    const Lanes odd3 = 0.5F * (v[5] - v[6]);
    out[0] = v[0];
    out[1] = ((odd1 - v[7]) + 0.25F * odd2) + 4.0F * odd3;
    out[2] = ((even1 + 0.25F * even2) + 4.0F * even3) - 5.25F * v[0];
    out[3] = ((5.25F * v[7] - 4.25F * odd1) - 1.25F * odd2) - 5.0F * odd3;
    out[4] = ((5.25F * v[0] - 4.25F * even1) - 1.25F * even2) - 5.0F * even3;
    out[5] = ((odd1 + odd2) + odd3) - 5.25F * v[7];
    out[6] = ((even1 - v[0]) + even2) + even3;
    out[7] = v[7];
}

/// out = G^T u
template <class Lanes>
inline void weight_gradients_of_points(const Lanes (&u)[kWinogradPoints], Lanes (&out)[kWinogradKernel]) {
    const Lanes even1 = (u[1] + u[2]) * (-2.0F / 9.0F);
    const Lanes odd1 = (u[1] - u[2]) * (-2.0F / 9.0F);
    const Lanes even2 = (u[3] + u[4]) * (1.0F / 90.0F);
    const Lanes odd2 = (u[3] - u[4]) * (1.0F / 90.0F);
    const Lanes even3 = (u[5] + u[6]) * (32.0F / 45.0F);
    const Lanes odd3 = (u[5] - u[6]) * (32.0F / 45.0F);
    out[0] = ((u[0] + even1) + even2) + even3;
    out[1] = (odd1 + 2.0F * odd2) + 0.5F * odd3;
    out[2] = (even1 + 4.0F * even2) + 0.25F * even3;
    out[3] = (odd1 + 8.0F * odd2) + 0.125F * odd3;
    out[4] = ((u[7] + even1) + 16.0F * even2) + 0.0625F * even3;
}

template <class Lanes>
inline Lanes read_lanes(const float* from);
template <>
inline Vector read_lanes<Vector>(const float* from) {
    return load_unaligned(from);
}
inline void write_lanes(float* to, const Vector& lanes) {
    store_unaligned(to, lanes);
}
#if defined(__AVX2__)
template <>
inline Quad read_lanes<Quad>(const float* from) {
    return load_quad(from);
}
inline void write_lanes(float* to, const Quad& lanes) {
    store_quad(to, lanes);
}
#endif

/// work(part, lanes) for every few of the lanes kept: `lanes` tells the vector's type.
template <class Work>
inline void for_lanes(std::size_t kept, const Work& work) {
    if (kept % kWidth == 0) {
        for (std::size_t part = 0; part < kept; part += kWidth) work(part, Vector{});
    } else {
        for (std::size_t part = 0; part < kept; part += 4) work(part, Quad{});
    }
}

/// One column of weights, of which `count` from `from` on exist.
inline Vector some_weights(const float* from, std::size_t count) {
    if (count >= kWidth) return load_unaligned(from);
    Vector some{};
    for (std::size_t i = 0; i < count; ++i) some[i] = from[i];
    return some;
}

void winograd_weights(const WinogradWeights& work) {
    for (std::size_t row = work.row_begin; row < work.row_end; ++row) {
        for (std::size_t post = 0; post < work.post_step; post += kWidth) {
            const std::size_t left = post < work.post ? work.post - post : 0;
            Vector g[kWinogradKernel];
            for (std::size_t column = 0; column < kWinogradKernel; ++column) {
                g[column] = some_weights(work.weights + (row * kWinogradKernel + column) * work.post + post, left);
            }
            Vector out[kWinogradPoints];
            weights_at_points(g, out);
            for (std::size_t point = 0; point < kWinogradPoints; ++point) {
                store(work.values + (point * work.rows + row) * work.post_step + post, out[point]);
            }
        }
    }
}

inline Vector magnitude(Vector value) {
    return value < 0.0F ? -value : value;
}

bool winograd_weight_gradient(const WinogradWeightGradient& work) {
    IntVector doubtful{};
    for (std::size_t row = work.row_begin; row < work.row_end; ++row) {
        for (std::size_t post = 0; post < work.post; post += kWidth) {
            Vector u[kWinogradPoints];
            Vector largest{};
            for (std::size_t point = 0; point < kWinogradPoints; ++point) {
                const std::size_t place = (point * work.rows + row) * work.post_step + post;
                u[point] = load(work.lower + place) + load(work.upper + place);
                const Vector size = magnitude(u[point]);
                largest = size > largest ? size : largest;
            }
            Vector out[kWinogradKernel];
            weight_gradients_of_points(u, out);
            for (std::size_t column = 0; column < kWinogradKernel; ++column) {
                doubtful |= (magnitude(out[column]) <= largest * kWinogradDoubt) & (out[column] != 0.0F);
                float* place = work.gradient + (row * kWinogradKernel + column) * work.post + post;
                if (work.post - post >= kWidth) {
                    store_unaligned(place, out[column]);
                } else {
                    for (std::size_t i = 0; i < work.post - post; ++i) place[i] = out[column][i];
                }
            }
        }
    }
    return lane_bits(doubtful) != 0;
}

void nonzero_lanes(const float* vectors, std::size_t count, std::uint16_t* bits) {
    for (std::size_t v = 0; v < count; ++v) {
        unsigned all = 0;
        for (std::size_t part = 0; part < kLanes; part += kWidth) {
            all |= lane_bits(load(vectors + v * kLanes + part) != Vector{}) << part;
        }
        bits[v] = static_cast<std::uint16_t>(all);
    }
}

/// values = transform(kColumns columns) of each tile.
template <std::size_t kColumns, class Transform>
inline void transform_tiles(const WinogradMap& work, const Transform& transform) {
    for_lanes(work.kept, [&](std::size_t part, auto lanes) {
        using Lanes = decltype(lanes);
        for (std::size_t row = 0; row < work.rows; ++row) {
            const float* map = work.maps + static_cast<std::ptrdiff_t>(row) * work.row_step + part;
            float* values = work.values + row * work.tiles * work.kept + part;
            for (std::size_t tile = 0; tile < work.tiles; ++tile) {
                Lanes columns[kColumns];
                for (std::size_t column = 0; column < kColumns; ++column) {
                    columns[column] = read_lanes<Lanes>(map + (tile * kWinogradOutputs + column) * kLanes);
                }
                Lanes out[kWinogradPoints];
                transform(columns, out);
                for (std::size_t point = 0; point < kWinogradPoints; ++point) {
                    write_lanes(values + static_cast<std::ptrdiff_t>(point) * work.point_step + tile * work.kept,
                                out[point]);
                }
            }
        }
    });
}

void winograd_input(const WinogradMap& work) {
    transform_tiles<kWinogradTile>(work, [](const auto& columns, auto& out) { inputs_at_points(columns, out); });
}

void winograd_output_gradient(const WinogradMap& work) {
    transform_tiles<kWinogradOutputs>(work, [](const auto& columns, auto& out) { gradients_at_points(columns, out); });
}

template <class Lanes>
inline void read_points(const float* values, std::ptrdiff_t point_step, Lanes (&out)[kWinogradPoints]) {
    for (std::size_t point = 0; point < kWinogradPoints; ++point) {
        out[point] = read_lanes<Lanes>(values + static_cast<std::ptrdiff_t>(point) * point_step);
    }
}

void winograd_output(const WinogradOutput& work) {
    for_lanes(work.kept, [&](std::size_t part, auto lanes) {
        using Lanes = decltype(lanes);
        for (std::size_t row = 0; row < work.rows; ++row) {
            float* output = work.output + static_cast<std::ptrdiff_t>(row) * work.row_step + part;
            const float* values = work.values + row * work.tiles * work.kept + part;
            for (std::size_t tile = 0; tile < work.tiles; ++tile) {
                Lanes m[kWinogradPoints];
                read_points(values + tile * work.kept, work.point_step, m);
                Lanes out[kWinogradOutputs];
                outputs_of_points(m, out);
                for (std::size_t column = 0; column < kWinogradOutputs; ++column) {
                    write_lanes(output + (tile * kWinogradOutputs + column) * kLanes, out[column] + work.bias);
                }
            }
        }
    });
}

void winograd_input_gradient(const WinogradInputGradient& work) {
    for_lanes(work.kept, [&](std::size_t part, auto lanes) {
        using Lanes = decltype(lanes);
        for (std::size_t row = 0; row < work.rows; ++row) {
            float* output = work.output + static_cast<std::ptrdiff_t>(row) * work.row_step + part;
            const auto write = [&](std::size_t column, const Lanes& gradient) {
                if (column < work.first_column || column >= work.first_column + work.columns) return;
                write_lanes(output + (column - work.first_column) * kLanes, gradient);
            };
            const float* values = work.values + row * work.tiles * work.kept + part;
            Lanes carry[kWinogradOutputs] = {};  // what the tiles so far have left for the next columns
            for (std::size_t tile = 0; tile < work.tiles; ++tile) {
                Lanes v[kWinogradPoints];
                read_points(values + tile * work.kept, work.point_step, v);
                Lanes out[kWinogradTile];
                input_gradients_of_points(v, out);
                for (std::size_t column = 0; column < kWinogradOutputs; ++column) {
                    write(tile * kWinogradOutputs + column, carry[column] + out[column]);
                    carry[column] = out[kWinogradOutputs + column];
                }
            }
            for (std::size_t column = 0; column < kWinogradOutputs; ++column) {
                write(work.tiles * kWinogradOutputs + column, carry[column]);
            }
        }
    });
}

inline IntVector& lanes_at(std::int32_t* at) {
    return *reinterpret_cast<IntVector*>(at);
}
inline const IntVector& lanes_at(const std::int32_t* at) {
    return *reinterpret_cast<const IntVector*>(at);
}

/// Places [begin, end) of `count` that a window of `size` from `first` on has.
struct Reached {
    std::size_t begin;
    std::size_t end;

    Reached(std::ptrdiff_t first, std::size_t size, std::size_t count)
        : begin(first < 0 ? 0 : static_cast<std::size_t>(first)) {
        const std::ptrdiff_t last = first + static_cast<std::ptrdiff_t>(size);
        end = last < 0 ? 0 : smaller(static_cast<std::size_t>(last), count);
    }
};

/// bits[column] |= the magnitudes' bits of some channels, in a row.
template <std::size_t kChannels>
inline void gather_bits(const float* maps, std::ptrdiff_t channel_step, std::size_t columns, std::int32_t* bits) {
    constexpr std::int32_t kMagnitude = 0x7FFFFFFF;
    for (std::size_t column = 0; column < columns; ++column) {
        const float* place = maps + column * kLanes;
        IntVector all{};
        for (std::size_t channel = 0; channel < kChannels; ++channel) {
            all |= *reinterpret_cast<const IntVector*>(place + static_cast<std::ptrdiff_t>(channel) * channel_step);
        }
        lanes_at(bits + column * kLanes) |= all & kMagnitude;
    }
}

bool winograd_reach(const WinogradReach& work) {
    std::int32_t* const along_rows = work.memory + work.rows * work.columns * kLanes;
    IntVector unreached{};
    for (std::size_t part = 0; part < lanes_worked(work.lanes); part += kWidth) {
        for (std::size_t place = 0; place < work.rows * work.columns; ++place) {
            lanes_at(work.memory + place * kLanes + part) = IntVector{};
        }
        // Few maps at a time: each is read in the order of its memory.
        constexpr std::size_t kMaps = 8;
        for (std::size_t channel = 0; channel < work.channels;) {
            const bool many = work.channels - channel >= kMaps;
            for (std::size_t row = 0; row < work.rows; ++row) {
                const float* maps = work.maps + static_cast<std::ptrdiff_t>(channel) * work.channel_step +
                                    static_cast<std::ptrdiff_t>(row) * work.row_step + part;
                std::int32_t* const bits = work.memory + row * work.columns * kLanes + part;
                if (many) {
                    gather_bits<kMaps>(maps, work.channel_step, work.columns, bits);
                } else {
                    gather_bits<1>(maps, work.channel_step, work.columns, bits);
                }
            }
            channel += many ? kMaps : 1;
        }
        for (std::size_t row = 0; row < work.rows; ++row) {
            const std::int32_t* const own = work.memory + row * work.columns * kLanes + part;
            for (std::size_t column = 0; column < work.sum_columns; ++column) {
                const Reached window(static_cast<std::ptrdiff_t>(column) + work.first_column, kWinogradKernel,
                                     work.columns);
                IntVector bits{};
                for (std::size_t c = window.begin; c < window.end; ++c) bits |= lanes_at(own + c * kLanes);
                lanes_at(along_rows + (row * work.sum_columns + column) * kLanes + part) = bits;
            }
        }
        IntVector unused{};
        for (std::size_t lane = 0; lane < kWidth; ++lane) unused[lane] = part + lane < work.lanes ? 0 : 1;
        for (std::size_t row = 0; row < work.sum_rows; ++row) {
            const Reached window(static_cast<std::ptrdiff_t>(row) + work.first_row, work.window_rows, work.rows);
            for (std::size_t column = 0; column < work.sum_columns; ++column) {
                IntVector bits = unused;
                for (std::size_t r = window.begin; r < window.end; ++r) {
                    bits |= lanes_at(along_rows + (r * work.sum_columns + column) * kLanes + part);
                }
                lanes_at(work.reached + (row * work.sum_columns + column) * kLanes + part) = bits;
                unreached |= bits == IntVector{};
            }
        }
    }
    return lane_bits(unreached) == 0;
}

}  // namespace
}  // namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT
