#include <algorithm>
#include <map>

#include "analysis/report/report_context.hpp"

/// What was compared: runs, settings that differ, environment, warnings.
namespace stdpscope::analysis {
namespace {

/// A value of environment.json as text; none where the file has no such key.
std::optional<std::string> environment_text(const RunSummary& run, const std::string& key) {
    if (!run.environment.is_object() || !run.environment.contains(key)) return std::nullopt;
    const nlohmann::json& value = run.environment[key];
    return value.is_string() ? value.get<std::string>() : value.dump();
}

Table runs_table(const ReportContext& context) {
    Table table{.id = "runs",
                .caption = "The runs, in the order in which they were given.",
                .columns = {{"run", "run"},
                            {"configuration", "configuration"},
                            {"seed", "seed"},
                            {"epochs", "epochs", Format::whole},
                            {"end", "end"},
                            {"trace_level", "trace"},
                            {"records", "records", Format::whole},
                            {"data", "data"},
                            {"data_checksum", "data checksum"}},
                .rows = {}};
    for (std::size_t index = 0; index < context.runs(); ++index) {
        const RunSummary& run = context.run(index);
        const std::string seed = run.setting("training.seed");
        table.rows.push_back({context.names[index], context.configuration_name(index),
                              seed.empty() && run.trace ? std::to_string(run.trace->header.seed) : seed,
                              std::uint64_t{run.metrics.size()}, end_of(run),
                              run.trace ? std::string(name_of(run.trace->header.options.level)) : "none",
                              run.trace ? Cell(run.trace->tally.records()) : Cell{},
                              context.configurations[context.configuration_of[index]].data, data_checksum(run)});
    }
    return table;
}

/// One row a run, one column a setting; a network in full differs in too many.
std::optional<Table> settings_table(const ReportContext& context) {
    std::vector<std::vector<FlatSetting>> configurations;
    for (const RunSummary& run : context.input.runs) configurations.push_back(run.configuration);
    const std::vector<SettingDifference> differences = differences_of(configurations);
    if (differences.empty()) return std::nullopt;
    Table table{.id = "settings_that_differ",
                .caption = "Settings that are not the same in all runs; a dash: the run has no such setting.",
                .columns = {{"run", "run"}},
                .rows = {}};
    for (const SettingDifference& difference : differences) table.columns.push_back({difference.key, difference.key});
    for (std::size_t index = 0; index < context.runs(); ++index) {
        std::vector<Cell> row{context.names[index]};
        for (const SettingDifference& difference : differences) {
            row.push_back(difference.values[index] ? Cell(*difference.values[index]) : Cell{});
        }
        table.rows.push_back(std::move(row));
    }
    return table;
}

/// "all", or the names of the runs.
std::string whose(const ReportContext& context, const std::vector<std::size_t>& runs) {
    if (runs.size() == context.runs()) return "all";
    std::string names;
    for (const std::size_t run : runs) names += (names.empty() ? "" : ", ") + context.names[run];
    return names;
}

std::optional<Table> environment_table(const ReportContext& context) {
    Table table{.id = "environment",
                .caption = "Where the runs were made.",
                .columns = {{"property", "property"}, {"value", "value"}, {"runs", "runs"}},
                .rows = {}};
    constexpr std::pair<const char*, const char*> kProperties[] = {
        {"program", "program"},
        {"compiler", "compiler"},
        {"build_type", "build"},
        {"operating_system", "operating system"},
        {"processor", "processor"},
        {"cores", "cores"},
        {"threads", "threads"},
        {"vector_instructions", "vector instructions"},
        {"linear_algebra", "linear algebra"},
    };
    for (const auto& [key, name] : kProperties) {
        std::map<std::string, std::vector<std::size_t>> by_value;
        for (std::size_t index = 0; index < context.runs(); ++index) {
            if (const auto value = environment_text(context.run(index), key)) by_value[*value].push_back(index);
        }
        for (const auto& [value, runs] : by_value)
            table.rows.push_back({std::string(name), value, whose(context, runs)});
    }
    if (table.rows.empty()) return std::nullopt;
    return table;
}

}  // namespace

Section compared_section(const ReportContext& context) {
    Section section{.id = "compared", .title = "What was compared", .paragraphs = {}, .warnings = {}, .items = {}};
    section.paragraphs.push_back(
        "Runs that differ in nothing but their seed are one configuration; means and intervals are over its seeds. "
        "Settings that change neither what is trained nor how it is counted (threads, how much a trace keeps, where "
        "equal data lie) do not make configurations apart.");
    for (const Warning& warning : warnings_of(context.input.runs, context.configurations)) {
        section.warnings.push_back(warning.run ? context.names[*warning.run] + " " + warning.text : warning.text);
    }
    section.items.emplace_back(runs_table(context));
    if (auto settings = settings_table(context)) section.items.emplace_back(std::move(*settings));
    if (auto environment = environment_table(context)) section.items.emplace_back(std::move(*environment));
    return section;
}

}  // namespace stdpscope::analysis
