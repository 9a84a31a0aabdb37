#include "analysis/verify/record_laws.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>

#include "analysis/classify/sign.hpp"

namespace stdpscope::analysis {

namespace {

template <class Cells>
std::uint64_t sum_of(const Cells& cells) {
    return std::accumulate(cells.begin(), cells.end(), std::uint64_t{0});
}

/// Output rows at which each kernel row lies within the map, summed over the kernel; columns likewise.
std::uint64_t uses_along(std::uint64_t kernel, std::uint64_t stride, std::uint64_t pad, std::uint64_t pre,
                         std::uint64_t post) {
    std::uint64_t uses = 0;
    for (std::uint64_t offset = 0; offset < kernel; ++offset) {
        for (std::uint64_t place = 0; place < post; ++place) {
            const std::uint64_t padded = place * stride + offset;
            if (padded >= pad && padded - pad < pre) ++uses;
        }
    }
    return uses;
}

/// How often one sample uses the synapses of a layer: an event a synapse and position, none at padding.
std::uint64_t uses_a_sample(const ann::SynapseGeometry& geometry) {
    if (geometry.kind == ann::SynapseKind::dense) return geometry.weight_rows() * geometry.weight_columns();
    return geometry.pre_shape.channels * geometry.post_shape.channels *
           uses_along(geometry.kernel_rows, geometry.stride_rows, geometry.pad_top, geometry.pre_shape.rows,
                      geometry.post_shape.rows) *
           uses_along(geometry.kernel_columns, geometry.stride_columns, geometry.pad_left, geometry.pre_shape.columns,
                      geometry.post_shape.columns);
}

bool has_padding(const ann::SynapseGeometry& geometry) {
    return uses_a_sample(geometry) != geometry.weight_rows() * geometry.weight_columns() * geometry.positions();
}

/// Units that belong to an update population: all where there is one.
std::uint64_t units_of(const ann::SynapseLayer& layer, std::size_t population, std::size_t populations) {
    if (populations == 1) return layer.geometry.weight_rows();
    return static_cast<std::uint64_t>(std::count(layer.population_of_unit.begin(), layer.population_of_unit.end(),
                                                 static_cast<std::uint8_t>(population)));
}

std::array<std::uint64_t, 3> events_by_receptor(const LayerRecord& record) {
    std::array<std::uint64_t, 3> sums{};
    for (const EventCounts& events : record.events) {
        for (std::size_t cell = 0; cell < events.histogram.size(); ++cell) {
            sums[cell / 9 % 3] += events.histogram[cell];
        }
    }
    return sums;
}

std::array<std::uint64_t, 3> events_by_response(const LayerRecord& record) {
    std::array<std::uint64_t, 3> sums{};
    for (const EventCounts& events : record.events) {
        for (std::size_t cell = 0; cell < events.histogram.size(); ++cell) sums[cell % 3] += events.histogram[cell];
    }
    return sums;
}

std::array<std::uint64_t, 3> updates_by_receptor(const LayerRecord& record) {
    std::array<std::uint64_t, 3> sums{};
    for (const UpdateCounts& updates : record.updates) {
        for (std::size_t cell = 0; cell < updates.histogram.size(); ++cell) sums[cell / 9] += updates.histogram[cell];
    }
    return sums;
}

std::array<std::uint64_t, 3> units_by_response(const LayerRecord& record) {
    std::array<std::uint64_t, 3> sums{};
    for (std::size_t place = 0; place < record.unit_response.size(); ++place) {
        sums[place % 3] += record.unit_response[place];
    }
    return sums;
}

std::uint64_t invalid_events(const LayerRecord& record) {
    std::uint64_t all = 0;
    for (const EventCounts& events : record.events) all += events.invalid;
    return all;
}

std::uint64_t dead_units(const std::vector<std::uint64_t>& responses, bool is_spiking) {
    std::uint64_t dead = 0;
    for (std::size_t row = 0; row + 2 < responses.size(); row += 3) {
        const bool is_silent = responses[row] == 0 && responses[row + 2] == 0;
        if (is_silent && (is_spiking || responses[row + 1] != 0)) ++dead;
    }
    return dead;
}

bool are_in_order(const Moments& moments) {
    const double room = 1e-6 * std::max(std::abs(moments.minimum), std::abs(moments.maximum));
    return moments.minimum <= moments.mean + room && moments.mean <= moments.maximum + room &&
           moments.deviation >= 0.0 && std::abs(moments.mean) <= moments.mean_absolute + room;
}

bool are_finite(const Moments& moments) {
    return std::isfinite(moments.mean) && std::isfinite(moments.deviation) && std::isfinite(moments.minimum) &&
           std::isfinite(moments.maximum) && std::isfinite(moments.mean_absolute);
}

const char* const kSignNames[] = {"-", "0", "+"};

}  // namespace

void RecordLaws::look_at(const Record& record) {
    look_at_place(record);
    spikes_.resize(header_.layers.size(), 0);
    for (std::size_t layer = 0; layer < record.layers.size(); ++layer) {
        const LayerRecord& counts = record.layers[layer];
        if (header_.spiking) {
            look_at_simulation(record, layer);
            spikes_[layer] += sum_of(counts.unit_response);
        } else {
            look_at_training(record, layer);
            look_at_marginals(record, layer);
        }
        for (const UpdateCounts& updates : counts.updates) look_at_updates(updates, layer);
        if (values_ == Values::finite && !are_finite(counts.biases)) fault(layer, "moments of biases must be finite");
        require_equal(layer, "units/dead_units", counts.dead_units,
                      dead_units(counts.unit_response, header_.spiking.has_value()), "silent units of units/response");
    }
    last_layers_ = record.layers;
    ++records_;
}

void RecordLaws::look_at_place(const Record& record) {
    const std::string place = "record " + std::to_string(records_) + ": ";
    const auto say = [&](const std::string& what) { check_.fault(place + what); };
    if (record.first_step != end_step_) {
        say("first_step = " + std::to_string(record.first_step) + " must be " + std::to_string(end_step_) +
            ", the end of the record before");
    }
    end_step_ = record.end_step;
    const std::uint64_t steps = record.end_step - record.first_step;
    const std::uint64_t epochs = learning_rates_.size();
    const bool is_next = record.epoch == epochs;
    if (!is_next && record.epoch + 1 != epochs) {
        say("epoch = " + std::to_string(record.epoch) + " must be that of the record before or the next one");
    }
    if (header_.steps_per_epoch > 0) {
        const std::uint64_t first = record.first_step / header_.steps_per_epoch;
        const std::uint64_t last = (record.end_step - 1) / header_.steps_per_epoch;
        if (first != record.epoch || last != record.epoch) {
            say("epoch = " + std::to_string(record.epoch) + " must be that of its steps " +
                std::to_string(record.first_step) + " to " + std::to_string(record.end_step - 1) + " of " +
                std::to_string(header_.steps_per_epoch) + " an epoch");
        }
    }
    const std::uint64_t most = steps * header_.batch_size;
    // The last batch of an epoch may be smaller.
    if (record.samples > most || record.samples <= most - header_.batch_size) {
        say("samples = " + std::to_string(record.samples) + " must be those of " + std::to_string(steps) +
            " batches of " + std::to_string(header_.batch_size));
    }
    if (!std::isfinite(record.learning_rate)) say("learning_rate must be finite");
    if (is_next) {
        learning_rates_.push_back(record.learning_rate);
    } else if (!learning_rates_.empty() && learning_rates_.back() != record.learning_rate) {
        say("learning_rate = " + std::to_string(record.learning_rate) + " must be that of the epoch's first record");
    }
}

void RecordLaws::look_at_training(const Record& record, std::size_t layer) {
    const ann::SynapseLayer& spec = header_.layers[layer];
    const LayerRecord& counts = record.layers[layer];
    std::uint64_t events = 0;
    for (const EventCounts& population : counts.events) events += sum_of(population.histogram) + population.invalid;
    require_equal(layer, "events", events, record.samples * uses_a_sample(spec.geometry), "samples x uses of synapses");
    for (std::size_t population = 0; population < counts.updates.size(); ++population) {
        const UpdateCounts& updates = counts.updates[population];
        require_equal(layer, "updates", sum_of(updates.histogram) + updates.untimed + updates.invalid,
                      (record.end_step - record.first_step) * units_of(spec, population, counts.updates.size()) *
                          spec.geometry.weight_columns(),
                      "steps x weights");
    }
    const std::uint64_t wanted = record.samples * spec.geometry.positions();
    for (std::size_t row = 0; row + 2 < counts.unit_response.size(); row += 3) {
        const std::uint64_t answers =
            counts.unit_response[row] + counts.unit_response[row + 1] + counts.unit_response[row + 2];
        const bool may_miss_some = invalid_events(counts) > 0;
        if (answers == wanted || (may_miss_some && answers < wanted)) continue;
        require_equal(layer, "units/response of unit " + std::to_string(row / 3), answers, wanted,
                      "samples x positions");
    }
}

void RecordLaws::look_at_marginals(const Record& record, std::size_t layer) {
    const ann::SynapseGeometry& geometry = header_.layers[layer].geometry;
    const LayerRecord& counts = record.layers[layer];
    // At padding a unit answers without an event; an event or update with a NaN is in no cell.
    if (has_padding(geometry) || invalid_events(counts) > 0) return;
    const auto events = events_by_response(counts);
    const auto units = units_by_response(counts);
    for (std::size_t sign = 0; sign < 3; ++sign) {
        require_equal(layer, std::string("events of response ") + kSignNames[sign], events[sign],
                      units[sign] * geometry.weight_columns(), "units/response x weights a unit");
    }
    const auto is_partial = [](const UpdateCounts& updates) { return updates.untimed + updates.invalid > 0; };
    const std::uint64_t full_batches = (record.end_step - record.first_step) * header_.batch_size;
    if (record.samples != full_batches || std::any_of(counts.updates.begin(), counts.updates.end(), is_partial)) return;
    const auto by_event = events_by_receptor(counts);
    const auto by_update = updates_by_receptor(counts);
    for (std::size_t sign = 0; sign < 3; ++sign) {
        require_equal(layer, std::string("events of receptor ") + kSignNames[sign], by_event[sign],
                      by_update[sign] * header_.batch_size * geometry.positions(),
                      "updates of that receptor x samples x positions");
    }
}

void RecordLaws::look_at_simulation(const Record& record, std::size_t layer) {
    const LayerRecord& counts = record.layers[layer];
    std::uint64_t events = 0;
    for (const EventCounts& population : counts.events) events += sum_of(population.histogram) + population.invalid;
    std::uint64_t updates = 0;
    for (const UpdateCounts& population : counts.updates) updates += sum_of(population.histogram) + population.invalid;
    require_equal(layer, "events", events, updates, "updates with a spike pair");
    require_equal(layer, "weights/histogram", sum_of(counts.spiking.weight_histogram),
                  header_.spiking->projections[layer].synapses, "synapses of the projection");
}

void RecordLaws::look_at_updates(const UpdateCounts& counts, std::size_t layer) {
    // A simulation's sums are differences of sums over the whole run, and have their rounding.
    const double room = header_.spiking ? 1e-6 * header_.spiking->projections[layer].w_max : 0.0;
    for (std::size_t cell = 0; cell < counts.histogram.size(); ++cell) {
        const double sum = counts.absolute_update[cell];
        const bool is_unchanged = cell % 3 == axis_of(0);
        const bool must_be_zero = counts.histogram[cell] == 0 || is_unchanged;
        if (must_be_zero ? !(std::abs(sum) <= room) : !(sum >= -room)) {
            fault(layer, "updates/absolute_update = " + std::to_string(sum) + " of " +
                             std::to_string(counts.histogram[cell]) + (is_unchanged ? " unchanged" : "") +
                             " updates must be " + (must_be_zero ? "0" : ">= 0"));
        } else if (values_ == Values::finite && !std::isfinite(sum)) {
            fault(layer, "updates/absolute_update must be finite");
        }
    }
    if (counts.receptor_switches > sum_of(counts.histogram) + counts.untimed) {
        fault(layer,
              "receptor_switches = " + std::to_string(counts.receptor_switches) + " must be at most the updates");
    }
    if (!are_finite(counts.weights)) {
        if (values_ == Values::finite) fault(layer, "moments of weights must be finite");
    } else if (!are_in_order(counts.weights)) {
        fault(layer, "moments of weights must be in order: minimum " + std::to_string(counts.weights.minimum) +
                         " <= mean " + std::to_string(counts.weights.mean) + " <= maximum " +
                         std::to_string(counts.weights.maximum) + ", |mean| <= mean of |weight|");
    }
}

void RecordLaws::require_equal(std::size_t layer, const std::string& what, std::uint64_t value, std::uint64_t wanted,
                               const char* why) {
    if (value == wanted) return;
    fault(layer, what + " = " + std::to_string(value) + " must be " + std::to_string(wanted) + ", " + why);
}

void RecordLaws::fault(std::size_t layer, const std::string& what) {
    check_.fault("record " + std::to_string(records_) + ", layer " + header_.layers[layer].name + ": " + what);
}

}  // namespace stdpscope::analysis
