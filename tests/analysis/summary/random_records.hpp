#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "analysis/ledger/records.hpp"

/// Synthetic rows of a trace: every histogram cell drawn at random, so that no convention hides another.
namespace stdpscope::tests {

/// A dense layer of {"relu", "neglu"} units drawn once (two event and two update populations), every third unit NegLU.
inline ann::SynapseLayer mixed_dense_layer(const std::string& name, arma::uword pre, arma::uword post) {
    ann::SynapseLayer layer;
    layer.name = name;
    layer.activation = "mixlu";
    layer.geometry.pre_shape = {pre, 1, 1};
    layer.geometry.post_shape = {post, 1, 1};
    layer.population_rule = ann::PopulationRule::unit;
    layer.populations = {"relu", "neglu"};
    for (arma::uword unit = 0; unit < post; ++unit) layer.population_of_unit.push_back(unit % 3 == 0 ? 1 : 0);
    return layer;
}

/// A 3x3 convolution of one channel to `channels`, with identity units or with a MixLU mask drawn anew for every
/// (sample, unit): two event populations, one update population.
inline ann::SynapseLayer convolution_layer(const std::string& name, arma::uword channels, bool element_mask) {
    ann::SynapseLayer layer;
    layer.name = name;
    layer.activation = element_mask ? "mixlu" : "relu";
    layer.geometry.kind = ann::SynapseKind::convolution;
    layer.geometry.pre_shape = {1, 8, 8};
    layer.geometry.post_shape = {channels, 6, 6};
    layer.geometry.kernel_rows = 3;
    layer.geometry.kernel_columns = 3;
    layer.populations = {"relu"};
    if (element_mask) {
        layer.population_rule = ann::PopulationRule::element;
        layer.populations = {"relu", "neglu"};
    }
    return layer;
}

inline std::vector<ann::SynapseLayer> random_layers() {
    return {convolution_layer("conv1", 4, false), convolution_layer("conv2", 2, true),
            mixed_dense_layer("dense3", 5, 7)};
}

class RandomRecords {
public:
    explicit RandomRecords(std::uint64_t seed) : engine_(seed) {}

    std::uint64_t count(std::uint64_t most = 1000) {
        return std::uniform_int_distribution<std::uint64_t>(0, most)(engine_);
    }
    double value() { return std::uniform_real_distribution<double>(-1.0, 1.0)(engine_); }

    analysis::EventCounts events() {
        analysis::EventCounts counts;
        for (auto& cell : counts.histogram) cell = count();
        counts.invalid = count(9);
        return counts;
    }

    analysis::Moments moments() {
        const double mean = value();
        return {mean, 0.5, mean - 1.0, mean + 1.0, 0.25};
    }

    /// Cells of change 0 have no |update|.
    analysis::UpdateCounts updates() {
        analysis::UpdateCounts counts;
        for (std::size_t cell = 0; cell < 27; ++cell) {
            counts.histogram[cell] = count();
            if (cell % 3 != 1) counts.absolute_update[cell] = static_cast<double>(count()) / 64.0;
        }
        counts.untimed = count();
        counts.untimed_absolute_update = static_cast<double>(count()) / 64.0;
        counts.invalid = count(9);
        counts.receptor_switches = count(50);
        counts.weights = moments();
        return counts;
    }

    analysis::Record record(const std::vector<ann::SynapseLayer>& layers, std::uint64_t first_step,
                            std::uint64_t end_step, std::uint64_t epoch) {
        analysis::Record row;
        row.first_step = first_step;
        row.end_step = end_step;
        row.epoch = epoch;
        row.learning_rate = 0.001;
        row.samples = (end_step - first_step) * 16;
        for (const auto& layer : layers) row.layers.push_back(layer_record(layer));
        return row;
    }

private:
    analysis::LayerRecord layer_record(const ann::SynapseLayer& layer) {
        analysis::LayerRecord part;
        for (std::size_t i = 0; i < layer.populations.size(); ++i) part.events.push_back(events());
        const std::size_t update_populations = layer.population_rule == ann::PopulationRule::unit ? 2 : 1;
        for (std::size_t i = 0; i < update_populations; ++i) part.updates.push_back(updates());
        part.biases = moments();
        for (arma::uword row = 0; row < 3 * layer.geometry.weight_rows(); ++row) part.unit_response.push_back(count());
        part.dead_units = count(layer.geometry.weight_rows());
        return part;
    }

    std::mt19937_64 engine_;
};

}  // namespace stdpscope::tests
