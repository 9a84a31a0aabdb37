#pragma once

#include "analysis/report/report.hpp"

/// What all sections of a report share.
namespace stdpscope::analysis {

struct ReportContext {
    const ReportInput& input;
    std::vector<std::string> names;  ///< of the runs
    std::vector<Configuration> configurations;
    std::vector<std::size_t> configuration_of;  ///< by run

    explicit ReportContext(const ReportInput& report_input);

    [[nodiscard]] std::size_t runs() const { return input.runs.size(); }
    [[nodiscard]] const RunSummary& run(std::size_t index) const { return input.runs[index]; }
    [[nodiscard]] const std::string& configuration_name(std::size_t run_index) const {
        return configurations[configuration_of[run_index]].name;
    }
    /// All runs by configuration, in the order of these.
    [[nodiscard]] std::vector<std::size_t> ordered_runs() const;
    /// Those of ordered_runs() with a record in their trace.
    [[nodiscard]] std::vector<std::size_t> traced_runs() const;
    /// Configurations of which some run has an epoch's errors: not those of simulations.
    [[nodiscard]] std::vector<std::size_t> measured_configurations() const;
    /// The configuration to which others are compared: the first without NegLU units, else the first.
    [[nodiscard]] std::size_t reference() const;
    /// Those of traced_runs() that are trainings: simulations have projections for layers, no derivatives and no
    /// biases.
    [[nodiscard]] std::vector<std::size_t> trained_runs() const;
    /// Names of the layers of some of traced_runs(), each once, in the order of its first run.
    [[nodiscard]] std::vector<std::string> layer_names(const std::vector<std::size_t>& traced) const;
    /// Where choices of a trained layer begin: the first with several populations (NegLU units) in any run, else the
    /// first.
    [[nodiscard]] std::size_t layer_of_interest() const;
    /// Place of a layer in the trace of a run that has one; none where it lacks it.
    [[nodiscard]] std::optional<std::size_t> layer_of(std::size_t run_index, const std::string& name) const;
};

/// "pre-post potentiation", ...
[[nodiscard]] std::string readable_name(Category category);

/// Colour and marker of a configuration.
[[nodiscard]] Look look_of(std::size_t configuration);
/// The dash that tells a configuration's seeds apart: solid for its first run, ...
[[nodiscard]] Dash dash_of(const ReportContext& context, std::size_t run);

/// The sections, in the order of the report; one without items has nothing to show.
[[nodiscard]] Section compared_section(const ReportContext& context);
[[nodiscard]] Section errors_section(const ReportContext& context);
[[nodiscard]] Section curves_section(const ReportContext& context);
[[nodiscard]] Section composition_section(const ReportContext& context);
[[nodiscard]] Section effects_section(const ReportContext& context);
[[nodiscard]] Section window_section(const ReportContext& context);
[[nodiscard]] Section bridge_section(const ReportContext& context);
[[nodiscard]] Section simulations_section(const ReportContext& context);
[[nodiscard]] Section units_section(const ReportContext& context);
[[nodiscard]] Section statistics_section(const ReportContext& context);

/// The value of each run of a configuration for which `value_of` gives one.
template <class ValueOf>
[[nodiscard]] std::vector<double> values_over_runs(const Configuration& configuration, ValueOf value_of) {
    std::vector<double> values;
    for (const std::size_t run : configuration.runs) {
        const std::optional<double> value = value_of(run);
        if (value) values.push_back(*value);
    }
    return values;
}

}  // namespace stdpscope::analysis
