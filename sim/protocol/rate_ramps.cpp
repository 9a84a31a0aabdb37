#include "sim/protocol/rate_ramps.hpp"

#include <algorithm>
#include <cmath>

#include "sim/error.hpp"
#include "sim/number_text.hpp"

namespace stdpscope::sim {

namespace {

std::string slope_name(double slope_hz_per_s) {
    if (slope_hz_per_s == 0.0) return "steady";
    return (slope_hz_per_s > 0.0 ? "rising-" : "falling-") + number_text(std::abs(slope_hz_per_s));
}

std::string rate_name(double rate_hz) {
    return number_text(rate_hz) + "hz";
}

/// Sources are asked for their rate beyond the end of the run: it stays there what it is at the end.
InhomogeneousPoissonParams ramp(const RateRampParams& params, double slope_hz_per_s) {
    return {[rate_hz = params.post_rate_hz, slope_hz_per_s, seconds = params.seconds](double time_ms) {
        return rate_hz + slope_hz_per_s * (std::min(time_ms * 1e-3, seconds) - 0.5 * seconds);
    }};
}

void check(const RateRampParams& params) {
    for (const double slope : params.slopes_hz_per_s) {
        if (!(params.post_rate_hz - std::abs(slope) * 0.5 * params.seconds >= 0.0)) {
            throw InvalidParameter("seconds", number_text(params.seconds),
                                   "must be at most " + number_text(2.0 * params.post_rate_hz / std::abs(slope)) +
                                       ", so that no rate falls below 0");
        }
    }
}

}  // namespace

Network rate_ramp_network(const RateRampParams& params, Counting counting) {
    check(params);
    Network network;
    for (const double rate_hz : params.pre_rates_hz) {
        network.add({.name = "pre-" + rate_name(rate_hz), .size = params.neurons, .model = PoissonParams{rate_hz}});
    }
    for (const double slope : params.slopes_hz_per_s) {
        network.add({.name = "post-" + slope_name(slope), .size = params.neurons, .model = ramp(params, slope)});
    }
    const PlasticityModel additive = AdditivePairParams{.tau_plus_ms = params.tau_ms,
                                                        .tau_minus_ms = params.tau_ms,
                                                        .a_plus = params.amplitude,
                                                        .a_minus = params.amplitude,
                                                        .w_max = 1.0};
    const PlasticityModel derivative = RateDerivativeParams{.learning_rate = params.amplitude * 2.0 * params.tau_ms,
                                                            .tau_pre_ms = params.tau_ms,
                                                            .tau_rate_ms = params.tau_ms,
                                                            .bounds = {0.0, 1.0}};
    for (const bool is_derivative : {false, true}) {
        for (const double rate_hz : params.pre_rates_hz) {
            for (const double slope : params.slopes_hz_per_s) {
                network.add({.name = (is_derivative ? "derivative-" : "additive-") + rate_name(rate_hz) + "-" +
                                     slope_name(slope),
                             .pre = "pre-" + rate_name(rate_hz),
                             .post = "post-" + slope_name(slope),
                             .connectivity = OneToOne{},
                             .weight = params.initial_weight,
                             .plasticity = is_derivative ? derivative : additive,
                             .counting = counting});
            }
        }
    }
    return network;
}

std::vector<RateRampPoint> rate_ramp_points(const RateRampParams& params, const Simulation& simulation) {
    std::vector<RateRampPoint> points;
    std::size_t projection = 0;
    for (const bool is_derivative : {false, true}) {
        for (const double rate_hz : params.pre_rates_hz) {
            for (const double slope : params.slopes_hz_per_s) {
                double sum = 0.0;
                double squares = 0.0;
                simulation.visit_rows(projection++, [&](const SynapseRow& row) {
                    const double change = row.weights.front() - params.initial_weight;
                    sum += change;
                    squares += change * change;
                });
                const double count = params.neurons;
                const double mean = sum / count;
                const double tau_s = params.tau_ms * 1e-3;
                const double first_rate_hz = params.post_rate_hz - slope * 0.5 * params.seconds;
                const double start_change =
                    is_derivative ? params.amplitude * tau_s * tau_s * rate_hz * first_rate_hz : 0.0;
                points.push_back({.projection = (is_derivative ? "derivative-" : "additive-") + rate_name(rate_hz) +
                                                "-" + slope_name(slope),
                                  .is_derivative = is_derivative,
                                  .pre_rate_hz = rate_hz,
                                  .slope_hz_per_s = slope,
                                  .mean_change = mean - start_change,
                                  .start_change = start_change,
                                  .standard_error = std::sqrt(std::max(0.0, squares / count - mean * mean) / count),
                                  .expected_change = (is_derivative ? 2.0 : 1.0) * params.amplitude * tau_s * tau_s *
                                                     rate_hz * slope * params.seconds});
            }
        }
    }
    return points;
}

}  // namespace stdpscope::sim
