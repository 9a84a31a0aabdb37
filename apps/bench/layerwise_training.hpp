#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "ann/batch_reader.hpp"
#include "ann/network.hpp"
#include "ann/optimizer/sgd.hpp"
#include "ann/trainer.hpp"
#include "apps/bench/level_listener.hpp"

namespace stdpscope::apps {

/// What each part of one layer's work took in each step, in seconds; empty where it has none.
struct LayerClock {
    std::vector<double> forward;
    std::vector<double> weight_gradient;
    std::vector<double> both_gradients;
    std::vector<double> update;
    std::vector<double> ledger;
};

/// The trainer's steps, taken apart so that a clock can be read between the layers. The weights come out as those of
/// ann::Trainer without mirrored batches.
class LayerwiseTraining {
public:
    /// All must outlive this.
    LayerwiseTraining(ann::Network& network, const ann::ExampleSet& examples, const ann::TrainerOptions& options,
                      LevelListener& listener);

    void step();

    [[nodiscard]] std::uint64_t steps() const { return steps_; }
    [[nodiscard]] const std::vector<LayerClock>& layers() const { return clocks_; }
    [[nodiscard]] const std::vector<double>& input() const { return input_; }
    [[nodiscard]] const std::vector<double>& loss() const { return loss_; }
    [[nodiscard]] const std::vector<double>& records() const { return records_; }

private:
    void read_batch();
    void forward(const ann::Pass& pass);
    double find_loss();
    void backward(const ann::Pass& pass);
    void update(const ann::StepPlace& place);
    void announce(const ann::StepPlace& place);
    [[nodiscard]] const ann::LaneCube& input_of(arma::uword layer) const;
    [[nodiscard]] ann::LayerStep views(std::size_t synaptic) const;

    ann::Network& network_;
    const ann::ExampleSet& examples_;
    ann::TrainerOptions options_;
    LevelListener& listener_;
    ann::BatchReader batch_;
    std::vector<arma::uword> order_;
    std::uint64_t steps_ = 0;
    std::vector<ann::LaneCube> outputs_;
    std::vector<ann::LaneCube> gradients_;
    std::vector<arma::uword> places_;   ///< of the layers of synapses
    std::vector<ann::Sgd> optimizers_;  ///< one a layer of synapses
    std::vector<LayerClock> clocks_;    ///< by layer
    std::vector<double> input_;
    std::vector<double> loss_;
    std::vector<double> records_;
};

}  // namespace stdpscope::apps
