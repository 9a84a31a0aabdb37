#include "analysis/summary/tally.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "analysis/summary/sign_tables.hpp"

namespace stdpscope::analysis {
namespace {

void require_equal(const std::string& thing, std::size_t value, std::size_t want) {
    if (value != want) {
        throw std::invalid_argument(thing + " = " + std::to_string(value) + " must be " + std::to_string(want));
    }
}

void add_layer(LayerTally& sum, const LayerRecord& part, const std::string& layer) {
    require_equal(layer + ": event populations of the record", part.events.size(), sum.events.size());
    require_equal(layer + ": update populations of the record", part.updates.size(), sum.updates.size());
    for (std::size_t population = 0; population < part.events.size(); ++population) {
        add_to(sum.events[population], part.events[population]);
    }
    for (std::size_t population = 0; population < part.updates.size(); ++population) {
        add_to(sum.updates[population], part.updates[population]);
    }
    sum.dead_units = part.dead_units;
    sum.most_dead_units = std::max(sum.most_dead_units, part.dead_units);
    sum.biases = part.biases;
    require_equal(layer + ": unit responses of the record", part.unit_response.size(), sum.unit_response.size());
    for (std::size_t place = 0; place < part.unit_response.size(); ++place) {
        sum.unit_response[place] += part.unit_response[place];
    }
}

}  // namespace

Tally::Tally(std::vector<ann::SynapseLayer> layers) : layers_(std::move(layers)) {
    for (const auto& layer : layers_) update_populations_.push_back(analysis::update_populations(layer));
}

std::vector<LayerTally> Tally::empty_epoch() const {
    std::vector<LayerTally> result(layers_.size());
    for (std::size_t index = 0; index < layers_.size(); ++index) {
        result[index].events.resize(layers_[index].populations.size());
        result[index].updates.resize(update_populations_[index].size());
        result[index].unit_response.resize(3 * layers_[index].geometry.weight_rows());
    }
    return result;
}

void Tally::add(const Record& record, std::uint64_t interval) {
    require_equal("layers of the record", record.layers.size(), layers_.size());
    const auto [found, added] = epochs_.try_emplace(interval);
    if (added) found->second = empty_epoch();
    for (std::size_t index = 0; index < layers_.size(); ++index) {
        LayerTally& sum = found->second[index];
        add_layer(sum, record.layers[index], layers_[index].name);
        sum.steps += record.end_step - record.first_step;
    }
    if (records_ == 0) first_step_ = record.first_step;
    end_step_ = record.end_step;
    samples_ += record.samples;
    ++records_;
}

std::uint64_t Tally::weights(std::size_t index, std::size_t update_population) const {
    const ann::SynapseLayer& layer = layers_[index];
    const std::uint64_t columns = layer.geometry.weight_columns();
    if (update_populations_[index].size() == 1) return layer.geometry.weight_rows() * columns;
    const auto units = std::count(layer.population_of_unit.begin(), layer.population_of_unit.end(),
                                  static_cast<std::uint8_t>(update_population));
    return static_cast<std::uint64_t>(units) * columns;
}

}  // namespace stdpscope::analysis
