// Part of every kernel variant; included by kernel_bodies.hpp alone.
#pragma once

#include "ann/kernel/kernels.hpp"
#include "ann/kernel/lane_vector.hpp"

namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT {
namespace {

/// to[i][l] = from[l * step + i] for four i and four l.
inline void transpose_quads(const float* from, std::size_t step, float* const (&to)[4]) {
    const Quad a = load_quad(from);
    const Quad b = load_quad(from + step);
    const Quad c = load_quad(from + 2 * step);
    const Quad d = load_quad(from + 3 * step);
    const Quad ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
    const Quad ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const Quad cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    const Quad cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    store_quad(to[0], __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5));
    store_quad(to[1], __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7));
    store_quad(to[2], __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5));
    store_quad(to[3], __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7));
}

void gather_lanes(const LaneGather& work) {
    const auto lanes = [&](std::size_t unit) {
        return work.lanes + (work.places == nullptr ? unit : work.places[unit]) * kLanes;
    };
    const std::size_t quad_units = work.units / 4 * 4;
    const std::size_t quad_lanes = work.used / 4 * 4;
    for (std::size_t unit = 0; unit < quad_units; unit += 4) {
        float* const to[4] = {lanes(unit), lanes(unit + 1), lanes(unit + 2), lanes(unit + 3)};
        for (std::size_t lane = 0; lane < quad_lanes; lane += 4) {
            transpose_quads(work.samples + lane * work.units + unit, work.units,
                            {to[0] + lane, to[1] + lane, to[2] + lane, to[3] + lane});
        }
    }
    for (std::size_t unit = 0; unit < work.units; ++unit) {
        for (std::size_t lane = unit < quad_units ? quad_lanes : 0; lane < work.used; ++lane) {
            lanes(unit)[lane] = work.samples[lane * work.units + unit];
        }
    }
}

/// One block of one panel: (lanes x units) to (16 x samples).
template <bool kPastCaches>
void transpose_panel_block(const float* vectors, std::size_t units, std::size_t samples, float* panel) {
    alignas(64) float block[kLanes * kPanelUnits];
    if (units == kPanelUnits) {
        for (std::size_t unit = 0; unit < kPanelUnits; unit += 4) {
            for (std::size_t lane = 0; lane < samples; lane += 4) {
                float* to = block + lane * kPanelUnits + unit;
                transpose_quads(vectors + unit * kLanes + lane, kLanes,
                                {to, to + kPanelUnits, to + 2 * kPanelUnits, to + 3 * kPanelUnits});
            }
        }
    } else {
        for (std::size_t lane = 0; lane < samples; ++lane) {
            for (std::size_t unit = 0; unit < kPanelUnits; ++unit) {
                block[lane * kPanelUnits + unit] = unit < units ? vectors[unit * kLanes + lane] : 0.0F;
            }
        }
    }
    for (std::size_t k = 0; k < samples * kPanelUnits; k += kWidth) {
        kPastCaches ? store_past_caches(panel + k, load(block + k)) : store(panel + k, load(block + k));
    }
}

template <bool kPastCaches>
void transpose_all_panels(const PanelTranspose& work) {
    for (std::size_t panel = work.panel_begin; panel < work.panel_end; ++panel) {
        const std::size_t unit = panel * kPanelUnits;
        for (std::size_t sample = 0; sample < work.samples; sample += kLanes) {
            transpose_panel_block<kPastCaches>(
                work.vectors + (sample / kLanes * work.units + unit) * kLanes, smaller(kPanelUnits, work.units - unit),
                smaller(kLanes, work.samples - sample), work.panels + (panel * work.samples + sample) * kPanelUnits);
        }
    }
    if (kPastCaches) written_past_caches();
}

void transpose_panels(const PanelTranspose& work) {
    work.are_shared ? transpose_all_panels<true>(work) : transpose_all_panels<false>(work);
}

}  // namespace
}  // namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT
