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

namespace {

constexpr std::uint16_t kAllLanes = 0xFFFF;

}  // namespace

ActivationLayer::ActivationLayer(std::string name, MapShape shape, const ActivationSpec& spec, std::uint64_t seed,
                                 std::uint32_t instance)
    : Layer(std::move(name), shape, shape),
      spec_(spec),
      seed_(seed),
      instance_(instance),
      kernels_(kernel::active_kernels()) {
    if (!(spec.percent_neglu >= 0.0 && spec.percent_neglu <= 100.0)) {
        throw InvalidParameter("percent_neglu", number_text(spec.percent_neglu), "must be in 0..100");
    }
    if (!std::isfinite(spec.leak)) throw InvalidParameter("leak", number_text(spec.leak), "must be finite");
    if (population_rule() == PopulationRule::unit) {
        population_of_unit_ =
            draw_unit_mask(RandomStream(seed, RandomPurpose::unit_mask, instance), spec.percent_neglu, shape.units());
        for (const std::uint8_t is_neglu : population_of_unit_) neglu_units_.push_back(is_neglu != 0 ? kAllLanes : 0);
    }
    if (spec.kind == ActivationKind::neglu) neglu_units_.assign(shape.units(), kAllLanes);
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

bool ActivationLayer::is_rectifier() const {
    return spec_.kind == ActivationKind::relu || spec_.kind == ActivationKind::neglu ||
           spec_.kind == ActivationKind::mixlu;
}

void ActivationLayer::forward_run(const Pass& pass, const Run& run, const LaneCube& input, LaneCube& output) {
    const arma::uword units = run.end - run.first;
    const float* net_input = input.lanes(run.first, run.block);
    float* values = output.lanes(run.first, run.block);
    float* derivatives = derivative_.lanes(run.first, run.block);
    if (!is_rectifier()) {
        const arma::uword floats = units * kLanes;
        return activate(spec_, {net_input, floats}, {values, floats}, {derivatives, floats});
    }
    if (population_rule() == PopulationRule::element) draw_neglu_lanes(pass, run);
    const ActivationSpec neglu{.kind = ActivationKind::neglu, .derivative = spec_.derivative};
    kernels_.rectify({.net_input = net_input,
                      .output = values,
                      .derivative = derivatives,
                      .units = units,
                      .neglu = neglu_lanes(run),
                      .neglu_above = activation_at(neglu, 1.0F).derivative,
                      .neglu_below = activation_at(neglu, -1.0F).derivative});
}

void ActivationLayer::draw_neglu_lanes(const Pass& pass, const Run& run) {
    const RandomStream stream(seed_, RandomPurpose::element_mask, instance_);
    const std::uint64_t threshold = mask_threshold(spec_.percent_neglu);
    const std::uint16_t used = derivative_.used_lanes(run.block);
    for (arma::uword unit = run.first; unit < run.end; ++unit) {
        const arma::uword place = run.block * derivative_.units() + unit;
        population_bits_[place] = used & draw_lane_mask(stream, threshold, static_cast<std::uint32_t>(pass.number),
                                                        static_cast<std::uint32_t>(place));
    }
}

const std::uint16_t* ActivationLayer::neglu_lanes(const Run& run) const {
    if (population_rule() == PopulationRule::element) {
        return population_bits_.data() + run.block * derivative_.units() + run.first;
    }
    return neglu_units_.empty() ? nullptr : neglu_units_.data() + run.first;
}

void ActivationLayer::backward(const Pass& pass, const LaneCube& /*input*/, const LaneCube& /*output*/,
                               const LaneCube& output_gradient, LaneCube* input_gradient) {
    if (input_gradient == nullptr) return;
    for_each_run(pass.threads, [&](const Run& run) {
        kernels_.multiply(output_gradient.lanes(run.first, run.block), derivative_.lanes(run.first, run.block),
                          run.end - run.first, input_gradient->lanes(run.first, run.block));
    });
}

}  // namespace stdpscope::ann
