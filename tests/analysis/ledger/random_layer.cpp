#include "tests/analysis/ledger/random_layer.hpp"

#include <cmath>
#include <limits>

namespace stdpscope::tests {

namespace {

float draw(const SignShares& shares, std::mt19937_64& random) {
    const double share = std::uniform_real_distribution<double>()(random);
    // Sizes differ by powers of two, so that sums of floats would show a wrong order of rounding.
    const auto size = static_cast<float>(std::exp2(std::uniform_real_distribution<double>(-12.0, 0.0)(random)));
    if (share < shares.nan) return std::numeric_limits<float>::quiet_NaN();
    if (share < shares.nan + shares.negative) return -size;
    if (share < shares.nan + shares.negative + shares.zero) return random() % 2 == 0 ? 0.0F : -0.0F;
    return size;
}

void fill(ann::LaneCube& cube, arma::uword units, arma::uword samples, const SignShares& shares,
          std::mt19937_64& random) {
    cube.resize(units, samples);
    for (arma::uword sample = 0; sample < samples; ++sample) {
        for (arma::uword unit = 0; unit < units; ++unit) cube.at(sample, unit) = draw(shares, random);
    }
    // Unused lanes are zero by contract; the ledger must not look at them anyway.
    for (arma::uword sample = samples; sample < cube.blocks() * ann::kLanes; ++sample) {
        for (arma::uword unit = 0; unit < units; ++unit) cube.lanes(unit, sample / 16)[sample % 16] = -1.0F;
    }
}

}  // namespace

RandomLayer::RandomLayer(const RandomLayerOptions& options, std::mt19937_64& random) : identity_(options.identity) {
    const ann::SynapseGeometry& geometry = options.geometry;
    layer_.name = "layer";
    layer_.activation = "random";
    layer_.geometry = geometry;
    layer_.population_rule = options.rule;
    layer_.populations = {"first"};
    const arma::uword post_units = geometry.post_shape.units();
    if (options.rule != ann::PopulationRule::layer) layer_.populations = {"first", "second"};
    if (options.rule == ann::PopulationRule::unit) {
        for (arma::uword unit = 0; unit < post_units; ++unit) {
            layer_.population_of_unit.push_back(random() % 3 == 0 ? 1 : 0);
        }
    }
    fill(pre_activation, geometry.pre_shape.units(), options.samples, options.activation, random);
    fill(loss_derivative, post_units, options.samples, options.loss, random);
    fill(activation_derivative, post_units, options.samples, options.response, random);
    if (options.rule == ann::PopulationRule::element) {
        population_bits_.resize(loss_derivative.blocks() * post_units);
        for (std::uint16_t& bits : population_bits_) bits = static_cast<std::uint16_t>(random());
    }
    weights_before.set_size(geometry.weight_rows(), geometry.weight_columns());
    weights_after.set_size(arma::size(weights_before));
    biases_after.set_size(geometry.weight_rows());
    for (float& weight : weights_before) weight = draw(options.weight, random);
    for (arma::uword place = 0; place < weights_before.n_elem; ++place) {
        weights_after[place] = weights_before[place] + draw(options.update, random);
    }
    for (float& bias : biases_after) bias = draw({}, random);
}

ann::LayerStep RandomLayer::views() const {
    return {.pre_activation = pre_activation,
            .loss_derivative = loss_derivative,
            .activation_derivative = identity_ ? nullptr : &activation_derivative,
            .weights_before = weights_before,
            .weights_after = weights_after,
            .biases_after = biases_after,
            .population_bits = population_bits_};
}

std::vector<ann::SynapseGeometry> test_geometries() {
    using enum ann::SynapseKind;
    return {
        {.kind = dense, .pre_shape = {1}, .post_shape = {1}},
        {.kind = dense, .pre_shape = {37}, .post_shape = {23}},
        {.kind = dense, .pre_shape = {3, 2, 2}, .post_shape = {133}},
        {.kind = convolution, .pre_shape = {2, 6, 5}, .post_shape = {5, 4, 4}, .kernel_rows = 3, .kernel_columns = 2},
        {.kind = convolution,
         .pre_shape = {1, 9, 9},
         .post_shape = {3, 4, 3},
         .kernel_rows = 3,
         .kernel_columns = 4,
         .stride_rows = 2,
         .stride_columns = 3},
        {.kind = convolution,  // padding [2 1 1 3]
         .pre_shape = {3, 4, 4},
         .post_shape = {6, 5, 6},
         .kernel_rows = 3,
         .kernel_columns = 3,
         .pad_top = 2,
         .pad_left = 1},
        {.kind = convolution,  // padding and stride, a kernel larger than the map
         .pre_shape = {2, 3, 2},
         .post_shape = {4, 3, 4},
         .kernel_rows = 5,
         .kernel_columns = 3,
         .stride_rows = 2,
         .stride_columns = 2,
         .pad_top = 3,
         .pad_left = 4},
        {.kind = dense, .pre_shape = {90}, .post_shape = {71}},
        {.kind = convolution,  // padding around a kernel of one pixel: one group of taps that misses positions
         .pre_shape = {3, 3, 2},
         .post_shape = {4, 5, 3},
         .pad_top = 1,
         .pad_left = 1},
    };
}

ann::TrainingPlan plan_of(const RandomLayer& layer, arma::uword samples, int threads) {
    return {.layers = {layer.layer()},
            .parameters = {{.weights = &layer.weights_after, .biases = &layer.biases_after}},
            .seed = 5,
            .batch_size = samples,
            .epochs = 1,
            .samples_per_epoch = samples,
            .steps_per_epoch = 1,
            .threads = threads};
}

}  // namespace stdpscope::tests
