#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <vector>

#include "analysis/summary/run_summary.hpp"
#include "analysis/trace/error.hpp"
#include "analysis/trace/event_places.hpp"
#include "analysis/trace/run_folder.hpp"
#include "analysis/trace/trace_reader.hpp"
#include "apps/command.hpp"
#include "apps/command/summary_flags.hpp"
#include "apps/command_line.hpp"
#include "apps/text_table.hpp"

namespace stdpscope::apps {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;
using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

const CommandHelp kHelp{
    .name = "inspect",
    .usage = "stdpscope inspect RUN [options]",
    .description =
        "What a run folder (or one segment of a trace) holds: files and their sizes, the trace's level,\n"
        "layers and segments, and how many rows of each stream are committed.",
    .examples = "stdpscope inspect runs/mixlu",
};

struct File {
    std::string name;  ///< within the folder
    std::uint64_t bytes = 0;
};

/// Sorted by name; folders are gone into, links are not.
std::vector<File> files_in(const fs::path& path) {
    if (!fs::is_directory(path)) return {{path.filename().string(), fs::file_size(path)}};
    std::vector<File> files;
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
        if (!fs::is_regular_file(entry.symlink_status())) continue;
        std::error_code vanished;  // a run that is still being written renames its files
        const auto bytes = entry.file_size(vanished);
        if (!vanished) files.push_back({fs::relative(entry.path(), path).string(), bytes});
    }
    std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.name < b.name; });
    return files;
}

std::uint64_t bytes_of(const std::vector<File>& files) {
    std::uint64_t sum = 0;
    for (const File& file : files) sum += file.bytes;
    return sum;
}

struct Stream {
    std::string name;
    std::uint64_t rows;
};

/// What is known of the trace without reading its rows.
struct TraceContents {
    analysis::TraceHeader header;
    bool complete = false;
    std::vector<Stream> streams;
    std::vector<analysis::SegmentPath> segments;
};

/// None where the path holds no trace.
std::optional<TraceContents> trace_contents(const fs::path& path) {
    TraceContents contents;
    if (fs::is_directory(path)) {
        contents.segments = analysis::find_segments(path);
        if (contents.segments.empty()) return std::nullopt;
    }
    const analysis::TraceReader reader(path);
    contents.header = reader.header();
    contents.complete = reader.complete();
    contents.streams = {{"records", reader.records()},
                        {"sampled_steps", reader.sampled_steps()},
                        {"planes_steps", reader.planes_steps()},
                        {"updates_steps", reader.updates_steps()}};
    const std::vector<std::uint64_t> event_rows = reader.event_rows();
    const std::vector<std::string> paths = analysis::event_stream_paths(contents.header);
    for (std::size_t k = 0; k < paths.size(); ++k) contents.streams.push_back({paths[k], event_rows[k]});
    return contents;
}

std::string kind_of(const ann::SynapseLayer& layer) {
    return layer.geometry.kind == ann::SynapseKind::dense ? "dense" : "convolution";
}

std::string files_text(const std::string& path, const std::vector<File>& files) {
    std::string text = fmt::format("{}: {} file{}, {}\n", path, files.size(), files.size() == 1 ? "" : "s",
                                   byte_size(bytes_of(files)));
    TextTable table;
    table.add_column("file", Align::left);
    table.add_column("size");
    for (const File& file : files) table.add_row({file.name, byte_size(file.bytes)});
    return text + table.text();
}

std::string layers_text(const analysis::TraceHeader& header) {
    TextTable table;
    table.add_column("layer", Align::left);
    table.add_column("kind", Align::left);
    table.add_column("from", Align::left);
    table.add_column("to", Align::left);
    table.add_column("weights");
    table.add_column("positions");
    table.add_column("units", Align::left);
    for (const ann::SynapseLayer& layer : header.layers) {
        const ann::SynapseGeometry& geometry = layer.geometry;
        std::string populations;
        for (const auto& name : layer.populations) populations += (populations.empty() ? "" : ", ") + name;
        table.add_row({layer.name, kind_of(layer), geometry.pre_shape.text(), geometry.post_shape.text(),
                       fmt::format("{} x {}", geometry.weight_rows(), geometry.weight_columns()),
                       grouped(geometry.positions()), populations});
    }
    return "\nLayers of the trace (shapes: channels x rows x columns; weights: post x pre)\n" + table.text();
}

