#include "analysis/report/composition.hpp"

#include <array>
#include <map>
#include <string>
#include <vector>

namespace stdpscope::analysis {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kMeasures = {Measure::magnitude, Measure::signed_weight};
constexpr std::array kTimings = {TimingReading::descent, TimingReading::gradient};
std::string convention_name(Measure measure, TimingReading timing) {
    return std::string(name_of(measure)) + " " + std::string(name_of(timing));
}

class RunCounts {
public:
    explicit RunCounts(const Timeline& timeline)
        : timeline_(timeline), groups_(Json::array()), absolute_update_(Json::object()) {
        for (const Measure measure : kMeasures) {
            for (const TimingReading timing : kTimings) {
                add_groups(measure, timing);
                add_absolute_updates(measure, timing);
            }
        }
    }
    [[nodiscard]] Json take_groups() { return std::move(groups_); }
    [[nodiscard]] Json take_absolute_update() { return std::move(absolute_update_); }

private:
    void add_groups(Measure measure, TimingReading timing) {
        const SummaryOptions options{
            .measure = measure, .timing = timing, .grouping = {.layer = true, .population = true, .epoch = true}};
        for (const CategoryRow& row : summarise(timeline_.tally, options).categories) {
            if (!row.group.is_total()) add(row, convention_name(measure, timing));
        }
    }

    void add_absolute_updates(Measure measure, TimingReading timing) {
        const SummaryOptions options{
            .levels = {Level::update}, .measure = measure, .timing = timing, .grouping = {.epoch = true}};
        for (const CategoryRow& row : summarise(timeline_.tally, options).categories) {
            if (row.group.is_total()) continue;
            put(absolute_update_[convention_name(measure, timing)], *row.group.epoch, row.counts.absolute_update);
        }
    }

    void add(const CategoryRow& row, const std::string& convention) {
        Json& group = group_of(row);
        const std::size_t bin = *row.group.epoch;
        put(group["counts"][convention], bin, row.counts.counts);
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

    template <class Value>
    void put(Json& place, std::size_t bin, const std::array<Value, 4>& values) {
        if (place.is_null()) place = Json(4, Json(timeline_.ends.size(), 0));
        for (std::size_t category = 0; category < values.size(); ++category) place[category][bin] = values[category];
    }

    Json& group_of(const CategoryRow& row) {
        const std::string key =
            std::string(name_of(row.level)) + '\n' + *row.group.layer + '\n' + *row.group.population;
        const auto [found, added] = places_.try_emplace(key, groups_.size());
        if (added) {
            groups_.push_back(
                {{"level", name_of(row.level)}, {"layer", *row.group.layer}, {"population", *row.group.population}});
        }
        return groups_[found->second];
    }

    const Timeline& timeline_;
    Json groups_;
    Json absolute_update_;
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
        RunCounts counts(timeline);
        result["runs"].push_back({{"run", run},
                                  {"ends", timeline.ends},
                                  {"groups", counts.take_groups()},
                                  {"absolute_update", counts.take_absolute_update()}});
    }
    return result;
}

}  // namespace stdpscope::analysis
