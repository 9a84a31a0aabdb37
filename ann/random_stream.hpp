#pragma once

#include <Random123/philox.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace stdpscope::ann {

/// What a random stream is for. Each purpose has its own stream, so that drawing more of one thing never
/// moves another. The numbers are part of what a seed means: append, never reorder.
enum class RandomPurpose : std::uint32_t {
    initial_weights = 1,
    epoch_order = 2,
    unit_mask = 3,
    element_mask = 4,
    flip = 5,
    synapse_sample = 6,
    event_sample = 7,
};

/// Counter-based random numbers (Philox4x32-10; Salmon et al. 2011, SC'11): the value at (a, b) depends on
/// seed, purpose, instance, a and b alone, never on what was drawn before or by which thread.
class RandomStream {
public:
    using Block = std::array<std::uint32_t, 4>;

    /// `instance` tells apart streams of one purpose, such as the layers of a network.
    RandomStream(std::uint64_t seed, RandomPurpose purpose, std::uint32_t instance = 0)
        : key_{{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}},
          purpose_(static_cast<std::uint32_t>(purpose)),
          instance_(instance) {}

    /// Four 32-bit words at counter a (64 bits) and b (16 bits).
    [[nodiscard]] Block words(std::uint64_t a, std::uint16_t b = 0) const {
        const r123::Philox4x32::ctr_type counter{
            {static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(a >> 32), (purpose_ << 16) | b, instance_}};
        const auto drawn = r123::Philox4x32()(counter, key_);
        return {drawn[0], drawn[1], drawn[2], drawn[3]};
    }

    /// Uniform in [0, 1), 32 bits of resolution.
    [[nodiscard]] double uniform(std::uint64_t a, std::uint16_t b = 0) const { return words(a, b)[0] * 0x1p-32; }

    /// Uniform integer in [0, bound), bound > 0 and at most 2^32 (Lemire's multiply-shift; bias below 2^-32 bound).
    [[nodiscard]] std::uint32_t below(std::uint64_t bound, std::uint64_t a, std::uint16_t b = 0) const {
        return static_cast<std::uint32_t>((words(a, b)[0] * bound) >> 32);
    }

    /// Standard normal (Box-Muller on two words, the first in (0, 1]).
    [[nodiscard]] double normal(std::uint64_t a, std::uint16_t b = 0) const {
        const Block block = words(a, b);
        const double radius = std::sqrt(-2.0 * std::log((block[0] + 1.0) * 0x1p-32));
        return radius * std::cos(2.0 * std::numbers::pi * block[1] * 0x1p-32);
    }

private:
    r123::Philox4x32::key_type key_;
    std::uint32_t purpose_;
    std::uint32_t instance_;
};

}  // namespace stdpscope::ann
