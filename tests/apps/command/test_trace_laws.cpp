#include <catch2/catch.hpp>
#include <functional>
#include <limits>
#include <variant>

#include "analysis/trace/event_places.hpp"
#include "analysis/trace/trace_reader.hpp"
#include "analysis/trace/trace_writer.hpp"
#include "analysis/verify/record_laws.hpp"
#include "analysis/verify/stream_laws.hpp"
#include "tests/apps/command/recorded_runs.hpp"
#include "tests/support/kept_rows.hpp"

using namespace stdpscope;
using namespace stdpscope::tests;
using Catch::Matchers::Contains;

namespace {

/// The sum of |update| of a cell in which updates were counted that changed their weights.
double& counted_sum(analysis::Record& record) {
    analysis::UpdateCounts& updates = record.layers[1].updates[0];
    std::size_t cell = 0;
    while (cell % 3 == 1 || updates.histogram.at(cell) == 0) ++cell;
    return updates.absolute_update[cell];
}

/// What the laws of records find in a trace whose third record was tampered with, a line each.
std::string faults_of(const analysis::TraceReader& trace, const std::function<void(analysis::Record&)>& tamper) {
    analysis::Check check("records");
    analysis::RecordLaws laws(trace.header(), analysis::Values::finite, check);
    std::uint64_t index = 0;
    trace.for_each_record([&](analysis::Record record) {
        if (index++ == 2) tamper(record);
        laws.look_at(record);
    });
    std::string text;
    for (const std::string& fault : check.faults) text += fault + "\n";
    return text;
}

}  // namespace

TEST_CASE("Every law of records notices what breaks it", "[analysis][verify]") {
    using analysis::Record;
    const TestFolder folder;
    const analysis::TraceReader trace(trained_run(folder));
    const auto faults_with = [&](const std::function<void(Record&)>& tamper) { return faults_of(trace, tamper); };
    REQUIRE(faults_with([](Record&) {}) == "");
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<std::pair<std::function<void(Record&)>, std::string>> tampers{
        {[](Record& record) { ++record.first_step; }, "record 2: first_step = 7 must be 6"},
        {[](Record& record) { ++record.end_step; }, "record 3: first_step = 9 must be 10"},
        {[](Record& record) { record.epoch = 2; }, "record 2: epoch = 2 must be"},
        {[](Record& record) { record.epoch = 1; },
         "record 2: epoch = 1 must be that of its steps 6 to 8 of 12 an epoch"},
        {[](Record& record) { record.samples -= 50; }, "record 2: samples = 100 must be those of 3 batches of 50"},
        {[](Record& record) { record.learning_rate = 0.5; }, "record 2: learning_rate = 0.5"},
        {[](Record& record) { record.learning_rate = kNan; }, "learning_rate must be finite"},
        {[](Record& record) { ++record.layers[0].events[0].histogram[5]; }, "record 2, layer hidden: events = "},
        {[](Record& record) { ++record.layers[1].events[0].invalid; }, "record 2, layer output: events = "},
        {[](Record& record) { ++record.layers[0].updates[0].histogram[4]; }, "layer hidden: updates = "},
        {[](Record& record) { ++record.layers[0].updates[0].untimed; }, "layer hidden: updates = "},
        {[](Record& record) { ++record.layers[0].unit_response[0]; }, "units/response of unit 0 = 151 must be 150"},
        {[](Record& record) {
             auto& cells = record.layers[1].events[0].histogram;
             for (std::size_t cell = 0; cell < cells.size(); cell += 3) std::swap(cells[cell + 1], cells[cell + 2]);
         },
         "layer output: events of response 0 = "},
        {[](Record& record) {
             auto& cells = record.layers[1].updates[0].histogram;
             for (std::size_t cell = 0; cell < 9; ++cell) std::swap(cells[cell], cells[cell + 18]);
             auto& sums = record.layers[1].updates[0].absolute_update;
             for (std::size_t cell = 0; cell < 9; ++cell) std::swap(sums[cell], sums[cell + 18]);
         },
         "layer output: events of receptor - = "},
        {[](Record& record) { record.layers[0].updates[0].absolute_update[1] = 1.0; }, "unchanged updates must be 0"},
        {[](Record& record) { counted_sum(record) = -1.0; }, "updates must be >= 0"},
        {[](Record& record) { counted_sum(record) = std::numeric_limits<double>::infinity(); }, "must be finite"},
        {[](Record& record) { record.layers[0].updates[0].receptor_switches = 1U << 30U; }, "receptor_switches = "},
        {[](Record& record) { record.layers[0].updates[0].weights.mean = kNan; }, "moments of weights must be finite"},
        {[](Record& record) { record.layers[0].updates[0].weights.mean = 1e3; }, "moments of weights must be in order"},
        {[](Record& record) { record.layers[0].biases.mean = kNan; }, "moments of biases must be finite"},
        {[](Record& record) { ++record.layers[0].dead_units; }, "units/dead_units = "}};
    for (const auto& [tamper, wanted] : tampers) CHECK_THAT(faults_with(tamper), Contains(wanted));
}

