#pragma once

#include <Random123/philox.h>

#include <array>
#include <cmath>
#include <cstdint>

namespace stdpscope::sim {

/// What a random stream is for. Each purpose has its own stream, so that drawing more of one thing never moves
/// another. The numbers are part of what a seed means: append, never reorder.
enum class RandomPurpose : std::uint32_t {
    connectivity = 1,
    initial_weight = 2,
    initial_state = 3,
    spike_train = 4,
    synapse_sample = 5,
};

/// Counter-based random numbers (Philox4x32-10; Salmon et al. 2011, SC'11): the value at (a, b) depends on seed,
/// purpose, instance, a and b alone, never on what was drawn before or by which thread.
class RandomStream {
public:
    using Block = std::array<std::uint32_t, 4>;

    /// `instance` tells apart streams of one purpose, such as the projections of a network.
    RandomStream(std::uint64_t seed, RandomPurpose purpose, std::uint16_t instance = 0)
        : key_{{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}},
          tag_((static_cast<std::uint32_t>(purpose) << 16) | instance) {}

    /// Four 32-bit words at counter a (64 bits, such as a place in a train) and b (32 bits, such as a neuron).
    [[nodiscard]] Block words(std::uint64_t a, std::uint32_t b = 0) const {
        const r123::Philox4x32::ctr_type counter{
            {static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(a >> 32), b, tag_}};
        const auto drawn = r123::Philox4x32()(counter, key_);
        return {drawn[0], drawn[1], drawn[2], drawn[3]};
    }

    /// Uniform in [0, 1), 32 bits of resolution.
    [[nodiscard]] double uniform(std::uint64_t a, std::uint32_t b = 0) const { return words(a, b)[0] * 0x1p-32; }

    /// Uniform integer in [0, bound), bound > 0 and at most 2^32 (Lemire's multiply-shift; bias below 2^-32 bound).
    [[nodiscard]] std::uint32_t below(std::uint64_t bound, std::uint64_t a, std::uint32_t b = 0) const {
        return static_cast<std::uint32_t>((words(a, b)[0] * bound) >> 32);
    }

    /// A word read as uniform in (0, 1].
    [[nodiscard]] static double positive_fraction(std::uint32_t word) { return (word + 1.0) * 0x1p-32; }

    /// Exponential with mean 1.
    [[nodiscard]] double exponential(std::uint64_t a, std::uint32_t b = 0) const {
        return -std::log(positive_fraction(words(a, b)[0]));
    }

private:
    r123::Philox4x32::key_type key_;
    std::uint32_t tag_;
};

}  // namespace stdpscope::sim
