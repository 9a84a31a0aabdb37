#include "ann/loss/loss.hpp"

#include <cmath>
#include <stdexcept>
#include <vector>

#include "ann/loss/mean_squared_error.hpp"
#include "ann/loss/softmax_cross_entropy.hpp"

namespace stdpscope::ann {

namespace {

/// The first largest output; 0 as soon as one is NaN.
std::size_t predicted_class(std::span<const double> outputs) {
    std::size_t best = 0;
    for (std::size_t k = 0; k < outputs.size(); ++k) {
        if (std::isnan(outputs[k])) return 0;
        if (outputs[k] > outputs[best]) best = k;
    }
    return best;
}

double loss_of_sample(LossKind kind, std::span<double> outputs, std::size_t label) {
    switch (kind) {
        case LossKind::softmax_cross_entropy:
            return softmax_cross_entropy(outputs, label);
        case LossKind::mean_squared_error:
            return mean_squared_error(outputs, label);
    }
    throw std::logic_error("unknown LossKind");
}

}  // namespace

LossValue evaluate_loss(LossKind kind, const LaneCube& outputs, std::span<const std::uint8_t> labels,
                        LaneCube* gradient) {
    if (labels.size() != outputs.samples()) throw std::logic_error("evaluate_loss: want one label a sample");
    if (gradient != nullptr) gradient->resize(outputs.units(), outputs.samples());
    LossValue sum;
    // Double precision throughout: ten classes a sample cost nothing beside the network, and small derivatives survive.
    std::vector<double> sample(outputs.units());
    for (arma::uword n = 0; n < outputs.samples(); ++n) {
        if (labels[n] >= outputs.units()) throw std::logic_error("evaluate_loss: label beyond the last output");
        for (arma::uword unit = 0; unit < outputs.units(); ++unit) sample[unit] = outputs.at(n, unit);
        sum.errors += predicted_class(sample) != labels[n] ? 1 : 0;
        sum.loss += loss_of_sample(kind, sample, labels[n]);
        if (gradient == nullptr) continue;
        for (arma::uword unit = 0; unit < outputs.units(); ++unit) {
            gradient->at(n, unit) = static_cast<float>(sample[unit]);
        }
    }
    return sum;
}

}  // namespace stdpscope::ann
