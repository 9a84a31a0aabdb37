#pragma once

#include "apps/bench/matrix_product.hpp"

namespace stdpscope::apps {

/// What this machine can do on so many threads at once: floating-point operations, and bytes to and from memory, a
/// second.
struct MachinePeaks {
    double multiply_add_flop_per_second = 0.0;  ///< the FMA peak: independent multiply-adds in registers
    MatrixProductSpeed matrix_product;          ///< what a good library makes of it
    /// Read and written by a[i] = b[i] + s c[i] over arrays that no cache holds, 12 bytes an element.
    double memory_bytes_per_second = 0.0;
};

/// Measures all of them now. All threads compute at once, as training's do: cores share power and, often, a clock.
[[nodiscard]] MachinePeaks measure_peaks(int threads);

/// The faster of two measurements: what a shared machine took away once hides less of the peak.
[[nodiscard]] MachinePeaks best_of(const MachinePeaks& one, const MachinePeaks& other);

}  // namespace stdpscope::apps
