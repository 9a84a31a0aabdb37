// The passes over weights in plain loops, for variants without masked vectors.

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

/// Sums of 16 values each, by (lane modulo 8).
class LaneSums {
public:
    explicit LaneSums(const double (&sums)[kSumLanes]) { __builtin_memcpy(sums_, sums, sizeof(sums_)); }
    void store(double (&sums)[kSumLanes]) const { __builtin_memcpy(sums, sums_, sizeof(sums_)); }
    using Values = const float*;
    static Values values(const float* values) { return values; }
    void subtract(unsigned where, Values values) {
        for (; where != 0; where &= where - 1) {
            const auto lane = static_cast<std::size_t>(__builtin_ctz(where));
            sums_[lane % kSumLanes] -= static_cast<double>(values[lane]);
        }
    }

private:
    double sums_[kSumLanes];
};

/// Adds counts to the sums of the sign of each row's weight; `whole` stands for all counts where counts is null.
void tally_array(const float* weights, std::size_t rows, const std::int32_t* counts, std::int32_t whole,
                 std::size_t stride, std::uint32_t* sums) {
    std::uint32_t* zero = sums + stride;
    std::uint32_t* plus = zero + stride;
    for (std::size_t row = 0; row < rows; ++row) {
        const auto value = static_cast<std::uint32_t>(counts == nullptr ? whole : counts[row]);
        sums[row] += weights[row] < 0.0F ? value : 0U;
        zero[row] += weights[row] == 0.0F ? value : 0U;
        plus[row] += weights[row] > 0.0F ? value : 0U;
    }
}

void tally_events(const EventTaps& taps, std::size_t rows, std::size_t stride, std::uint32_t* receptors,
                  std::uint32_t* sums) {
    for (std::size_t tap = 0; tap < taps.taps; ++tap) {
        const float* weights = taps.weights[tap];
        for (std::size_t array = 0; array < taps.arrays; ++array) {
            tally_array(weights, rows, taps.counts + (tap * taps.arrays + array) * stride, 0, stride,
                        sums + array * 3 * stride);
        }
        tally_array(weights, rows, nullptr, taps.whole[tap], stride, sums + taps.arrays * 3 * stride);
        if (receptors != nullptr) tally_array(weights, rows, nullptr, 1, stride, receptors);
    }
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
