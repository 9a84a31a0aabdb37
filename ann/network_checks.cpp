#include "ann/network_checks.hpp"

#include <cmath>
#include <set>
#include <string>
#include <variant>

#include "ann/error.hpp"
#include "ann/number_text.hpp"

namespace stdpscope::ann {

namespace {

template <typename... Cases>
struct Overload : Cases... {
    using Cases::operator()...;
};

std::string type_name(const LayerSpec& layer) {
    return std::visit(
        Overload{[](const DenseSpec& /*layer*/) { return "dense"; }, [](const Conv2dSpec& /*layer*/) { return "conv"; },
                 [](const Pool2dSpec& /*layer*/) { return "pool"; },
                 [](const ActivationSpec& /*layer*/) { return "activation"; }},
        layer);
}

bool has_synapses(const LayerSpec& layer) {
    return std::holds_alternative<DenseSpec>(layer) || std::holds_alternative<Conv2dSpec>(layer);
}

std::string& name_field(LayerSpec& layer) {
    return std::visit([](auto& spec) -> std::string& { return spec.name; }, layer);
}

/// `wanted`, or where that is taken the first free of wanted_2, wanted_3, ...
std::string free_name(const std::set<std::string>& taken, const std::string& wanted) {
    std::string name = wanted;
    for (int copy = 2; taken.contains(name); ++copy) name = wanted + "_" + std::to_string(copy);
    return name;
}

void check_not_negative(const std::string& parameter, double value) {
    if (!(value >= 0.0 && std::isfinite(value))) {
        throw InvalidParameter(parameter, number_text(value), "must be >= 0 and finite");
    }
}

void check_positive(const std::string& parameter, arma::uword value) {
    if (value < 1) throw InvalidParameter(parameter, std::to_string(value), "must be >= 1");
}

void check_training(const std::string& layer, const SynapseTraining& training) {
    check_not_negative(layer + ".initial_deviation", training.initial_deviation);
    check_not_negative(layer + ".weight_rate", training.weight_rate);
    check_not_negative(layer + ".bias_rate", training.bias_rate);
    check_not_negative(layer + ".weight_decay", training.weight_decay);
    check_not_negative(layer + ".bias_decay", training.bias_decay);
}

void check_sgd(const SgdSpec& sgd) {
    if (!(sgd.momentum >= 0.0 && sgd.momentum < 1.0)) {
        throw InvalidParameter("momentum", number_text(sgd.momentum), "must be in [0, 1)");
    }
    check_not_negative("weight_decay", sgd.weight_decay);
    if (sgd.learning_rates.empty()) throw InvalidParameter("learning_rates", "[]", "must hold at least one rate");
    for (const double rate : sgd.learning_rates) check_not_negative("learning_rates", rate);
}

struct CheckLayer {
    void operator()(const DenseSpec& layer) const { check_training(layer.name, layer.training); }
    void operator()(const Conv2dSpec& layer) const { check_training(layer.name, layer.training); }
    void operator()(const Pool2dSpec& /*layer*/) const {}
    void operator()(const ActivationSpec& layer) const {
        if (layer.kind == ActivationKind::heaviside) {
            throw InvalidParameter(layer.name + ".kind", "heaviside",
                                   "must have a derivative to be trained through (heaviside is forward only)");
        }
    }
};

}  // namespace

NetworkSpec with_names(NetworkSpec network) {
    std::set<std::string> taken;
    for (LayerSpec& layer : network.layers) {
        const std::string& name = name_field(layer);
        if (!name.empty() && !taken.insert(name).second) {
            throw InvalidParameter("layer name", "\"" + name + "\"", "must be used only once");
        }
    }
    arma::uword synapse_layers = 0;
    for (LayerSpec& layer : network.layers) {
        if (has_synapses(layer)) ++synapse_layers;
        std::string& name = name_field(layer);
        if (!name.empty()) continue;
        name = free_name(taken, type_name(layer) + std::to_string(synapse_layers));
        taken.insert(name);
    }
    return network;
}

void check_numbers(const NetworkSpec& network) {
    check_positive("input.channels", network.input.channels);
    check_positive("input.rows", network.input.rows);
    check_positive("input.columns", network.input.columns);
    check_positive("batch_size", network.batch_size);
    check_positive("epochs", network.epochs);
    check_sgd(network.sgd);
    arma::uword synapse_layers = 0;
    for (const LayerSpec& layer : network.layers) {
        std::visit(CheckLayer{}, layer);
        if (has_synapses(layer)) ++synapse_layers;
    }
    if (synapse_layers == 0)
        throw InvalidParameter("layers with synapses", "0", "must be at least 1 (dense or conv2d)");
}

}  // namespace stdpscope::ann
