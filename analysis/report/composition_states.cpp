#include "analysis/report/composition_states.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <utility>

#include "analysis/report/time_points.hpp"

namespace stdpscope::analysis {
namespace {

/// From the bottom of a stack: normal STDP, then what is temporally inverted, so that one edge parts them.
constexpr std::array kStackedCategories = {Category::pre_post_potentiation, Category::post_pre_depression,
                                           Category::pre_post_depression, Category::post_pre_potentiation};

enum class Shown { of_four, of_all, count, of_update };
constexpr std::array kShown = {Shown::of_four, Shown::of_all, Shown::count, Shown::of_update};
constexpr std::array kShownIds = {"of-four", "of-all", "count", "of-update"};
constexpr std::array kShownNames = {"share of the four", "share of all", "count", "share of |update|"};

enum class Kinds { four, normal_and_inverted };

struct State {
    Level level = Level::event;
    Measure measure = Measure::magnitude;
    TimingReading timing = TimingReading::descent;
    Shown shown = Shown::of_four;
    Kinds kinds = Kinds::four;

    [[nodiscard]] std::string id() const {
        return fmt::format("composition_{}_{}_{}_{}{}", name_of(level), name_of(measure), name_of(timing),
                           kShownIds[static_cast<std::size_t>(shown)], kinds == Kinds::four ? "" : "_kinds");
    }
};

/// Counts of a group of events or updates, by bin of the timeline.
struct GroupCounts {
    std::string name;
    std::vector<CategoryTable> bins;
};

std::string group_name(const Group& group) {
    std::string name = group.layer.value_or("");
    if (group.population) name += (name.empty() ? "" : ", ") + *group.population;
    return name.empty() ? "whole network" : name;
}

/// In the order in which summarise() has them.
std::vector<GroupCounts> groups_of(const Timeline& timeline, const State& state, Grouping grouping) {
    grouping.epoch = true;
    const SummaryOptions options{
        .levels = {state.level}, .measure = state.measure, .timing = state.timing, .grouping = grouping};
    std::vector<GroupCounts> groups;
    for (const CategoryRow& row : summarise(timeline.tally, options).categories) {
        if (row.group.is_total()) continue;
        const std::string name = group_name(row.group);
        auto found =
            std::find_if(groups.begin(), groups.end(), [&](const GroupCounts& each) { return each.name == name; });
        if (found == groups.end()) {
            groups.push_back({name, std::vector<CategoryTable>(timeline.ends.size())});
            found = groups.end() - 1;
        }
        found->bins.at(*row.group.epoch) = row.counts;
    }
    return groups;
}

/// NaN in a bin without anything to have a share of.
double value_of(const CategoryTable& counts, Category category, Shown shown) {
    const auto part = static_cast<double>(counts.counts[static_cast<std::size_t>(category)]);
    switch (shown) {
        case Shown::of_four:
            return counts.total() == 0 ? NAN : counts.share(category);
        case Shown::of_all: {
            const std::uint64_t all =
                counts.total() + counts.no_pair + counts.unchanged + counts.untimed + counts.invalid;
            return all == 0 ? NAN : part / static_cast<double>(all);
        }
        case Shown::count:
            return part;
        case Shown::of_update:
            break;
    }
    return counts.total_absolute_update() == 0.0 ? NAN : counts.absolute_update_share(category);
}

struct Layer {
    const char* name;
    Look look;
    std::vector<Category> parts;
};

/// From the bottom of the stack.
std::vector<Layer> stack_of(Kinds kinds) {
    if (kinds == Kinds::normal_and_inverted) {
        return {{"normal STDP", {Paint::response, 0}, {Category::pre_post_potentiation, Category::post_pre_depression}},
                {"temporally inverted STDP",
                 {Paint::response, 2},
                 {Category::pre_post_depression, Category::post_pre_potentiation}}};
    }
    std::vector<Layer> stack;
    for (const Category category : kStackedCategories) {
        stack.push_back({"", {Paint::category, static_cast<std::size_t>(category)}, {category}});
    }
    return stack;
}

std::string name_in_stack(const Layer& layer) {
    return layer.parts.size() == 1 ? readable_name(layer.parts.front()) : layer.name;
}

Panel stack_panel(const ReportContext& context, std::size_t run, const State& state, const GroupCounts& group,
                  std::string title) {
    const Timeline& timeline = *context.input.details[run].timeline;
    const bool is_count = state.shown == Shown::count;
    Panel panel;
    panel.kind = PanelKind::stack;
    panel.title = std::move(title);
    panel.configuration = context.configuration_of[run];
    panel.x = {.title = "epochs", .minimum = 0.0, .maximum = timeline.ends.back()};
    panel.y = {.title = is_count ? "count" : "share", .percent = !is_count, .minimum = 0.0};
    if (!is_count) panel.y.maximum = 1.0;
    for (const Layer& layer : stack_of(state.kinds)) {
        Series series{name_in_stack(layer), layer.look, {}, {}, {}, {}};
        for (std::size_t bin = 0; bin < group.bins.size(); ++bin) {
            double sum = 0.0;
            for (const Category part : layer.parts) sum += value_of(group.bins[bin], part, state.shown);
            add_bin(series, bin == 0 ? 0.0 : timeline.ends[bin - 1], timeline.ends[bin], sum, timeline.ends.size());
        }
        panel.series.push_back(std::move(series));
    }
    return panel;
}

Figure empty_figure(const State& state, const std::string& about) {
    Figure figure;
    figure.id = state.id();
    figure.title = fmt::format("The {} over training, {} level{}",
                               state.kinds == Kinds::four ? "four categories" : "kinds of STDP", name_of(state.level),
                               about.empty() ? "" : ": " + about);
    figure.caption = fmt::format(
        "Table 5's categories (measure {}, timing {}; {}). Blue: normal STDP; orange and hatched: temporally "
        "inverted STDP.",
        name_of(state.measure), name_of(state.timing), kShownNames[static_cast<std::size_t>(state.shown)]);
    figure.summary = figure.caption;
    figure.columns = 4;
    figure.panel_height = 150;
    for (const Layer& layer : stack_of(state.kinds)) figure.legend.push_back({name_in_stack(layer), layer.look, true});
    return figure;
}

std::string slug(const std::string& text) {
    std::string result;
    for (const char letter : text) {
        if (std::isalnum(static_cast<unsigned char>(letter)) != 0) {
            result += letter;
        } else if (!result.empty() && result.back() != '-') {
            result += '-';
        }
    }
    return result;
}

/// One group, the whole network, of each run.
using RunCounts = std::vector<std::pair<std::size_t, GroupCounts>>;

RunCounts whole_networks(const ReportContext& context, const State& state) {
    RunCounts counts;
    for (const std::size_t run : context.traced_runs()) {
        for (GroupCounts& group : groups_of(*context.input.details[run].timeline, state, {})) {
            counts.emplace_back(run, std::move(group));
        }
    }
    return counts;
}

Figure figure_of_runs(const ReportContext& context, const State& state, const RunCounts& counts) {
    Figure figure = empty_figure(state, "");
    for (const auto& [run, group] : counts) {
        figure.panels.push_back(stack_panel(context, run, state, group, context.names[run]));
    }
    return figure;
}

void add_whole_networks(const ReportContext& context, std::vector<Figure>& figures) {
    for (const Level level : {Level::event, Level::update}) {
        for (const Measure measure : {Measure::magnitude, Measure::signed_weight}) {
            for (const TimingReading timing : {TimingReading::descent, TimingReading::gradient}) {
                const RunCounts counts =
                    whole_networks(context, {.level = level, .measure = measure, .timing = timing});
                for (const Shown shown : kShown) {
                    if (shown == Shown::of_update && level == Level::event) continue;  // sizes are of updates
                    for (const Kinds kinds : {Kinds::four, Kinds::normal_and_inverted}) {
                        figures.push_back(figure_of_runs(context, {level, measure, timing, shown, kinds}, counts));
                    }
                }
            }
        }
    }
}

/// Layers; populations over all layers; and those of the layers that have several.
std::vector<GroupCounts> layers_of(const Timeline& timeline, const State& state) {
    return groups_of(timeline, state, {.layer = true});
}
std::vector<GroupCounts> populations_of(const Timeline& timeline, const State& state) {
    std::vector<GroupCounts> groups = groups_of(timeline, state, {.population = true});
    for (const GroupCounts& layer : layers_of(timeline, state)) {
        const auto within = [&](const GroupCounts& each) { return each.name.starts_with(layer.name + ", "); };
        std::vector<GroupCounts> leaves = groups_of(timeline, state, {.layer = true, .population = true});
        std::erase_if(leaves, [&](const GroupCounts& each) { return !within(each); });
        if (leaves.size() > 1) std::move(leaves.begin(), leaves.end(), std::back_inserter(groups));
    }
    return groups;
}

/// A run's layers, its populations; and each of them over runs.
void add_parts(const ReportContext& context, Level level, std::vector<Figure>& figures) {
    const State state{.level = level, .measure = context.input.options.measure, .timing = context.input.options.timing};
    std::vector<Figure> over_runs;
    for (const std::size_t run : context.traced_runs()) {
        const Timeline& timeline = *context.input.details[run].timeline;
        const std::pair<const char*, std::vector<GroupCounts>> views[] = {
            {"layers", layers_of(timeline, state)}, {"populations", populations_of(timeline, state)}};
        for (const auto& [view, groups] : views) {
            figures.push_back(empty_figure(state, context.names[run]));
            figures.back().id += fmt::format("_{}_run-{}", view, run + 1);
            for (const GroupCounts& group : groups) {
                figures.back().panels.push_back(stack_panel(context, run, state, group, group.name));
                const std::string id = state.id() + "_of_" + slug(group.name);
                auto found =
                    std::find_if(over_runs.begin(), over_runs.end(), [&](const Figure& each) { return each.id == id; });
                if (found == over_runs.end()) {
                    over_runs.push_back(empty_figure(state, group.name));
                    over_runs.back().id = id;
                    found = over_runs.end() - 1;
                }
                found->panels.push_back(stack_panel(context, run, state, group, context.names[run]));
            }
        }
    }
    std::move(over_runs.begin(), over_runs.end(), std::back_inserter(figures));
}

}  // namespace

Figure composition_of_runs(const ReportContext& context, Level level) {
    const State state{.level = level, .measure = context.input.options.measure, .timing = context.input.options.timing};
    return figure_of_runs(context, state, whole_networks(context, state));
}

std::vector<Figure> composition_states(const ReportContext& context) {
    std::vector<Figure> figures;
    if (context.traced_runs().empty()) return figures;
    add_whole_networks(context, figures);
    for (const Level level : {Level::event, Level::update}) add_parts(context, level, figures);
    return figures;
}

}  // namespace stdpscope::analysis
