#include "sim/plasticity/pre_post_factors.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "sim/error.hpp"
#include "sim/number_text.hpp"
#include "sim/require.hpp"

namespace stdpscope::sim {
namespace {

void check_factor(const std::string& name, const WeightBounds& bounds, double initial) {
    require_finite(name + "_bounds.min", bounds.min);
    require_finite(name + "_bounds.max", bounds.max);
    if (!(bounds.min <= bounds.max)) {
        throw InvalidParameter(name + "_bounds.max", number_text(bounds.max),
                               "must be >= " + name + "_bounds.min = " + number_text(bounds.min));
    }
    if (!(initial >= bounds.min && initial <= bounds.max)) {
        throw InvalidParameter("initial_" + name, number_text(initial),
                               "must lie in [" + number_text(bounds.min) + ", " + number_text(bounds.max) + "]");
    }
}

}  // namespace

PrePostFactors::PrePostFactors(const PrePostFactorsParams& params, double initial_release, double initial_amplitude)
    : params_(params), release_(initial_release), amplitude_(initial_amplitude) {
    require_finite("d_minus", params.d_minus);
    require_finite("d_plus", params.d_plus);
    require_finite("c_plus", params.c_plus);
    require_positive("tau_y_minus_ms", params.tau_y_minus_ms);
    require_positive("tau_y_plus_ms", params.tau_y_plus_ms);
    require_positive("tau_x_plus_ms", params.tau_x_plus_ms);
    check_factor("release", params.release_bounds, initial_release);
    require_not_negative("release_bounds.min", params.release_bounds.min);
    if (params.release_bounds.max > 1.0) {
        throw InvalidParameter("release_bounds.max", number_text(params.release_bounds.max), "must be <= 1");
    }
    check_factor("amplitude", params.amplitude_bounds, initial_amplitude);
}

WeightChange PrePostFactors::step(double dt_ms, const SynapseInput& input) {
    require_step(dt_ms);
    now_ms_ += dt_ms;
    pairs_.clear();
    x_plus_ *= std::exp(-dt_ms / params_.tau_x_plus_ms);
    y_plus_ *= std::exp(-dt_ms / params_.tau_y_plus_ms);
    y_minus_ *= std::exp(-dt_ms / params_.tau_y_minus_ms);
    WeightChange change;
    if (input.pre_spike) {
        const double update = params_.d_plus * x_plus_ * y_plus_ - params_.d_minus * y_minus_ * y_plus_;
        const double before = release_;
        release_ = std::clamp(release_ + update, params_.release_bounds.min, params_.release_bounds.max);
        change.post_first = (release_ - before) * amplitude_;
        if (change.post_first != 0.0) pairs_.push_back({{now_ms_, latest_post_ms_}, change.post_first});
    }
    if (input.post_spike) {
        const double before = amplitude_;
        amplitude_ = std::clamp(amplitude_ + params_.c_plus * x_plus_ * y_minus_, params_.amplitude_bounds.min,
                                params_.amplitude_bounds.max);
        change.pre_first = release_ * (amplitude_ - before);
        if (change.pre_first != 0.0) pairs_.push_back({{latest_pre_ms_, now_ms_}, change.pre_first});
    }
    change.update = change.post_first + change.pre_first;
    if (input.pre_spike) {
        x_plus_ += 1.0;
        latest_pre_ms_ = now_ms_;
    }
    if (input.post_spike) {
        y_plus_ += 1.0;
        y_minus_ += 1.0;
        latest_post_ms_ = now_ms_;
    }
    return change;
}

}  // namespace stdpscope::sim
