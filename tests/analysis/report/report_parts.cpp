#include "tests/analysis/report/report_parts.hpp"

#include <algorithm>
#include <stdexcept>

namespace stdpscope::tests {
namespace {

template <class Part>
const Part& part_of(const analysis::Section& section, const std::string& id) {
    for (const auto& item : section.items) {
        const auto* part = std::get_if<Part>(&item);
        if (part != nullptr && part->id == id) return *part;
    }
    throw std::out_of_range("section " + section.id + " has no " + id);
}

}  // namespace

const analysis::Section* section_of(const analysis::Report& report, const std::string& id) {
    const auto found = std::find_if(report.sections.begin(), report.sections.end(),
                                    [&](const analysis::Section& section) { return section.id == id; });
    return found == report.sections.end() ? nullptr : &*found;
}

const analysis::Table& table_of(const analysis::Section& section, const std::string& id) {
    return part_of<analysis::Table>(section, id);
}

const analysis::FigureSet& figures_of(const analysis::Section& section, const std::string& id) {
    return part_of<analysis::FigureSet>(section, id);
}

std::string row_of(const analysis::Table& table, std::size_t row) {
    std::string csv = csv_of(table);
    for (std::size_t line = 0; line <= row; ++line) csv = csv.substr(csv.find('\n') + 1);
    return csv.substr(0, csv.find('\n'));
}

}  // namespace stdpscope::tests
