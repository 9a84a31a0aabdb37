#include "tests/support/reference_network.hpp"

#include <cmath>
#include <functional>
#include <variant>

#include "ann/layer/activation_layer.hpp"

namespace stdpscope::test {

using namespace stdpscope::ann;

namespace {

double value_of(const ActivationSpec& spec, double z, bool is_neglu) {
    switch (spec.kind) {
        case ActivationKind::identity:
            return z;
        case ActivationKind::heaviside:
            return z < 0 ? 0 : 1;
        case ActivationKind::logistic_sigmoid:
            return 1 / (1 + std::exp(-z));
        case ActivationKind::tanh:
            return std::tanh(z);
        case ActivationKind::relu:
            return std::max(0.0, z);
        case ActivationKind::leaky_relu:
            return z > 0 ? z : spec.leak * z;
        case ActivationKind::neglu:
            return std::min(0.0, z);
        case ActivationKind::smooth_neglu:
            return -std::log(1 + std::exp(-z));
        case ActivationKind::mixlu:
            return is_neglu ? std::min(0.0, z) : std::max(0.0, z);
    }
    return NAN;
}

double neglu_slope(NegluDerivative rule, double z) {
    if (rule == NegluDerivative::released) return z > 0 ? 1 : 0;
    return z < 0 ? (rule == NegluDerivative::exact ? 1 : -1) : 0;
}

double smooth_neglu_slope(NegluDerivative rule, double z) {
    if (rule == NegluDerivative::released) return 1 / (1 + std::exp(-z));
    return (rule == NegluDerivative::exact ? 1 : -1) / (std::exp(z) + 1);
}

double slope_of(const ActivationSpec& spec, double z, bool is_neglu) {
    switch (spec.kind) {
        case ActivationKind::identity:
            return 1;
        case ActivationKind::heaviside:
            return 0;
        case ActivationKind::logistic_sigmoid:
            return value_of(spec, z, false) * value_of(spec, -z, false);
        case ActivationKind::tanh:
            return 1 - std::pow(std::tanh(z), 2);
        case ActivationKind::relu:
            return z > 0 ? 1 : 0;
        case ActivationKind::leaky_relu:
            return z > 0 ? 1 : spec.leak;
        case ActivationKind::neglu:
            return neglu_slope(spec.derivative, z);
        case ActivationKind::smooth_neglu:
            return smooth_neglu_slope(spec.derivative, z);
        case ActivationKind::mixlu:
            return is_neglu ? neglu_slope(spec.derivative, z) : (z > 0 ? 1 : 0);
    }
    return NAN;
}

/// Calls visit(kernel row, kernel column, row, column) for the cells of a window that lie within the map.
void for_window(const MapShape& map, const Padding& padding, arma::uword window_rows, arma::uword window_columns,
                arma::uword first_row, arma::uword first_column,
                const std::function<void(arma::uword, arma::uword, arma::uword, arma::uword)>& visit) {
    for (arma::uword kernel_row = 0; kernel_row < window_rows; ++kernel_row) {
        for (arma::uword kernel_column = 0; kernel_column < window_columns; ++kernel_column) {
            // Rows and columns of the padded map; unsigned, so that what is left of the map wraps to beyond it.
            const arma::uword row = first_row + kernel_row - padding.top;
            const arma::uword column = first_column + kernel_column - padding.left;
            if (row < map.rows && column < map.columns) visit(kernel_row, kernel_column, row, column);
        }
    }
}

arma::uword unit_at(const MapShape& map, arma::uword channel, arma::uword row, arma::uword column) {
    return (channel * map.rows + row) * map.columns + column;
}

arma::vec convolved(const Conv2dSpec& spec, const MapShape& in, const MapShape& out, const arma::mat& weights,
                    const arma::vec& biases, const arma::vec& input) {
    arma::vec output(out.units());
    for (arma::uword channel = 0; channel < out.channels; ++channel) {
        for (arma::uword row = 0; row < out.rows; ++row) {
            for (arma::uword column = 0; column < out.columns; ++column) {
                double sum = biases[channel];
                for_window(in, spec.padding, spec.kernel_rows, spec.kernel_columns, row * spec.stride_rows,
                           column * spec.stride_columns, [&](auto kernel_row, auto kernel_column, auto y, auto x) {
                               for (arma::uword from = 0; from < in.channels; ++from) {
                                   const arma::uword pre =
                                       (from * spec.kernel_rows + kernel_row) * spec.kernel_columns + kernel_column;
                                   sum += weights(channel, pre) * input[unit_at(in, from, y, x)];
                               }
                           });
                output[unit_at(out, channel, row, column)] = sum;
            }
        }
    }
    return output;
}

arma::vec pooled(const Pool2dSpec& spec, const MapShape& in, const MapShape& out, const arma::vec& input) {
    arma::vec output(out.units());
    for (arma::uword channel = 0; channel < out.channels; ++channel) {
        for (arma::uword row = 0; row < out.rows; ++row) {
            for (arma::uword column = 0; column < out.columns; ++column) {
                std::vector<double> cells;
                for_window(in, spec.padding, spec.window_rows, spec.window_columns, row * spec.stride_rows,
                           column * spec.stride_columns,
                           [&](auto, auto, auto y, auto x) { cells.push_back(input[unit_at(in, channel, y, x)]); });
                const arma::vec window(cells);
                // The average is over the cells within the map, as MatConvNet's vl_nnpool takes it.
                output[unit_at(out, channel, row, column)] =
                    spec.kind == PoolKind::max ? window.max() : arma::mean(window);
            }
        }
    }
    return output;
}

/// 1 where (unit, sample) is NegLU; one column where that holds for all samples.
arma::umat neglu_units(Layer& layer, arma::uword samples) {
    const auto* activation = dynamic_cast<const ActivationLayer*>(&layer);
    const arma::uword units = layer.output_shape().units();
    arma::umat mask(units, activation != nullptr && !activation->population_bits().empty() ? samples : 1,
                    arma::fill::zeros);
    if (activation == nullptr) return mask;
    for (arma::uword unit = 0; unit < units; ++unit) {
        if (!activation->population_of_unit().empty()) mask(unit, 0) = activation->population_of_unit()[unit];
        if (activation->population_bits().empty()) continue;
        for (arma::uword n = 0; n < samples; ++n) {
            mask(unit, n) = activation->population_bits()[n / kLanes * units + unit] >> n % kLanes & 1;
        }
    }
    return mask;
}

double loss_of(LossKind kind, const arma::vec& y, arma::uword label) {
    if (kind == LossKind::softmax_cross_entropy) return std::log(arma::sum(arma::exp(y))) - y[label];
    arma::vec wanted(y.n_elem, arma::fill::zeros);
    wanted[label] = 1;
    return 0.5 * arma::sum(arma::square(y - wanted));
}

}  // namespace

ReferenceNetwork::ReferenceNetwork(Network& network) : spec_(network.spec()) {
    for (arma::uword place = 0; place < network.layer_count(); ++place) {
        Layer& layer = network.layer(place);
        shapes_.push_back(layer.input_shape());
        const auto* activation = dynamic_cast<const ActivationLayer*>(&layer);
        neglu_.push_back(neglu_units(layer, activation == nullptr ? 0 : activation->derivative().samples()));
        if (const SynapticLayer* synaptic = layer.synaptic(); synaptic != nullptr) {
            weights_.push_back(arma::conv_to<arma::mat>::from(synaptic->weights));
            biases_.push_back(arma::conv_to<arma::vec>::from(synaptic->biases));
        }
    }
    shapes_.push_back(network.output_shape());
}

arma::vec ReferenceNetwork::activated(arma::uword place, const arma::vec& net_input, arma::uword sample) const {
    const auto& spec = std::get<ActivationSpec>(spec_.layers[place]);
    arma::vec output(net_input.n_elem);
    for (arma::uword unit = 0; unit < output.n_elem; ++unit) {
        const bool is_neglu = neglu_[place](unit, neglu_[place].n_cols == 1 ? 0 : sample) != 0;
        const double z = net_input[unit];
        if (frozen_.empty()) {
            output[unit] = value_of(spec, z, is_neglu);
        } else {
            const double z0 = frozen_[place](unit, sample);
            output[unit] = value_of(spec, z0, is_neglu) + slope_of(spec, z0, is_neglu) * (z - z0);
        }
    }
    return output;
}

arma::vec ReferenceNetwork::forward(const arma::vec& input, arma::uword sample, NetInputs* record) const {
    arma::vec units = input;
    arma::uword synapses = 0;
    for (arma::uword place = 0; place < spec_.layers.size(); ++place) {
        const LayerSpec& layer = spec_.layers[place];
        if (std::holds_alternative<DenseSpec>(layer)) {
            units = weights_[synapses] * units + biases_[synapses];
            ++synapses;
        } else if (const auto* conv = std::get_if<Conv2dSpec>(&layer)) {
            units = convolved(*conv, shapes_[place], shapes_[place + 1], weights_[synapses], biases_[synapses], units);
            ++synapses;
        } else if (const auto* pool = std::get_if<Pool2dSpec>(&layer)) {
            units = pooled(*pool, shapes_[place], shapes_[place + 1], units);
        } else {
            if (record != nullptr) (*record)[place].col(sample) = units;
            units = activated(place, units, sample);
        }
    }
    return units;
}

void ReferenceNetwork::freeze_slopes(const arma::mat& inputs) {
    frozen_.clear();
    NetInputs record;
    for (arma::uword place = 0; place < spec_.layers.size(); ++place) {
        record.emplace_back(shapes_[place].units(), inputs.n_cols, arma::fill::zeros);
    }
    for (arma::uword n = 0; n < inputs.n_cols; ++n) static_cast<void>(forward(inputs.col(n), n, &record));
    frozen_ = std::move(record);
}

arma::mat ReferenceNetwork::outputs(const arma::mat& inputs) const {
    arma::mat outputs(shapes_.back().units(), inputs.n_cols);
    for (arma::uword n = 0; n < inputs.n_cols; ++n) outputs.col(n) = forward(inputs.col(n), n, nullptr);
    return outputs;
}

double ReferenceNetwork::loss(const arma::mat& inputs, std::span<const std::uint8_t> labels) const {
    const arma::mat y = outputs(inputs);
    double sum = 0;
    for (arma::uword n = 0; n < inputs.n_cols; ++n) sum += loss_of(spec_.loss, y.col(n), labels[n]);
    return sum;
}

}  // namespace stdpscope::test
