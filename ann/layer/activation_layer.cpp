#include "ann/layer/activation_layer.hpp"

#include <cmath>
#include <utility>

#include "ann/activation/activation.hpp"
#include "ann/error.hpp"
#include "ann/layer/mixlu_mask.hpp"
#include "ann/layer/pieces.hpp"
#include "ann/names.hpp"
#include "ann/number_text.hpp"
#include "ann/random_stream.hpp"

namespace stdpscope::ann {

ActivationLayer::ActivationLayer(std::string name, MapShape shape, const ActivationSpec& spec, std::uint64_t seed,
                                 std::uint32_t instance)
    : Layer(std::move(name), shape, shape), spec_(spec), seed_(seed), instance_(instance) {
    if (!(spec.percent_neglu >= 0.0 && spec.percent_neglu <= 100.0)) {
        throw InvalidParameter("percent_neglu", number_text(spec.percent_neglu), "must be in 0..100");
    }
    if (!std::isfinite(spec.leak)) throw InvalidParameter("leak", number_text(spec.leak), "must be finite");
    if (population_rule() == PopulationRule::unit) {
        population_of_unit_ =
            draw_unit_mask(RandomStream(seed, RandomPurpose::unit_mask, instance), spec.percent_neglu, shape.units());
    }
}

std::vector<std::string> ActivationLayer::populations() const {
    if (spec_.kind == ActivationKind::mixlu) {
        return {std::string(name_of(ActivationKind::relu)), std::string(name_of(ActivationKind::neglu))};
    }
    return {std::string(name_of(spec_.kind))};
}

PopulationRule ActivationLayer::population_rule() const {
    if (spec_.kind != ActivationKind::mixlu) return PopulationRule::layer;
    return spec_.mask == MixluMask::unit ? PopulationRule::unit : PopulationRule::element;
}

template <class Work>
void ActivationLayer::for_each_run(int threads, Work work) const {
    const arma::uword blocks = derivative_.blocks();
    const auto shares = static_cast<arma::uword>(threads);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (arma::uword share = 0; share < shares; ++share) {
        for (arma::uword block = 0; block < blocks; ++block) {
            const Range of_block = share_of_cube(output_shape(), blocks, block, shares, share);
            if (of_block.begin < of_block.end) work({.block = block, .first = of_block.begin, .end = of_block.end});
        }
    }
}

void ActivationLayer::forward(const Pass& pass, const LaneCube& input, LaneCube& output) {
    derivative_.resize(input.units(), input.samples());
    if (population_rule() == PopulationRule::element) population_bits_.resize(input.blocks() * input.units());
    for_each_run(pass.threads, [&](const Run& run) {
        forward_run(pass, run, input, output);
        output.clear_unused_lanes(run.block, run.first, run.end);
        derivative_.clear_unused_lanes(run.block, run.first, run.end);
    });
}

void ActivationLayer::forward_run(const Pass& pass, const Run& run, const LaneCube& input, LaneCube& output) {
    if (spec_.kind != ActivationKind::mixlu) {
        const arma::uword floats = (run.end - run.first) * kLanes;
        activate(spec_, {input.lanes(run.first, run.block), floats}, {output.lanes(run.first, run.block), floats},
                 {derivative_.lanes(run.first, run.block), floats});
        return;
    }
    for (arma::uword unit = run.first; unit < run.end; ++unit) {
        activate_mixlu(spec_.derivative, neglu_lanes(pass, run.block, unit), input.lanes(unit, run.block),
                       output.lanes(unit, run.block), derivative_.lanes(unit, run.block));
    }
}

std::uint16_t ActivationLayer::neglu_lanes(const Pass& pass, arma::uword block, arma::uword unit) {
    if (spec_.mask == MixluMask::unit) return population_of_unit_[unit] != 0 ? 0xFFFF : 0;
    const arma::uword place = block * derivative_.units() + unit;
    const RandomStream stream(seed_, RandomPurpose::element_mask, instance_);
    const std::uint16_t drawn =
        draw_lane_mask(stream, mask_threshold(spec_.percent_neglu), static_cast<std::uint32_t>(pass.number),
                       static_cast<std::uint32_t>(place));
    population_bits_[place] = drawn & derivative_.used_lanes(block);
    return population_bits_[place];
}

void ActivationLayer::backward(const Pass& pass, const LaneCube& /*input*/, const LaneCube& /*output*/,
                               const LaneCube& output_gradient, LaneCube* input_gradient) {
    if (input_gradient == nullptr) return;
    for_each_run(pass.threads, [&](const Run& run) {
        const arma::uword floats = (run.end - run.first) * kLanes;
        const float* __restrict from = output_gradient.lanes(run.first, run.block);
        const float* __restrict slope = derivative_.lanes(run.first, run.block);
        float* __restrict to = input_gradient->lanes(run.first, run.block);
#pragma omp simd
        for (arma::uword k = 0; k < floats; ++k) to[k] = from[k] * slope[k];
    });
}

}  // namespace stdpscope::ann
