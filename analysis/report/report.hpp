#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "analysis/report/configurations.hpp"
#include "analysis/report/figure.hpp"
#include "analysis/report/simulation_result.hpp"
#include "analysis/report/spike_window.hpp"
#include "analysis/report/stdp_window.hpp"
#include "analysis/report/table.hpp"
#include "analysis/report/timeline.hpp"
#include "analysis/summary/trace_summary.hpp"

/// A comparison of runs: its sections, with every number in them, before any file is written.
namespace stdpscope::analysis {

/// What a report reads of a run beyond its summary.
struct RunDetail {
    std::optional<Timeline> timeline;            ///< none without a record
    std::vector<LayerWindow> windows;            ///< by layer, of a training; empty below trace level `samples`
    std::vector<SpikeWindow> spikes;             ///< by projection, of a simulation; likewise
    std::optional<SimulationResult> simulation;  ///< none of a training, or without a result
};

struct ReportInput {
    std::vector<RunSummary> runs;
    std::vector<RunDetail> details;  ///< one a run
    /// Measure and timing of what has no control on the page; its levels and grouping play no part.
    SummaryOptions options;
    /// Whether the composition figure is made under every state of the page's controls too, for files of their own.
    bool with_states = false;
};

/// Reads one run for a report. Throws as read_run() and read_simulation_result().
[[nodiscard]] RunDetail read_detail(const RunSummary& run, const SummaryOptions& options,
                                    const std::function<void()>& progress);

struct Section {
    std::string id;
    std::string title;
    std::vector<std::string> paragraphs;
    std::vector<std::string> warnings;
    /// In the order in which they are shown.
    std::vector<std::variant<FigureSet, Table>> items;
};

struct Report {
    std::string title;
    std::string subtitle;  ///< networks, data, epochs
    std::vector<std::string> run_names;
    std::vector<Configuration> configurations;
    SummaryOptions options;
    /// Those for which there is something to show.
    std::vector<Section> sections;
    /// Counts over time under every convention, for the page's controls (composition.hpp); null without a trace.
    nlohmann::ordered_json composition;
    /// The composition figure under every state of the page's controls (composition_states.hpp); empty unless asked
    /// for.
    std::vector<Figure> states;
};

[[nodiscard]] Report make_report(const ReportInput& input);

}  // namespace stdpscope::analysis
