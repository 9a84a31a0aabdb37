#include "analysis/verify/stream_laws.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "analysis/trace/event_places.hpp"

namespace stdpscope::analysis {

namespace {

template <class Value>
std::span<const Value> column(const EventRows& rows, std::size_t place) {
    // Buffers of the reader come from operator new and are aligned for any of these types.
    return {reinterpret_cast<const Value*>(rows.columns[place].data()), rows.rows};
}

/// Rows due every so many steps.
class DueSteps {
public:
    DueSteps(const char* stream, const TraceHeader& header, std::uint64_t every, Check& check)
        : stream_(stream), header_(header), every_(std::max<std::uint64_t>(1, every)), check_(check) {}

    void look_at(const ann::StepPlace& place) {
        const std::uint64_t due = rows_ * every_;
        if (place.step != due) {
            fault(place.step, "must be step " + std::to_string(due) + ", " + std::to_string(every_) + " after another");
        }
        const std::uint64_t in_epoch = std::max<std::uint64_t>(1, header_.steps_per_epoch);
        if (place.epoch != place.step / in_epoch || place.last_of_epoch != ((place.step + 1) % in_epoch == 0)) {
            fault(place.step,
                  "epoch and last_of_epoch must follow from " + std::to_string(in_epoch) + " steps an epoch");
        }
        ++rows_;
    }

    void require_all(std::uint64_t end_step) {
        const std::uint64_t due = (end_step + every_ - 1) / every_;
        if (rows_ == due) return;
        check_.fault(std::string(stream_) + " has " + std::to_string(rows_) + " rows, must have " +
                     std::to_string(due) + ", one every " + std::to_string(every_) + " of " + std::to_string(end_step) +
                     " steps");
    }

