#pragma once

#include <armadillo>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ann/lane_cube.hpp"
#include "ann/map_shape.hpp"

/// The only door through which others watch training: what is announced, and to whom.
namespace stdpscope::ann {

enum class SynapseKind { dense, convolution };

/// Which unit meets which weight.
///
/// dense: weights (post units x pre units); each synapse is used once a sample (one position).
/// convolution: weights (channels out x (channel in, kernel row, kernel column)), the last index fastest:
/// pre index = (channel * kernel_rows + kernel_row) * kernel_columns + kernel_column. At output position
/// (row, column) the presynaptic unit is channel, row * stride_rows + kernel_row - pad_top,
/// column * stride_columns + kernel_column - pad_left; where that lies outside the map there is no
/// presynaptic unit and hence no event.
struct SynapseGeometry {
    SynapseKind kind = SynapseKind::dense;
    MapShape pre_shape;
    MapShape post_shape;
    arma::uword kernel_rows = 1;
    arma::uword kernel_columns = 1;
    arma::uword stride_rows = 1;
    arma::uword stride_columns = 1;
    arma::uword pad_top = 0;
    arma::uword pad_left = 0;

    /// Rows and columns of the weight matrix.
    [[nodiscard]] arma::uword weight_rows() const {
        return kind == SynapseKind::dense ? post_shape.units() : post_shape.channels;
    }
    [[nodiscard]] arma::uword weight_columns() const {
        return kind == SynapseKind::dense ? pre_shape.units() : pre_shape.channels * kernel_rows * kernel_columns;
    }
    /// Output positions at which each weight is used (some of them at padding).
    [[nodiscard]] arma::uword positions() const {
        return kind == SynapseKind::dense ? 1 : post_shape.rows * post_shape.columns;
    }
};

/// How the postsynaptic units of a layer fall into populations (ReLU and NegLU in a MixLU layer).
enum class PopulationRule {
    layer,    ///< all units are one population
    unit,     ///< drawn once; `population_of_unit` tells each unit's
    element,  ///< drawn anew for every (sample, unit); `population_bits` of the LayerStep tells
};

/// One trained layer of synapses, fixed for a run.
///
/// The postsynaptic activation function of a layer of synapses is that of the activation layer which
/// directly follows it; where none does (before a pooling layer, or the last layer), it is the identity.
struct SynapseLayer {
    std::string name;        ///< unique in the network, such as "conv1" or "dense3"
    std::string activation;  ///< of the postsynaptic units: "identity", "relu", "mixlu", ...
    SynapseGeometry geometry;
    PopulationRule population_rule = PopulationRule::layer;
    std::vector<std::string> populations;          ///< names; {"relu", "neglu"} in a MixLU layer, else one
    std::vector<std::uint8_t> population_of_unit;  ///< per postsynaptic unit; empty unless the rule is `unit`
};

/// The weights (post x pre) and biases of a layer of synapses, which live as long as the training: they may be read
/// from the thread that trains at step_done and later, when they are those of the last step.
struct LayerParameters {
    const arma::fmat* weights = nullptr;
    const arma::fvec* biases = nullptr;
};

/// What is known before the first step.
struct TrainingPlan {
    std::vector<SynapseLayer> layers;
    std::vector<LayerParameters> parameters;  ///< by layer
    std::uint64_t seed = 0;
    arma::uword batch_size = 0;
    arma::uword epochs = 0;
    arma::uword samples_per_epoch = 0;
    arma::uword steps_per_epoch = 0;
    int threads = 1;
};

/// Where training stands. Steps and epochs count from 0; learning_rate is that of the epoch, before multipliers.
struct StepPlace {
    std::uint64_t step = 0;
    arma::uword epoch = 0;
    double learning_rate = 0.0;
    bool last_of_epoch = false;
};

/// Read-only views on one layer of synapses at one step, after backward, with the update computed.
/// They are valid during the call only. Shapes are (lanes x units x blocks) and (post x pre).
struct LayerStep {
    const LaneCube& pre_activation;         ///< a_j
    const LaneCube& loss_derivative;        ///< D_i = dLoss_n/dy_i of each sample, not averaged over the batch
    const LaneCube* activation_derivative;  ///< F_i; null where the activation is the identity (F = 1)
    const arma::fmat& weights_before;       ///< the weights that this step's forward pass used
    const arma::fmat& weights_after;        ///< with the update applied; weight_update = after - before
    const arma::fvec& biases_after;
    /// Rule `element` only: bit l of [block * units + unit] is set where the unit answered sample 16 block + l
    /// as populations[1]; else empty.
    std::span<const std::uint16_t> population_bits;
};

/// Metrics of a finished epoch. Errors are fractions of samples misclassified; NaN where not measured.
struct EpochMetrics {
    arma::uword epoch = 0;
    double learning_rate = 0.0;
    double training_loss = 0.0;        ///< running mean over the epoch's samples, each before its update
    double training_error = 0.0;       ///< running, as MatConvNet reports it
    double full_training_error = 0.0;  ///< of a pass over the training set after the epoch, where asked for
    double test_loss = 0.0;
    double test_error = 0.0;
    double seconds = 0.0;  ///< of training alone, tests left out
    double samples_per_second = 0.0;
};

/// Listens to training; every function does nothing unless overridden. All calls come from the thread that
/// trains, in the order begun, (layer_updated for each layer from the first on, step_done) ..., epoch_done, ..., ended.
class Observer {
public:
    virtual ~Observer() = default;
    virtual void training_begun(const TrainingPlan& /*plan*/) {}
    /// `layer` indexes TrainingPlan::layers.
    virtual void layer_updated(const StepPlace& /*place*/, arma::uword /*layer*/, const LayerStep& /*views*/) {}
    virtual void step_done(const StepPlace& /*place*/, double /*batch_loss*/) {}
    virtual void epoch_done(const EpochMetrics& /*metrics*/) {}
    /// The last call of a training that ends regularly or by a request to stop, never after an error.
    virtual void training_ended() {}
};

}  // namespace stdpscope::ann
