#pragma once

#include <algorithm>

#include "sim/simulation/projection_slice.hpp"

namespace stdpscope::sim {

/// Whole numbers all, so that sums over slices do not depend on the cut.
struct PairTally {
    std::uint64_t post_updates = 0;  ///< by post spikes, unchanged ones included
    std::uint64_t post_unchanged = 0;
    std::uint64_t same_step = 0;
    std::uint64_t pre_changes = 0;
    std::uint64_t pre_unchanged = 0;
    std::uint64_t pre_sum = 0;  ///< summed |change| by pre spikes, in units of weight
    std::int64_t drift = 0;     ///< sum of all weights less that at the start, in units of weight

    PairTally& operator+=(const PairTally& more);
};

/// What the tally says of a projection under the rule.
[[nodiscard]] PlasticityCounts counts_of(const PairTally& tally, const AdditivePairParams& rule);

/// Synapses under AdditivePairParams, by rows only: the post spikes since a row's last visit are settled when its pre
/// neuron fires next, so that a post spike costs nothing but its entry into the history.
///
/// **Scaled time.** With T the time of the last rescaling, a pre trace is kept as x exp((t - T) / tau_plus), which
/// changes at the neuron's own spikes only; a post trace likewise with tau_minus; a post spike at f is kept as
/// exp(-(f - T) / tau_plus), which both orders spikes in time and is its share: a row with pre trace x gains
/// a_plus x sum(shares since its last visit). Every 16 of the shorter tau all are rescaled to a new T, rows that were
/// not visited meanwhile are settled, and older history is dropped.
///
/// **Counting.** A post spike updates every synapse onto its neuron whose row has a trace: their number is kept, so
/// that visits count only what is unchanged, which is rare away from the bounds.
///
/// Memory: 8 bytes a synapse (post neuron, weight), rows rounded up to 16 synapses; 140 bytes a post neuron, 24 a row.
class PairSlice final : public ProjectionSlice {
public:
    struct Sample {
        std::uint32_t pre;
        std::uint64_t place;  ///< in rows().posts
    };

    PairSlice(std::size_t projection, const ProjectionSpec& spec, RowTable rows, PostRange range, const TimeGrid& grid,
              const RandomStream& random);

    void begin_step(Step step) override;
    void post_arrivals(Step step, std::span<const std::uint32_t> posts) override;
    void pre_arrivals(Step step, std::span<const std::uint32_t> pres, std::uint32_t offset, float* target) override;
    void end_step(Step step) override;

    /// All weights in units of w_max / 2^30, as if settled now, in the layout of rows().posts; nothing is changed by
    /// looking. The tally is set to that of all spikes so far, unsettled ones included.
    [[nodiscard]] std::vector<std::int32_t> settled_weights(PairTally& tally) const;
    [[nodiscard]] const RowTable& rows() const { return rows_; }
    [[nodiscard]] double weight_unit() const { return weight_unit_; }

    /// From now on the changes of this synapse (post counted over the whole population) are written down. Returns how
    /// many such synapses are here.
    [[nodiscard]] std::size_t sample(std::uint32_t pre, std::uint32_t post);
    /// Where changes of sampled synapses go; not null while there are any.
    void write_changes_to(std::vector<SynapseChange>* changes) { changes_ = changes; }
    /// Adds the changes of sampled synapses by post spikes that are not settled yet; nothing is changed by looking.
    void append_unsettled_changes(std::vector<SynapseChange>& changes) const;

private:
    /// exp(+-k dt / tau) for the steps k since the last rescaling.
    struct Scales {
        float plus_up;
        float plus_down;
        float minus_up;
        float minus_down;
    };
    struct Row {
        float trace = 0.0F;
        float after = 0.0F;           ///< post spikes with a smaller share are not settled yet
        float strictly_after = 0.0F;  ///< the same without the step of the last pre spike
    };
    [[nodiscard]] const Scales& scales(Step step) const { return scales_[static_cast<std::size_t>(step - base_)]; }
    /// Points a visit at a row, for its settlement; visit() adds the pre spike.
    void aim(kernel::PairRow& row, std::uint32_t pre, std::int32_t* weights) const;
    [[nodiscard]] kernel::PairRow settlement(std::uint32_t pre, std::int32_t* weights) const;
    void drop_padding();
    void visit(std::uint32_t pre, Step step, float* target);
    void visit_single(std::uint32_t pre, Step step, float* target);
    void enter_pre_spike(Row& state, const Scales& now) const;
    [[nodiscard]] float sum_of_log(std::uint32_t post, float after) const;
    void settle_without_spike(std::uint32_t pre);
    void sort_out_bounds(std::uint32_t pre, const kernel::PairRow& row, std::uint32_t bounds, PairTally& tally) const;
    void count_post_spike(std::uint32_t post);
    void count_same_step();
    void set_active(std::uint32_t pre, bool active);
    void prefetch(std::uint32_t pre) const;
    void show_log();
    [[nodiscard]] std::uint32_t sum_vectors(float pre_scale) const;
    void enter_spike(std::uint32_t post, float share);
    void rescale();

    struct BeforeVisit {
        std::uint64_t place;
        std::int32_t weight;
    };
    /// A weight after a change, as the kernel makes it.
    [[nodiscard]] static std::int32_t bounded_change(std::int32_t weight, float sum, float scale) {
        constexpr auto kFull = static_cast<float>(kernel::kFullWeight);
        const float change = std::max(-kFull, std::min(kFull, sum * scale));
        const auto whole = static_cast<std::int32_t>(change + (scale < 0.0F ? -0.5F : 0.5F));
        return std::max(weight + std::min(whole, kernel::kFullWeight - weight), 0);
    }
    void write_post_changes(std::uint32_t pre, const kernel::PairRow& row);
    void append_post_changes(std::uint32_t pre, const kernel::PairRow& row, std::vector<SynapseChange>& changes,
                             std::vector<BeforeVisit>* before_visit) const;
    void write_pre_change(std::uint32_t pre, Step step);
    [[nodiscard]] Step step_of_share(float share) const;

    std::size_t projection_;
    AdditivePairParams rule_;
    bool counting_;
    PostRange range_;
    double dt_ms_;
    const kernel::KernelTable& kernels_;
    RowTable rows_;
    AlignedVector<std::int32_t> weights_;
    std::int64_t initial_sum_ = 0;
    double weight_unit_;
    float units_a_plus_;   ///< a_plus in units of weight
    float units_a_minus_;  ///< -a_minus in units of weight

    Step base_ = 0;
    std::vector<Scales> scales_;
    float half_step_up_;  ///< exp(dt / 2 tau_plus)
    float half_step_down_;

    std::vector<Row> row_states_;
    std::uint32_t untraced_posts_;  ///< post neurons without a trace
    AlignedVector<kernel::PostRecord> records_;
    AlignedVector<kernel::OlderSpikes> older_;
    std::span<const std::uint32_t> arrived_;

    std::vector<float> log_values_;
    std::vector<std::uint32_t> log_previous_;
    std::vector<std::uint32_t> log_newest_;
    std::uint32_t log_begin_ = 1;
    std::uint32_t log_size_ = 0;

    kernel::PairRow work_ = {};  ///< what all visits have in common
    PairTally tally_;
    kernel::PairRowCounts counts_;
    float largest_trace_ = 0.0F;                   ///< no post trace is larger
    std::vector<std::uint32_t> active_in_degree_;  ///< per post neuron: synapses in rows with a trace
    std::vector<std::uint32_t> visited_;           ///< rows of this step, where ties make pairs
    std::vector<std::uint8_t> arrived_marks_;
    mutable std::vector<std::uint32_t> bound_places_;
    mutable std::vector<std::int32_t> bound_weights_;
    mutable std::vector<float> shares_;

    std::vector<Sample> samples_;        ///< by row
    std::vector<Step> last_pre_steps_;   ///< per row; empty unless there are samples
    std::vector<Step> last_post_steps_;  ///< per post neuron, likewise
    std::vector<BeforeVisit> before_;
    std::vector<SynapseChange>* changes_ = nullptr;
};

}  // namespace stdpscope::sim
