#pragma once

#include <cstddef>
#include <cstdint>

/// The simulator's inner loops, once for every instruction set; all variants give the same bits.
///
/// Arrays are padded to whole groups of kGroup neurons or synapses. No multiply-add is fused, and every neuron and
/// synapse is computed alone, so that neither the instruction set nor the way in which work is cut shows in the bits.
namespace stdpscope::sim::kernel {

inline constexpr std::uint32_t kGroup = 8;

enum class Isa {
    baseline,  ///< what every machine of the architecture has (SSE2)
    avx2,      ///< AVX2
};

/// State of a population's neurons, one array a quantity. What a model has no use for stays null.
struct NeuronArrays {
    float* v_mv = nullptr;
    float* excitatory = nullptr;  ///< conductance or current of the excitatory channel, decaying exponentially
    float* inhibitory = nullptr;
    float* adaptation = nullptr;
    std::int32_t* release_step = nullptr;  ///< the last step of the refractory period
};

/// Decay of the two channels over one step and over half of it.
struct ChannelDecay {
    float excitatory;
    float inhibitory;
    float half_excitatory;
    float half_inhibitory;
};

struct LifConductanceConstants {
    ChannelDecay decay;
    float dt_over_tau;
    float leak_drive_mv;  ///< resting potential plus bias
    float e_excitatory_mv;
    float e_inhibitory_mv;
    float v_thresh_mv;
    float v_reset_mv;
    std::int32_t refractory_steps;
};

/// Exact propagators over one step (Rotter & Diesmann 1999, Biol. Cybern. 81:381).
struct LifCurrentConstants {
    ChannelDecay decay;
    float membrane_decay;
    float excitatory_gain;
    float inhibitory_gain;
    float v_inf_mv;
    float v_thresh_mv;
    float v_reset_mv;
    std::int32_t refractory_steps;
};

struct AdexConstants {
    ChannelDecay decay;
    float dt_over_capacitance;  ///< ms / pF
    float g_leak_ns;
    float e_leak_mv;
    float slope_mv;
    float v_thresh_mv;
    float v_cut_mv;
    float v_reset_mv;
    float bias_pa;
    float e_excitatory_mv;
    float e_inhibitory_mv;
    float adaptation_decay;
    float a_ns;
    float b_pa;
    std::int32_t refractory_steps;
};

struct IzhikevichConstants {
    ChannelDecay decay;
    float dt_ms;
    float a;
    float b;
    float c_mv;
    float d;
    float bias;
    float v_peak_mv;
};

/// The neurons [begin, end) of a population, begin a multiple of kGroup, brought to `step`.
struct NeuronRange {
    NeuronArrays arrays;
    std::uint32_t begin;
    std::uint32_t end;
    std::int32_t step;
    std::uint32_t* spikes;  ///< room for end - begin neurons; those that fire are written in ascending order
};

/// History of a post neuron's spikes as the plastic rows read it, 32 bytes: its trace and the times of its last spikes,
/// newest first, both scaled as PairProjection says; +infinity where there was none.
inline constexpr std::uint32_t kRecentSpikes = 7;
struct alignas(32) PostRecord {
    float trace;
    float spikes[kRecentSpikes];
};

/// All spikes of the post neurons in the order of arrival; entry k lies at k & mask and is valid for
/// begin <= k < begin + size.
struct SpikeLog {
    const float* values;
    const std::uint32_t* previous;  ///< the same neuron's spike before this one
    const std::uint32_t* newest;    ///< per post neuron
    std::uint32_t mask;
    std::uint32_t begin;
    std::uint32_t size;
};

/// One visit to a row of plastic synapses. Weights are whole numbers in [0, kFullWeight].
inline constexpr std::int32_t kFullWeight = 1 << 30;
struct PairRow {
    const std::uint32_t* posts;  ///< padded to whole groups with the number of a post neuron that never fires
    std::int32_t* weights;       ///< padded with zeros
    std::uint32_t length;
    const PostRecord* records;
    SpikeLog log;
    float after;              ///< spikes with a smaller value are newer than the row's last settlement
    float strictly_after;     ///< of these, the ones with a value not smaller fell in the step of the last pre spike
    float post_scale;         ///< change a unit of summed value, in units of weight; its sign is the rule's
    float pre_scale;          ///< change a unit of trace
    std::int32_t post_bound;  ///< where post_scale drives a weight: 0 or kFullWeight
    std::int32_t pre_bound;
    float* target;                ///< receives weight * unit for each post neuron; null: nothing is transmitted
    float unit;                   ///< of one weight step, in the target's unit
    std::uint32_t* bound;         ///< out, counting only: places of synapses that met post_bound,
    std::int32_t* bound_weights;  ///< and their weights before
};

struct PairRowResult {
    std::uint64_t post_changes = 0;  ///< post spikes settled, those at the bound included
    std::uint64_t same_step = 0;     ///< of these, in the step of the pre spike before
    std::uint64_t pre_changes = 0;   ///< weights that the pre spike changed or pushes on
    std::uint64_t pre_skips = 0;     ///< weights with a post trace that already were at pre_bound
    std::uint64_t pre_sum = 0;       ///< summed |change| by the pre spike
    std::uint32_t bounds = 0;        ///< entries written to `bound`
};

struct KernelTable {
    Isa isa;
    /// Each returns how many neurons fired.
    std::uint32_t (*lif_conductance)(const LifConductanceConstants&, const NeuronRange&);
    std::uint32_t (*lif_current)(const LifCurrentConstants&, const NeuronRange&);
    std::uint32_t (*adex)(const AdexConstants&, const NeuronRange&);
    std::uint32_t (*izhikevich)(const IzhikevichConstants&, const NeuronRange&);
    /// sum[i] += input[i]; input[i] = 0 for i in [begin, end), whole groups.
    void (*take_input)(float* sum, float* input, std::uint32_t begin, std::uint32_t end);
    void (*pair_row)(const PairRow&);
    void (*pair_row_counted)(const PairRow&, PairRowResult&);
};

[[nodiscard]] bool supported(Isa isa);

/// Precondition: supported(isa).
[[nodiscard]] const KernelTable& kernels(Isa isa);

/// The variant that simulations take when they are made: the best that this machine runs, or the one set by use_isa.
[[nodiscard]] const KernelTable& active_kernels();

/// Throws InvalidParameter unless supported(isa).
void use_isa(Isa isa);

/// "baseline", "avx2".
[[nodiscard]] const char* isa_name(Isa isa);

}  // namespace stdpscope::sim::kernel
