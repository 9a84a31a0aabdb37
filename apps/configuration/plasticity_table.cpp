#include "apps/configuration/plasticity_table.hpp"

#include "apps/configuration/choice.hpp"

namespace stdpscope::apps {
namespace {

constexpr std::array kTies{Choice<sim::Tie>{"no_pair", sim::Tie::no_pair},
                           Choice<sim::Tie>{"pre_first", sim::Tie::pre_first}};
constexpr std::array kPairings{Choice<sim::Pairing>{"all_to_all", sim::Pairing::all_to_all},
                               Choice<sim::Pairing>{"nearest_symmetric", sim::Pairing::nearest_symmetric},
                               Choice<sim::Pairing>{"nearest_pre_centred", sim::Pairing::nearest_pre_centred},
                               Choice<sim::Pairing>{"nearest_reduced", sim::Pairing::nearest_reduced}};
constexpr std::array kScalings{Choice<sim::WeightScaling>{"soft_bounds", sim::WeightScaling::soft_bounds},
                               Choice<sim::WeightScaling>{"power_law", sim::WeightScaling::power_law}};

void read_bounds(TableReader& reader, sim::WeightBounds& bounds) {
    reader.maybe_number("w_min", bounds.min);
    reader.maybe_number("w_max", bounds.max);
}

sim::PlasticityModel read_additive_pair(TableReader& reader) {
    sim::AdditivePairParams rule;
    reader.maybe_number("tau_plus_ms", rule.tau_plus_ms);
    reader.maybe_number("tau_minus_ms", rule.tau_minus_ms);
    reader.maybe_number("a_plus", rule.a_plus);
    reader.maybe_number("a_minus", rule.a_minus);
    reader.maybe_number("w_max", rule.w_max);
    maybe_one_of(reader, "tie", rule.tie, kTies);
    return rule;
}

/// {amplitude = 0.005, tau_ms = 20}; true where the table is there.
bool read_quadrant(TableReader& reader, std::string_view key, sim::Quadrant& quadrant) {
    const toml::table* table = reader.maybe_table(key);
    if (table == nullptr) return false;
    TableReader inner(*table, reader.file(), std::string(key));
    inner.maybe_number("amplitude", quadrant.amplitude);
    inner.maybe_number("tau_ms", quadrant.tau_ms);
    inner.finish();
    return true;
}

sim::PlasticityModel read_pair(TableReader& reader) {
    sim::PairStdpParams rule;
    constexpr sim::Quadrant kFlat{};
    rule.pre_post_potentiation = rule.post_pre_depression = kFlat;
    bool any = read_quadrant(reader, "pre_post_potentiation", rule.pre_post_potentiation);
    any |= read_quadrant(reader, "pre_post_depression", rule.pre_post_depression);
    any |= read_quadrant(reader, "post_pre_potentiation", rule.post_pre_potentiation);
    any |= read_quadrant(reader, "post_pre_depression", rule.post_pre_depression);
    if (!any) {
        reader.reject("rule",
                      "rule pair must have a quadrant of the window, such as "
                      "pre_post_potentiation = {amplitude = 0.005, tau_ms = 20.0}; the others are flat");
    }
    maybe_one_of(reader, "scaling", rule.dependence.scaling, kScalings);
    reader.maybe_number("mu_plus", rule.dependence.mu_plus);
    reader.maybe_number("mu_minus", rule.dependence.mu_minus);
    reader.maybe_number("reference_weight", rule.dependence.reference_weight);
    maybe_one_of(reader, "pairing", rule.pairing, kPairings);
    maybe_one_of(reader, "tie", rule.tie, kTies);
    read_bounds(reader, rule.bounds);
    return rule;
}

sim::PlasticityModel read_table(TableReader& reader) {
    sim::TableStdpParams rule;
    std::vector<std::vector<double>> points;
    reader.maybe_rows("window", points, 2);
    for (const auto& point : points) rule.window.push_back({.delta_ms = point[0], .update = point[1]});
    maybe_one_of(reader, "pairing", rule.pairing, kPairings);
    read_bounds(reader, rule.bounds);
    return rule;
}

sim::PlasticityModel read_triplet(TableReader& reader) {
    using Set = sim::TripletStdpParams (*)(sim::TripletPairing);
    constexpr std::array kSets{Choice<Set>{"visual_cortex_full", sim::TripletStdpParams::visual_cortex_full},
                               Choice<Set>{"visual_cortex_minimal", sim::TripletStdpParams::visual_cortex_minimal},
                               Choice<Set>{"hippocampal_full", sim::TripletStdpParams::hippocampal_full},
                               Choice<Set>{"hippocampal_minimal", sim::TripletStdpParams::hippocampal_minimal}};
    constexpr std::array kTripletPairings{Choice<sim::TripletPairing>{"all_to_all", sim::TripletPairing::all_to_all},
                                          Choice<sim::TripletPairing>{"nearest", sim::TripletPairing::nearest}};
    Set set = sim::TripletStdpParams::visual_cortex_minimal;
    auto pairing = sim::TripletPairing::all_to_all;
    maybe_one_of(reader, "set", set, kSets);
    maybe_one_of(reader, "pairing", pairing, kTripletPairings);
    sim::TripletStdpParams rule = set(pairing);
    reader.maybe_number("a2_plus", rule.a2_plus);
    reader.maybe_number("a3_plus", rule.a3_plus);
    reader.maybe_number("a2_minus", rule.a2_minus);
    reader.maybe_number("a3_minus", rule.a3_minus);
    reader.maybe_number("tau_plus_ms", rule.tau_plus_ms);
    reader.maybe_number("tau_minus_ms", rule.tau_minus_ms);
    reader.maybe_number("tau_x_ms", rule.tau_x_ms);
    reader.maybe_number("tau_y_ms", rule.tau_y_ms);
    read_bounds(reader, rule.bounds);
    return rule;
}

sim::PlasticityModel read_voltage(TableReader& reader) {
    sim::VoltageModel model;
    sim::VoltageStdpParams& rule = model.rule;
    reader.maybe_number("a_ltd_per_mv", rule.a_ltd_per_mv);
    reader.maybe_number("a_ltp_per_mv2", rule.a_ltp_per_mv2);
    reader.maybe_number("theta_minus_mv", rule.theta_minus_mv);
    reader.maybe_number("theta_plus_mv", rule.theta_plus_mv);
    reader.maybe_number("tau_x_ms", rule.tau_x_ms);
    reader.maybe_number("tau_minus_ms", rule.tau_minus_ms);
    reader.maybe_number("tau_plus_ms", rule.tau_plus_ms);
    bool homeostasis = false;
    reader.maybe("homeostasis", homeostasis);
    rule.homeostasis = homeostasis ? sim::Homeostasis::on : sim::Homeostasis::off;
    reader.maybe_number("tau_homeostasis_ms", rule.tau_homeostasis_ms);
    reader.maybe_number("reference_mv2", rule.reference_mv2);
    reader.maybe_number("rest_mv", rule.rest_mv);
    reader.maybe_number("pair_window_ms", rule.pair_window_ms);
    reader.maybe_number("spike_v_mv", model.spike_v_mv);
    reader.maybe_number("spike_width_ms", model.spike_width_ms);
    read_bounds(reader, rule.bounds);
    return model;
}

sim::PlasticityModel read_calcium(TableReader& reader) {
    using Params = sim::CalciumPlasticityParams;
    using Set = Params (*)();
    constexpr std::array kSets{Choice<Set>{"dp", Params::dp},
                               Choice<Set>{"dpd", Params::dpd},
                               Choice<Set>{"dpd_prime", Params::dpd_prime},
                               Choice<Set>{"p", Params::p},
                               Choice<Set>{"d", Params::d},
                               Choice<Set>{"d_prime", Params::d_prime},
                               Choice<Set>{"hippocampal_slices", Params::hippocampal_slices},
                               Choice<Set>{"hippocampal_cultures", Params::hippocampal_cultures},
                               Choice<Set>{"cortical_slices", Params::cortical_slices}};
    Set set = Params::dp;
    maybe_one_of(reader, "set", set, kSets);
    Params rule = set();
    reader.maybe_number("tau_calcium_ms", rule.tau_calcium_ms);
    reader.maybe_number("c_pre", rule.c_pre);
    reader.maybe_number("c_post", rule.c_post);
    reader.maybe_number("pre_delay_ms", rule.pre_delay_ms);
    reader.maybe_number("theta_d", rule.theta_d);
    reader.maybe_number("theta_p", rule.theta_p);
    reader.maybe_number("gamma_d", rule.gamma_d);
    reader.maybe_number("gamma_p", rule.gamma_p);
    reader.maybe_number("tau_ms", rule.tau_ms);
    reader.maybe_number("rho_star", rule.rho_star);
    bool bistable = rule.bistability == sim::Bistability::on;
    reader.maybe("bistable", bistable);
    rule.bistability = bistable ? sim::Bistability::on : sim::Bistability::off;
    reader.maybe_number("pair_window_ms", rule.pair_window_ms);
    read_bounds(reader, rule.bounds);
    return rule;
}

sim::PlasticityModel read_pre_post_factors(TableReader& reader) {
    sim::PrePostModel model;
    reader.maybe_number("d_minus", model.rule.d_minus);
    reader.maybe_number("d_plus", model.rule.d_plus);
    reader.maybe_number("c_plus", model.rule.c_plus);
    reader.maybe_number("tau_y_minus_ms", model.rule.tau_y_minus_ms);
    reader.maybe_number("tau_y_plus_ms", model.rule.tau_y_plus_ms);
    reader.maybe_number("tau_x_plus_ms", model.rule.tau_x_plus_ms);
    reader.maybe_number("release_min", model.rule.release_bounds.min);
    reader.maybe_number("release_max", model.rule.release_bounds.max);
    reader.maybe_number("amplitude_min", model.rule.amplitude_bounds.min);
    reader.maybe_number("amplitude_max", model.rule.amplitude_bounds.max);
    reader.maybe_number("initial_release", model.initial_release);
    return model;
}

sim::PlasticityModel read_rate_derivative(TableReader& reader) {
    sim::RateDerivativeParams rule;
    reader.maybe_number("learning_rate", rule.learning_rate);
    reader.maybe_number("tau_pre_ms", rule.tau_pre_ms);
    reader.maybe_number("tau_rate_ms", rule.tau_rate_ms);
    read_bounds(reader, rule.bounds);
    return rule;
}

sim::PlasticityModel read_inhibitory(TableReader& reader) {
    sim::InhibitoryStdpParams rule;
    reader.maybe_number("learning_rate", rule.learning_rate);
    reader.maybe_number("target_rate_hz", rule.target_rate_hz);
    reader.maybe_number("tau_ms", rule.tau_ms);
    read_bounds(reader, rule.bounds);
    return rule;
}

sim::PlasticityModel read_reward(TableReader& reader) {
    sim::RewardModel model;
    reader.maybe_number("a_plus", model.rule.a_plus);
    reader.maybe_number("a_minus", model.rule.a_minus);
    reader.maybe_number("tau_plus_ms", model.rule.tau_plus_ms);
    reader.maybe_number("tau_minus_ms", model.rule.tau_minus_ms);
    reader.maybe_number("tau_eligibility_ms", model.rule.tau_eligibility_ms);
    reader.maybe_number("tau_dopamine_ms", model.rule.tau_dopamine_ms);
    reader.maybe_number("baseline", model.rule.baseline);
    reader.maybe_number("learning_rate", model.rule.learning_rate);
    read_bounds(reader, model.rule.bounds);
    model.reward_population = reader.text("reward_population");
    reader.maybe_number("reward_per_spike", model.reward_per_spike);
    reader.maybe_number("reward_delay_ms", model.reward_delay_ms);
    return model;
}

}  // namespace

sim::PlasticityModel read_plasticity(TableReader& reader) {
    using Read = sim::PlasticityModel (*)(TableReader&);
    constexpr std::array kRules{Choice<Read>{"additive_pair", read_additive_pair},
                                Choice<Read>{"pair", read_pair},
                                Choice<Read>{"table", read_table},
                                Choice<Read>{"triplet", read_triplet},
                                Choice<Read>{"voltage", read_voltage},
                                Choice<Read>{"calcium", read_calcium},
                                Choice<Read>{"pre_post_factors", read_pre_post_factors},
                                Choice<Read>{"rate_derivative", read_rate_derivative},
                                Choice<Read>{"inhibitory", read_inhibitory},
                                Choice<Read>{"reward", read_reward}};
    return one_of(reader, "rule", kRules)(reader);
}

}  // namespace stdpscope::apps
