#include "tests/analysis/ledger/brute_force_observer.hpp"

#include "tests/support/brute_force_ledger.hpp"

namespace stdpscope::tests {

void BruteForceObserver::training_begun(const ann::TrainingPlan& plan) {
    layers = plan.layers;
    for (const ann::SynapseLayer& layer : layers) records.push_back(empty_layer_record(layer));
}

void BruteForceObserver::layer_updated(const ann::StepPlace& /*place*/, arma::uword layer,
                                       const ann::LayerStep& views) {
    brute_force_count(layers[layer], views, timing_, records[layer]);
}

}  // namespace stdpscope::tests
