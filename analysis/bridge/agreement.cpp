#include "analysis/bridge/agreement.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace stdpscope::analysis {

namespace {

double pearson(const std::vector<double>& left, const std::vector<double>& right) {
    const auto count = static_cast<double>(left.size());
    const double left_mean = std::accumulate(left.begin(), left.end(), 0.0) / count;
    const double right_mean = std::accumulate(right.begin(), right.end(), 0.0) / count;
    double product = 0.0;
    double left_square = 0.0;
    double right_square = 0.0;
    for (std::size_t k = 0; k < left.size(); ++k) {
        const double a = left[k] - left_mean;
        const double b = right[k] - right_mean;
        product += a * b;
        left_square += a * a;
        right_square += b * b;
    }
    if (left.size() < 2 || !(left_square > 0.0) || !(right_square > 0.0)) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    return product / std::sqrt(left_square * right_square);
}

/// Ranks from 0; equal values share the mean of theirs.
std::vector<double> ranks_of(const std::vector<double>& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> ranks(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t end = first;
        while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
        const double shared = 0.5 * static_cast<double>(first + end - 1);
        for (; first < end; ++first) ranks[order[first]] = shared;
    }
    return ranks;
}

/// The events of one row of the result.
class Group {
public:
    void add(const TrainingEvent& event, double change) {
        const Sign sign = sign_of(change);
        const bool is_same = sign == event.change();
        const std::size_t effect = event.transmitter() * event.receptor() > 0 ? 0 : 1;
        ++row_.events;
        ++row_.by_effect[effect];
        const Category wanted =
            category_of(event.timing(), consequence(Measure::magnitude, event.receptor(), event.change()));
        const Category got = category_of(event.timing(), consequence(Measure::magnitude, event.receptor(), sign));
        ++row_.categories[static_cast<std::size_t>(wanted)][static_cast<std::size_t>(got)];
        row_.same_category += wanted == got ? 1 : 0;
        if (is_same) {
            ++row_.same_sign;
            ++row_.same_sign_by_effect[effect];
        } else if (sign == 0) {
            ++row_.other_unchanged;
        } else if (effect == 1) {
            ++row_.other_inhibitory;
        }
        if (event.weight_update != 0.0) {
            ++row_.with_update;
            row_.same_sign_update += sign == sign_of(event.weight_update) ? 1 : 0;
        }
        changes_.push_back(std::abs(change));
        asked_.push_back(std::abs(event.asked()));
        carried_.push_back(std::abs(event.loss_derivative * event.activation));
        timing_.push_back(std::abs(event.loss_derivative));
    }

    [[nodiscard]] Agreement row(std::string layer) const {
        Agreement row = row_;
        row.layer = std::move(layer);
        row.asked = correlation(changes_, asked_);
        row.carried = correlation(changes_, carried_);
        row.timing_alone = correlation(changes_, timing_);
        return row;
    }
    [[nodiscard]] bool is_empty() const { return row_.events == 0; }

private:
    Agreement row_;
    std::vector<double> changes_;
    std::vector<double> asked_;
    std::vector<double> carried_;
    std::vector<double> timing_;
};

}  // namespace

std::vector<double> receptors_of(const BridgeNetwork& bridge, const sim::Simulation& simulation) {
    std::vector<std::vector<double>> weights(bridge.network.projections().size());
    for (std::size_t projection = 0; projection < weights.size(); ++projection) {
        simulation.visit_rows(projection, [&](const sim::SynapseRow& row) {
            weights[projection].push_back(row.weights.front());  // one synapse a neuron
        });
    }
    std::vector<double> receptors;
    for (const BridgeNetwork::Place& place : bridge.places) {
        receptors.push_back(weights[place.projection][place.neuron]);
    }
    return receptors;
}

std::vector<double> spiking_changes(const TrainingEvents& events, const std::vector<double>& before,
                                    const std::vector<double>& after) {
    std::vector<double> changes;
    for (std::size_t k = 0; k < events.events.size(); ++k) {
        changes.push_back(events.events[k].receptor() * (after[k] - before[k]));
    }
    return changes;
}

SizeCorrelation correlation(const std::vector<double>& left, const std::vector<double>& right) {
    return {pearson(left, right), pearson(ranks_of(left), ranks_of(right))};
}

std::vector<Agreement> agreement(const TrainingEvents& events, const std::vector<double>& changes) {
    std::vector<Group> groups(events.layers.size());
    Group all;
    for (std::size_t k = 0; k < events.events.size(); ++k) {
        groups[events.events[k].layer].add(events.events[k], changes[k]);
        all.add(events.events[k], changes[k]);
    }
    std::vector<Agreement> rows;
    for (std::size_t layer = 0; layer < groups.size(); ++layer) {
        if (!groups[layer].is_empty()) rows.push_back(groups[layer].row(events.layers[layer].name));
    }
    rows.push_back(all.row(""));
    return rows;
}

}  // namespace stdpscope::analysis
