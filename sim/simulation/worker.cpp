#include "sim/simulation/worker.hpp"

#include <algorithm>
#include <utility>

namespace stdpscope::sim {

namespace {

/// Post ranges start at whole multiples of this, so that threads share no cache line of state.
constexpr std::uint32_t kRangeUnit = 16;

PostRange range_of(std::uint32_t size, int part, int parts) {
    const std::uint32_t units = (size + kRangeUnit - 1) / kRangeUnit;
    const auto count = static_cast<std::uint32_t>(parts);
    const std::uint32_t each = (units + count - 1) / count * kRangeUnit;
    const auto bound = [&](int place) {
        return static_cast<std::uint32_t>(
            std::min<std::uint64_t>(size, std::uint64_t{each} * static_cast<unsigned>(place)));
    };
    return {bound(part), bound(part + 1)};
}

void build_projection(Worker& worker, std::size_t projection, const Network& network, const ProjectionPlan& plan,
                      const TimeGrid& grid, std::uint64_t seed) {
    const ProjectionSpec& spec = network.projections()[projection];
    const PostRange range = worker.populations[plan.post].range();
    const auto instance = static_cast<std::uint16_t>(projection);
    const RandomStream weights(seed, RandomPurpose::initial_weight, instance);
    RowTable rows =
        build_rows(spec.connectivity, network.populations()[plan.pre].size, network.populations()[plan.post].size,
                   plan.pre == plan.post, range, plan.kind == Synapses::additive_pair ? kernel::kRowUnit : 1,
                   RandomStream(seed, RandomPurpose::connectivity, instance));
    worker.fixed.emplace_back();
    worker.pairs.emplace_back();
    worker.general.emplace_back();
    switch (plan.kind) {
        case Synapses::fixed:
            worker.fixed.back() = std::make_unique<StaticSlice>(std::move(rows), spec.weight, range, weights);
            break;
        case Synapses::additive_pair:
            worker.pairs.back() = std::make_unique<PairSlice>(projection, spec, std::move(rows), range, grid, weights);
            break;
        case Synapses::general:
            worker.general.back() = make_rule_slice(projection, spec, std::move(rows), range, grid, weights);
    }
}

}  // namespace

const RowTable& Worker::rows(std::size_t projection) const {
    if (fixed[projection]) return fixed[projection]->rows();
    return pairs[projection] ? pairs[projection]->rows() : general[projection]->rows();
}

std::function<double(std::uint64_t)> Worker::weights_of(std::size_t projection) const {
    if (const StaticSlice* slice = fixed[projection].get()) {
        return [slice](std::uint64_t place) { return slice->weight(place); };
    }
    if (const RuleSlice* slice = general[projection].get()) {
        return [slice](std::uint64_t place) { return slice->weight(place); };
    }
    const PairSlice& slice = *pairs[projection];
    PairTally unused;
    return [settled = slice.settled_weights(unused), unit = slice.weight_unit()](std::uint64_t place) {
        return settled[place] * unit;
    };
}

void Worker::write_changes(unsigned parity) {
    for (auto& slice : pairs) {
        if (slice) slice->write_changes_to(&changes[parity]);
    }
    for (auto& slice : general) {
        if (slice) slice->write_changes_to(&changes[parity]);
    }
}

Worker build_worker(const Network& network, const NetworkPlan& plan, const TimeGrid& grid, std::uint64_t seed,
                    int thread, int threads) {
    Worker worker;
    const auto& populations = network.populations();
    for (std::size_t k = 0; k < populations.size(); ++k) {
        worker.populations.emplace_back(populations[k], k, range_of(populations[k].size, thread, threads), grid, seed,
                                        horizon_of(plan, k));
    }
    for (std::size_t k = 0; k < plan.projections.size(); ++k) {
        build_projection(worker, k, network, plan.projections[k], grid, seed);
    }
    return worker;
}

}  // namespace stdpscope::sim
