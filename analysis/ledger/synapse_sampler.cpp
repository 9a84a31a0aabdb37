#include "analysis/ledger/synapse_sampler.hpp"

#include <bit>

namespace stdpscope::analysis::detail {

SynapseSampler::SynapseSampler(const ann::SynapseLayer& layer, std::uint32_t layer_index, std::uint64_t seed,
                               std::uint64_t count)
    : geometry_(layer.geometry),
      taps_(layer.geometry),
      synapses_(sampled_synapses(layer, layer_index, seed, count)),
      events_(seed, ann::RandomPurpose::event_sample, layer_index) {}

SampledLayer SynapseSampler::sample(std::uint64_t step, const ann::LayerStep& views, const LayerSigns& signs,
                                    int threads) const {
    const std::size_t count = synapses_.size();
    SampledLayer sampled;
    for (auto* values : {&sampled.weight, &sampled.weight_update, &sampled.timing_integral, &sampled.activation,
                         &sampled.loss_derivative, &sampled.activation_derivative}) {
        values->resize(count);
    }
    for (auto* counts : {&sampled.pairs_pre_first, &sampled.pairs_post_first}) counts->resize(count);
    for (auto* places : {&sampled.event_sample, &sampled.event_position}) places->resize(count);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (std::size_t place = 0; place < count; ++place) {
        const std::uint64_t synapse = synapses_[place];
        sampled.weight[place] = views.weights_before.mem[synapse];
        sampled.weight_update[place] = views.weights_after.mem[synapse] - views.weights_before.mem[synapse];
        read_pairs(place, views, signs, sampled);
        read_event(place, step, views, sampled);
    }
    return sampled;
}

void SynapseSampler::read_pairs(std::size_t place, const ann::LayerStep& views, const LayerSigns& signs,
                                SampledLayer& sampled) const {
    const CubeSigns& pre = signs.pre_activation;
    const CubeSigns& loss = signs.loss_derivative;
    const CubeSigns& response = signs.activation_derivative;
    const std::size_t row = synapses_[place] % geometry_.weight_rows();
    const std::size_t tap = synapses_[place] / geometry_.weight_rows();
    const std::size_t positions = geometry_.positions();
    int pre_first = 0;
    int post_first = 0;
    double integral = 0.0;
    for (std::size_t position = 0; position < positions; ++position) {
        const std::int64_t pre_unit = taps_.unit_at(tap, position);
        if (pre_unit < 0) continue;
        for (std::size_t block = 0; block < pre.blocks(); ++block) {
            const std::size_t pre_word = block * pre.units() + static_cast<std::size_t>(pre_unit);
            const std::size_t unit = row * positions + position;
            const std::size_t word = block * loss.units() + unit;
            unsigned firing = pre.positive()[pre_word] | pre.negative()[pre_word];
            if (!signs.identity) {
                firing &= static_cast<unsigned>(response.positive()[word] | response.negative()[word]);
            }
            pre_first += std::popcount(firing & loss.negative()[word]);
            post_first += std::popcount(firing & loss.positive()[word]);
            firing &= static_cast<unsigned>(loss.positive()[word] | loss.negative()[word]);
            const float* derivatives = views.loss_derivative.lanes(unit, block);
            for (; firing != 0; firing &= firing - 1) {
                integral -= static_cast<double>(derivatives[std::countr_zero(firing)]);
            }
        }
    }
    sampled.pairs_pre_first[place] = pre_first;
    sampled.pairs_post_first[place] = post_first;
    sampled.timing_integral[place] = static_cast<float>(integral);
}

void SynapseSampler::read_event(std::size_t place, std::uint64_t step, const ann::LayerStep& views,
                                SampledLayer& sampled) const {
    const std::size_t row = synapses_[place] % geometry_.weight_rows();
    const std::size_t tap = synapses_[place] / geometry_.weight_rows();
    const std::size_t positions = geometry_.positions();
    const std::uint64_t events = views.pre_activation.samples() * positions;
    const std::uint32_t event = events_.below(events, step * synapses_.size() + place);
    const std::size_t sample = event / positions;
    const std::size_t position = event % positions;
    const std::size_t unit = row * positions + position;
    const std::int64_t pre_unit = taps_.unit_at(tap, position);
    sampled.event_sample[place] = static_cast<std::uint32_t>(sample);
    sampled.event_position[place] = static_cast<std::uint32_t>(position);
    sampled.activation[place] =
        pre_unit < 0 ? 0.0F : views.pre_activation.at(sample, static_cast<arma::uword>(pre_unit));
    sampled.loss_derivative[place] = views.loss_derivative.at(sample, unit);
    sampled.activation_derivative[place] =
        views.activation_derivative == nullptr ? 1.0F : views.activation_derivative->at(sample, unit);
}

}  // namespace stdpscope::analysis::detail
