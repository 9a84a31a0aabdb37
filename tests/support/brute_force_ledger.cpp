#include "tests/support/brute_force_ledger.hpp"

#include <cmath>

namespace stdpscope::tests {

namespace {

using analysis::EventCounts;
using analysis::UpdateCounts;

/// Number of one of the samples' uses of one synapse; where no presynaptic unit exists, `exists` is false.
struct Use {
    bool exists = true;
    arma::uword pre_unit = 0;
    arma::uword post_unit = 0;
};

Use use_of(const ann::SynapseGeometry& geometry, arma::uword post, arma::uword pre, arma::uword row,
           arma::uword column) {
    if (geometry.kind == ann::SynapseKind::dense) return {.pre_unit = pre, .post_unit = post};
    const arma::uword kernel_column = pre % geometry.kernel_columns;
    const arma::uword kernel_row = pre / geometry.kernel_columns % geometry.kernel_rows;
    const arma::uword channel = pre / (geometry.kernel_columns * geometry.kernel_rows);
    const auto in_row =
        static_cast<long>(row * geometry.stride_rows + kernel_row) - static_cast<long>(geometry.pad_top);
    const auto in_column =
        static_cast<long>(column * geometry.stride_columns + kernel_column) - static_cast<long>(geometry.pad_left);
    Use use;
    use.exists = in_row >= 0 && in_row < static_cast<long>(geometry.pre_shape.rows) && in_column >= 0 &&
                 in_column < static_cast<long>(geometry.pre_shape.columns);
    if (use.exists) {
        use.pre_unit =
            (channel * geometry.pre_shape.rows + static_cast<arma::uword>(in_row)) * geometry.pre_shape.columns +
            static_cast<arma::uword>(in_column);
    }
    use.post_unit = (post * geometry.post_shape.rows + row) * geometry.post_shape.columns + column;
    return use;
}

std::size_t axis(double value) {
    return value < 0 ? 0 : value > 0 ? 2 : 1;
}

std::size_t event_population(const ann::SynapseLayer& layer, const ann::LayerStep& views, arma::uword sample,
                             arma::uword unit) {
    switch (layer.population_rule) {
        case ann::PopulationRule::layer:
            return 0;
        case ann::PopulationRule::unit:
            return layer.population_of_unit[unit];
        case ann::PopulationRule::element:
            break;
    }
    const arma::uword block = sample / 16;
    return (views.population_bits[block * views.loss_derivative.units() + unit] >> (sample % 16)) & 1U;
}

/// Everything that the update level wants to know of one synapse.
struct SynapseSum {
    bool nan = false;
    BruteForcePairs pairs;
};

template <class Visit>
SynapseSum visit_events(const ann::SynapseLayer& layer, const ann::LayerStep& views, arma::uword post, arma::uword pre,
                        const Visit& visit) {
    const ann::SynapseGeometry& geometry = layer.geometry;
    const bool dense = geometry.kind == ann::SynapseKind::dense;
    const float weight = views.weights_before(post, pre);
    SynapseSum sum;
    for (arma::uword row = 0; row < (dense ? 1 : geometry.post_shape.rows); ++row) {
        for (arma::uword column = 0; column < (dense ? 1 : geometry.post_shape.columns); ++column) {
            const Use use = use_of(geometry, post, pre, row, column);
            if (!use.exists) continue;
            for (arma::uword sample = 0; sample < views.loss_derivative.samples(); ++sample) {
                const float activation = views.pre_activation.at(sample, use.pre_unit);
                const float loss = views.loss_derivative.at(sample, use.post_unit);
                const float response = views.activation_derivative == nullptr
                                           ? 1.0F
                                           : views.activation_derivative->at(sample, use.post_unit);
                const bool nan =
                    std::isnan(activation) || std::isnan(weight) || std::isnan(loss) || std::isnan(response);
                visit(event_population(layer, views, sample, use.post_unit), nan, activation, loss, response);
                if (nan) {
                    sum.nan = true;
                } else if (activation != 0 && loss != 0 && response != 0) {
                    (loss < 0 ? sum.pairs.pre_first : sum.pairs.post_first) += 1;
                    sum.pairs.integral += -static_cast<double>(loss);
                }
            }
        }
    }
    return sum;
}

void count_update(float before, float after, const SynapseSum& sum, analysis::UpdateTiming timing_rule,
                  UpdateCounts& counts) {
    const float update = after - before;
    if (sum.nan || std::isnan(before) || std::isnan(after) || std::isnan(update)) {
        ++counts.invalid;
        return;
    }
    const double timing = timing_rule == analysis::UpdateTiming::pairs
                              ? static_cast<double>(sum.pairs.pre_first - sum.pairs.post_first)
                              : sum.pairs.integral;
    const double size = std::fabs(static_cast<double>(update));
    if ((before < 0 && after > 0) || (before > 0 && after < 0)) ++counts.receptor_switches;
    if (update != 0 && sum.pairs.pre_first + sum.pairs.post_first == 0) {
        ++counts.untimed;
        counts.untimed_absolute_update += size;
        return;
    }
    const std::size_t place = axis(before) * 9 + axis(timing) * 3 + axis(update);
    ++counts.histogram[place];
    counts.absolute_update[place] += size;
}

}  // namespace

analysis::LayerRecord empty_layer_record(const ann::SynapseLayer& layer) {
    analysis::LayerRecord record;
    record.events.resize(layer.populations.size());
    const bool by_unit =
        layer.geometry.kind == ann::SynapseKind::dense && layer.population_rule == ann::PopulationRule::unit;
    record.updates.resize(by_unit ? layer.populations.size() : 1);
    record.unit_response.resize(layer.geometry.weight_rows() * 3);
    return record;
}

void brute_force_count(const ann::SynapseLayer& layer, const ann::LayerStep& views, analysis::UpdateTiming timing,
                       analysis::LayerRecord& record) {
    const ann::SynapseGeometry& geometry = layer.geometry;
    for (arma::uword post = 0; post < geometry.weight_rows(); ++post) {
        for (arma::uword pre = 0; pre < geometry.weight_columns(); ++pre) {
            const float before = views.weights_before(post, pre);
            const auto count_event = [&](std::size_t population, bool nan, float activation, float loss,
                                         float response) {
                EventCounts& counts = record.events[population];
                if (nan) {
                    ++counts.invalid;
                } else {
                    // Timing is the sign of -D.
                    ++counts.histogram[axis(activation) * 27 + axis(before) * 9 + axis(-loss) * 3 + axis(response)];
                }
            };
            const SynapseSum sum = visit_events(layer, views, post, pre, count_event);
            const std::size_t population = record.updates.size() == 1 ? 0 : layer.population_of_unit[post];
            count_update(before, views.weights_after(post, pre), sum, timing, record.updates[population]);
        }
    }
    for (arma::uword unit = 0; unit < geometry.post_shape.units(); ++unit) {
        const arma::uword row = geometry.kind == ann::SynapseKind::dense ? unit : unit / geometry.positions();
        for (arma::uword sample = 0; sample < views.loss_derivative.samples(); ++sample) {
            const float response =
                views.activation_derivative == nullptr ? 1.0F : views.activation_derivative->at(sample, unit);
            if (!std::isnan(response)) ++record.unit_response[row * 3 + axis(response)];
        }
    }
}

BruteForcePairs brute_force_pairs(const ann::SynapseLayer& layer, const ann::LayerStep& views, arma::uword post,
                                  arma::uword pre) {
    return visit_events(layer, views, post, pre, [](std::size_t, bool, float, float, float) {}).pairs;
}

}  // namespace stdpscope::tests
