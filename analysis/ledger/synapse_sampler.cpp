#include "analysis/ledger/synapse_sampler.hpp"

#include <iterator>
#include <limits>
#include <numeric>

namespace stdpscope::analysis::detail {

namespace {
constexpr std::size_t kNoTap = std::numeric_limits<std::size_t>::max();
}

SynapseSampler::SynapseSampler(const ann::SynapseLayer& layer, std::uint32_t layer_index, std::uint64_t seed,
                               std::uint64_t count)
    : geometry_(layer.geometry),
      taps_(layer.geometry),
      synapses_(sampled_synapses(layer, layer_index, seed, count)),
      events_(seed, ann::RandomPurpose::event_sample, layer_index) {}

SampledLayer SynapseSampler::sample(std::uint64_t step, const ann::LayerStep& views, const LayerSigns& signs,
                                    const LedgerKernels& kernels, int threads) const {
    const std::size_t count = synapses_.size();
    SampledLayer sampled;
    for (auto* values : {&sampled.weight, &sampled.weight_update, &sampled.timing_integral, &sampled.activation,
                         &sampled.loss_derivative, &sampled.activation_derivative}) {
        values->resize(count);
    }
    for (auto* counts : {&sampled.pairs_pre_first, &sampled.pairs_post_first}) counts->resize(count);
    for (auto* places : {&sampled.event_sample, &sampled.event_position}) places->resize(count);
#pragma omp parallel num_threads(threads)
    {
        Reader reader{.views = views, .signs = signs, .kernels = kernels, .tap = kNoTap, .active = {}, .firing = {}};
#pragma omp for schedule(static)
        for (std::size_t place = 0; place < count; ++place) {
            const std::uint64_t synapse = synapses_[place];
            sampled.weight[place] = views.weights_before.mem[synapse];
            sampled.weight_update[place] = views.weights_after.mem[synapse] - views.weights_before.mem[synapse];
            read_pairs(place, reader, sampled);
            read_event(place, step, views, sampled);
        }
    }
    return sampled;
}

void SynapseSampler::gather(std::size_t tap, Reader& reader) const {
    const CubeSigns& pre = reader.signs.pre_activation;
    reader.tap = tap;
    reader.active.resize(taps_.words(pre.blocks()));
    reader.firing.resize(taps_.words(pre.blocks()));
    taps_.gather(tap, pre.positive(), pre.blocks(), reader.kernels, reader.active.data());
    taps_.gather(tap, pre.negative(), pre.blocks(), reader.kernels, reader.firing.data());
    for (std::size_t word = 0; word < reader.active.size(); ++word) reader.active[word] |= reader.firing[word];
}

void SynapseSampler::read_pairs(std::size_t place, Reader& reader, SampledLayer& sampled) const {
    const CubeSigns& loss = reader.signs.loss_derivative;
    const CubeSigns& response = reader.signs.activation_derivative;
    const std::size_t row = synapses_[place] % geometry_.weight_rows();
    const std::size_t tap = synapses_[place] / geometry_.weight_rows();
    const std::size_t positions = geometry_.positions();
    // Synapses are in the order of their taps.
    if (reader.tap != tap) gather(tap, reader);
    PairSums sums;
    for (std::size_t block = 0; block < loss.blocks(); ++block) {
        const std::size_t begin = block * loss.units() + row * positions;
        const std::uint16_t* firing = reader.active.data() + block * positions;
        if (!reader.signs.identity) {
            for (std::size_t position = 0; position < positions; ++position) {
                const int answers = response.positive()[begin + position] | response.negative()[begin + position];
                reader.firing[position] = static_cast<std::uint16_t>(firing[position] & answers);
            }
            firing = reader.firing.data();
        }
        reader.kernels.add_pairs(firing, loss.positive() + begin, loss.negative() + begin,
                                 reader.views.loss_derivative.lanes(row * positions, block), positions, sums);
    }
    sampled.pairs_pre_first[place] = sums.pre_first;
    sampled.pairs_post_first[place] = sums.post_first;
    sampled.timing_integral[place] =
        static_cast<float>(std::accumulate(std::begin(sums.integral), std::end(sums.integral), 0.0));
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
