#include "ann/init/initial_weights.hpp"

#include "ann/random_stream.hpp"

namespace stdpscope::ann {

void draw_initial_weights(SynapticLayer& layer, std::uint64_t seed, std::uint32_t instance) {
    const RandomStream stream(seed, RandomPurpose::initial_weights, instance);
    const double deviation = layer.training().initial_deviation;
    for (arma::uword k = 0; k < layer.weights.n_elem; ++k) {
        layer.weights[k] = static_cast<float>(deviation * stream.normal(k));
    }
    layer.biases.zeros();
}

}  // namespace stdpscope::ann
