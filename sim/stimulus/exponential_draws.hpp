#pragma once

#include <cstdint>
#include <vector>

#include "sim/random_stream.hpp"

namespace stdpscope::sim {

/// One endless sequence of exponential numbers (mean 1) per neuron; draw k of a neuron depends on its number alone.
class ExponentialDraws {
public:
    ExponentialDraws(const RandomStream& random, std::uint32_t first, std::uint32_t count)
        : random_(random), first_(first), draws_(count) {}

    [[nodiscard]] double next(std::uint32_t neuron) {
        Draws& draws = draws_[neuron];
        const std::size_t place = draws.count % 4;
        if (place == 0) draws.words = random_.words(draws.count / 4, first_ + neuron);
        ++draws.count;
        return -std::log(RandomStream::positive_fraction(draws.words[place]));
    }

private:
    /// Random numbers come in fours.
    struct Draws {
        RandomStream::Block words = {};
        std::uint64_t count = 0;
    };

    RandomStream random_;
    std::uint32_t first_;
    std::vector<Draws> draws_;
};

}  // namespace stdpscope::sim
