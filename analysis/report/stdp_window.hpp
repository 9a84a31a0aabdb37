#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analysis/classify/category.hpp"
#include "analysis/trace/trace_reader.hpp"

/// A network's own STDP window: the change of a synapse against the timing of its two units, from the synapses that a
/// trace of level `samples` follows. Only firing pairs take part (docs/theory.md).
namespace stdpscope::analysis {

/// Bins on both sides of zero, two a decade of the absolute value, as wide on a logarithmic scale.
class SignedDecades {
public:
    static constexpr std::size_t kBins = 41;
    static constexpr std::size_t kZero = kBins / 2;  ///< |value| below the lowest decade

    /// Bins from 10^lowest on; what is beyond the last decade is in the last bin.
    explicit constexpr SignedDecades(int lowest) : lowest_(lowest) {}
    /// `value` is not NaN.
    [[nodiscard]] std::size_t bin_of(double value) const;
    /// The end of a bin nearer to zero, such as "-1e-4"; "0" for the middle one.
    [[nodiscard]] std::string name_of(std::size_t bin) const;

private:
    int lowest_;
};
inline constexpr SignedDecades kTimingBins{-8};   ///< of -D, in loss / activation
inline constexpr SignedDecades kUpdateBins{-10};  ///< of the weight update

/// From what the timing of an update is read.
enum class WindowTiming {
    pair,   ///< -D of one firing pair, drawn evenly from the batch
    batch,  ///< the sum of -D over all firing pairs of the batch
};

/// Counts over (timing, weight update) and sums of changes by timing.
struct WindowCounts {
    std::array<std::array<std::uint64_t, SignedDecades::kBins>, SignedDecades::kBins> histogram{};
    /// Of the changes of |weight| (magnitude) and of the weight (signed_weight), by Measure and timing bin.
    std::array<std::array<double, SignedDecades::kBins>, 2> sums{};
    std::array<std::uint64_t, SignedDecades::kBins> pairs{};

    void add(double timing, double weight, double weight_update);
    [[nodiscard]] const std::array<double, SignedDecades::kBins>& sum(Measure measure) const {
        return sums[static_cast<std::size_t>(measure)];
    }
    void add(const WindowCounts& other);
    [[nodiscard]] std::uint64_t total() const;
};

/// Of one layer.
struct LayerWindow {
    /// By WindowTiming and Response (of the pair drawn).
    std::array<std::array<WindowCounts, 2>, 2> counts{};
    [[nodiscard]] const WindowCounts& at(WindowTiming timing, Response response) const {
        return counts[static_cast<std::size_t>(timing)][static_cast<std::size_t>(response)];
    }
    void add(const LayerWindow& other);
};

/// Timing is -D (descent) or D. One window a layer of the trace.
[[nodiscard]] std::vector<LayerWindow> read_windows(const TraceReader& reader, TimingReading reading,
                                                    const std::function<void()>& progress);

}  // namespace stdpscope::analysis
