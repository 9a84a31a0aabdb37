#include "analysis/report/composition.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace stdpscope::analysis {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kMeasures = {Measure::magnitude, Measure::signed_weight};
constexpr std::array kTimings = {TimingReading::descent, TimingReading::gradient};
/// Which groups: whole, by layer, by population, by both.
constexpr std::array kGroupings = {Grouping{false, false, true}, Grouping{true, false, true}, Grouping{false, true, true},
                                   Grouping{true, true, true}};

std::string convention_name(Measure measure, TimingReading timing) {
    return std::string(name_of(measure)) + " " + std::string(name_of(timing));
}

std::size_t populations_of_layer(const Tally& tally, Level level, const std::string& layer) {
    for (std::size_t index = 0; index < tally.layers().size(); ++index) {
        if (tally.layers()[index].name != layer) continue;
        return level == Level::event ? tally.layers()[index].populations.size() : tally.update_populations(index).size();
    }
    return 0;
}

/// Adds the rows of one level, grouping and convention to `groups`, by level, layer and population.
class GroupsOfRun {
public:
    explicit GroupsOfRun(const Timeline& timeline) : timeline_(timeline), groups_(Json::array()) {
        for (const Grouping& grouping : kGroupings) {
            for (const Measure measure : kMeasures) {
                for (const TimingReading timing : kTimings) add(grouping, measure, timing);
            }
        }
    }
    [[nodiscard]] Json take() { return std::move(groups_); }

private:
    void add(const Grouping& grouping, Measure measure, TimingReading timing) {
        const SummaryOptions options{.measure = measure, .timing = timing, .grouping = grouping};
        for (const CategoryRow& row : summarise(timeline_.tally, options).categories) {
            if (row.group.is_total()) continue;
            const bool both = grouping.layer && grouping.population;
            if (both && populations_of_layer(timeline_.tally, row.level, *row.group.layer) < 2) continue;
            add(row, convention_name(measure, timing), !grouping.population);
        }
    }

    void add(const CategoryRow& row, const std::string& convention, bool with_updates) {
        Json& group = group_of(row);
        const std::size_t bin = *row.group.epoch;
        const auto put = [&](Json& place, std::size_t category, const Json& value) {
            Json& series = place[convention];
            if (series.is_null()) series = Json(4, Json(timeline_.ends.size(), 0));
            series[category][bin] = value;
        };
        for (std::size_t category = 0; category < 4; ++category) {
            put(group["counts"], category, row.counts.counts[category]);
            if (row.level == Level::update && with_updates) {
                put(group["absolute_update"], category, row.counts.absolute_update[category]);
            }
        }
        const auto put_outside = [&](const char* name, std::uint64_t value) {
            Json& series = group["outside"][name];
            if (series.is_null()) series = Json(timeline_.ends.size(), 0);
            series[bin] = value;
        };
        if (row.level == Level::event) put_outside("no_pair", row.counts.no_pair);
        if (row.level == Level::update) {
            put_outside("unchanged", row.counts.unchanged);
            put_outside("untimed", row.counts.untimed);
        }
        put_outside("invalid", row.counts.invalid);
    }

    Json& group_of(const CategoryRow& row) {
        const std::string key = std::string(name_of(row.level)) + '\n' + row.group.layer.value_or("") + '\n' +
                                row.group.population.value_or("");
        const auto [found, added] = places_.try_emplace(key, groups_.size());
        if (added) {
            groups_.push_back({{"level", name_of(row.level)},
                               {"layer", row.group.layer ? Json(*row.group.layer) : Json(nullptr)},
                               {"population", row.group.population ? Json(*row.group.population) : Json(nullptr)}});
        }
        return groups_[found->second];
    }

    const Timeline& timeline_;
    Json groups_;
    std::map<std::string, std::size_t> places_;
};

}  // namespace

Json composition_json(const ReportContext& context) {
    const auto traced = context.traced_runs();
    if (traced.empty()) return nullptr;
    Json result = {{"categories", Json::array()}, {"runs", Json::array()}};
    for (const Category category : kStdpCategories) result["categories"].push_back(name_of(category));
    for (const std::size_t run : traced) {
        const Timeline& timeline = *context.input.details[run].timeline;
        result["runs"].push_back({{"run", run}, {"ends", timeline.ends}, {"groups", GroupsOfRun(timeline).take()}});
    }
    return result;
}

}  // namespace stdpscope::analysis
