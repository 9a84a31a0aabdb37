// Part of every kernel variant; included by kernel_bodies.hpp alone.
#pragma once

#include "sim/kernel/lanes.hpp"

namespace stdpscope::sim::kernel::STDPSCOPE_KERNEL_VARIANT {
namespace {

/// Writes down who fired in the group at `first` and starts their refractory periods.
inline std::uint32_t note_spikes(unsigned bits, std::uint32_t first, const NeuronRange& range,
                                 std::int32_t refractory_steps, std::uint32_t fired) {
    while (bits != 0) {
        const std::uint32_t neuron = first + static_cast<std::uint32_t>(__builtin_ctz(bits));
        bits &= bits - 1;
        if (neuron >= range.end) break;  // padding
        range.spikes[fired++] = neuron;
        if (range.arrays.release_step != nullptr) range.arrays.release_step[neuron] = range.step + refractory_steps;
    }
    return fired;
}

/// exp(x) for |x| <= 80, relative error below 1e-6: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2].
inline Floats exp_of(Floats x) {
    x = larger(smaller(x, all(80.0F)), all(-80.0F));
    const Floats magic = all(12582912.0F);  // 1.5 * 2^23: adding it rounds to a whole number
    const Floats whole = (x * all(1.44269504F) + magic) - magic;
    Floats r = x - whole * all(0.693359375F);
    r = r - whole * all(-2.12194440e-4F);
    Floats sum = all(1.0F / 5040.0F);
    sum = sum * r + all(1.0F / 720.0F);
    sum = sum * r + all(1.0F / 120.0F);
    sum = sum * r + all(1.0F / 24.0F);
    sum = sum * r + all(1.0F / 6.0F);
    sum = sum * r + all(0.5F);
    sum = sum * r + all(1.0F);
    sum = sum * r + all(1.0F);
    const Ints exponent = __builtin_convertvector(whole, Ints) + all(127);
    return sum * reinterpret_cast<Floats>(exponent << 23);
}

/// The next potential; a group of neurons or a single one, by the same operations.
template <typename Number, typename Active>
inline Number lif_conductance_potential(const LifConductanceConstants& c, const Number& v, const Number& excitatory,
                                        const Number& inhibitory, const Active& active) {
    const float h = c.dt_over_tau;
    const float h_drive = c.dt_over_tau * c.leak_drive_mv;
    // Conductances at mid-step, times dt / tau.
    const Number to_excitatory = excitatory * (c.dt_over_tau * c.decay.half_excitatory);
    const Number to_inhibitory = inhibitory * (c.dt_over_tau * c.decay.half_inhibitory);
    const Number conductance = h + to_excitatory + to_inhibitory;
    const Number drive = h_drive + to_excitatory * c.e_excitatory_mv + to_inhibitory * c.e_inhibitory_mv;
    const Number moved = v + (drive - conductance * v) / (1.0F + 0.5F * conductance);
    return active ? moved : v;
}

/// A population of one: a group's load would wait for the input that was just added to its first number.
std::uint32_t lone_lif_conductance(const LifConductanceConstants& c, const NeuronRange& range) {
    const std::uint32_t i = range.begin;
    const float excitatory = range.arrays.excitatory[i];
    const float inhibitory = range.arrays.inhibitory[i];
    const float next = lif_conductance_potential(c, range.arrays.v_mv[i], excitatory, inhibitory,
                                                 range.step > range.arrays.release_step[i]);
    const bool spike = next >= c.v_thresh_mv;
    range.arrays.v_mv[i] = spike ? c.v_reset_mv : next;
    range.arrays.excitatory[i] = excitatory * c.decay.excitatory;
    range.arrays.inhibitory[i] = inhibitory * c.decay.inhibitory;
    return spike ? note_spikes(1, i, range, c.refractory_steps, 0) : 0;
}

/// The neurons [begin, end), in whole vectors. Returns how many have fired with those that had before.
template <typename Numbers, typename Mask>
inline std::uint32_t lif_conductance_vectors(const LifConductanceConstants& constants, const NeuronRange& range,
                                             std::uint32_t begin, std::uint32_t end, std::uint32_t fired) {
    // Loose: arrays are aligned to groups.
    using LooseNumbers __attribute__((aligned(4), may_alias)) = Numbers;
    using LooseMask __attribute__((aligned(4), may_alias)) = Mask;
    // Copies, so that no store can be thought to change a constant or a place.
    const LifConductanceConstants c = constants;
    const NeuronArrays arrays = range.arrays;
    for (std::uint32_t i = begin; i < end; i += sizeof(Numbers) / sizeof(float)) {
        const Numbers v = *reinterpret_cast<const LooseNumbers*>(arrays.v_mv + i);
        const Numbers excitatory = *reinterpret_cast<const LooseNumbers*>(arrays.excitatory + i);
        const Numbers inhibitory = *reinterpret_cast<const LooseNumbers*>(arrays.inhibitory + i);
        const Mask active = range.step > *reinterpret_cast<const LooseMask*>(arrays.release_step + i);
        const Numbers next = lif_conductance_potential(c, v, excitatory, inhibitory, active);
        const Mask spike = next >= c.v_thresh_mv;
        *reinterpret_cast<LooseNumbers*>(arrays.v_mv + i) = spike ? Numbers{} + c.v_reset_mv : next;
        *reinterpret_cast<LooseNumbers*>(arrays.excitatory + i) = excitatory * c.decay.excitatory;
        *reinterpret_cast<LooseNumbers*>(arrays.inhibitory + i) = inhibitory * c.decay.inhibitory;
        if (const unsigned bits = lane_bits(spike); bits != 0) {
            fired = note_spikes(bits, i, range, c.refractory_steps, fired);
        }
    }
    return fired;
}

std::uint32_t lif_conductance(const LifConductanceConstants& c, const NeuronRange& range) {
    if (range.end - range.begin == 1) return lone_lif_conductance(c, range);
    std::uint32_t begin = range.begin;
    std::uint32_t fired = 0;
#if defined(__AVX512VL__)
    constexpr std::uint32_t kWide = 2 * kGroup;
    const std::uint32_t wide_end = begin + (range.end - begin) / kWide * kWide;
    fired = lif_conductance_vectors<WideFloats, WideInts>(c, range, begin, wide_end, fired);
    begin = wide_end;
#endif
    return lif_conductance_vectors<Floats, Ints>(c, range, begin, range.end, fired);
}

std::uint32_t lif_current(const LifCurrentConstants& c, const NeuronRange& range) {
    std::uint32_t fired = 0;
    for (std::uint32_t i = range.begin; i < range.end; i += kGroup) {
        const Floats v = load(range.arrays.v_mv + i);
        const Floats excitatory = load(range.arrays.excitatory + i);
        const Floats inhibitory = load(range.arrays.inhibitory + i);
        const Ints active = all(range.step) > load(range.arrays.release_step + i);
        const Floats moved = all(c.v_inf_mv) + (v - all(c.v_inf_mv)) * all(c.membrane_decay) +
                             excitatory * all(c.excitatory_gain) - inhibitory * all(c.inhibitory_gain);
        const Floats next = active ? moved : v;
        const Ints spike = next >= all(c.v_thresh_mv);
        store(range.arrays.v_mv + i, spike ? all(c.v_reset_mv) : next);
        store(range.arrays.excitatory + i, excitatory * all(c.decay.excitatory));
        store(range.arrays.inhibitory + i, inhibitory * all(c.decay.inhibitory));
        if (const unsigned bits = lane_bits(spike); bits != 0) {
            fired = note_spikes(bits, i, range, c.refractory_steps, fired);
        }
    }
    return fired;
}

std::uint32_t adex(const AdexConstants& c, const NeuronRange& range) {
    std::uint32_t fired = 0;
    const Floats per_slope = all(1.0F / c.slope_mv);
    for (std::uint32_t i = range.begin; i < range.end; i += kGroup) {
        const Floats v = load(range.arrays.v_mv + i);
        const Floats excitatory = load(range.arrays.excitatory + i);
        const Floats inhibitory = load(range.arrays.inhibitory + i);
        const Floats w = load(range.arrays.adaptation + i);
        const Ints active = all(range.step) > load(range.arrays.release_step + i);
        const Floats upstroke = all(c.slope_mv) * exp_of((v - all(c.v_thresh_mv)) * per_slope);
        const Floats current = all(c.g_leak_ns) * (all(c.e_leak_mv) - v + upstroke) - w + all(c.bias_pa) +
                               excitatory * (all(c.e_excitatory_mv) - v) + inhibitory * (all(c.e_inhibitory_mv) - v);
        const Floats next = active ? v + all(c.dt_over_capacitance) * current : v;
        const Ints spike = next >= all(c.v_cut_mv);
        const Floats goal = all(c.a_ns) * (v - all(c.e_leak_mv));
        const Floats relaxed = goal + (w - goal) * all(c.adaptation_decay);
        store(range.arrays.v_mv + i, spike ? all(c.v_reset_mv) : next);
        store(range.arrays.adaptation + i, relaxed + keep_where(spike, all(c.b_pa)));
        store(range.arrays.excitatory + i, excitatory * all(c.decay.excitatory));
        store(range.arrays.inhibitory + i, inhibitory * all(c.decay.inhibitory));
        if (const unsigned bits = lane_bits(spike); bits != 0) {
            fired = note_spikes(bits, i, range, c.refractory_steps, fired);
        }
    }
    return fired;
}

std::uint32_t izhikevich(const IzhikevichConstants& c, const NeuronRange& range) {
    std::uint32_t fired = 0;
    for (std::uint32_t i = range.begin; i < range.end; i += kGroup) {
        const Floats v = load(range.arrays.v_mv + i);
        const Floats u = load(range.arrays.adaptation + i);
        const Floats excitatory = load(range.arrays.excitatory + i);
        const Floats inhibitory = load(range.arrays.inhibitory + i);
        const Floats current = all(c.bias) + excitatory - inhibitory;
        const Floats next = v + all(c.dt_ms) * ((all(0.04F) * v + all(5.0F)) * v + all(140.0F) - u + current);
        const Ints spike = next >= all(c.v_peak_mv);
        const Floats recovered = u + all(c.dt_ms * c.a) * (all(c.b) * v - u);
        store(range.arrays.v_mv + i, spike ? all(c.c_mv) : next);
        store(range.arrays.adaptation + i, recovered + keep_where(spike, all(c.d)));
        store(range.arrays.excitatory + i, excitatory * all(c.decay.excitatory));
        store(range.arrays.inhibitory + i, inhibitory * all(c.decay.inhibitory));
        if (const unsigned bits = lane_bits(spike); bits != 0) fired = note_spikes(bits, i, range, 0, fired);
    }
    return fired;
}

void clear_nothing(float* values, std::uint32_t end) {
    for (std::uint32_t i = 0; i < end; i += kGroup) {
        const Floats value = load(values + i);
        store(values + i, keep_where(value > all(kNothing), value));
    }
}

void take_input(float* sum, float* input, std::uint32_t begin, std::uint32_t end) {
    for (std::uint32_t i = begin; i < end; i += kGroup) {
        store(sum + i, load(sum + i) + load(input + i));
        store(input + i, Floats{});
    }
}

}  // namespace
}  // namespace stdpscope::sim::kernel::STDPSCOPE_KERNEL_VARIANT
