#include "sim/network/plasticity_model.hpp"

#include "sim/error.hpp"
#include "sim/number_text.hpp"
#include "sim/require.hpp"

namespace stdpscope::sim {

namespace {

struct Bounds {
    template <class Params>
    WeightBounds operator()(const Params& params) const {
        return params.bounds;
    }
    WeightBounds operator()(const AdditivePairParams& params) const { return {0.0, params.w_max}; }
    WeightBounds operator()(const VoltageModel& model) const { return model.rule.bounds; }
    WeightBounds operator()(const RewardModel& model) const { return model.rule.bounds; }
    WeightBounds operator()(const PrePostModel& model) const {
        const PrePostFactorsParams& rule = model.rule;
        return {rule.release_bounds.min * rule.amplitude_bounds.min,
                rule.release_bounds.max * rule.amplitude_bounds.max};
    }
};

/// What the constructor of the rule does not see to.
struct CheckModel {
    template <class Params>
    void operator()(const Params& /*params*/) const {}
    void operator()(const AdditivePairParams& rule) const {
        require_positive("tau_plus_ms", rule.tau_plus_ms);
        require_positive("tau_minus_ms", rule.tau_minus_ms);
        require_finite("a_plus", rule.a_plus);
        require_finite("a_minus", rule.a_minus);
        require_positive("w_max", rule.w_max);
    }
    void operator()(const VoltageModel& model) const {
        require_finite("spike_v_mv", model.spike_v_mv);
        require_not_negative("spike_width_ms", model.spike_width_ms);
    }
    void operator()(const PrePostModel& model) const {
        require_positive("initial_release", model.initial_release);
        require_not_negative("amplitude_bounds.min", model.rule.amplitude_bounds.min);
    }
    void operator()(const RewardModel& model) const {
        require_finite("reward_per_spike", model.reward_per_spike);
        require_not_negative("reward_delay_ms", model.reward_delay_ms);
    }
};

struct Construct {
    double weight;

    template <class Params>
    void operator()(const Params& params) const {
        static_cast<void>(rule_of(params, weight));
    }
    void operator()(const AdditivePairParams& rule) const {
        if (!(weight <= rule.w_max)) {
            throw InvalidParameter("weight", number_text(weight), "must be <= w_max = " + number_text(rule.w_max));
        }
    }
};

}  // namespace

WeightBounds bounds_of(const PlasticityModel& model) {
    return std::visit(Bounds{}, model);
}

void check(const PlasticityModel& model, double lowest, double largest) {
    std::visit(CheckModel{}, model);
    std::visit(Construct{lowest}, model);
    std::visit(Construct{largest}, model);
    const double least = bounds_of(model).min;
    if (!(least >= 0.0)) {
        throw InvalidParameter(
            "w_min", number_text(least),
            "must be >= 0: a projection's weights are numbers of receptors, their kind stands apart");
    }
}

}  // namespace stdpscope::sim