    void fault(std::uint64_t step, const std::string& what) {
        check_.fault(std::string(stream_) + ", step " + std::to_string(step) + ": " + what);
    }

private:
    const char* stream_;
    const TraceHeader& header_;
    std::uint64_t every_;
    Check& check_;
    std::uint64_t rows_ = 0;
};

bool all_finite(const std::vector<float>& values) {
    return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

/// Whether each weight is the one before plus its update, to within rounding.
bool continues(const SampledLayer& before, const SampledLayer& now) {
    for (std::size_t place = 0; place < now.weight.size(); ++place) {
        const double wanted = static_cast<double>(before.weight[place]) + before.weight_update[place];
        const double room = 1e-6 * (std::abs(before.weight[place]) + std::abs(before.weight_update[place]));
        if (!(std::abs(now.weight[place] - wanted) <= room)) return false;
    }
    return true;
}

bool lies_in_batch(const SampledLayer& layer, const TraceHeader& header, const ann::SynapseGeometry& geometry) {
    const auto uses = static_cast<std::int64_t>(header.batch_size * geometry.positions());
    for (std::size_t place = 0; place < layer.weight.size(); ++place) {
        const std::int64_t pairs = std::int64_t{layer.pairs_pre_first[place]} + layer.pairs_post_first[place];
        if (layer.event_sample[place] >= header.batch_size || layer.event_position[place] >= geometry.positions() ||
            layer.pairs_pre_first[place] < 0 || layer.pairs_post_first[place] < 0 || pairs > uses) {
            return false;
        }
    }
    return true;
}

void look_at_sampled_steps(const TraceReader& trace, std::uint64_t end_step, Values values, Check& check,
                           const std::function<void()>& progress) {
    const TraceHeader& header = trace.header();
    DueSteps due("samples", header, header.options.sample_every, check);
    SampledStep before;
    trace.for_each_sampled_step([&](const SampledStep& row) {
        due.look_at(row.place);
        const bool follows = !before.layers.empty() && row.place.step == before.place.step + 1;
        for (std::size_t layer = 0; layer < row.layers.size(); ++layer) {
            const std::string name = "layer " + header.layers[layer].name + ": ";
            const SampledLayer& values_now = row.layers[layer];
            if (values == Values::finite && !(all_finite(values_now.weight) && all_finite(values_now.weight_update))) {
                due.fault(row.place.step, name + "weights and updates must be finite");
            } else if (values == Values::finite && follows && !continues(before.layers[layer], values_now)) {
                due.fault(row.place.step, name + "weights must be those of the step before plus its updates");
            }
            if (!lies_in_batch(values_now, header, header.layers[layer].geometry)) {
                due.fault(row.place.step, name + "events must lie within the batch and the map");
            }
        }
        before = row;
        progress();
    });
    due.require_all(end_step);
}

void look_at_spikes(const TraceReader& trace, std::size_t population, Check& check,
                    const std::function<void()>& progress) {
    const SpikingPopulation& spec = trace.header().spiking->populations[population];
    double before_ms = 0.0;
    trace.for_each_event_rows(spikes_stream(trace.header(), population), [&](const EventRows& rows) {
        const auto times_ms = column<double>(rows, 0);
        const auto neurons = column<std::uint64_t>(rows, 1);
        for (std::uint64_t row = 0; row < rows.rows; ++row) {
            if (!(times_ms[row] >= before_ms)) {
                check.fault("spikes/" + spec.name + ": timestamps " + std::to_string(times_ms[row]) +
                            " ms must not come before " + std::to_string(before_ms) + " ms");
            }
            if (neurons[row] >= spec.size) {
                check.fault("spikes/" + spec.name + ": node_ids = " + std::to_string(neurons[row]) + " must be below " +
                            std::to_string(spec.size));
            }
            before_ms = times_ms[row];
        }
        progress();
    });
}

void look_at_changes(const TraceReader& trace, std::size_t layer, Check& check, const std::function<void()>& progress) {
    const SpikingProjection& projection = trace.header().spiking->projections[layer];
    const std::string name = "layers/" + trace.header().layers[layer].name + "/changes: ";
    std::vector<double> last_ms(projection.sampled.size(), 0.0);
    trace.for_each_event_rows(changes_stream(trace.header(), layer), [&](const EventRows& rows) {
        const auto synapses = column<std::uint32_t>(rows, 0);
        const auto times_ms = column<double>(rows, 1);
        const auto weights = column<double>(rows, 4);
        const auto updates = column<double>(rows, 5);
        for (std::uint64_t row = 0; row < rows.rows; ++row) {
            if (synapses[row] >= last_ms.size()) {
                check.fault(name + "synapse = " + std::to_string(synapses[row]) + " must be below " +
                            std::to_string(last_ms.size()));
                continue;
            }
            double& before_ms = last_ms[synapses[row]];
            if (!(times_ms[row] >= before_ms)) {
                check.fault(name + "time_ms = " + std::to_string(times_ms[row]) + " of synapse " +
                            std::to_string(synapses[row]) + " must not come before " + std::to_string(before_ms));
            }
            if (!std::isfinite(weights[row]) || !std::isfinite(updates[row])) {
                check.fault(name + "weight and weight_update must be finite");
            }
            before_ms = times_ms[row];
        }
        progress();
    });
}

void look_at_synapses(const TraceReader& trace, std::size_t layer, Check& check,
                      const std::function<void()>& progress) {
    const ann::SynapseLayer& spec = trace.header().layers[layer];
    std::uint64_t before = 0;
    trace.for_each_event_rows(synapses_stream(trace.header(), layer), [&](const EventRows& rows) {
        const auto pres = column<std::uint32_t>(rows, 0);
        const auto posts = column<std::uint32_t>(rows, 1);
        for (std::uint64_t row = 0; row < rows.rows; ++row) {
            if (pres[row] < before || pres[row] >= spec.geometry.pre_shape.units() ||
                posts[row] >= spec.geometry.post_shape.units()) {
                check.fault("layers/" + spec.name + "/synapses: " + std::to_string(pres[row]) + " -> " +
                            std::to_string(posts[row]) + " must join neurons of its populations, pre ascending");
            }
            before = pres[row];
        }
        progress();
    });
    trace.for_each_event_rows(weights_stream(trace.header(), layer), [&](const EventRows&) { progress(); });
}

}  // namespace

void look_at_steps(const TraceReader& trace, std::uint64_t end_step, Values values, Check& check,
                   const std::function<void()>& progress) {
    const TraceHeader& header = trace.header();
    if (header.spiking) return;
    if (header.options.level >= TraceLevel::samples) look_at_sampled_steps(trace, end_step, values, check, progress);
    if (header.options.level >= TraceLevel::planes) {
        DueSteps due("planes", header, header.options.planes_every, check);
        trace.for_each_planes_step([&](const PlanesStep& row) {
            due.look_at(row.place);
            if (row.samples == 0 || row.samples > header.batch_size) {
                due.fault(row.place.step, "samples = " + std::to_string(row.samples) + " must be 1 to " +
                                              std::to_string(header.batch_size));
            }
            progress();
        });
        due.require_all(end_step);
    }
    if (header.options.level >= TraceLevel::full) {
        DueSteps due("updates", header, header.options.updates_every, check);
        trace.for_each_updates_step([&](const UpdatesStep& row) {
            due.look_at(row.place);
            for (std::size_t layer = 0; layer < row.weight_update.size(); ++layer) {
                if (values == Values::any || all_finite(row.weight_update[layer])) continue;
                due.fault(row.place.step, "layer " + header.layers[layer].name + ": updates must be finite");
            }
            progress();
        });
        due.require_all(end_step);
    }
}

void look_at_events(const TraceReader& trace, Check& check, const std::function<void()>& progress) {
    const TraceHeader& header = trace.header();
    if (!header.spiking || header.options.level < TraceLevel::samples) return;
    for (std::size_t population = 0; population < header.spiking->populations.size(); ++population) {
        look_at_spikes(trace, population, check, progress);
    }
    for (std::size_t layer = 0; layer < header.layers.size(); ++layer) {
        look_at_changes(trace, layer, check, progress);
        if (header.options.level >= TraceLevel::full) look_at_synapses(trace, layer, check, progress);
    }
}

void look_at_spike_counts(const TraceReader& trace, const std::vector<std::uint64_t>& spikes_of_layers, Check& check) {
    const TraceHeader& header = trace.header();
    if (!header.spiking || header.options.level < TraceLevel::samples) return;
    const std::vector<std::uint64_t> rows = trace.event_rows();
    for (std::size_t layer = 0; layer < spikes_of_layers.size(); ++layer) {
        const std::string& name = header.spiking->projections[layer].post_population;
        for (std::size_t population = 0; population < header.spiking->populations.size(); ++population) {
            if (header.spiking->populations[population].name != name) continue;
            const std::uint64_t spikes = rows[spikes_stream(header, population)];
            if (spikes == spikes_of_layers[layer]) continue;
            check.fault("spikes/" + name + " has " + std::to_string(spikes) + " rows, must have " +
                        std::to_string(spikes_of_layers[layer]) + ", the spikes of units/response of layer " +
                        header.layers[layer].name);
        }
    }
}

}  // namespace stdpscope::analysis
