#include "analysis/summary/trace_summary.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace stdpscope::analysis {
namespace {

/// Sums of parts by group, in the order layer, population, epoch; layers and populations in the order of the network.
template <class Counts>
class Groups {
public:
    explicit Groups(const Grouping& grouping) : grouping_(grouping) {}

    void add(std::size_t layer_index, const std::string& layer, const std::string& population, std::uint64_t epoch,
             const Counts& part) {
        const std::size_t population_index = index_of(population);
        const Order order{grouping_.layer ? layer_index : 0, grouping_.population ? population_index : 0,
                          grouping_.epoch ? epoch : 0};
        Entry& entry = entries_[order];
        if (grouping_.layer) entry.first.layer = layer;
        if (grouping_.population) entry.first.population = population;
        if (grouping_.epoch) entry.first.epoch = epoch;
        add_to(entry.second, part);
        add_to(total_, part);
    }

    /// Calls visit(group, counts) for every group and, last, for the total.
    template <class Visitor>
    void for_each(Visitor visit) const {
        if (grouping_.layer || grouping_.population || grouping_.epoch) {
            for (const auto& [order, entry] : entries_) visit(entry.first, entry.second);
        }
        visit(Group{}, total_);
    }

private:
    using Order = std::tuple<std::size_t, std::size_t, std::uint64_t>;
    using Entry = std::pair<Group, Counts>;

    std::size_t index_of(const std::string& population) {
        const auto found = std::find(populations_.begin(), populations_.end(), population);
        if (found != populations_.end()) return static_cast<std::size_t>(found - populations_.begin());
        populations_.push_back(population);
        return populations_.size() - 1;
    }

    Grouping grouping_;
    std::vector<std::string> populations_;
    std::map<Order, Entry> entries_;
    Counts total_{};
};

struct SwitchCounts {
    std::uint64_t switches = 0;
    std::uint64_t weight_steps = 0;
};

void add_to(SwitchCounts& sum, const SwitchCounts& part) {
    sum.switches += part.switches;
    sum.weight_steps += part.weight_steps;
}

Groups<EventCounts> grouped_events(const Tally& tally, const Grouping& grouping) {
    Groups<EventCounts> groups(grouping);
    for (const auto& [epoch, layers] : tally.epochs()) {
        for (std::size_t index = 0; index < layers.size(); ++index) {
            const ann::SynapseLayer& layer = tally.layers()[index];
            for (std::size_t population = 0; population < layer.populations.size(); ++population) {
                groups.add(index, layer.name, layer.populations[population], epoch, layers[index].events[population]);
            }
        }
    }
    return groups;
}

Groups<UpdateCounts> grouped_updates(const Tally& tally, const Grouping& grouping) {
    Groups<UpdateCounts> groups(grouping);
    for (const auto& [epoch, layers] : tally.epochs()) {
        for (std::size_t index = 0; index < layers.size(); ++index) {
            const auto& populations = tally.update_populations(index);
            for (std::size_t population = 0; population < populations.size(); ++population) {
                groups.add(index, tally.layers()[index].name, populations[population], epoch,
                           layers[index].updates[population]);
            }
        }
    }
    return groups;
}

std::vector<SwitchRow> switch_rows(const Tally& tally, const Grouping& grouping) {
    Groups<SwitchCounts> groups(grouping);
    for (const auto& [epoch, layers] : tally.epochs()) {
        for (std::size_t index = 0; index < layers.size(); ++index) {
            const auto& populations = tally.update_populations(index);
            for (std::size_t population = 0; population < populations.size(); ++population) {
                groups.add(index, tally.layers()[index].name, populations[population], epoch,
                           {layers[index].updates[population].receptor_switches,
                            tally.weights(index, population) * layers[index].steps});
            }
        }
    }
    std::vector<SwitchRow> rows;
    groups.for_each([&](const Group& group, const SwitchCounts& counts) {
        rows.push_back({group, counts.switches, counts.weight_steps});
    });
    return rows;
}

LayerState layer_state(const Tally& tally, std::size_t index, const LayerTally& counts) {
    LayerState state;
    state.layer = tally.layers()[index].name;
    state.units = tally.layers()[index].geometry.weight_rows();
    state.dead_units = counts.dead_units;
    state.most_dead_units = counts.most_dead_units;
    state.biases = counts.biases;
    const auto& populations = tally.update_populations(index);
    for (std::size_t population = 0; population < populations.size(); ++population) {
        state.weights.push_back(
            {populations[population], tally.weights(index, population), counts.updates[population].weights});
    }
    return state;
}

std::vector<LayerState> states_by_epoch(const Tally& tally) {
    std::vector<LayerState> states;
    for (std::size_t index = 0; index < tally.layers().size(); ++index) {
        for (const auto& [epoch, layers] : tally.epochs()) {
            states.push_back(layer_state(tally, index, layers[index]));
            states.back().epoch = epoch;
        }
    }
    return states;
}

std::vector<LayerState> final_states(const Tally& tally) {
    std::vector<LayerState> states;
    if (tally.epochs().empty()) return states;
    for (std::size_t index = 0; index < tally.layers().size(); ++index) {
        states.push_back(layer_state(tally, index, tally.epochs().rbegin()->second[index]));
        for (const auto& [epoch, layers] : tally.epochs()) {
            states.back().most_dead_units = std::max(states.back().most_dead_units, layers[index].most_dead_units);
        }
    }
    return states;
}

}  // namespace

std::string_view name_of(Level level) {
    return level == Level::event ? "event" : "update";
}

TraceSummary summarise(const Tally& tally, const SummaryOptions& options) {
    TraceSummary summary;
    summary.options = options;
    const auto events = grouped_events(tally, options.grouping);
    const auto updates = grouped_updates(tally, options.grouping);
    for (const Level level : options.levels) {
        const auto add_row = [&](const Group& group, const auto& counts) {
            summary.categories.push_back({level, group, categories_of(counts, options.measure, options.timing)});
        };
        if (level == Level::event) {
            events.for_each(add_row);
        } else {
            updates.for_each(add_row);
        }
    }
    events.for_each([&](const Group& group, const EventCounts& counts) {
        summary.effects.push_back(
            {group, effects_of(counts, EventScope::all), effects_of(counts, EventScope::firing_pairs)});
        summary.responses.push_back(
            {group, responses_of(counts, EventScope::all), responses_of(counts, EventScope::firing_pairs)});
    });
    summary.switches = switch_rows(tally, options.grouping);
    summary.layers = options.grouping.epoch ? states_by_epoch(tally) : final_states(tally);
    return summary;
}

}  // namespace stdpscope::analysis
