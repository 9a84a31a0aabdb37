#include "apps/bench/spiking_bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "apps/text_table.hpp"
#include "apps/vector_instructions.hpp"
#include "sim/protocol/kernel_throughput.hpp"
#include "sim/protocol/pair_window.hpp"
#include "sim/protocol/song2000.hpp"
#include "sim/protocol/vogels_abbott.hpp"

namespace stdpscope::apps {
namespace {

using nlohmann::json;
using Align = TextTable::Align;

struct Problem {
    std::string name;
    std::function<sim::ProtocolResult(const sim::ProtocolOptions&)> run;
    sim::Counting counting;
    double biological_seconds;
};

std::vector<Problem> problems_of(const std::string& protocol) {
    const auto counted = [](const std::string& name, double seconds, auto run) {
        return std::vector<Problem>{{name + "counted", run, sim::Counting::on, seconds},
                                    {name + "uncounted", run, sim::Counting::off, seconds}};
    };
    if (protocol == "s1") return counted("", 1000.0, [](const auto& options) { return sim::run_song2000(options); });
    if (protocol == "s2") {
        auto problems = counted("", 10.0, [](const auto& options) { return sim::run_vogels_abbott({}, options); });
        problems.push_back({"fixed",
                            [](const auto& options) {
                                return sim::run_vogels_abbott({.excitation = sim::RecurrentExcitation::fixed}, options);
                            },
                            sim::Counting::off, 10.0});
        return problems;
    }
    if (protocol == "s3") {
        return counted("", 1.0,
                       [](const auto& options) { return sim::run_vogels_abbott(sim::large_vogels_abbott(), options); });
    }
    if (protocol == "kernel") {
        auto problems =
            counted("dense ", 10.0, [](const auto& options) { return sim::run_kernel_throughput({}, options); });
        for (Problem& problem : counted("sparse ", 1.0, [](const auto& options) {
                 return sim::run_kernel_throughput(sim::sparse_kernel_throughput(), options);
             })) {
            problems.push_back(std::move(problem));
        }
        return problems;
    }
    throw std::logic_error("no spiking problem " + protocol);
}

/// Largest distance of 60 pairings' change from the closed form, in parts of the largest weight.
double pair_window_error() {
    const sim::PairWindowParams params;
    const double pairings = params.pairings;
    double largest = 0.0;
    for (const sim::PairWindowPoint& point : sim::run_pair_window(params)) {
        const double delta_ms = point.difference_ms;
        const double change = delta_ms > 0.0
                                  ? pairings * params.rule.a_plus * std::exp(-delta_ms / params.rule.tau_plus_ms)
                                  : -pairings * params.rule.a_minus * std::exp(delta_ms / params.rule.tau_minus_ms);
        largest = std::max(largest, std::abs(point.change - change));
    }
    return largest / params.rule.w_max;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

std::vector<double> walls_of(const SpikingVariant& variant) {
    std::vector<double> walls;
    for (const sim::ProtocolResult& run : variant.runs) walls.push_back(run.wall_seconds);
    return walls;
}

const SpikingVariant* find_variant(const SpikingBench& bench, const std::string& name) {
    for (const SpikingVariant& variant : bench.variants) {
        if (variant.name == name && !variant.runs.empty()) return &variant;
    }
    return nullptr;
}

/// How much longer `slow` takes than `fast`, as a part of the latter; null where one of them is missing.
json surcharge(const SpikingVariant* slow, const SpikingVariant* fast) {
    if (slow == nullptr || fast == nullptr) return nullptr;
    return slow->median_wall_seconds() / fast->median_wall_seconds() - 1.0;
}

json json_of(const SpikingVariant& variant) {
    const sim::ProtocolResult& run = variant.runs.front();
    const double wall = variant.median_wall_seconds();
    const std::vector<double> walls = walls_of(variant);
    json rates = json::object();
    for (const sim::PopulationRate& rate : run.rates) rates[rate.population] = rate.rate_hz;
    std::vector<double> constructions;
    for (const sim::ProtocolResult& one : variant.runs) constructions.push_back(one.construction_seconds);
    return {{"variant", variant.name},
            {"biological_seconds", run.biological_seconds},
            {"repetitions", variant.runs.size()},
            {"wall_seconds", wall},
            {"fastest_wall_seconds", *std::min_element(walls.begin(), walls.end())},
            {"slowest_wall_seconds", *std::max_element(walls.begin(), walls.end())},
            {"real_time_factor", wall / run.biological_seconds},
            {"construction_seconds", median(constructions)},
            {"synapses", run.synapses},
            {"plastic_synapses", run.plastic_synapses},
            {"events_per_second", run.transmitted_events / wall},
            {"updates_per_second", run.weight_updates / wall},
            {"rates_hz", std::move(rates)},
            {"mean_weight", run.mean_weight},
            {"weight_histogram", run.weight_histogram}};
}

}  // namespace

double SpikingVariant::median_wall_seconds() const {
    return median(walls_of(*this));
}

bool is_spiking_bench(const std::string& protocol) {
    return protocol == "s1" || protocol == "s2" || protocol == "s3" || protocol == "kernel";
}

SpikingBench measure_spiking(const SpikingBenchOptions& options,
                             const std::function<void(const std::string& variant, int repetition)>& progress,
                             const std::function<bool()>& stopped) {
    choose_simulator_instructions();
    SpikingBench bench{.options = options, .variants = {}, .window_error = 0.0};
    const std::vector<Problem> problems = problems_of(options.protocol);
    for (const Problem& problem : problems) bench.variants.push_back({.name = problem.name, .runs = {}});
    for (int repetition = 0; repetition < options.repetitions; ++repetition) {
        for (std::size_t k = 0; k < problems.size(); ++k) {
            progress(problems[k].name, repetition);
            const double seconds =
                options.biological_seconds > 0.0 ? options.biological_seconds : problems[k].biological_seconds;
            bench.variants[k].runs.push_back(problems[k].run({.biological_seconds = seconds,
                                                              .seed = options.seed,
                                                              .threads = options.threads,
                                                              .counting = problems[k].counting}));
            if (stopped()) return bench;
        }
    }
    if (options.protocol == "kernel") bench.window_error = pair_window_error();
    return bench;
}

json json_of(const SpikingBench& bench) {
    json document{{"protocol", bench.options.protocol},
                  {"threads", bench.options.threads},
                  {"seed", bench.options.seed},
                  {"variants", json::array()}};
    for (const SpikingVariant& variant : bench.variants) {
        if (!variant.runs.empty()) document["variants"].push_back(json_of(variant));
    }
    const bool is_kernel = bench.options.protocol == "kernel";
    const std::string dense = is_kernel ? "dense " : "";
    document["ledger_surcharge"] =
        surcharge(find_variant(bench, dense + "counted"), find_variant(bench, dense + "uncounted"));
    if (is_kernel) document["pair_window_error"] = bench.window_error;
    if (bench.options.protocol == "s2") {
        document["plasticity_surcharge"] = surcharge(find_variant(bench, "uncounted"), find_variant(bench, "fixed"));
    }
    if (!bench.variants.front().runs.empty()) {
        // Of the process up to the end of the first run: the problem itself, before anything else was measured.
        const sim::ProtocolResult& first = bench.variants.front().runs.front();
        document["peak_memory_bytes"] = first.peak_bytes;
        document["peak_bytes_per_synapse"] = first.peak_bytes / static_cast<double>(first.synapses);
    }
    return document;
}

std::string spiking_bench_text(const SpikingBench& bench) {
    const json document = json_of(bench);
    TextTable table;
    table.add_column("variant", Align::left);
    for (const char* title : {"biological\ns", "wall s\n(median)", "\nfastest", "\nslowest", "real-time\nfactor",
                              "events/s\nM", "updates/s\nM", "con-\nstruction s", "mean\nweight"}) {
        table.add_column(title);
    }
    std::string rates;
    for (const json& row : document["variants"]) {
        const auto number = [&](const char* key) { return row[key].get<double>(); };
        table.add_row(
            {row["variant"], fmt::format("{:g}", number("biological_seconds")),
             fmt::format("{:.4f}", number("wall_seconds")), fmt::format("{:.4f}", number("fastest_wall_seconds")),
             fmt::format("{:.4f}", number("slowest_wall_seconds")), fmt::format("{:.4g}", number("real_time_factor")),
             fmt::format("{:.1f}", number("events_per_second") * 1e-6),
             fmt::format("{:.1f}", number("updates_per_second") * 1e-6),
             fmt::format("{:.3f}", number("construction_seconds")), fmt::format("{:.4f}", number("mean_weight"))});
        std::string of_variant;
        for (const auto& [population, rate] : row["rates_hz"].items()) {
            of_variant += fmt::format("{}{} {:.2f} Hz", of_variant.empty() ? "" : ", ", population, rate.get<double>());
        }
        rates += fmt::format("  {}: {}\n", row["variant"].get<std::string>(), of_variant);
    }
    std::string text =
        fmt::format("{} on {} thread{}, seed {}; {} synapses, {} of them plastic\n", bench.options.protocol,
                    bench.options.threads, bench.options.threads == 1 ? "" : "s", bench.options.seed,
                    grouped(document["variants"][0]["synapses"]), grouped(document["variants"][0]["plastic_synapses"]));
    text += table.text() + "\nRates\n" + rates + "\n";
    const auto line = [&](const char* what, const char* key) {
        if (document.contains(key) && !document[key].is_null()) {
            text += fmt::format("  {}: {:+.1f} %\n", what, 100.0 * document[key].get<double>());
        }
    };
    line("the ledger's counts take longer by", "ledger_surcharge");
    line("plasticity takes longer by", "plasticity_surcharge");
    if (document.contains("pair_window_error")) {
        text += fmt::format("  largest error of 60 pairings against the closed form: {:.2g} of full scale\n",
                            document["pair_window_error"].get<double>());
    }
    if (document.contains("peak_bytes_per_synapse")) {
        text += fmt::format("  peak memory of the first run: {}, {:.2f} bytes a synapse\n",
                            byte_size(static_cast<std::uint64_t>(document["peak_memory_bytes"].get<double>())),
                            document["peak_bytes_per_synapse"].get<double>());
    }
    return text;
}

}  // namespace stdpscope::apps
