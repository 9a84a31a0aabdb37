#pragma once

#include <span>

#include "sim/plasticity/plasticity_rule.hpp"

namespace stdpscope::sim {

/// Hard bounds of a weight, of any sign: [0, 1], [-1, 0] and [-1, 1] are all allowed, and so is an infinite bound.
/// Potentiation always adds to the weight and depression subtracts. A synapse whose strength is a number of receptors
/// (Table 4) keeps that number here, in [0, max], and its receptor type beside it.
struct WeightBounds {
    double min = 0.0;
    double max = 1.0;
};

/// Throws InvalidParameter ("w_min" or "w_max") unless min <= max, and "initial_weight" unless it lies within.
void check(const WeightBounds& bounds, double initial_weight);

/// Adds the three parts of `requested` to `weight`, keeps it within the bounds and returns what was really done. When
/// a bound cuts the sum short, parts and `shares` are scaled by the factor by which the sum was.
[[nodiscard]] WeightChange apply_within(const WeightBounds& bounds, const WeightChange& requested, double& weight,
                                        std::span<PairShare> shares = {});

}  // namespace stdpscope::sim
