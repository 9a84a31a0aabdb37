#include "tests/analysis/trace/random_trace.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <random>

namespace stdpscope::tests {

namespace {

using analysis::TraceLevel;

enum Stream : std::uint32_t { records = 1, sampled_steps, planes_steps, updates_steps };

std::mt19937_64 generator_of(Stream stream, std::uint64_t index) {
    std::seed_seq seed{std::uint64_t{stream}, index};
    return std::mt19937_64(seed);
}

/// Any bit pattern but the quiet and signalling NaNs; now and then one of those that compare oddly.
double any_number(std::mt19937_64& generator) {
    switch (generator() % 16) {
        case 0:
            return 0.0;
        case 1:
            return -0.0;
        case 2:
            return std::numeric_limits<double>::quiet_NaN();
        case 3:
            return std::numeric_limits<double>::infinity();
        case 4:
            return std::numeric_limits<double>::denorm_min();
        default:
            return std::normal_distribution<double>(0.0, 10.0)(generator);
    }
}

void fill(std::vector<float>& values, std::uint64_t count, std::mt19937_64& generator) {
    values.resize(count);
    for (float& value : values) value = static_cast<float>(any_number(generator));
}

template <class Integer>
void fill(std::vector<Integer>& values, std::uint64_t count, std::mt19937_64& generator) {
    values.resize(count);
    for (Integer& value : values) value = static_cast<Integer>(generator());
}

analysis::Moments any_moments(std::mt19937_64& generator) {
    return {any_number(generator), any_number(generator), any_number(generator), any_number(generator),
            any_number(generator)};
}

ann::StepPlace any_place(std::mt19937_64& generator, std::uint64_t index) {
    return {index, index / 7, any_number(generator), generator() % 2 == 0};
}

ann::SynapseLayer convolution_layer() {
    ann::SynapseLayer layer;
    layer.name = "conv1";
    layer.activation = "mixlu";
    layer.geometry = {.kind = ann::SynapseKind::convolution,
                      .pre_shape = {2, 6, 7},
                      .post_shape = {4, 3, 3},
                      .kernel_rows = 3,
                      .kernel_columns = 2,
                      .stride_rows = 2,
                      .stride_columns = 2,
                      .pad_top = 1,
                      .pad_left = 0};
    layer.population_rule = ann::PopulationRule::element;
    layer.populations = {"relu", "neglu"};
    return layer;
}

ann::SynapseLayer dense_layer(const std::string& name, arma::uword pre, arma::uword post) {
    ann::SynapseLayer layer;
    layer.name = name;
    layer.activation = "identity";
    layer.geometry.pre_shape = {pre, 1, 1};
    layer.geometry.post_shape = {post, 1, 1};
    layer.populations = {"identity"};
    return layer;
}

template <class Value>
bool same_bits(const std::vector<Value>& left, const std::vector<Value>& right) {
    return left.size() == right.size() &&
           (left.empty() || std::memcmp(left.data(), right.data(), left.size() * sizeof(Value)) == 0);
}

bool same_bits(double left, double right) {
    return std::bit_cast<std::uint64_t>(left) == std::bit_cast<std::uint64_t>(right);
}

bool same(const analysis::Moments& left, const analysis::Moments& right) {
    return std::memcmp(&left, &right, sizeof left) == 0;
}

bool same(const analysis::UpdateCounts& left, const analysis::UpdateCounts& right) {
    return left.histogram == right.histogram && left.untimed == right.untimed && left.invalid == right.invalid &&
           left.receptor_switches == right.receptor_switches && same(left.weights, right.weights) &&
           same_bits(left.untimed_absolute_update, right.untimed_absolute_update) &&
           std::memcmp(left.absolute_update.data(), right.absolute_update.data(), sizeof left.absolute_update) == 0;
}

bool same(const analysis::LayerRecord& left, const analysis::LayerRecord& right) {
    if (left.updates.size() != right.updates.size()) return false;
    for (std::size_t place = 0; place < left.updates.size(); ++place) {
        if (!same(left.updates[place], right.updates[place])) return false;
    }
    return left.events == right.events && same(left.biases, right.biases) &&
           left.unit_response == right.unit_response && left.dead_units == right.dead_units;
}

bool same(const analysis::SampledLayer& left, const analysis::SampledLayer& right) {
    return same_bits(left.weight, right.weight) && same_bits(left.weight_update, right.weight_update) &&
           left.pairs_pre_first == right.pairs_pre_first && left.pairs_post_first == right.pairs_post_first &&
           same_bits(left.timing_integral, right.timing_integral) && left.event_sample == right.event_sample &&
           left.event_position == right.event_position && same_bits(left.activation, right.activation) &&
           same_bits(left.loss_derivative, right.loss_derivative) &&
           same_bits(left.activation_derivative, right.activation_derivative);
}

bool same(const analysis::SignPlanes& left, const analysis::SignPlanes& right) {
    return left.positive == right.positive && left.negative == right.negative;
}

bool same(const analysis::PlanesLayer& left, const analysis::PlanesLayer& right) {
    return same(left.pre_activation, right.pre_activation) && same(left.loss_derivative, right.loss_derivative) &&
           same(left.activation_derivative, right.activation_derivative) && same(left.weight, right.weight) &&
           same(left.weight_update, right.weight_update);
}

bool same(const ann::StepPlace& left, const ann::StepPlace& right) {
    return left.step == right.step && left.epoch == right.epoch && same_bits(left.learning_rate, right.learning_rate) &&
           left.last_of_epoch == right.last_of_epoch;
}

template <class Layer>
bool same_layers(const std::vector<Layer>& left, const std::vector<Layer>& right) {
    if (left.size() != right.size()) return false;
    for (std::size_t place = 0; place < left.size(); ++place) {
        if (!same(left[place], right[place])) return false;
    }
    return true;
}

}  // namespace

analysis::TraceHeader random_header(TraceLevel level) {
    analysis::TraceHeader header;
    header.options.level = level;
    header.options.record_every = 11;
    header.options.sample_synapses = 5;
    header.options.sample_every = 12;
    header.options.planes_every = 13;
    header.options.updates_every = 14;
    header.options.update_timing = analysis::UpdateTiming::integral;
    header.options.layers = {"conv1", "dense2", "dense3"};
    ann::SynapseLayer mixed = dense_layer("dense2", 36, 20);
    mixed.activation = "mixlu";
    mixed.population_rule = ann::PopulationRule::unit;
    mixed.populations = {"relu", "neglu"};
    for (std::uint8_t unit = 0; unit < 20; ++unit) mixed.population_of_unit.push_back(unit % 3 == 0 ? 1 : 0);
    header.layers = {convolution_layer(), mixed, dense_layer("dense3", 3, 2)};
    header.layer_indices = {1, 3, 4};
    header.seed = 0xfedcba9876543210ULL;
    header.batch_size = 50;
    header.steps_per_epoch = 1200;
    header.configuration = "[network]\nname = \"µ-net\"\n";
    header.program = "stdpscope test";
    return header;
}

analysis::Record random_record(const analysis::TraceHeader& header, std::uint64_t index) {
    std::mt19937_64 generator = generator_of(records, index);
    analysis::Record record;
    record.first_step = 10 * index;
    record.end_step = 10 * index + 10;
    record.epoch = index / 7;
    record.learning_rate = any_number(generator);
    record.samples = generator();
    for (const ann::SynapseLayer& layer : header.layers) {
        analysis::LayerRecord& of_layer = record.layers.emplace_back();
        of_layer.events.resize(layer.populations.size());
        for (analysis::EventCounts& counts : of_layer.events) {
            for (std::uint64_t& count : counts.histogram) count = generator() >> 8U;
            counts.invalid = generator();
        }
        of_layer.updates.resize(analysis::update_populations(layer).size());
        for (analysis::UpdateCounts& counts : of_layer.updates) {
            for (std::uint64_t& count : counts.histogram) count = generator() >> 8U;
            for (double& sum : counts.absolute_update) sum = any_number(generator);
            counts.untimed = generator();
            counts.untimed_absolute_update = any_number(generator);
            counts.invalid = generator();
            counts.receptor_switches = generator();
            counts.weights = any_moments(generator);
        }
        of_layer.biases = any_moments(generator);
        fill(of_layer.unit_response, layer.geometry.weight_rows() * 3, generator);
        of_layer.dead_units = generator();
    }
    return record;
}

analysis::SampledStep random_sampled_step(const analysis::TraceHeader& header, std::uint64_t index) {
    std::mt19937_64 generator = generator_of(sampled_steps, index);
    analysis::SampledStep step;
    step.place = any_place(generator, index);
    for (const ann::SynapseLayer& layer : header.layers) {
        const std::uint64_t count = std::min<std::uint64_t>(
            header.options.sample_synapses, layer.geometry.weight_rows() * layer.geometry.weight_columns());
        analysis::SampledLayer& of_layer = step.layers.emplace_back();
        fill(of_layer.weight, count, generator);
        fill(of_layer.weight_update, count, generator);
        fill(of_layer.pairs_pre_first, count, generator);
        fill(of_layer.pairs_post_first, count, generator);
        fill(of_layer.timing_integral, count, generator);
        fill(of_layer.event_sample, count, generator);
        fill(of_layer.event_position, count, generator);
        fill(of_layer.activation, count, generator);
        fill(of_layer.loss_derivative, count, generator);
        fill(of_layer.activation_derivative, count, generator);
    }
    return step;
}

analysis::PlanesStep random_planes_step(const analysis::TraceHeader& header, std::uint64_t index) {
    std::mt19937_64 generator = generator_of(planes_steps, index);
    analysis::PlanesStep step;
    step.place = any_place(generator, index);
    // Some batches are shorter: the last one of an epoch.
    step.samples = index % 3 == 2 ? 17 : header.batch_size;
    const std::uint64_t blocks = (step.samples + 15) / 16;
    const auto fill_both = [&](analysis::SignPlanes& planes, std::uint64_t words) {
        fill(planes.positive, words, generator);
        fill(planes.negative, words, generator);
    };
    for (const ann::SynapseLayer& layer : header.layers) {
        const std::uint64_t weights = layer.geometry.weight_rows() * layer.geometry.weight_columns();
        analysis::PlanesLayer& of_layer = step.layers.emplace_back();
        fill_both(of_layer.pre_activation, blocks * layer.geometry.pre_shape.units());
        fill_both(of_layer.loss_derivative, blocks * layer.geometry.post_shape.units());
        fill_both(of_layer.activation_derivative, blocks * layer.geometry.post_shape.units());
        fill_both(of_layer.weight, (weights + 15) / 16);
        fill_both(of_layer.weight_update, (weights + 15) / 16);
    }
    return step;
}

analysis::UpdatesStep random_updates_step(const analysis::TraceHeader& header, std::uint64_t index) {
    std::mt19937_64 generator = generator_of(updates_steps, index);
    analysis::UpdatesStep step;
    step.place = any_place(generator, index);
    for (const ann::SynapseLayer& layer : header.layers) {
        fill(step.weight_update.emplace_back(), layer.geometry.weight_rows() * layer.geometry.weight_columns(),
             generator);
    }
    return step;
}

void append_interval(analysis::RecordSink& sink, const analysis::TraceHeader& header, std::uint64_t index) {
    const auto for_rows = [&](TraceLevel level, std::uint64_t rows, auto random_row) {
        if (header.options.level < level) return;
        for (std::uint64_t row = index * rows; row < (index + 1) * rows; ++row) sink.append(random_row(header, row));
    };
    for_rows(TraceLevel::samples, kSampledStepsARecord, random_sampled_step);
    for_rows(TraceLevel::planes, kPlanesStepsARecord, random_planes_step);
    for_rows(TraceLevel::full, kUpdatesStepsARecord, random_updates_step);
    sink.append(random_record(header, index));
}

void write_trace(const std::filesystem::path& run_folder, const analysis::TraceHeader& header,
                 std::uint64_t record_count) {
    analysis::TraceWriter writer(run_folder, header);
    for (std::uint64_t index = 0; index < record_count; ++index) append_interval(writer, header, index);
    writer.close();
}

bool same(const analysis::Record& left, const analysis::Record& right) {
    return left.first_step == right.first_step && left.end_step == right.end_step && left.epoch == right.epoch &&
           same_bits(left.learning_rate, right.learning_rate) && left.samples == right.samples &&
           same_layers(left.layers, right.layers);
}

bool same(const analysis::SampledStep& left, const analysis::SampledStep& right) {
    return same(left.place, right.place) && same_layers(left.layers, right.layers);
}

bool same(const analysis::PlanesStep& left, const analysis::PlanesStep& right) {
    return same(left.place, right.place) && left.samples == right.samples && same_layers(left.layers, right.layers);
}

bool same(const analysis::UpdatesStep& left, const analysis::UpdatesStep& right) {
    if (!same(left.place, right.place) || left.weight_update.size() != right.weight_update.size()) return false;
    for (std::size_t place = 0; place < left.weight_update.size(); ++place) {
        if (!same_bits(left.weight_update[place], right.weight_update[place])) return false;
    }
    return true;
}

std::string difference(const analysis::TraceReader& reader, const analysis::TraceHeader& header) {
    std::string found;
    std::uint64_t index = 0;
    const auto check = [&](const char* stream, auto random_row) {
        index = 0;
        return [&, stream, random_row](const auto& row) {
            if (!same(row, random_row(header, index))) found += std::string(stream) + std::to_string(index) + "; ";
            ++index;
        };
    };
    const auto check_count = [&](const char* stream, std::uint64_t rows) {
        if (index != rows) found += std::string(stream) + "count " + std::to_string(index) + "; ";
    };
    reader.for_each_record(check("record ", random_record));
    check_count("record ", reader.records());
    reader.for_each_sampled_step(check("sampled step ", random_sampled_step));
    check_count("sampled step ", reader.sampled_steps());
    reader.for_each_planes_step(check("planes step ", random_planes_step));
    check_count("planes step ", reader.planes_steps());
    reader.for_each_updates_step(check("updates step ", random_updates_step));
    check_count("updates step ", reader.updates_steps());
    return found;
}

}  // namespace stdpscope::tests
