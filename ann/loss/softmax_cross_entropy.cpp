#include "ann/loss/softmax_cross_entropy.hpp"

#include <algorithm>
#include <cmath>

namespace stdpscope::ann {

double softmax_cross_entropy(std::span<double> outputs, std::size_t label) {
    const double largest = *std::max_element(outputs.begin(), outputs.end());
    const double label_output = outputs[label] - largest;
    double others = 0.0;
    for (std::size_t k = 0; k < outputs.size(); ++k) {
        outputs[k] = std::exp(outputs[k] - largest);
        if (k != label) others += outputs[k];
    }
    const double total = others + outputs[label];
    for (double& output : outputs) output /= total;
    outputs[label] = -others / total;
    return std::log(total) - label_output;
}

}  // namespace stdpscope::ann