namespace {

/// A short simulation with every stream: spikes, changes of sampled synapses, all synapses.
std::filesystem::path simulated_run(const TestFolder& folder) {
    return simulate(
        folder, "simulated",
        {"--protocol", "vogels-abbott", "--seconds", "0.1", "--trace", "full", "--set", "trace.record_every=250"});
}

}  // namespace

TEST_CASE("Every law of a simulation's records notices what breaks it", "[analysis][verify]") {
    using analysis::Record;
    const TestFolder folder;
    const analysis::TraceReader trace(simulated_run(folder));
    const auto faults_with = [&](const std::function<void(Record&)>& tamper) { return faults_of(trace, tamper); };
    REQUIRE(faults_with([](Record&) {}) == "");
    const std::vector<std::pair<std::function<void(Record&)>, std::string>> tampers{
        {[](Record& record) { ++record.end_step; }, "first_step = 750 must be 751"},
        {[](Record& record) { ++record.layers[0].events[0].histogram[5]; },
         "record 2, layer excitatory-excitatory: events = "},
        {[](Record& record) { ++record.layers[0].updates[0].invalid; },
         "record 2, layer excitatory-excitatory: events = "},
        {[](Record& record) { --record.layers[0].spiking.weight_histogram[10]; }, "weights/histogram = "},
        {[](Record& record) { record.layers[0].updates[0].weights.minimum = 2.0; },
         "moments of weights must be in order"},
        {[](Record& record) { ++record.layers[0].dead_units; }, "units/dead_units = "}};
    for (const auto& [tamper, wanted] : tampers) CHECK_THAT(faults_with(tamper), Contains(wanted));
}

namespace {

/// Writes the trace anew, each row through `tamper`; one that it refuses is left out. The faults of its streams.
std::string faults_of_streams(const std::filesystem::path& run,
                              const std::function<bool(analysis::TraceRow&)>& tamper) {
    const TestFolder folder;
    const analysis::TraceReader trace(run);
    KeptRows kept;
    trace.copy_to(kept);
    analysis::TraceWriter writer(folder.path(), trace.header());
    for (analysis::TraceRow& row : kept.rows) {
        if (tamper(row)) std::visit([&](auto& one) { writer.append(std::move(one)); }, row);
    }
    writer.close();
    const analysis::TraceReader written(folder.path());
    analysis::Check check("streams");
    analysis::Check unused("records");
    analysis::RecordLaws laws(written.header(), analysis::Values::finite, unused);
    written.for_each_record([&](const analysis::Record& record) { laws.look_at(record); });
    const auto progress = [] {};
    analysis::look_at_steps(written, laws.end_step(), analysis::Values::finite, check, progress);
    analysis::look_at_events(written, check, progress);
    analysis::look_at_spike_counts(written, laws.spikes(), check);
    std::string text;
    for (const std::string& fault : check.faults) text += fault + "\n";
    return text;
}

/// Does `change` to the row of this kind for which it is true first.
template <class Row>
std::function<bool(analysis::TraceRow&)> once(std::function<bool(Row&)> change) {
    return [change, done = false](analysis::TraceRow& row) mutable {
        Row* const found = std::get_if<Row>(&row);
        if (found != nullptr && !done) done = change(*found);
        return true;
    };
}

template <class Value>
Value& value(analysis::EventRows& rows, std::size_t column, std::size_t row) {
    return reinterpret_cast<Value*>(rows.columns[column].data())[row];
}

}  // namespace

