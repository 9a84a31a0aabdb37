#pragma once

#include <cstddef>
#include <cstdint>

/// The simulator's inner loops, once for every instruction set; all variants give the same bits.
///
/// Arrays are padded to whole groups of kGroup neurons or of kRowUnit synapses. No multiply-add is fused, and every
/// neuron and synapse is computed alone, so that neither the instruction set nor the way in which work is cut shows in
/// the bits.
namespace stdpscope::sim::kernel {

inline constexpr std::uint32_t kGroup = 8;
/// Rows of synapses are padded to whole multiples of this, the lanes of the widest vectors.
inline constexpr std::uint32_t kRowUnit = 16;

enum class Isa {
    baseline,  ///< what every machine of the architecture has (SSE2)
    avx2,      ///< AVX2
    avx512,    ///< AVX-512 F, BW, DQ, VL
};

/// State of a population's neurons, one array a quantity. What a model has no use for stays null.
struct NeuronArrays {
    float* v_mv = nullptr;
    float* excitatory = nullptr;  ///< conductance or current of the excitatory channel, decaying exponentially
    float* inhibitory = nullptr;
    float* adaptation = nullptr;
    std::int32_t* release_step = nullptr;  ///< the last step of the refractory period
};

/// A conductance or current this small is none: a denormal number costs a hundred cycles, a neuron whose inputs have
/// ceased would be full of them, and nothing a neuron does can depend on so little.
inline constexpr float kNothing = 1e-20F;

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
/// newest first, both scaled as PairSlice says; +infinity where there was none.
inline constexpr std::uint32_t kRecentSpikes = 7;
struct alignas(32) PostRecord {
    float trace;
    float spikes[kRecentSpikes];
};

/// The spikes before these, newest first, likewise.
inline constexpr std::uint32_t kOlderSpikes = 24;
struct alignas(32) OlderSpikes {
    float spikes[kOlderSpikes];
};

/// All spikes of the post neurons in the order of arrival; entry k lies at k & mask and is valid for
/// begin <= k < begin + size.
struct SpikeLog {
    const float* values = nullptr;
    const std::uint32_t* previous = nullptr;  ///< the same neuron's spike before this one
    const std::uint32_t* newest = nullptr;    ///< per post neuron
    std::uint32_t mask = 0;
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
};

/// One visit to a row of plastic synapses. Weights are whole numbers in [0, kFullWeight].
inline constexpr std::int32_t kFullWeight = 1 << 30;
struct PairRow {
    /// Padded to kRowUnit with the number of a post neuron that never fires, but for rows of one synapse.
    const std::uint32_t* posts = nullptr;
    std::int32_t* weights = nullptr;  ///< padded likewise, with weights between the bounds
    std::uint32_t length = 0;
    const PostRecord* records = nullptr;
    const OlderSpikes* older = nullptr;
    SpikeLog log = {};
    float after = 0.0F;           ///< spikes with a smaller value are newer than the row's last settlement
    float post_scale = 0.0F;      ///< change a unit of summed value, in units of weight; its sign is the rule's
    float pre_scale = 0.0F;       ///< change a unit of trace
    std::int32_t post_bound = 0;  ///< where post_scale drives a weight: 0 or kFullWeight
    std::int32_t pre_bound = 0;
    float* target = nullptr;         ///< receives weight * unit for each post neuron; null: nothing is transmitted
    float unit = 0.0F;               ///< of one weight step, in the target's unit
    bool all_traced = false;         ///< every post neuron has a trace, but the one of the padding
    std::uint32_t sum_vectors = 1;   ///< vectors whose changes by pre_scale sum to less than 2^32 a lane
    std::uint32_t* bound = nullptr;  ///< out, counting only: places of synapses that met post_bound by new spikes,
    std::int32_t* bound_weights = nullptr;  ///< and their weights before
};

/// What visits have counted, some sums in eight parts; all but `bounds` are added to.
struct alignas(32) PairRowCounts {
    std::int64_t pre_sum[kGroup] = {};   ///< summed |change| by pre spikes
    std::int64_t untraced[kGroup] = {};  ///< synapses whose post neuron had no trace
    std::int64_t stuck = 0;              ///< synapses with a trace that already were at pre_bound
    std::uint32_t bounds = 0;            ///< entries of the last visit in `bound`
};

struct KernelTable {
    Isa isa;
    /// Each returns how many neurons fired.
    std::uint32_t (*lif_conductance)(const LifConductanceConstants&, const NeuronRange&);
    std::uint32_t (*lif_current)(const LifCurrentConstants&, const NeuronRange&);
    std::uint32_t (*adex)(const AdexConstants&, const NeuronRange&);
    std::uint32_t (*izhikevich)(const IzhikevichConstants&, const NeuronRange&);
    /// values[i] = 0 where it is below kNothing, for i in [0, end), whole groups.
    void (*clear_nothing)(float* values, std::uint32_t end);
    /// sum[i] += input[i]; input[i] = 0 for i in [begin, end), whole groups.
    void (*take_input)(float* sum, float* input, std::uint32_t begin, std::uint32_t end);
    void (*pair_row)(const PairRow&);
    void (*pair_row_counted)(const PairRow&, PairRowCounts&);
};

[[nodiscard]] bool supported(Isa isa);

/// Precondition: supported(isa).
[[nodiscard]] const KernelTable& kernels(Isa isa);

/// The variant that simulations take when they are made: the best that this machine runs, or the one set by use_isa.
[[nodiscard]] const KernelTable& active_kernels();

/// Throws InvalidParameter unless supported(isa).
void use_isa(Isa isa);

/// "baseline", "avx2", "avx512".
[[nodiscard]] const char* isa_name(Isa isa);

}  // namespace stdpscope::sim::kernel
