#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/kernel/kernels.hpp"
#include "sim/network/row_table.hpp"
#include "sim/observer.hpp"

namespace stdpscope::sim {

/// The synapses of one projection onto one thread's post neurons. Every synapse is computed alone and in an order given
/// by the spikes, so that the cut into slices shows nowhere.
///
/// Each step, in this order: begin_step, post_arrivals, pre_arrivals any number of times (rows ascending), end_step.
class ProjectionSlice {
public:
    virtual ~ProjectionSlice() = default;

    virtual void begin_step(Step /*step*/) {}
    /// Post neurons (from 0 in the slice) whose spikes reach their synapses at this step. The view lasts until
    /// end_step.
    virtual void post_arrivals(Step /*step*/, std::span<const std::uint32_t> /*posts*/) {}
    /// Pre neurons whose spikes arrive, each number plus `offset`; their weights are added to target[post].
    virtual void pre_arrivals(Step step, std::span<const std::uint32_t> pres, std::uint32_t offset, float* target) = 0;
    virtual void end_step(Step /*step*/) {}
};

/// Synapses that do not change.
class StaticSlice final : public ProjectionSlice {
public:
    StaticSlice(RowTable rows, const InitialWeight& weight, PostRange range, const RandomStream& random);
    void pre_arrivals(Step step, std::span<const std::uint32_t> pres, std::uint32_t offset, float* target) override;

    [[nodiscard]] const RowTable& rows() const { return rows_; }
    [[nodiscard]] double weight(std::uint64_t place) const { return weights_.empty() ? common_ : weights_[place]; }

private:
    RowTable rows_;
    float common_ = 0.0F;           ///< the weight of all, where they are equal
    AlignedVector<float> weights_;  ///< else as rows_.posts
};

}  // namespace stdpscope::sim