std::string trace_text(const TraceContents& trace) {
    const analysis::TraceOptions& options = trace.header.options;
    std::string text = fmt::format(
        "\nTrace of level {}, {}; a record every {} steps; update timing {}\n"
        "  seed {}, batches of {}, {} steps an epoch; written by {}\n",
        analysis::name_of(options.level), trace.complete ? "complete" : "not complete (being written, or broken off)",
        options.record_every, analysis::name_of(options.update_timing), trace.header.seed, trace.header.batch_size,
        grouped(trace.header.steps_per_epoch), trace.header.program);
    TextTable rows;
    rows.add_column("stream", Align::left);
    rows.add_column("committed rows");
    for (const Stream& stream : trace.streams) rows.add_row({stream.name, grouped(stream.rows)});
    text += rows.text();
    if (!trace.segments.empty()) {
        const auto finished = std::count_if(trace.segments.begin(), trace.segments.end(),
                                            [](const analysis::SegmentPath& segment) { return segment.finished; });
        text += fmt::format("  {} segment{}, {} finished\n", trace.segments.size(),
                            trace.segments.size() == 1 ? "" : "s", finished);
    }
    return text + layers_text(trace.header);
}

Json json_of_trace(const TraceContents& trace) {
    const analysis::TraceOptions& options = trace.header.options;
    Json result = {{"level", analysis::name_of(options.level)},
                   {"complete", trace.complete},
                   {"update_timing", analysis::name_of(options.update_timing)},
                   {"record_every", options.record_every},
                   {"seed", trace.header.seed},
                   {"batch_size", trace.header.batch_size},
                   {"steps_per_epoch", trace.header.steps_per_epoch},
                   {"program", trace.header.program},
                   {"committed_rows", Json::object()},
                   {"segments", Json::array()},
                   {"layers", Json::array()}};
    for (const Stream& stream : trace.streams) result["committed_rows"][stream.name] = stream.rows;
    for (const auto& segment : trace.segments) {
        result["segments"].push_back(
            {{"file", segment.path.filename().string()}, {"number", segment.number}, {"finished", segment.finished}});
    }
    for (const ann::SynapseLayer& layer : trace.header.layers) {
        const ann::SynapseGeometry& geometry = layer.geometry;
        result["layers"].push_back(
            {{"name", layer.name},
             {"kind", kind_of(layer)},
             {"activation", layer.activation},
             {"populations", layer.populations},
             {"pre_shape", {geometry.pre_shape.channels, geometry.pre_shape.rows, geometry.pre_shape.columns}},
             {"post_shape", {geometry.post_shape.channels, geometry.post_shape.rows, geometry.post_shape.columns}},
             {"weight_shape", {geometry.weight_rows(), geometry.weight_columns()}},
             {"positions", geometry.positions()}});
    }
    return result;
}

int inspect_as_json(const std::string& path) {
    const auto files = files_in(path);
    Json document = {{"command", "inspect"}, {"run", path}, {"bytes", bytes_of(files)}, {"files", Json::array()}};
    for (const File& file : files) document["files"].push_back({{"name", file.name}, {"bytes", file.bytes}});
    const auto trace = trace_contents(path);
    document["trace"] = trace ? json_of_trace(*trace) : Json(nullptr);
    fmt::print("{}\n", document.dump(2));
    return 0;
}

int inspect_as_text(const std::string& path) {
    fmt::print("{}", files_text(path, files_in(path)));  // told even where the trace is damaged
    const auto trace = trace_contents(path);
    fmt::print("{}", trace ? trace_text(*trace) : "\nNo trace in this run\n");
    return 0;
}

}  // namespace

int run_inspect(const std::vector<std::string>& arguments) {
    po::options_description flags("Options");
    flags.add_options()("json", "print as one JSON document");
    add_guard_flags(flags);
    const auto values = parse_command_line(kHelp, flags, "run", arguments);
    if (!values) return 0;
    const auto paths = run_paths(*values, 1, 1);
    return guarded("inspect", guard_limits(*values, paths), paths, [&](const Watchdog& watchdog) {
        watchdog.begin(0);
        analysis::require_run(paths.front());
        return values->count("json") > 0 ? inspect_as_json(paths.front()) : inspect_as_text(paths.front());
    });
}

}  // namespace stdpscope::apps
