#include "apps/bench/training_flops.hpp"

namespace stdpscope::apps {

double training_flop_per_sample(std::span<const ann::SynapseLayer> layers) {
    double flop = 0.0;
    for (std::size_t index = 0; index < layers.size(); ++index) {
        const ann::SynapseGeometry& geometry = layers[index].geometry;
        const double multiply_adds = static_cast<double>(geometry.weight_rows()) *
                                     static_cast<double>(geometry.weight_columns()) *
                                     static_cast<double>(geometry.positions());
        const double passes = index == 0 ? 2.0 : 3.0;
        flop += 2.0 * passes * multiply_adds;
    }
    return flop;
}

}  // namespace stdpscope::apps
