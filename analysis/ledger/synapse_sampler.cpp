#include "analysis/ledger/synapse_sampler.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <numeric>

namespace stdpscope::analysis::detail {

namespace {
constexpr std::size_t kNoRow = std::numeric_limits<std::size_t>::max();
}

SynapseSampler::SynapseSampler(const ann::SynapseLayer& layer, std::uint32_t layer_index, std::uint64_t seed,
                               std::uint64_t count)
    : geometry_(layer.geometry),
      taps_(layer.geometry),
      synapses_(sampled_synapses(layer, layer_index, seed, count)),
      by_row_(synapses_.size()),
      events_(seed, ann::RandomPurpose::event_sample, layer_index) {
    // Synapses are in the order of their taps.
    for (std::size_t place = 0; place < synapses_.size(); ++place) {
        if (taps_sampled_.empty() || taps_sampled_.back() != tap_of(place)) taps_sampled_.push_back(tap_of(place));
        tap_places_.push_back(taps_sampled_.size() - 1);
    }
    std::iota(by_row_.begin(), by_row_.end(), std::size_t{0});
    std::stable_sort(by_row_.begin(), by_row_.end(),
                     [&](std::size_t a, std::size_t b) { return row_of(a) < row_of(b); });
    for (std::size_t each = 0; each < by_row_.size(); ++each) {
        const bool new_row = each == 0 || row_of(by_row_[each]) != row_of(by_row_[each - 1]);
        if (new_row || each - parts_.back() == kTapsTogether) parts_.push_back(each);
    }
    parts_.push_back(by_row_.size());
}

SampledLayer SynapseSampler::sample(std::uint64_t step, const ann::LayerStep& views, const LayerSigns& signs,
                                    const LedgerKernels& kernels, int threads) {
    const std::size_t count = synapses_.size();
    SampledLayer sampled;
    for (auto* values : {&sampled.weight, &sampled.weight_update, &sampled.timing_integral, &sampled.activation,
                         &sampled.loss_derivative, &sampled.activation_derivative}) {
        values->resize(count);
    }
    for (auto* counts : {&sampled.pairs_pre_first, &sampled.pairs_post_first}) counts->resize(count);
    for (auto* places : {&sampled.event_sample, &sampled.event_position}) places->resize(count);
    const Step shown{.views = views, .signs = signs, .kernels = kernels};
    active_.resize(taps_sampled_.size() * taps_.words(signs.pre_activation.blocks()));
#pragma omp parallel num_threads(threads)
    {
#pragma omp for schedule(static)
        for (std::size_t tap = 0; tap < taps_sampled_.size(); ++tap) gather(tap, shown);
        RowSigns row{.row = kNoRow, .positive = {}, .negative = {}};
#pragma omp for schedule(static)
        for (std::size_t part = 0; part < parts_.size() - 1; ++part) {
            read_pairs(parts_[part], parts_[part + 1], shown, row, sampled);
        }
#pragma omp for schedule(static)
        for (std::size_t place = 0; place < count; ++place) {
            const std::uint64_t synapse = synapses_[place];
            sampled.weight[place] = views.weights_before.mem[synapse];
            sampled.weight_update[place] = views.weights_after.mem[synapse] - views.weights_before.mem[synapse];
            read_event(place, step, views, sampled);
        }
    }
    return sampled;
}

void SynapseSampler::gather(std::size_t sampled_tap, const Step& step) {
    const CubeSigns& pre = step.signs.pre_activation;
    const std::size_t words = taps_.words(pre.blocks());
    std::uint16_t* active = active_.data() + sampled_tap * words;
    taps_.gather(taps_sampled_[sampled_tap], pre.positive(), pre.blocks(), step.kernels, active);
    if (!pre.has_negative()) return;
    AlignedVector<std::uint16_t> negative(words);
    taps_.gather(taps_sampled_[sampled_tap], pre.negative(), pre.blocks(), step.kernels, negative.data());
    for (std::size_t word = 0; word < words; ++word) active[word] |= negative[word];
}

void SynapseSampler::read_row(std::size_t row, const LayerSigns& signs, RowSigns& found) const {
    const CubeSigns& loss = signs.loss_derivative;
    const CubeSigns& response = signs.activation_derivative;
    const std::size_t positions = geometry_.positions();
    found.row = row;
    found.positive.resize(positions * loss.blocks());
    found.negative.resize(positions * loss.blocks());
    for (std::size_t block = 0; block < loss.blocks(); ++block) {
        const std::size_t unit = block * loss.units() + row * positions;
        for (std::size_t position = 0; position < positions; ++position) {
            const unsigned answers = signs.identity ? 0xFFFFU
                                                    : static_cast<unsigned>(response.positive()[unit + position]) |
                                                          response.negative()[unit + position];
            const std::size_t word = block * positions + position;
            found.positive[word] = static_cast<std::uint16_t>(loss.positive()[unit + position] & answers);
            found.negative[word] = static_cast<std::uint16_t>(loss.negative()[unit + position] & answers);
        }
    }
}

void SynapseSampler::read_pairs(std::size_t first, std::size_t end, const Step& step, RowSigns& row,
                                SampledLayer& sampled) const {
    const std::size_t positions = geometry_.positions();
    const std::size_t blocks = step.signs.loss_derivative.blocks();
    const std::size_t row_here = row_of(by_row_[first]);
    if (row.row != row_here) read_row(row_here, step.signs, row);
    std::array<PairSums, kTapsTogether> sums{};
    for (std::size_t block = 0; block < blocks; ++block) {
        std::array<const std::uint16_t*, kTapsTogether> active{};
        for (std::size_t each = first; each < end; ++each) {
            active[each - first] =
                active_.data() + tap_places_[by_row_[each]] * taps_.words(blocks) + block * positions;
        }
        step.kernels.add_pairs(active.data(), end - first, row.positive.data() + block * positions,
                               row.negative.data() + block * positions,
                               step.views.loss_derivative.lanes(row_here * positions, block), positions, sums.data());
    }
    for (std::size_t each = first; each < end; ++each) {
        const PairSums& pairs = sums[each - first];
        const std::size_t place = by_row_[each];
        sampled.pairs_pre_first[place] = pairs.pre_first;
        sampled.pairs_post_first[place] = pairs.post_first;
        sampled.timing_integral[place] =
            static_cast<float>(std::accumulate(std::begin(pairs.integral), std::end(pairs.integral), 0.0));
    }
}

void SynapseSampler::read_event(std::size_t place, std::uint64_t step, const ann::LayerStep& views,
                                SampledLayer& sampled) const {
    const std::size_t positions = geometry_.positions();
    const std::uint64_t events = views.pre_activation.samples() * positions;
    const std::uint32_t event = events_.below(events, step * synapses_.size() + place);
    const std::size_t sample = event / positions;
    const std::size_t position = event % positions;
    const std::size_t unit = row_of(place) * positions + position;
    const std::int64_t pre_unit = taps_.unit_at(tap_of(place), position);
    sampled.event_sample[place] = static_cast<std::uint32_t>(sample);
    sampled.event_position[place] = static_cast<std::uint32_t>(position);
    sampled.activation[place] =
        pre_unit < 0 ? 0.0F : views.pre_activation.at(sample, static_cast<arma::uword>(pre_unit));
    sampled.loss_derivative[place] = views.loss_derivative.at(sample, unit);
    sampled.activation_derivative[place] =
        views.activation_derivative == nullptr ? 1.0F : views.activation_derivative->at(sample, unit);
}

}  // namespace stdpscope::analysis::detail
