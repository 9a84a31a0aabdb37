#pragma once

#include <vector>

#include "analysis/ledger/records.hpp"
#include "ann/observer.hpp"

namespace stdpscope::tests {

/// Listens to training and counts by plain loops: all steps in one record a layer.
class BruteForceObserver : public ann::Observer {
public:
    explicit BruteForceObserver(analysis::UpdateTiming timing) : timing_(timing) {}

    void training_begun(const ann::TrainingPlan& plan) override;
    void layer_updated(const ann::StepPlace& place, arma::uword layer, const ann::LayerStep& views) override;

    std::vector<ann::SynapseLayer> layers;
    std::vector<analysis::LayerRecord> records;

private:
    analysis::UpdateTiming timing_;
};

}  // namespace stdpscope::tests
