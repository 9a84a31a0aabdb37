#include "analysis/ledger/layer_ledger.hpp"

#include <algorithm>
#include <span>

#include "analysis/ledger/moments.hpp"
#include "analysis/ledger/plane_recorder.hpp"
#include "analysis/ledger/unit_responses.hpp"

namespace stdpscope::analysis::detail {

LayerLedger::LayerLedger(const ann::SynapseLayer& layer, std::uint32_t layer_index, const ann::TrainingPlan& plan,
                         const TraceOptions& options, const LedgerKernels& kernels)
    : layer_(layer),
      parameters_(plan.parameters.at(layer_index)),
      threads_(plan.threads),
      kernels_(kernels),
      counter_(layer_, options.update_timing, plan.threads, kernels),
      sampler_(layer_, layer_index, plan.seed, options.sample_synapses),
      record_(empty_record()) {}

LayerRecord LayerLedger::empty_record() const {
    LayerRecord record;
    record.events.resize(layer_.populations.size());
    record.updates.resize(update_populations(layer_).size());
    record.unit_response.resize(layer_.geometry.weight_rows() * 3);
    return record;
}

void LayerLedger::count(const ann::LayerStep& views) {
    signs_.read(views, layer_.geometry, kernels_, threads_);
    counter_.count(views, signs_, record_);
    add_unit_responses(layer_.geometry, signs_, kernels_, record_.unit_response);
}

SampledLayer LayerLedger::sample(std::uint64_t step, const ann::LayerStep& views) {
    return sampler_.sample(step, views, signs_, kernels_, threads_);
}

PlanesLayer LayerLedger::planes(const ann::LayerStep& views) const {
    return record_planes(views, signs_, kernels_);
}

std::vector<std::int32_t> LayerLedger::members(std::size_t update_population) const {
    if (record_.updates.size() == 1) return {};
    std::vector<std::int32_t> rows(layer_.geometry.weight_rows());
    std::transform(layer_.population_of_unit.begin(), layer_.population_of_unit.end(), rows.begin(),
                   [&](std::uint8_t population) { return population == update_population ? 1 : 0; });
    return rows;
}

LayerRecord LayerLedger::take_record() {
    const std::span weights(parameters_.weights->memptr(), parameters_.weights->n_elem);
    for (std::size_t population = 0; population < record_.updates.size(); ++population) {
        record_.updates[population].weights = moments_of(weights, members(population), threads_);
    }
    record_.biases = moments_of({parameters_.biases->memptr(), parameters_.biases->n_elem}, {}, threads_);
    record_.dead_units = dead_units(record_.unit_response);
    LayerRecord record = std::move(record_);
    record_ = empty_record();
    return record;
}

}  // namespace stdpscope::analysis::detail
