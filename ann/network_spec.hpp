#pragma once

#include <armadillo>
#include <string>
#include <variant>
#include <vector>

#include "ann/map_shape.hpp"

/// A network and its training in words and numbers, before any memory is taken.
namespace stdpscope::ann {

enum class ActivationKind {
    identity,
    heaviside,  ///< McCulloch & Pitts 1943; forward only: its derivative is 0, training through it is refused
    logistic_sigmoid,
    tanh,
    relu,
    leaky_relu,
    neglu,
    smooth_neglu,
    mixlu,
};

/// Which rule stands for the derivative of a NegLU unit (docs/theory.md).
enum class NegluDerivative {
    exact,     ///< 1 for x < 0, else 0
    inverted,  ///< -1 for x < 0, else 0: the unit answers opposite to the cost
    released,  ///< 1 for x > 0, else 0: what the author's published file computes
};

/// How a MixLU layer chooses its NegLU units.
enum class MixluMask {
    unit,     ///< drawn once for the run
    element,  ///< drawn anew for every unit and sample at every forward pass, test time included
};

enum class PoolKind { max, average };
enum class LossKind { softmax_cross_entropy, mean_squared_error };

/// Padding in MatConvNet's order [top bottom left right].
struct Padding {
    arma::uword top = 0;
    arma::uword bottom = 0;
    arma::uword left = 0;
    arma::uword right = 0;
    friend bool operator==(const Padding&, const Padding&) = default;
};

/// Initial weights N(0, initial_deviation), biases 0; factors on the learning rate and the weight decay.
struct SynapseTraining {
    double initial_deviation = 0.01;
    double weight_rate = 1.0;
    double bias_rate = 1.0;
    double weight_decay = 1.0;
    double bias_decay = 1.0;
};

struct DenseSpec {
    std::string name{};  ///< empty: given by type and place, such as "dense3"
    arma::uword units = 0;
    SynapseTraining training{};
};

struct Conv2dSpec {
    std::string name{};
    arma::uword channels = 0;
    arma::uword kernel_rows = 1;
    arma::uword kernel_columns = 1;
    arma::uword stride_rows = 1;
    arma::uword stride_columns = 1;
    Padding padding{};
    SynapseTraining training{};
};

struct Pool2dSpec {
    std::string name{};
    PoolKind kind = PoolKind::max;
    arma::uword window_rows = 2;
    arma::uword window_columns = 2;
    arma::uword stride_rows = 2;
    arma::uword stride_columns = 2;
    Padding padding{};
};

struct ActivationSpec {
    std::string name{};
    ActivationKind kind = ActivationKind::relu;
    double leak = 0.01;  ///< slope of leaky_relu below 0
    NegluDerivative derivative = NegluDerivative::exact;
    double percent_neglu = 0.0;  ///< mixlu only, 0..100
    MixluMask mask = MixluMask::unit;
};

using LayerSpec = std::variant<DenseSpec, Conv2dSpec, Pool2dSpec, ActivationSpec>;

/// SGD as MatConvNet's cnn_train (see ann/optimizer/sgd.hpp).
struct SgdSpec {
    double momentum = 0.9;
    double weight_decay = 0.0005;
    std::vector<double> learning_rates{0.001};  ///< of epoch 0, 1, ...; the last one serves all later epochs
};

struct NetworkSpec {
    std::string name{};
    MapShape input{};
    std::vector<LayerSpec> layers{};
    LossKind loss = LossKind::softmax_cross_entropy;
    SgdSpec sgd{};
    arma::uword batch_size = 100;
    arma::uword epochs = 20;
};

}  // namespace stdpscope::ann