TEST_CASE("Every law of a training's streams notices what breaks it", "[analysis][verify]") {
    using analysis::PlanesStep;
    using analysis::SampledStep;
    using analysis::UpdatesStep;
    const TestFolder folder;
    const std::filesystem::path run = trained_run(folder);
    REQUIRE(faults_of_streams(run, [](analysis::TraceRow&) { return true; }) == "");
    const auto at_step_4 = [](const std::function<void(SampledStep&)>& change) {
        return once<SampledStep>([change](SampledStep& step) {
            if (step.place.step != 4) return false;
            change(step);
            return true;
        });
    };
    const auto without_last_sample = [](analysis::TraceRow& row) {
        const auto* step = std::get_if<SampledStep>(&row);
        return step == nullptr || step->place.step != 23;
    };
    const auto without_planes = [](analysis::TraceRow& row) { return !std::holds_alternative<PlanesStep>(row); };
    const auto without_updates = [](analysis::TraceRow& row) { return !std::holds_alternative<UpdatesStep>(row); };
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    const std::vector<std::pair<std::function<bool(analysis::TraceRow&)>, std::string>> tampers{
        {at_step_4([](SampledStep& step) { ++step.place.step; }), "samples, step 5: must be step 4"},
        {at_step_4([](SampledStep& step) { ++step.place.epoch; }), "step 4: epoch and last_of_epoch must follow"},
        {at_step_4([](SampledStep& step) { step.layers[1].weight[3] += 0.01F; }),
         "samples, step 4: layer output: weights must be those of the step before"},
        {at_step_4([](SampledStep& step) { step.layers[0].weight_update[0] = kNan; }), "updates must be finite"},
        {at_step_4([](SampledStep& step) { step.layers[0].event_sample[2] = 50; }), "must lie within the batch"},
        {at_step_4([](SampledStep& step) { step.layers[0].event_position[2] = 1; }), "must lie within the batch"},
        {at_step_4([](SampledStep& step) { step.layers[0].pairs_pre_first[2] = 51; }), "must lie within the batch"},
        {at_step_4([](SampledStep& step) { step.layers[0].pairs_post_first[2] = -1; }), "must lie within the batch"},
        {without_last_sample, "samples has 23 rows, must have 24"},
        {without_planes, "planes has 0 rows, must have "},
        {without_updates, "updates has 0 rows, must have "},
        {once<PlanesStep>([](PlanesStep& step) {
             step.samples = 51;
             return true;
         }),
         "samples = 51 must be 1 to 50"},
        {once<UpdatesStep>([](UpdatesStep& step) {
             step.weight_update[1][0] = kNan;
             return true;
         }),
         "layer output: updates must be finite"}};
    for (const auto& [tamper, wanted] : tampers) CHECK_THAT(faults_of_streams(run, tamper), Contains(wanted));
}

TEST_CASE("Every law of a simulation's streams notices what breaks it", "[analysis][verify]") {
    using analysis::EventRows;
    const TestFolder folder;
    const std::filesystem::path run = simulated_run(folder);
    REQUIRE(faults_of_streams(run, [](analysis::TraceRow&) { return true; }) == "");
    const analysis::TraceHeader header = analysis::TraceReader(run).header();
    const auto in_stream = [](std::size_t stream, const std::function<void(EventRows&)>& change) {
        return once<EventRows>([stream, change](EventRows& rows) {
            if (rows.stream != stream || rows.rows < 2) return false;
            change(rows);
            return true;
        });
    };
    const std::size_t spikes = analysis::spikes_stream(header, 0);
    const std::size_t changes = analysis::changes_stream(header, 0);
    const std::size_t synapses = analysis::synapses_stream(header, 0);
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<std::pair<std::function<bool(analysis::TraceRow&)>, std::string>> tampers{
        {in_stream(spikes, [](EventRows& rows) { value<double>(rows, 0, 0) = 1e6; }), "spikes/excitatory: timestamps "},
        {in_stream(spikes, [](EventRows& rows) { value<std::uint64_t>(rows, 1, 1) = 3200; }),
         "spikes/excitatory: node_ids = 3200 must be below 3200"},
        {in_stream(spikes,
                   [](EventRows& rows) {
                       --rows.rows;
                       for (auto& column : rows.columns) column.resize(column.size() / (rows.rows + 1) * rows.rows);
                   }),
         "the spikes of units/response of layer excitatory-excitatory"},
        {in_stream(changes,
                   [&](EventRows& rows) {
                       value<std::uint32_t>(rows, 0, 0) =
                           static_cast<std::uint32_t>(header.spiking->projections[0].sampled.size());
                   }),
         "changes: synapse = "},
        {in_stream(changes, [](EventRows& rows) { value<double>(rows, 1, 0) = -1.0; }), "must not come before"},
        {in_stream(changes, [](EventRows& rows) { value<double>(rows, 5, 1) = kNan; }),
         "weight and weight_update must be finite"},
        {in_stream(synapses, [](EventRows& rows) { value<std::uint32_t>(rows, 0, 0) = 3000; }), "pre ascending"},
        {in_stream(synapses, [](EventRows& rows) { value<std::uint32_t>(rows, 1, 0) = 3200; }), "pre ascending"}};
    for (const auto& [tamper, wanted] : tampers) CHECK_THAT(faults_of_streams(run, tamper), Contains(wanted));
}
