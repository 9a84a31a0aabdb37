#include "analysis/report/report_html.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "analysis/report/palette.hpp"
#include "analysis/report/report_context.hpp"
#include "analysis/report/report_files.hpp"

namespace stdpscope::analysis {
namespace {

using Json = nlohmann::ordered_json;

std::string base64_of(const std::string& bytes) {
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t place = 0; place < bytes.size(); place += 3) {
        std::uint32_t group = 0;
        for (std::size_t offset = 0; offset < 3; ++offset) {
            group <<= 8U;
            if (place + offset < bytes.size()) group |= static_cast<unsigned char>(bytes[place + offset]);
        }
        const std::size_t present = std::min<std::size_t>(3, bytes.size() - place);
        for (std::size_t letter = 0; letter < 4; ++letter) {
            text += letter <= present ? kLetters[group >> (18U - 6U * letter) & 63U] : '=';
        }
    }
    return text;
}

std::string packed(const Json& document) {
    const std::string text = document.dump();
    uLongf size = compressBound(static_cast<uLong>(text.size()));
    std::string bytes(size, '\0');
    const int result =
        compress2(reinterpret_cast<Bytef*>(bytes.data()), &size, reinterpret_cast<const Bytef*>(text.data()),
                  static_cast<uLong>(text.size()), Z_DEFAULT_COMPRESSION);
    if (result != Z_OK) throw std::runtime_error(fmt::format("zlib: compress2 gave {}", result));
    bytes.resize(size);
    return base64_of(bytes);
}

Json data_of(const Report& report) {
    Json figures = Json::object();
    for (const Section& section : report.sections) {
        for (const auto& item : section.items) {
            const auto* set = std::get_if<FigureSet>(&item);
            if (set == nullptr || set->id == "composition") continue;  // made on the page from the counts
            Json choices = Json::array();
            for (const FigureSet::Choice& choice : set->choices) {
                choices.push_back({{"label", choice.label}, {"options", choice.options}});
            }
            figures[set->id] = {{"choices", choices}, {"initial", set->initial}, {"figures", Json::array()}};
            for (const Figure& figure : set->figures) figures[set->id]["figures"].push_back(json_of(figure));
        }
    }
    Json configurations = Json::array();
    Json configuration_of = Json(report.run_names.size(), 0);
    for (std::size_t index = 0; index < report.configurations.size(); ++index) {
        configurations.push_back(json_of(LegendEntry{report.configurations[index].name, look_of(index)}));
        for (const std::size_t run : report.configurations[index].runs) configuration_of[run] = index;
    }
    return {{"options", {{"measure", name_of(report.options.measure)}, {"timing", name_of(report.options.timing)}}},
            {"runs", report.run_names},
            {"configurations", configurations},
            {"configuration_of", configuration_of},
            {"palette", palette_json()},
            {"figures", figures},
            {"composition", report.composition}};
}

Json files_of(const Report& report) {
    Json files = Json::object();
    for (const auto& list :
         {csv_files(report, FigureScope::sections), latex_files(report), svg_files(report, FigureScope::sections)}) {
        for (const ReportFile& file : list) files[file.name] = file.content;
    }
    return files;
}

std::string header_html(const Report& report) {
    std::string text = fmt::format(
        "<a class=\"skip\" href=\"#main\">To the sections</a>\n<header><div><div class=\"row\"><div><h1>{}</h1>"
        "<p class=\"lead\">{}</p></div>"
        "<button type=\"button\" id=\"theme\" aria-label=\"light or dark page\">Dark</button></div>\n"
        "<ul id=\"configurations\" aria-label=\"configurations to show in the figures\">",
        html_escaped(report.title), html_escaped(report.subtitle));
    for (const Configuration& configuration : report.configurations) {
        text += fmt::format(
            "<li><label><input type=\"checkbox\" checked><span class=\"name\">{}</span>"
            "<span class=\"runs\">{}</span></label></li>",
            html_escaped(configuration.name),
            configuration.runs.size() == 1 ? "1 run" : fmt::format("{} runs", configuration.runs.size()));
    }
    return text + "</ul></div></header>\n";
}

std::string contents_html(const Report& report) {
    std::string text = "<nav aria-label=\"sections\"><ol>";
    for (const Section& section : report.sections) {
        text += fmt::format("<li><a href=\"#{}\">{}</a></li>", section.id, html_escaped(section.title));
    }
    return text + "</ol></nav>\n";
}

/// The first sentence of what each section shows.
std::string glance_html(const Report& report) {
    std::string items;
    for (const Section& section : report.sections) {
        const auto set = std::find_if(section.items.begin(), section.items.end(), [](const auto& item) {
            const auto* figures = std::get_if<FigureSet>(&item);
            return figures != nullptr && !figures->first().summary.empty();
        });
        if (set == section.items.end()) continue;
        items += fmt::format("<li><a href=\"#{}\">{}</a>{}</li>", section.id, html_escaped(section.title),
                             html_escaped(std::get<FigureSet>(*set).first().summary));
    }
    return items.empty() ? "" : "<ul class=\"glance\" aria-label=\"at a glance\">" + items + "</ul>\n";
}

std::string warnings_html(const Section& section) {
    if (section.warnings.empty()) return "";
    std::string text = "<div class=\"warnings\" role=\"note\"><strong>Before you trust these figures</strong><ul>";
    for (const std::string& warning : section.warnings) text += "<li>" + html_escaped(warning) + "</li>";
    return text + "</ul></div>\n";
}

std::string item_html(const FigureSet& set) {
    const Figure& first = set.first();
    return fmt::format(
        "<figure data-set=\"{}\"><figcaption><span class=\"title\">{}.</span> <span class=\"caption\">{}</span> "
        "<span class=\"summary\">{}</span><noscript> Figures need JavaScript; as SVG files: stdpscope report --format "
        "svg.</noscript></figcaption></figure>\n",
        set.id, html_escaped(first.title), html_escaped(first.caption), html_escaped(first.summary));
}

/// Long tables are folded.
std::string item_html(const Table& table) {
    constexpr std::size_t kMostRows = 40;
    const std::string box =
        fmt::format("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">{}</div>",
                    html_escaped(table.id), html_of(table));
    const std::string shown =
        table.rows.size() <= kMostRows
            ? box
            : fmt::format("<details><summary>Show {} rows</summary>{}</details>", table.rows.size(), box);
    return fmt::format(
        "<div class=\"table\" data-table=\"{}\"><p class=\"table-caption\" aria-hidden=\"true\">{}</p>{}</div>\n",
        table.id, html_escaped(table.caption), shown);
}

std::string section_html(const Section& section, std::size_t number) {
    std::string text = fmt::format(
        "<section id=\"{0}\" aria-labelledby=\"{0}-title\"><h2 id=\"{0}-title\"><span "
        "class=\"count\">{1}</span>{2}</h2>\n{3}",
        section.id, number, html_escaped(section.title), warnings_html(section));
    for (const std::string& paragraph : section.paragraphs) text += "<p>" + html_escaped(paragraph) + "</p>\n";
    for (const auto& item : section.items) {
        text += std::visit([](const auto& content) { return item_html(content); }, item);
    }
    return text + "</section>\n";
}

std::string body_html(const Report& report, const std::string& program) {
    std::string text = header_html(report) + "<div class=\"layout\">\n" + contents_html(report) +
                       "<main id=\"main\">\n" + glance_html(report);
    for (std::size_t place = 0; place < report.sections.size(); ++place) {
        text += section_html(report.sections[place], place + 1);
    }
    return text + "</main></div>\n<footer>Made by " + html_escaped(program) +
           ". Definitions: docs/theory.md of the project. Thesis: T. Maharaj, MSc thesis, Bishop's University, "
           "2015.</footer>\n";
}

}  // namespace

std::string html_of(const Report& report, std::string_view page, const std::string& program) {
    const std::pair<std::string_view, std::string> values[] = {
        {"@@TITLE@@", html_escaped(report.title) + " - stdpscope"},
        {"@@BODY@@", body_html(report, program)},
        {"@@DATA@@", packed(data_of(report))},
        {"@@FILES@@", packed(files_of(report))},
    };
    std::string document;
    std::size_t begin = 0;
    for (const auto& [place, value] : values) {  // in the order of the page
        const std::size_t found = page.find(place, begin);
        if (found == std::string_view::npos) throw std::logic_error(fmt::format("the page has no {}", place));
        document.append(page.substr(begin, found - begin)).append(value);
        begin = found + place.size();
    }
    return document.append(page.substr(begin));
}

}  // namespace stdpscope::analysis
