#include "analysis/trace/restated_categories.hpp"

namespace stdpscope::analysis {

namespace {
void add(CategoryCounts& categories, Sign timing, Sign receptor, Sign change, std::uint64_t count) {
    const Category category = category_of(timing, consequence(Measure::magnitude, receptor, change));
    if (category != Category::unchanged) categories[static_cast<std::size_t>(category)] += count;
}
}  // namespace

CategoryCounts event_categories(const EventCounts& counts) {
    CategoryCounts categories{};
    for (const Sign transmitter : {-1, 1}) {
        for (const Sign receptor : {-1, 0, 1}) {
            for (const Sign timing : {-1, 1}) {
                for (const Sign response : {-1, 1}) {
                    const std::size_t place =
                        EventCounts::place(axis_of(transmitter), axis_of(receptor), axis_of(timing), axis_of(response));
                    add(categories, timing, receptor, event_change(transmitter, timing, response),
                        counts.histogram[place]);
                }
            }
        }
    }
    return categories;
}

CategoryCounts update_categories(const UpdateCounts& counts) {
    CategoryCounts categories{};
    for (const Sign receptor : {-1, 0, 1}) {
        for (const Sign timing : {-1, 0, 1}) {
            for (const Sign change : {-1, 0, 1}) {
                const std::size_t place = UpdateCounts::place(axis_of(receptor), axis_of(timing), axis_of(change));
                add(categories, timing, receptor, change, counts.histogram[place]);
            }
        }
    }
    return categories;
}

}  // namespace stdpscope::analysis
