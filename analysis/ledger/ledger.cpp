#include "analysis/ledger/ledger.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "analysis/ledger/layer_ledger.hpp"
#include "analysis/ledger/plane_recorder.hpp"
#include "ann/error.hpp"

namespace stdpscope::analysis {

namespace {

/// Beyond, 16-bit counters of the dense kernel would overflow.
constexpr arma::uword kMostSamples = 4095 * ann::kLanes;

/// Beyond, a synapse's events in a step would overflow the counters of convolutions.
constexpr arma::uword kMostEvents = std::numeric_limits<std::int32_t>::max();

void check_interval(const char* name, std::uint64_t steps) {
    if (steps == 0) throw ann::InvalidParameter(name, "0", "must be >= 1");
}

void check_layers(const std::vector<std::string>& kept, const std::vector<ann::SynapseLayer>& layers) {
    for (const std::string& name : kept) {
        const auto has_name = [&](const ann::SynapseLayer& layer) { return layer.name == name; };
        if (std::any_of(layers.begin(), layers.end(), has_name)) continue;
        std::string known;
        for (const ann::SynapseLayer& layer : layers) known += (known.empty() ? "" : ", ") + layer.name;
        throw ann::InvalidParameter("layers", name, "must be one of " + known);
    }
}

void check_batch(const ann::SynapseLayer& layer, arma::uword batch_size) {
    if (batch_size <= most_samples(layer)) return;
    throw ann::InvalidParameter(
        "batch_size", std::to_string(batch_size),
        "must be <= " + std::to_string(most_samples(layer)) + " with a trace of layer " + layer.name);
}

}  // namespace

arma::uword most_samples(const ann::SynapseLayer& layer) {
    return std::min(kMostSamples, kMostEvents / layer.geometry.positions());
}

Ledger::Ledger(const TraceOptions& options, RecordSink& sink, detail::InstructionSet instructions)
    : options_(options), sink_(sink), kernels_(detail::ledger_kernels(instructions)) {
    check_interval("record_every", options.record_every);
    check_interval("sample_every", options.sample_every);
    check_interval("planes_every", options.planes_every);
    check_interval("updates_every", options.updates_every);
}

Ledger::~Ledger() = default;

void Ledger::training_begun(const ann::TrainingPlan& plan) {
    layers_.clear();
    steps_ = 0;
    if (options_.level == TraceLevel::off) return;
    check_layers(options_.layers, plan.layers);
    for (std::uint32_t index = 0; index < plan.layers.size(); ++index) {
        const ann::SynapseLayer& layer = plan.layers[index];
        const bool kept = options_.layers.empty() || std::find(options_.layers.begin(), options_.layers.end(),
                                                               layer.name) != options_.layers.end();
        if (kept) check_batch(layer, plan.batch_size);
        layers_.push_back(kept ? std::make_unique<detail::LayerLedger>(layer, index, plan, options_, kernels_)
                               : nullptr);
    }
}

bool Ledger::due(TraceLevel level, std::uint64_t every, std::uint64_t step) const {
    return options_.level >= level && step % every == 0;
}

void Ledger::layer_updated(const ann::StepPlace& place, arma::uword layer, const ann::LayerStep& views) {
    if (layers_.empty() || layers_[layer] == nullptr) return;
    detail::LayerLedger& ledger = *layers_[layer];
    step_samples_ = views.pre_activation.samples();
    ledger.count(views);
    if (due(TraceLevel::samples, options_.sample_every, place.step)) {
        sampled_.layers.push_back(ledger.sample(place.step, views));
    }
    if (due(TraceLevel::planes, options_.planes_every, place.step)) planes_.layers.push_back(ledger.planes(views));
    if (due(TraceLevel::full, options_.updates_every, place.step)) {
        updates_.weight_update.push_back(detail::weight_updates(views));
    }
}

void Ledger::step_done(const ann::StepPlace& place, double /*batch_loss*/) {
    if (layers_.empty()) return;
    if (steps_ == 0) {
        record_ = {};
        record_.first_step = place.step;
        record_.epoch = place.epoch;
        record_.learning_rate = place.learning_rate;
    }
    ++steps_;
    record_.end_step = place.step + 1;
    record_.samples += step_samples_;
    if (!sampled_.layers.empty()) {
        sampled_.place = place;
        sink_.append(std::exchange(sampled_, {}));
    }
    if (!planes_.layers.empty()) {
        planes_.place = place;
        planes_.samples = step_samples_;
        sink_.append(std::exchange(planes_, {}));
    }
    if (!updates_.weight_update.empty()) {
        updates_.place = place;
        sink_.append(std::exchange(updates_, {}));
    }
    if (steps_ == options_.record_every || place.last_of_epoch) close_record();
}

void Ledger::training_ended() {
    if (steps_ != 0) close_record();
}

void Ledger::close_record() {
    for (const auto& layer : layers_) {
        if (layer != nullptr) record_.layers.push_back(layer->take_record());
    }
    steps_ = 0;
    sink_.append(std::exchange(record_, {}));
}

}  // namespace stdpscope::analysis
