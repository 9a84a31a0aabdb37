#include "sim/plasticity/weight_bounds.hpp"

#include <algorithm>
#include <cmath>

#include "sim/error.hpp"
#include "sim/number_text.hpp"

namespace stdpscope::sim {

void check(const WeightBounds& bounds, double initial_weight) {
    if (std::isnan(bounds.min)) throw InvalidParameter("w_min", "nan", "must be a number");
    if (!(bounds.min <= bounds.max)) {
        throw InvalidParameter("w_max", number_text(bounds.max), "must be >= w_min = " + number_text(bounds.min));
    }
    if (!(initial_weight >= bounds.min && initial_weight <= bounds.max) || !std::isfinite(initial_weight)) {
        throw InvalidParameter(
            "initial_weight", number_text(initial_weight),
            "must lie in [w_min, w_max] = [" + number_text(bounds.min) + ", " + number_text(bounds.max) + "]");
    }
}

WeightChange apply_within(const WeightBounds& bounds, const WeightChange& requested, double& weight,
                          std::span<PairShare> shares) {
    WeightChange done = requested;
    const double sum = requested.pre_first + requested.post_first + requested.unpaired;
    const double before = weight;
    const double free = before + sum;
    weight = std::clamp(free, bounds.min, bounds.max);
    if (weight == free) {
        done.update = sum;
        return done;
    }
    done.update = weight - before;
    const double scale = done.update / sum;  // sum != 0, for a weight within bounds was moved out of them
    done.pre_first *= scale;
    done.post_first *= scale;
    done.unpaired *= scale;
    for (PairShare& share : shares) share.update *= scale;
    return done;
}

}  // namespace stdpscope::sim
