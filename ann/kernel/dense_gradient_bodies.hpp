// Part of every kernel variant; included by kernel_bodies.hpp alone.
#pragma once

#include "ann/kernel/kernels.hpp"
#include "ann/kernel/lane_vector.hpp"
#include "ann/kernel/update_bodies.hpp"

namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT {
namespace {

constexpr std::size_t kGradientPanels = 2;
constexpr std::size_t kGradientColumns = kSums / kGradientPanels;

/// Stores part of one panel's column of the weight gradient, of which only `units` post units exist.
inline void store_column_part(float* column, std::size_t part, std::size_t units, Vector value) {
    if (units >= part + kWidth) return store_unaligned(column + part, value);
    alignas(64) float whole[kWidth];
    store(whole, value);
    for (std::size_t i = part; i < units; ++i) column[i] = whole[i - part];
}

/// Updates weights whose gradient is given; `column` is where those of the whole panel begin.
inline void update_column_part(const SgdUpdate& update, std::size_t column, std::size_t part, std::size_t units,
                               Vector gradient) {
    const std::size_t first = column + part;
    if (units >= part + kWidth) {
        return update_vector(update, gradient, update.weights + first, update.velocity + first, update.next + first);
    }
    if (units <= part) return;
    alignas(64) float whole[kWidth];
    store(whole, gradient);
    SgdUpdate rest = update;
    rest.gradient = whole;
    rest.weights += first;
    rest.velocity += first;
    rest.next += first;
    rest.count = units - part;
    sgd_update(rest);
}

/// Asks for what the update of `count` weights from `first` on will read and write, while there is still the gradient
/// to sum. Columns need not begin on a cache line: the last weight may lie on one more.
inline void bring_column_near(const DenseWeightGradient& work, std::size_t first, std::size_t count) {
    for (std::size_t k = 0; k < count + kLanes - 1; k += kLanes) {
        const std::size_t weight = first + smaller(k, count - 1);
        __builtin_prefetch(work.update->weights + weight);
        __builtin_prefetch(work.update->velocity + weight, 1);
        __builtin_prefetch(work.update->next + weight, 1);
    }
}

/// Updates a part of each panel's column, all of whose units exist.
template <std::size_t kPanels, std::size_t kColumns>
inline void update_whole_parts(const SgdUpdate& given, std::size_t first, std::size_t post,
                               const Vector (&gradient)[kPanels][kColumns]) {
    // A copy that nothing written can change: factors stay in registers.
    const SgdUpdate update = given;
#pragma GCC unroll 24
    for (std::size_t j = 0; j < kColumns; ++j) {
#pragma GCC unroll 2
        for (std::size_t p = 0; p < kPanels; ++p) {
            const std::size_t weight = first + j * post + p * kPanelUnits;
            update_vector(update, gradient[p][j], update.weights + weight, update.velocity + weight,
                          update.next + weight);
        }
    }
}

template <std::size_t kPanels, std::size_t kColumns>
void dense_gradient_tile(const DenseWeightGradient& work, std::size_t panel, std::size_t pre_unit) {
    const std::size_t panel_step = work.samples * kPanelUnits;
    const std::size_t first_weight = pre_unit * work.post + panel * kPanelUnits;
    const std::size_t columns_ahead = quotient_up(kColumns, quotient_up(work.samples, kLanes));
    for (std::size_t part = 0; part < kPanelUnits; part += kWidth) {
        Vector sum[kPanels][kColumns];
#pragma GCC unroll 24
        for (std::size_t j = 0; j < kColumns; ++j) {
#pragma GCC unroll 2
            for (std::size_t p = 0; p < kPanels; ++p) sum[p][j] = Vector{};
        }
        std::size_t column_ahead = part == 0 && work.update != nullptr ? 0 : kColumns;
        const float* gradient = work.gradient_panels + panel * panel_step + part;
        for (std::size_t sample = 0; sample < work.samples; sample += kLanes) {
            const float* input = work.input + (sample / kLanes * work.pre + pre_unit) * kLanes;
            const std::size_t used = smaller(kLanes, work.samples - sample);
            const std::size_t ahead_end = smaller(column_ahead + columns_ahead, kColumns);
            for (; column_ahead < ahead_end; ++column_ahead) {
                bring_column_near(work, first_weight + column_ahead * work.post, kPanels * kPanelUnits);
            }
            for (std::size_t lane = 0; lane < used; ++lane) {
                Vector g[kPanels];
#pragma GCC unroll 2
                for (std::size_t p = 0; p < kPanels; ++p) g[p] = load(gradient + p * panel_step);
#pragma GCC unroll 24
                for (std::size_t j = 0; j < kColumns; ++j) {
#pragma GCC unroll 2
                    for (std::size_t p = 0; p < kPanels; ++p) sum[p][j] += input[j * kLanes + lane] * g[p];
                }
                gradient += kPanelUnits;
            }
        }
        if (work.update != nullptr && (panel + kPanels) * kPanelUnits <= work.post) {
            update_whole_parts<kPanels, kColumns>(*work.update, first_weight + part, work.post, sum);
            continue;
        }
        alignas(64) float gradients[kPanels][kColumns][kWidth];
#pragma GCC unroll 24
        for (std::size_t j = 0; j < kColumns; ++j) {
#pragma GCC unroll 2
            for (std::size_t p = 0; p < kPanels; ++p) store(gradients[p][j], sum[p][j]);
        }
        for (std::size_t j = 0; j < kColumns; ++j) {
            for (std::size_t p = 0; p < kPanels; ++p) {
                const std::size_t unit = (panel + p) * kPanelUnits;
                const std::size_t units = smaller(kPanelUnits, work.post - unit);
                const std::size_t column = (pre_unit + j) * work.post + unit;
                if (work.update != nullptr) {
                    update_column_part(*work.update, column, part, units, load(gradients[p][j]));
                } else {
                    store_column_part(work.weight_gradient + column, part, units, load(gradients[p][j]));
                }
            }
        }
    }
}

template <std::size_t kColumns>
void dense_gradient_tile_of(const DenseWeightGradient& work, std::size_t panel, std::size_t panels,
                            std::size_t pre_unit, std::size_t columns) {
    if (columns == kColumns) {
        static_assert(kGradientPanels == 2);
        if (panels == 2) return dense_gradient_tile<2, kColumns>(work, panel, pre_unit);
        return dense_gradient_tile<1, kColumns>(work, panel, pre_unit);
    }
    if constexpr (kColumns > 1) dense_gradient_tile_of<kColumns - 1>(work, panel, panels, pre_unit, columns);
}

void dense_bias_gradient(const DenseWeightGradient& work, std::size_t panel) {
    const std::size_t unit = panel * kPanelUnits;
    for (std::size_t part = 0; part < kPanelUnits; part += kWidth) {
        Vector sum = {};
        const float* gradient = work.gradient_panels + panel * work.samples * kPanelUnits + part;
        for (std::size_t sample = 0; sample < work.samples; ++sample) sum += load(gradient + sample * kPanelUnits);
        store_column_part(work.bias_gradient + unit, part, smaller(kPanelUnits, work.post - unit), sum);
    }
}

void dense_weight_gradient(const DenseWeightGradient& work) {
    const std::size_t panels = quotient_up(work.post, kPanelUnits);
    // Columns lie whole in memory: all panels take their turn at a few of them, so that what is written and updated is
    // one long run.
    std::size_t unit = work.pre_begin;
    while (unit < work.pre_end) {
        const std::size_t columns = largest_piece(work.pre_end - unit, kGradientColumns);
        for (std::size_t panel = 0; panel < panels; panel += kGradientPanels) {
            dense_gradient_tile_of<kGradientColumns>(work, panel, smaller(kGradientPanels, panels - panel), unit,
                                                     columns);
        }
        unit += columns;
    }
    if (work.pre_begin > 0) return;
    for (std::size_t panel = 0; panel < panels; ++panel) dense_bias_gradient(work, panel);
}

}  // namespace
}  // namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT
