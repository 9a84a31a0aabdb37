#include "analysis/summary/sign_tables.hpp"

#include <cassert>
#include <numeric>

#include "analysis/classify/sign.hpp"

namespace stdpscope::analysis {
namespace {

std::size_t place_of(Category category) {
    assert(category != Category::unchanged);
    return static_cast<std::size_t>(category);
}

/// Calls visit(transmitter, receptor, timing, response, count) for every cell of the histogram.
template <class Visitor>
void for_each_cell(const EventCounts& events, Visitor visit) {
    for (std::size_t transmitter = 0; transmitter < 3; ++transmitter) {
        for (std::size_t receptor = 0; receptor < 3; ++receptor) {
            for (std::size_t timing = 0; timing < 3; ++timing) {
                for (std::size_t response = 0; response < 3; ++response) {
                    visit(sign_at(transmitter), sign_at(receptor), sign_at(timing), sign_at(response),
                          events.histogram[EventCounts::place(transmitter, receptor, timing, response)]);
                }
            }
        }
    }
}

bool is_firing_pair(Sign transmitter, Sign timing, Sign response) {
    return transmitter != 0 && timing != 0 && response != 0;
}

}  // namespace

double share_of(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::uint64_t CategoryTable::total() const {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

double CategoryTable::total_absolute_update() const {
    return std::accumulate(absolute_update.begin(), absolute_update.end(), 0.0);
}

std::uint64_t CategoryTable::count(Category category) const {
    return counts[place_of(category)];
}

std::uint64_t CategoryTable::count(Response response) const {
    std::uint64_t sum = 0;
    for (const Category category : kStdpCategories) {
        if (response_of(category) == response) sum += count(category);
    }
    return sum;
}

double CategoryTable::share(Category category) const {
    return share_of(count(category), total());
}

double CategoryTable::share(Response response) const {
    return share_of(count(response), total());
}

double CategoryTable::absolute_update_share(Category category) const {
    const double whole = total_absolute_update();
    return whole == 0.0 ? 0.0 : absolute_update[place_of(category)] / whole;
}

CategoryTable categories_of(const EventCounts& events, Measure measure, TimingReading reading) {
    CategoryTable result;
    result.invalid = events.invalid;
    for_each_cell(events, [&](Sign transmitter, Sign receptor, Sign timing, Sign response, std::uint64_t count) {
        if (!is_firing_pair(transmitter, timing, response)) {
            result.no_pair += count;
            return;
        }
        const Sign change = event_change(transmitter, timing, response);
        const Category category = category_of(read_timing(reading, timing), consequence(measure, receptor, change));
        result.counts[place_of(category)] += count;
    });
    return result;
}

CategoryTable categories_of(const UpdateCounts& updates, Measure measure, TimingReading reading) {
    CategoryTable result;
    result.untimed = updates.untimed;
    result.untimed_absolute_update = updates.untimed_absolute_update;
    result.invalid = updates.invalid;
    for (std::size_t receptor = 0; receptor < 3; ++receptor) {
        for (std::size_t timing = 0; timing < 3; ++timing) {
            for (std::size_t change = 0; change < 3; ++change) {
                const std::size_t cell = UpdateCounts::place(receptor, timing, change);
                const Category category = category_of(read_timing(reading, sign_at(timing)),
                                                      consequence(measure, sign_at(receptor), sign_at(change)));
                if (category == Category::unchanged) {
                    result.unchanged += updates.histogram[cell];
                } else {
                    result.counts[place_of(category)] += updates.histogram[cell];
                    result.absolute_update[place_of(category)] += updates.absolute_update[cell];
                }
            }
        }
    }
    return result;
}

std::uint64_t EffectCounts::excitatory() const {
    return excitatory_transmitter_normal_receptor + inhibitory_transmitter_opposite_receptor;
}

std::uint64_t EffectCounts::inhibitory() const {
    return excitatory_transmitter_opposite_receptor + inhibitory_transmitter_normal_receptor;
}

EffectCounts effects_of(const EventCounts& events, EventScope scope) {
    EffectCounts result;
    for_each_cell(events, [&](Sign transmitter, Sign receptor, Sign timing, Sign response, std::uint64_t count) {
        if (transmitter == 0 || receptor == 0) return;
        if (scope == EventScope::firing_pairs && !is_firing_pair(transmitter, timing, response)) return;
        if (transmitter > 0) {
            (receptor > 0 ? result.excitatory_transmitter_normal_receptor
                          : result.excitatory_transmitter_opposite_receptor) += count;
        } else {
            (receptor > 0 ? result.inhibitory_transmitter_normal_receptor
                          : result.inhibitory_transmitter_opposite_receptor) += count;
        }
    });
    return result;
}

ResponseCounts responses_of(const EventCounts& events, EventScope scope) {
    ResponseCounts result;
    for_each_cell(events, [&](Sign transmitter, Sign /*receptor*/, Sign timing, Sign response, std::uint64_t count) {
        if (scope == EventScope::firing_pairs && !is_firing_pair(transmitter, timing, response)) return;
        if (response > 0) {
            result.normal += count;
        } else if (response < 0) {
            result.inverted += count;
        } else {
            result.zero += count;
        }
    });
    return result;
}

std::string_view hebbian_name_of(Category category) {
    switch (category) {
        case Category::pre_post_potentiation:
            return "Hebbian";
        case Category::pre_post_depression:
            return "anti-Hebbian";
        case Category::post_pre_potentiation:
            return "temporally inverted Hebbian";
        case Category::post_pre_depression:
            return "temporally inverted anti-Hebbian";
        case Category::unchanged:
            break;
    }
    return "-";
}

void add_to(EventCounts& sum, const EventCounts& part) {
    for (std::size_t cell = 0; cell < sum.histogram.size(); ++cell) sum.histogram[cell] += part.histogram[cell];
    sum.invalid += part.invalid;
}

void add_to(UpdateCounts& sum, const UpdateCounts& part) {
    for (std::size_t cell = 0; cell < sum.histogram.size(); ++cell) {
        sum.histogram[cell] += part.histogram[cell];
        sum.absolute_update[cell] += part.absolute_update[cell];
    }
    sum.untimed += part.untimed;
    sum.untimed_absolute_update += part.untimed_absolute_update;
    sum.invalid += part.invalid;
    sum.receptor_switches += part.receptor_switches;
    sum.weights = part.weights;
}

}  // namespace stdpscope::analysis
