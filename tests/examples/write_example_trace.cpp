#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <random>
#include <string>

#include "analysis/trace/trace_writer.hpp"

/// Writes a small trace of two layers into a folder, and to stdout the table that each convention must give, counted
/// event by event from the definitions as docs/theory.md words them: nothing here calls the classifier.
///
/// usage: write_example_trace FOLDER SEGMENT_BYTES
namespace {

using namespace stdpscope;

/// level/measure/timing/layer/category -> count
using Expected = std::map<std::string, std::uint64_t>;

std::string category_of(bool strengthened, bool b_first) {
    if (b_first) return strengthened ? "post_pre_potentiation" : "post_pre_depression";
    return strengthened ? "pre_post_potentiation" : "pre_post_depression";
}

void expect(Expected& expected, const std::string& level, const std::string& layer, int receptor, int timing,
            int change) {
    for (const std::string measure : {"magnitude", "signed"}) {
        for (const std::string reading : {"descent", "gradient"}) {
            const std::string key = level + "/" + measure + "/" + reading + "/" + layer + "/";
            if (change == 0) {
                ++expected[key + "unchanged"];
                continue;
            }
            // By magnitude a negative weight is strengthened by a negative change, a weight of 0 by any.
            const bool strengthened =
                measure == "signed" ? change > 0 : receptor == 0 || (receptor > 0) == (change > 0);
            const bool b_first = reading == "descent" ? timing < 0 : timing > 0;
            ++expected[key + category_of(strengthened, b_first)];
        }
    }
}

int any_sign(std::mt19937_64& generator) {
    return static_cast<int>(generator() % 3) - 1;
}
std::size_t place_of(int sign) {
    return static_cast<std::size_t>(sign + 1);
}

void draw_events(analysis::EventCounts& counts, const std::string& layer, std::mt19937_64& generator,
                 Expected& expected) {
    for (int event = 0; event < 500; ++event) {
        const int transmitter = any_sign(generator);
        const int receptor = any_sign(generator);
        const int timing = any_sign(generator);
        const int response = any_sign(generator);
        ++counts.histogram[analysis::EventCounts::place(place_of(transmitter), place_of(receptor), place_of(timing),
                                                        place_of(response))];
        const int change = transmitter * timing * response;
        if (change != 0) expect(expected, "event", layer, receptor, timing, change);
    }
}

void draw_updates(analysis::UpdateCounts& counts, const std::string& layer, std::mt19937_64& generator,
                  Expected& expected) {
    for (int update = 0; update < 500; ++update) {
        const int receptor = any_sign(generator);
        const int timing = any_sign(generator);
        const int change = any_sign(generator);
        ++counts.histogram[analysis::UpdateCounts::place(place_of(receptor), place_of(timing), place_of(change))];
        expect(expected, "update", layer, receptor, timing, change);
    }
}

analysis::TraceHeader example_header() {
    analysis::TraceHeader header;
    header.batch_size = 4;
    header.steps_per_epoch = 10;
    header.program = "write_example_trace";
    header.layers.resize(2);
    header.layers[0].name = "mixed";
    header.layers[0].activation = "mixlu";
    header.layers[0].geometry.pre_shape = {5, 1, 1};
    header.layers[0].geometry.post_shape = {2, 1, 1};
    header.layers[0].population_rule = ann::PopulationRule::unit;
    header.layers[0].populations = {"relu", "neglu"};
    header.layers[0].population_of_unit = {0, 1};
    header.layers[1].name = "last";
    header.layers[1].activation = "identity";
    header.layers[1].geometry.pre_shape = {2, 1, 1};
    header.layers[1].geometry.post_shape = {3, 1, 1};
    header.layers[1].populations = {"identity"};
    return header;
}

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count != 3) return 2;
    analysis::TraceHeader header = example_header();
    header.options.segment_bytes = std::stoull(arguments[2]);
    std::mt19937_64 generator(2015);
    Expected expected;
    analysis::TraceWriter writer(arguments[1], header);
    for (std::uint64_t index = 0; index < 4; ++index) {
        analysis::Record record{.first_step = index, .end_step = index + 1, .samples = 4, .layers = {}};
        for (const ann::SynapseLayer& layer : header.layers) {
            analysis::LayerRecord& of_layer = record.layers.emplace_back();
            of_layer.events.resize(layer.populations.size());
            of_layer.updates.resize(analysis::update_populations(layer).size());
            for (auto& counts : of_layer.events) draw_events(counts, layer.name, generator, expected);
            for (auto& counts : of_layer.updates) draw_updates(counts, layer.name, generator, expected);
            of_layer.unit_response.resize(layer.geometry.weight_rows() * 3);
        }
        writer.append(record);
    }
    writer.close();
    for (const auto& [key, count] : expected) {
        std::printf("%s %llu\n", key.c_str(), static_cast<unsigned long long>(count));
    }
    return 0;
}
