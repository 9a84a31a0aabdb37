#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ann/kernel/kernels.hpp"
#include "ann/layer/layer.hpp"
#include "ann/network_spec.hpp"
#include "ann/observer.hpp"

namespace stdpscope::ann {

/// Applies one activation function to every unit and keeps its derivative F, which observers read.
///
///     forward    y = f(z), F = f'(z)         backward    dLoss/dz = dLoss/dy * F
///
/// **MixLU masks.** With `unit`, round(percent_neglu / 100 * units) units (halves away from zero) are drawn once,
/// without replacement, from (seed, unit_mask, instance). With `element`, each (sample, unit) is NegLU with probability
/// percent_neglu / 100 (to 32 bits), drawn from (seed, element_mask, instance) at the counter (pass number, block,
/// unit): the same for any number of threads. Pass numbers count modulo 2^32 there.
class ActivationLayer final : public Layer {
public:
    /// `instance` tells apart the activation layers of a network. Throws InvalidParameter unless
    /// 0 <= percent_neglu <= 100 and leak is finite.
    ActivationLayer(std::string name, MapShape shape, const ActivationSpec& spec, std::uint64_t seed,
                    std::uint32_t instance);

    void forward(const Pass& pass, const LaneCube& input, LaneCube& output) override;
    void backward(const Pass& pass, const LaneCube& input, const LaneCube& output, const LaneCube& output_gradient,
                  LaneCube* input_gradient) override;

    [[nodiscard]] const ActivationSpec& spec() const { return spec_; }

    /// F of the last forward pass, (lanes x units x blocks), 0 in unused lanes.
    [[nodiscard]] const LaneCube& derivative() const { return derivative_; }

    /// {"relu", "neglu"} for mixlu, whatever its percentage; else the activation's own name.
    [[nodiscard]] std::vector<std::string> populations() const;
    [[nodiscard]] PopulationRule population_rule() const;
    /// mixlu with the `unit` mask: 1 for each NegLU unit, 0 for each ReLU unit; else empty.
    [[nodiscard]] const std::vector<std::uint8_t>& population_of_unit() const { return population_of_unit_; }
    /// mixlu with the `element` mask: of the last forward pass, bit l of [block * units + unit] is set where the unit
    /// answered sample 16 block + l as NegLU (0 in unused lanes); else empty.
    [[nodiscard]] std::span<const std::uint16_t> population_bits() const { return population_bits_; }

private:
    /// Neighbouring units [first, end) of one block.
    struct Run {
        arma::uword block;
        arma::uword first;
        arma::uword end;
    };
    /// Calls work for runs that cover the last forward pass; each thread has those that the layer before wrote.
    template <class Work>
    void for_each_run(int threads, Work work) const;
    void forward_run(const Pass& pass, const Run& run, const LaneCube& input, LaneCube& output);
    [[nodiscard]] bool is_rectifier() const;
    void draw_neglu_lanes(const Pass& pass, const Run& run);
    /// As kernel::Rectify has them, of the run's units; those of the `element` mask must have been drawn.
    [[nodiscard]] const std::uint16_t* neglu_lanes(const Run& run) const;

    ActivationSpec spec_;
    std::uint64_t seed_;
    std::uint32_t instance_;
    const kernel::KernelTable& kernels_;
    LaneCube derivative_;
    std::vector<std::uint8_t> population_of_unit_;
    std::vector<std::uint16_t> neglu_units_;  ///< by unit, all lanes alike; empty for ReLU and the `element` mask
    std::vector<std::uint16_t> population_bits_;
};

}  // namespace stdpscope::ann
