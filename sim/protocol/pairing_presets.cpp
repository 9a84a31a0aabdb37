#include "sim/protocol/pairing_presets.hpp"

#include <ranges>
#include <utility>

namespace stdpscope::sim {
namespace {

constexpr Quadrant kFlat{.amplitude = 0.0, .tau_ms = 20.0};

/// A flat window with weights in [0, 2].
PairStdpParams flat_window() {
    return {.pre_post_potentiation = kFlat,
            .pre_post_depression = kFlat,
            .post_pre_potentiation = kFlat,
            .post_pre_depression = kFlat,
            .bounds = {0.0, 2.0}};
}

std::vector<double> both_sides(const std::vector<double>& sizes_ms) {
    std::vector<double> deltas_ms;
    for (const double size_ms : sizes_ms | std::views::reverse) deltas_ms.push_back(-size_ms);
    deltas_ms.insert(deltas_ms.end(), sizes_ms.begin(), sizes_ms.end());
    return deltas_ms;
}

PairingExperiment table5_window(std::string name, Quadrant PairStdpParams::*quadrant) {
    PairStdpParams rule = flat_window();
    rule.*quadrant = {.amplitude = 0.005, .tau_ms = 20.0};
    rule.tie = Tie::pre_first;  // the table's "A first or same time"
    std::vector<double> deltas_ms = both_sides({1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0});
    deltas_ms.push_back(0.0);
    return {.name = "table5-" + std::move(name),
            .source = "Maharaj 2015, Table 5",
            .rule = rule,
            .protocol = {},
            .deltas_ms = std::move(deltas_ms)};
}

}  // namespace

PairingExperiment bi_poo_1998() {
    PairStdpParams rule = flat_window();
    rule.pre_post_potentiation = {.amplitude = 0.777 / 60.0, .tau_ms = 16.8};
    rule.post_pre_depression = {.amplitude = 0.273 / 60.0, .tau_ms = 33.7};
    return {.name = "bi-poo-1998",
            .source = "Bi & Poo 1998, J. Neurosci. 18:10464",
            .rule = rule,
            .protocol = {.repetitions = 60, .rate_hz = 1.0},
            .deltas_ms = both_sides({2.0, 5.0, 10.0, 20.0, 40.0, 80.0})};
}

std::vector<PairingExperiment> table5_windows() {
    return {table5_window("pre-post-potentiation", &PairStdpParams::pre_post_potentiation),
            table5_window("pre-post-depression", &PairStdpParams::pre_post_depression),
            table5_window("post-pre-potentiation", &PairStdpParams::post_pre_potentiation),
            table5_window("post-pre-depression", &PairStdpParams::post_pre_depression)};
}

PairingExperiment bell_1997() {
    PairStdpParams rule = flat_window();
    rule.pre_post_depression = {.amplitude = 0.006, .tau_ms = 30.0};
    rule.post_pre_potentiation = {.amplitude = 0.003, .tau_ms = 100.0};
    return {.name = "bell-1997",
            .source = "Bell, Han, Sugawara & Grant 1997, Nature 387:278",
            .rule = rule,
            .protocol = {.repetitions = 60, .rate_hz = 1.0},
            .deltas_ms = both_sides({5.0, 15.0, 30.0, 60.0})};
}

PairingExperiment letzkus_2006(DendriticLocation location) {
    const bool distal = location == DendriticLocation::distal;
    PairStdpParams rule = flat_window();
    const Quadrant up{.amplitude = 0.012, .tau_ms = 15.0};
    const Quadrant down{.amplitude = 0.008, .tau_ms = 20.0};
    (distal ? rule.post_pre_potentiation : rule.pre_post_potentiation) = up;
    (distal ? rule.pre_post_depression : rule.post_pre_depression) = down;
    return {.name = distal ? "letzkus-2006-distal" : "letzkus-2006-proximal",
            .source = "Letzkus, Kampa & Stuart 2006, J. Neurosci. 26:10420",
            .rule = rule,
            .protocol = {.repetitions = 60, .rate_hz = 1.0},
            .deltas_ms = both_sides({5.0, 10.0, 20.0})};
}

PairingExperiment fino_2010() {
    PairStdpParams rule = flat_window();
    rule.post_pre_potentiation = {.amplitude = 0.006, .tau_ms = 15.0};
    rule.pre_post_depression = {.amplitude = 0.005, .tau_ms = 15.0};
    return {.name = "fino-2010",
            .source = "Fino, Paille, Cui, Morera-Herreras, Deniau & Venance 2010, J. Physiol. 588:3045",
            .rule = rule,
            .protocol = {.repetitions = 100, .rate_hz = 1.0},
            .deltas_ms = both_sides({5.0, 10.0, 20.0, 30.0})};
}

std::vector<PairingExperiment> pairing_experiments() {
    std::vector<PairingExperiment> all = {bi_poo_1998()};
    for (PairingExperiment& window : table5_windows()) all.push_back(std::move(window));
    all.push_back(bell_1997());
    all.push_back(letzkus_2006(DendriticLocation::proximal));
    all.push_back(letzkus_2006(DendriticLocation::distal));
    all.push_back(fino_2010());
    return all;
}

PairingResult run_experiment(const PairingExperiment& experiment, double delta_ms) {
    PairingProtocol protocol = experiment.protocol;
    protocol.delta_ms = delta_ms;
    PairStdp synapse(experiment.rule, experiment.initial_weight);
    return run_pairing(synapse, protocol);
}

}  // namespace stdpscope::sim
