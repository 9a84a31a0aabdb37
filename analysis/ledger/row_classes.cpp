#include "analysis/ledger/row_classes.hpp"

#include <algorithm>

namespace stdpscope::analysis::detail {

namespace {

constexpr std::size_t kSigns = 3;
constexpr std::size_t kWordBits = 64;

}  // namespace

RowClasses::RowClasses(const ann::SynapseLayer& layer, const RowKernels& kernels)
    : kernels_(kernels),
      rows_(layer.geometry.weight_rows()),
      words_(plane_words(rows_)),
      populations_(post_populations(layer)),
      all_rows_(words_),
      occurs_(populations_ * kSigns * kSigns) {
    for (std::size_t row = 0; row < rows_; ++row) {
        all_rows_[row / kWordBits] |= std::uint64_t{1} << row % kWordBits;
    }
}

void RowClasses::begin(const LayerSigns& signs, std::span<const std::uint16_t> population_bits) {
    signs_ = &signs;
    population_bits_ = population_bits.data();
    samples_ = signs.loss_derivative.samples();
    candidates_ = possible_slots(signs, populations_);
    for (std::atomic<bool>& occurs : occurs_) occurs.store(false, std::memory_order_relaxed);
    planes_.resize(candidates_.size() * (samples_ + 1) * words_);
    for (std::size_t candidate = 0; candidate < candidates_.size(); ++candidate) {
        std::fill_n(plane_to_write(candidate, samples_), words_, 0);
    }
    find_firing();
}

void RowClasses::find_firing() {
    for (const Sign timing : {-1, 1}) {
        Firing& firing = firing_[axis_of(timing)];
        firing.candidates.clear();
        for (std::size_t candidate = 0; candidate < candidates_.size(); ++candidate) {
            const PostClass post_class = PostClass::of_slot(candidates_[candidate]);
            if (post_class.fires() && post_class.timing == timing) firing.candidates.push_back(candidate);
        }
        if (firing.candidates.size() == 1) {
            firing.planes = candidate_plane(firing.candidates.front(), 0);
            continue;
        }
        firing.own.resize((samples_ + 1) * words_);
        std::fill_n(firing.own.data() + samples_ * words_, words_, 0);
        firing.planes = firing.own.data();
    }
}

void RowClasses::transpose(const std::uint16_t* words, const Lanes& lanes, std::uint64_t* planes) const {
    kernels_.transpose(words + lanes.block * rows_, rows_, lanes.begin, lanes.count(), planes, words_);
}

void RowClasses::lay_out_signs(const CubeSigns& signs, const Lanes& lanes, Sign of_positive, Planes& planes) const {
    planes.resize(kSigns * ann::kLanes * words_);
    std::uint64_t* positive = planes.data() + axis_of(of_positive) * ann::kLanes * words_;
    std::uint64_t* negative = planes.data() + axis_of(-of_positive) * ann::kLanes * words_;
    transpose(signs.positive(), lanes, positive);
    if (signs.has_negative()) transpose(signs.negative(), lanes, negative);
    if (!signs.has_zero()) return;
    const std::uint64_t* other = signs.has_negative() ? negative : positive;
    std::uint64_t* zero = planes.data() + axis_of(0) * ann::kLanes * words_;
    for (std::size_t word = 0; word < lanes.count() * words_; word += words_) {
        kernels_.neither(all_rows_.data(), positive + word, other + word, words_, zero + word);
    }
}

void RowClasses::lay_out(const Lanes& lanes, Scratch& scratch) {
    // The timing sign is that of -D.
    lay_out_signs(signs_->loss_derivative, lanes, -1, scratch.timing);
    if (!signs_->identity) lay_out_signs(signs_->activation_derivative, lanes, 1, scratch.response);
    if (populations_ > 1) {
        scratch.population.resize(2 * ann::kLanes * words_);
        std::uint64_t* last = scratch.population.data() + ann::kLanes * words_;
        transpose(population_bits_, lanes, last);
        for (std::size_t word = 0; word < lanes.count() * words_; word += words_) {
            kernels_.neither(all_rows_.data(), last + word, last + word, words_, scratch.population.data() + word);
        }
    }
    scratch.units.resize(candidates_.size() * ann::kLanes);
    for (std::size_t candidate = 0; candidate < candidates_.size(); ++candidate) {
        const PostClass post_class = PostClass::of_slot(candidates_[candidate]);
        std::uint64_t any = 0;
        for (std::size_t lane = 0; lane < lanes.count(); ++lane) {
            const auto of = [&](const Planes& planes, std::size_t place) {
                return planes.data() + (place * ann::kLanes + lane) * words_;
            };
            std::uint64_t& units = scratch.units[candidate * ann::kLanes + lane];
            units = kernels_.intersect(of(scratch.timing, axis_of(post_class.timing)),
                                       signs_->identity ? nullptr : of(scratch.response, axis_of(post_class.response)),
                                       populations_ == 1 ? nullptr : of(scratch.population, post_class.population),
                                       words_, plane_to_write(candidate, lanes.first_sample() + lane));
            any |= units;
        }
        // Written once: it is in one cache line for all threads.
        std::atomic<bool>& occurs = occurs_[candidates_[candidate]];
        if (any != 0 && !occurs.load(std::memory_order_relaxed)) occurs.store(true, std::memory_order_relaxed);
    }
    unite_firing(lanes);
}

void RowClasses::unite_firing(const Lanes& lanes) {
    for (const Sign timing : {-1, 1}) {
        Firing& firing = firing_[axis_of(timing)];
        if (firing.candidates.size() == 1) continue;
        std::uint64_t* united = firing.own.data() + lanes.first_sample() * words_;
        std::fill_n(united, lanes.count() * words_, 0);
        for (const std::size_t candidate : firing.candidates) {
            const std::uint64_t* planes = candidate_plane(candidate, lanes.first_sample());
            for (std::size_t word = 0; word < lanes.count() * words_; ++word) united[word] |= planes[word];
        }
    }
}

void RowClasses::end() {
    classes_.clear();
    places_.clear();
    for (std::size_t candidate = 0; candidate < candidates_.size(); ++candidate) {
        if (!occurs_[candidates_[candidate]].load(std::memory_order_relaxed)) continue;
        classes_.push_back(PostClass::of_slot(candidates_[candidate]));
        places_.push_back(candidate);
    }
}

}  // namespace stdpscope::analysis::detail
