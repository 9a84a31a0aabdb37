#include "analysis/report/report_files.hpp"

#include <algorithm>

#include "analysis/report/figure_svg.hpp"

namespace stdpscope::analysis {
namespace {

using Json = nlohmann::ordered_json;

template <class Visit>
void for_each_table(const Report& report, Visit visit) {
    for (const Section& section : report.sections) {
        for (const auto& item : section.items) {
            if (const auto* table = std::get_if<Table>(&item)) visit(*table);
        }
    }
}

template <class Visit>
void for_each_figure(const Report& report, FigureScope scope, Visit visit) {
    for (const Section& section : report.sections) {
        for (const auto& item : section.items) {
            const auto* set = std::get_if<FigureSet>(&item);
            if (set == nullptr) continue;
            for (const Figure& figure : set->figures) visit(figure);
        }
    }
    if (scope == FigureScope::with_states) std::for_each(report.states.begin(), report.states.end(), visit);
}

Json json_of_set(const FigureSet& set) {
    Json choices = Json::array();
    for (const FigureSet::Choice& choice : set.choices) {
        choices.push_back({{"label", choice.label}, {"options", choice.options}});
    }
    Json figures = Json::array();
    for (const Figure& figure : set.figures) figures.push_back(json_of(figure));
    return {{"id", set.id}, {"choices", choices}, {"figures", figures}};
}

Json json_of_section(const Section& section) {
    Json items = Json::array();
    for (const auto& item : section.items) {
        if (const auto* table = std::get_if<Table>(&item)) {
            items.push_back({{"table", json_of(*table)}});
        } else {
            items.push_back({{"figures", json_of_set(std::get<FigureSet>(item))}});
        }
    }
    return {{"id", section.id},
            {"title", section.title},
            {"paragraphs", section.paragraphs},
            {"warnings", section.warnings},
            {"items", items}};
}

}  // namespace

std::vector<ReportFile> csv_files(const Report& report, FigureScope scope) {
    std::vector<ReportFile> files;
    for_each_table(report, [&](const Table& table) { files.push_back({table.id + ".csv", csv_of(table)}); });
    for_each_figure(report, scope, [&](const Figure& figure) {
        files.push_back({"figure_" + figure.id + ".csv", csv_of(figure)});
    });
    return files;
}

std::vector<ReportFile> latex_files(const Report& report) {
    std::vector<ReportFile> files;
    for_each_table(report, [&](const Table& table) { files.push_back({table.id + ".tex", latex_of(table)}); });
    return files;
}

std::vector<ReportFile> svg_files(const Report& report, FigureScope scope) {
    std::vector<ReportFile> files;
    for_each_figure(report, scope, [&](const Figure& figure) {
        files.push_back({figure.id + ".svg", svg_of(figure)});
    });
    return files;
}

Json json_of(const Report& report) {
    Json configurations = Json::array();
    for (const Configuration& configuration : report.configurations) {
        Json runs = Json::array();
        for (const std::size_t run : configuration.runs) runs.push_back(report.run_names[run]);
        configurations.push_back({{"name", configuration.name}, {"runs", runs}});
    }
    Json sections = Json::array();
    for (const Section& section : report.sections) sections.push_back(json_of_section(section));
    return {{"title", report.title},
            {"options", {{"measure", name_of(report.options.measure)}, {"timing", name_of(report.options.timing)}}},
            {"runs", report.run_names},
            {"configurations", configurations},
            {"sections", sections},
            {"composition", report.composition}};
}

}  // namespace stdpscope::analysis
