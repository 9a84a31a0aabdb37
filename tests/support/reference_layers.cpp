#include "tests/support/reference_layers.hpp"

#include <cmath>

namespace stdpscope::test {

namespace {

using ann::MapShape;
using ann::Pool2dSpec;
using ann::SynapseGeometry;
using arma::sword;
using arma::uword;

uword unit_of(MapShape shape, uword channel, uword row, uword column) {
    return (channel * shape.rows + row) * shape.columns + column;
}

bool inside(MapShape shape, sword row, sword column) {
    return row >= 0 && column >= 0 && row < static_cast<sword>(shape.rows) &&
           column < static_cast<sword>(shape.columns);
}

/// Calls visit(post unit, pre unit, weight row, weight column) for every use of every weight inside the map.
template <typename Visit>
void for_synapses(const SynapseGeometry& g, Visit visit) {
    if (g.kind == ann::SynapseKind::dense) {
        for (uword post = 0; post < g.post_shape.units(); ++post) {
            for (uword pre = 0; pre < g.pre_shape.units(); ++pre) visit(post, pre, post, pre);
        }
        return;
    }
    for (uword post = 0; post < g.post_shape.units(); ++post) {
        const uword channel_out = post / (g.post_shape.rows * g.post_shape.columns);
        const uword row = post / g.post_shape.columns % g.post_shape.rows;
        const uword column = post % g.post_shape.columns;
        for (uword weight = 0; weight < g.weight_columns(); ++weight) {
            const uword channel = weight / (g.kernel_rows * g.kernel_columns);
            const uword kernel_row = weight / g.kernel_columns % g.kernel_rows;
            const uword kernel_column = weight % g.kernel_columns;
            const auto pre_row = static_cast<sword>(row * g.stride_rows + kernel_row) - static_cast<sword>(g.pad_top);
            const auto pre_column =
                static_cast<sword>(column * g.stride_columns + kernel_column) - static_cast<sword>(g.pad_left);
            if (!inside(g.pre_shape, pre_row, pre_column)) continue;
            visit(post, unit_of(g.pre_shape, channel, static_cast<uword>(pre_row), static_cast<uword>(pre_column)),
                  channel_out, weight);
        }
    }
}

uword weight_row_of(const SynapseGeometry& g, uword post) {
    return post / g.positions();
}

MapShape pooled(MapShape map, const Pool2dSpec& spec) {
    const auto& pad = spec.padding;
    return {map.channels, (map.rows + pad.top + pad.bottom - spec.window_rows) / spec.stride_rows + 1,
            (map.columns + pad.left + pad.right - spec.window_columns) / spec.stride_columns + 1};
}

/// The units of one output's window, row by row.
std::vector<uword> window_units(MapShape map, const Pool2dSpec& spec, uword output) {
    const MapShape shape = pooled(map, spec);
    const uword channel = output / (shape.rows * shape.columns);
    const auto top = static_cast<sword>(output / shape.columns % shape.rows * spec.stride_rows) -
                     static_cast<sword>(spec.padding.top);
    const auto left =
        static_cast<sword>(output % shape.columns * spec.stride_columns) - static_cast<sword>(spec.padding.left);
    std::vector<uword> units;
    for (sword row = top; row < top + static_cast<sword>(spec.window_rows); ++row) {
        for (sword column = left; column < left + static_cast<sword>(spec.window_columns); ++column) {
            if (!inside(map, row, column)) continue;
            units.push_back(unit_of(map, channel, static_cast<uword>(row), static_cast<uword>(column)));
        }
    }
    return units;
}

/// The first NaN, else the first maximum.
uword winner_of(const std::vector<uword>& units, const arma::mat& input, uword sample) {
    uword winner = units.front();
    for (const uword unit : units) {
        const double best = input(winner, sample);
        if (std::isnan(best)) break;
        if (std::isnan(input(unit, sample)) || input(unit, sample) > best) winner = unit;
    }
    return winner;
}

}  // namespace

arma::mat reference_forward(const SynapseGeometry& geometry, const arma::mat& weights, const arma::vec& biases,
                            const arma::mat& input) {
    arma::mat output(geometry.post_shape.units(), input.n_cols);
    for (uword sample = 0; sample < input.n_cols; ++sample) {
        for (uword post = 0; post < output.n_rows; ++post) output(post, sample) = biases(weight_row_of(geometry, post));
        for_synapses(geometry, [&](uword post, uword pre, uword row, uword column) {
            output(post, sample) += weights(row, column) * input(pre, sample);
        });
    }
    return output;
}

ReferenceGradients reference_backward(const SynapseGeometry& geometry, const arma::mat& weights, const arma::mat& input,
                                      const arma::mat& output_gradient) {
    ReferenceGradients gradients{.input = arma::mat(arma::size(input), arma::fill::zeros),
                                 .weights = arma::mat(arma::size(weights), arma::fill::zeros),
                                 .biases = arma::vec(weights.n_rows, arma::fill::zeros)};
    for (uword sample = 0; sample < input.n_cols; ++sample) {
        for_synapses(geometry, [&](uword post, uword pre, uword row, uword column) {
            gradients.input(pre, sample) += weights(row, column) * output_gradient(post, sample);
            gradients.weights(row, column) += input(pre, sample) * output_gradient(post, sample);
        });
        for (uword post = 0; post < output_gradient.n_rows; ++post) {
            gradients.biases(weight_row_of(geometry, post)) += output_gradient(post, sample);
        }
    }
    return gradients;
}

arma::mat reference_pool(MapShape map, const Pool2dSpec& spec, const arma::mat& input) {
    arma::mat output(pooled(map, spec).units(), input.n_cols, arma::fill::zeros);
    for (uword unit = 0; unit < output.n_rows; ++unit) {
        const std::vector<uword> window = window_units(map, spec, unit);
        for (uword sample = 0; sample < input.n_cols; ++sample) {
            if (spec.kind == ann::PoolKind::max) {
                output(unit, sample) = input(winner_of(window, input, sample), sample);
                continue;
            }
            for (const uword pixel : window) output(unit, sample) += input(pixel, sample);
            output(unit, sample) /= static_cast<double>(window.size());
        }
    }
    return output;
}

arma::mat reference_pool_gradient(MapShape map, const Pool2dSpec& spec, const arma::mat& input,
                                  const arma::mat& output_gradient) {
    arma::mat gradient(arma::size(input), arma::fill::zeros);
    for (uword unit = 0; unit < output_gradient.n_rows; ++unit) {
        const std::vector<uword> window = window_units(map, spec, unit);
        for (uword sample = 0; sample < input.n_cols; ++sample) {
            if (spec.kind == ann::PoolKind::max) {
                gradient(winner_of(window, input, sample), sample) += output_gradient(unit, sample);
                continue;
            }
            for (const uword pixel : window) {
                gradient(pixel, sample) += output_gradient(unit, sample) / static_cast<double>(window.size());
            }
        }
    }
    return gradient;
}

}  // namespace stdpscope::test
