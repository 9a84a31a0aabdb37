#include "apps/bench/bench_report.hpp"

#include <fmt/format.h>

#include <cmath>

#include "apps/text_table.hpp"

namespace stdpscope::apps {
namespace {

using analysis::TraceLevel;
using nlohmann::json;

const char* name_of(TraceLevel level) {
    switch (level) {
        case TraceLevel::off:
            return "off";
        case TraceLevel::counts:
            return "counts";
        case TraceLevel::samples:
            return "samples";
        case TraceLevel::planes:
            return "planes";
        case TraceLevel::full:
            return "full";
    }
    throw std::logic_error("TraceLevel out of range");
}

double flop_per_second(const BenchResult& result, const LevelResult& level) {
    return result.flop_per_sample * level.speed.samples_per_second;
}
double multiply_add_share(const BenchResult& result, const LevelResult& level) {
    return flop_per_second(result, level) / result.peaks.multiply_add_flop_per_second;
}
double matrix_product_share(const BenchResult& result, const LevelResult& level) {
    return flop_per_second(result, level) / result.peaks.matrix_product.flop_per_second;
}
const char* blas_threads(const BenchResult& result) {
    return result.peaks.matrix_product.threads_were_set ? "as training" : "the library's own";
}
json blas_kernels(const BenchResult& result) {
    const std::optional<std::string>& kernels = result.peaks.matrix_product.kernels;
    return kernels ? json(*kernels) : json(nullptr);
}

/// What both kinds of document tell of the network and the machine.
json json_of_network(const BenchResult& result) {
    return {{"network", result.network},
            {"batch_size", result.batch_size},
            {"threads", result.threads},
            {"rounds", result.rounds},
            {"flop_per_sample", result.flop_per_sample},
            {"fma_gflop_per_second", result.peaks.multiply_add_flop_per_second / 1e9},
            {"sgemm_gflop_per_second", result.peaks.matrix_product.flop_per_second / 1e9},
            {"sgemm_threads", blas_threads(result)},
            {"sgemm_kernels", blas_kernels(result)},
            {"sgemm_kernels_by_environment", result.peaks.matrix_product.kernels_by_environment},
            {"memory_gbyte_per_second", result.peaks.memory_bytes_per_second / 1e9},
            {"peak_memory_bytes", result.peak_memory_bytes},
            {"diverged", result.diverged}};
}

json json_of_speed(const BenchResult& result, const LevelResult& level) {
    const bool is_traced = level.options.level != TraceLevel::off;
    json document{{"trace", name_of(level.options.level)},
                  {"seconds", level.speed.seconds},
                  {"steps", level.speed.steps},
                  {"samples_per_second", level.speed.samples_per_second},
                  {"slowest_samples_per_second", level.speed.slowest},
                  {"fastest_samples_per_second", level.speed.fastest},
                  {"gflop_per_second", flop_per_second(result, level) / 1e9},
                  {"fma_share", multiply_add_share(result, level)},
                  {"sgemm_share", matrix_product_share(result, level)},
                  {"ledger_share", is_traced ? json(level.speed.ledger_share()) : json(nullptr)}};
    if (level.options.level == TraceLevel::full) {
        document["updates_every"] = level.options.updates_every;
        document["update_bytes_per_second"] = level.update_bytes_per_second;
    }
    if (is_traced) document["waited_share"] = level.speed.waited_share;
    return document;
}

std::string speed_range(const LevelSpeed& speed) {
    return fmt::format("{:.0f} to {:.0f}", speed.slowest, speed.fastest);
}

std::string megabytes(double bytes_per_second) {
    return fmt::format("{:.0f} MB/s", bytes_per_second / 1e6);
}

std::string title(const BenchResult& result) {
    return fmt::format("{} network, batch {}, {} thread(s)", result.network, result.batch_size, result.threads);
}

void print_peaks(const BenchResult& result) {
    const MatrixProductSpeed& sgemm = result.peaks.matrix_product;
    const std::string kernels = sgemm.kernels ? fmt::format("; kernels for {}{}", *sgemm.kernels,
                                                            sgemm.kernels_by_environment ? " by OPENBLAS_CORETYPE" : "")
                                              : "";
    fmt::print("  peaks: {:.1f} GFLOP/s of multiply-adds, {:.1f} of sgemm (threads: {}{}), memory {:.1f} GB/s\n",
               result.peaks.multiply_add_flop_per_second / 1e9, sgemm.flop_per_second / 1e9, blas_threads(result),
               kernels, result.peaks.memory_bytes_per_second / 1e9);
}

void print_memory(const BenchResult& result) {
    fmt::print("  {} of memory at most\n", byte_size(result.peak_memory_bytes));
    if (result.diverged) fmt::print("  the loss became NaN or infinite on the way\n");
}

void print_disk(const LevelResult& full, double disk_bytes_per_second) {
    const std::string steps =
        full.options.updates_every == 1 ? "every step" : fmt::format("every {} steps", full.options.updates_every);
    if (full.bounded_by_disk()) {
        fmt::print("  full (float32 updates of {}): bounded by the disk: {}, {} of the time waited\n", steps,
                   megabytes(full.update_bytes_per_second), percent(full.speed.waited_share));
    } else {
        fmt::print("  full (float32 updates of {}): {}, not bounded by the disk\n", steps,
                   megabytes(full.update_bytes_per_second));
    }
    fmt::print("  the disk takes {} of a plain file, synced\n", megabytes(disk_bytes_per_second));
}

std::string milliseconds(double seconds) {
    return std::isnan(seconds) ? "" : fmt::format("{:.3f}", 1e3 * seconds);
}

template <class Number>
json or_null(const std::optional<Number>& number) {
    return number ? json(*number) : json();
}

}  // namespace

json json_of_level(const BenchResult& result) {
    const LevelResult& level = result.levels.back();
    json document = json_of_network(result);
    document.update(json_of_speed(result, level));
    if (level.options.level != TraceLevel::off) {
        document["off_samples_per_second"] = result.levels.front().speed.samples_per_second;
        document["writer_share"] = or_null(level.writer_share);
    }
    document["trace_bytes"] = or_null(level.trace_bytes);
    return document;
}

json json_of_levels(const BenchResult& result) {
    json document = json_of_network(result);
    document["levels"] = json::array();
    for (const LevelResult& level : result.levels) {
        json speed = json_of_speed(result, level);
        speed["ratio"] = level.speed.ratio;
        if (level.options.level == TraceLevel::full) speed["bounded_by_disk"] = level.bounded_by_disk();
        document["levels"].push_back(speed);
    }
    return document;
}

json json_of(const StepTimes& times, const BenchResult& result) {
    json layers = json::array();
    for (const LayerTimes& layer : times.layers) {
        layers.push_back({{"layer", layer.name},
                          {"forward_seconds", layer.forward},
                          {"weight_gradient_seconds", layer.weight_gradient},
                          {"data_gradient_seconds", layer.data_gradient},
                          {"update_seconds", layer.update},
                          {"ledger_seconds", layer.ledger},
                          {"flop", layer.flop}});
    }
    const double speed = result.levels.back().speed.samples_per_second;
    return {{"layers", layers},           {"input_seconds", times.input},
            {"loss_seconds", times.loss}, {"records_seconds", times.records},
            {"sum_seconds", times.sum()}, {"step_seconds", static_cast<double>(result.batch_size) / speed},
            {"steps", times.steps}};
}

void print_level(const BenchResult& result) {
    const LevelResult& level = result.levels.back();
    const bool is_traced = level.options.level != TraceLevel::off;
    fmt::print("{}, trace {}\n", title(result), name_of(level.options.level));
    fmt::print("  {:.0f} samples/s (median of {} turns, {}; {} steps in {:.1f} s)\n", level.speed.samples_per_second,
               result.rounds, speed_range(level.speed), level.speed.steps, level.speed.seconds);
    fmt::print("  {:.1f} GFLOP/s ({:.2f} MFLOP a sample): {} of the FMA peak, {} of sgemm\n",
               flop_per_second(result, level) / 1e9, result.flop_per_sample / 1e6,
               percent(multiply_add_share(result, level)), percent(matrix_product_share(result, level)));
    print_peaks(result);
    if (is_traced) {
        fmt::print("  the ledger takes {} of the time ({:.0f} samples/s without it){}\n",
                   percent(level.speed.ledger_share()), result.levels.front().speed.samples_per_second,
                   level.writer_share ? ", its writer's thread " + percent(*level.writer_share) + " beside it" : "");
        if (level.bounded_by_disk()) {
            fmt::print("  bounded by the disk: {} of the time waited\n", percent(level.speed.waited_share));
        }
        if (level.trace_bytes) fmt::print("  {} of trace\n", byte_size(*level.trace_bytes));
    }
    print_memory(result);
}

void print_levels(std::span<const BenchResult> results, double disk_bytes_per_second) {
    for (const BenchResult& result : results) {
        fmt::print("{}, {:.2f} MFLOP a sample\n", title(result), result.flop_per_sample / 1e6);
        TextTable table;
        table.add_column("trace", TextTable::Align::left);
        for (const char* name :
             {"samples/s", "slowest to\nfastest", "to off", "ledger's\nshare", "GFLOP/s", "of FMA\npeak", "of sgemm"}) {
            table.add_column(name);
        }
        for (const LevelResult& level : result.levels) {
            const bool is_traced = level.options.level != TraceLevel::off;
            table.add_row({name_of(level.options.level), fmt::format("{:.0f}", level.speed.samples_per_second),
                           speed_range(level.speed), fmt::format("{:.3f}", level.speed.ratio),
                           is_traced ? percent(level.speed.ledger_share()) : "",
                           fmt::format("{:.1f}", flop_per_second(result, level) / 1e9),
                           percent(multiply_add_share(result, level)), percent(matrix_product_share(result, level))});
        }
        fmt::print("{}  medians of {} rounds\n", table.text(), result.rounds);
        print_peaks(result);
        if (result.levels.back().options.level == TraceLevel::full) {
            print_disk(result.levels.back(), disk_bytes_per_second);
        }
        print_memory(result);
        fmt::print("\n");
    }
}

void print_layers(const StepTimes& times, const BenchResult& result) {
    TextTable table;
    table.add_column("ms a step", TextTable::Align::left);
    for (const char* name : {"forward", "of FMA\npeak", "weight\ngradient", "of FMA\npeak", "data\ngradient",
                             "of FMA\npeak", "update", "ledger"}) {
        table.add_column(name);
    }
    const double peak = result.peaks.multiply_add_flop_per_second;
    const auto share = [&](const LayerTimes& layer, double seconds) {
        return layer.flop == 0.0 || std::isnan(seconds) ? "" : percent(layer.flop / seconds / peak);
    };
    LayerTimes all{};
    for (const LayerTimes& layer : times.layers) {
        table.add_row({layer.name, milliseconds(layer.forward), share(layer, layer.forward),
                       milliseconds(layer.weight_gradient), share(layer, layer.weight_gradient),
                       milliseconds(layer.data_gradient), share(layer, layer.data_gradient), milliseconds(layer.update),
                       milliseconds(layer.ledger)});
        const auto add = [](double& sum, double part) { sum += std::isnan(part) ? 0.0 : part; };
        add(all.forward, layer.forward);
        add(all.weight_gradient, layer.weight_gradient);
        add(all.data_gradient, layer.data_gradient);
        add(all.update, layer.update);
        add(all.ledger, layer.ledger);
    }
    table.add_rule();
    table.add_row({"all layers", milliseconds(all.forward), "", milliseconds(all.weight_gradient), "",
                   milliseconds(all.data_gradient), "", milliseconds(all.update), milliseconds(all.ledger)});
    fmt::print("\nBy layer (medians of {} steps):\n{}", times.steps, table.text());
    fmt::print("  batch {} ms, loss {} ms, records {} ms; sum {} ms, a step of training {} ms\n",
               milliseconds(times.input), milliseconds(times.loss), milliseconds(times.records),
               milliseconds(times.sum()),
               milliseconds(static_cast<double>(result.batch_size) / result.levels.back().speed.samples_per_second));
}

}  // namespace stdpscope::apps
