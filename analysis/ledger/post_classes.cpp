#include "analysis/ledger/post_classes.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>

namespace stdpscope::analysis::detail {

namespace {

constexpr std::size_t kSigns = 3;
/// Words of a plane that are worth waking other threads for.
constexpr std::size_t kWordsToShare = 16384;

/// out = samples of which neither sign nor NaN is known: the exact zeros. Words [begin, begin + words) of a block.
void read_zeros(const CubeSigns& signs, std::size_t block, std::size_t begin, std::size_t words,
                const LedgerKernels& kernels, std::uint16_t* out) {
    const std::uint16_t* nan = signs.nan() == nullptr ? nullptr : signs.nan() + begin;
    kernels.neither(signs.positive() + begin, signs.negative() + begin, nan, signs.used(block), words, out + begin);
}

}  // namespace

PostClass PostClass::of_slot(std::size_t slot) {
    return {.population = slot / (kSigns * kSigns),
            .timing = sign_at(slot / kSigns % kSigns),
            .response = sign_at(slot % kSigns)};
}

std::vector<std::size_t> possible_slots(const LayerSigns& signs, std::size_t populations) {
    const auto occurs = [](const CubeSigns& cube, Sign sign) {
        if (sign == 0) return cube.has_zero();
        return sign > 0 ? cube.has_positive() : cube.has_negative();
    };
    const auto possible = [&](const PostClass& post_class) {
        const bool answers =
            signs.identity ? post_class.response > 0 : occurs(signs.activation_derivative, post_class.response);
        // The timing sign is that of -D.
        return answers && occurs(signs.loss_derivative, static_cast<Sign>(-post_class.timing));
    };
    std::vector<std::size_t> slots;
    for (const bool fires : {true, false}) {
        for (std::size_t slot = 0; slot < populations * kSigns * kSigns; ++slot) {
            const PostClass post_class = PostClass::of_slot(slot);
            if (possible(post_class) && post_class.fires() == fires) slots.push_back(slot);
        }
    }
    return slots;
}

std::size_t post_populations(const ann::SynapseLayer& layer) {
    const bool one = populations_by_row(layer) || layer.population_rule == ann::PopulationRule::layer;
    return one ? 1 : layer.populations.size();
}

bool populations_by_row(const ann::SynapseLayer& layer) {
    return layer.geometry.kind == ann::SynapseKind::dense && layer.population_rule == ann::PopulationRule::unit;
}

PostClasses::PostClasses(const ann::SynapseLayer& layer)
    : layer_(layer),
      units_(layer.geometry.post_shape.units()),
      positions_(layer.geometry.positions()),
      populations_(post_populations(layer)),
      population_planes_(populations_),
      planes_(populations_ * kSigns * kSigns),
      as_read_(planes_.size()),
      members_(populations_) {}

void PostClasses::resize(std::size_t blocks) {
    if (blocks == blocks_) return;
    blocks_ = blocks;
    const bool dense = layer_.geometry.kind == ann::SynapseKind::dense;
    stride_ = padded(dense ? units_ : blocks * positions_);
    for (auto* planes : {&planes_, &members_}) {
        for (Plane& plane : *planes) plane.clear();
    }
}

std::size_t PostClasses::parts() const {
    return layer_.geometry.kind == ann::SynapseKind::dense ? blocks_ : blocks_ * layer_.geometry.weight_rows();
}

PostClasses::Part PostClasses::part(std::size_t index) const {
    if (layer_.geometry.kind == ann::SynapseKind::dense) {
        return {.block = index, .begin = index * units_, .words = units_, .place = index * stride_};
    }
    const std::size_t rows = layer_.geometry.weight_rows();
    const std::size_t block = index / rows;
    const std::size_t row = index % rows;
    return {.block = block,
            .begin = block * units_ + row * positions_,
            .words = positions_,
            .place = row * stride_ + block * positions_};
}

void PostClasses::make_room(Plane& plane) const {
    const bool dense = layer_.geometry.kind == ann::SynapseKind::dense;
    plane.resize(stride_ * (dense ? blocks_ : layer_.geometry.weight_rows()) + kPaddedWords);
}

PostClasses::RowWords PostClasses::row_words(std::size_t place, std::size_t row) const {
    if (kept_ == Keep::counted_nibbles) {
        return {.first = as_read_[slots_[place]].data() + row * positions_, .block_step = units_};
    }
    const bool dense = layer_.geometry.kind == ann::SynapseKind::dense;
    return {.first = plane(place) + (dense ? row : row * stride_), .block_step = dense ? stride_ : positions_};
}

void PostClasses::lay_out_nibbles(std::size_t samples, const LedgerKernels& kernels, int threads) {
    constexpr std::size_t kNibbles = 4;
    const std::size_t last = nibbles_in_last(samples);
    const std::size_t groups = (kNibbles * (blocks_ - 1) + last) * positions_;
    nibbles_.resize(groups * group_stride());
    const std::size_t parts = counted_ * blocks_;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (std::size_t part = 0; part < parts; ++part) {
        const std::size_t place = part % counted_;
        const std::size_t block = part / counted_;
        std::uint8_t* out = nibbles_.data() + kNibbles * block * positions_ * group_stride() + place * row_stride();
        kernels.nibbles.row_nibbles(as_read_[slots_[place]].data() + block * units_, layer_.geometry.weight_rows(),
                                    positions_, block + 1 < blocks_ ? kNibbles : last, out, group_stride());
    }
}

void PostClasses::read_populations(const CubeSigns& signs, std::span<const std::uint16_t> population_bits,
                                   const LedgerKernels& kernels) {
    for (std::size_t population = 0; population < populations_; ++population) {
        Plane& plane = population_planes_[population];
        plane.resize(signs.words());
        for (std::size_t block = 0; block < blocks_; ++block) {
            const std::uint16_t used = signs.used(block);
            std::uint16_t* words = plane.data() + block * units_;
            if (populations_ == 1) {
                std::fill_n(words, units_, used);
            } else if (layer_.population_rule == ann::PopulationRule::unit) {
                for (std::size_t unit = 0; unit < units_; ++unit) {
                    words[unit] = layer_.population_of_unit[unit] == population ? used : std::uint16_t{0};
                }
            } else {
                const std::uint16_t* bits = population_bits.data() + block * units_;
                if (population == 0) {
                    kernels.neither(bits, bits, nullptr, used, units_, words);
                } else {
                    for (std::size_t unit = 0; unit < units_; ++unit) {
                        words[unit] = static_cast<std::uint16_t>(bits[unit] & used);
                    }
                }
            }
        }
    }
}

void PostClasses::build(const LayerSigns& signs, std::span<const std::uint16_t> population_bits,
                        const LedgerKernels& kernels, int threads, Keep keep) {
    const bool keep_members = keep == Keep::planes_and_members;
    const CubeSigns& loss = signs.loss_derivative;
    const CubeSigns& response = signs.activation_derivative;
    resize(loss.blocks());
    const bool several = populations_ > 1;
    if (several || keep_members) read_populations(loss, population_bits, kernels);

    const bool as_read = keep == Keep::counted_nibbles;
    // The timing sign is that of -D. Where a plane of zeros is not needed, it is null.
    if (loss.has_zero()) timing_zero_.resize(loss.words());
    if (!signs.identity && response.has_zero()) response_zero_.resize(response.words());
    const std::array<const std::uint16_t*, kSigns> timing_planes{
        loss.positive(), loss.has_zero() ? timing_zero_.data() : nullptr, loss.negative()};
    std::array<const std::uint16_t*, kSigns> response_planes{};
    if (!signs.identity) {
        response_planes = {response.negative(), response.has_zero() ? response_zero_.data() : nullptr,
                           response.positive()};
    }
    const std::vector<std::size_t> candidates = possible_slots(signs, populations_);
    const bool keep_all = keep == Keep::planes || keep_members;
    const std::optional<std::size_t> rest = keep_all ? std::nullopt : std::optional(candidates.back());
    for (const std::size_t slot : candidates) {
        if (slot == rest) continue;
        if (as_read) {
            as_read_[slot].resize(loss.words() + kPaddedWords);
        } else {
            make_room(planes_[slot]);
        }
    }
    std::vector<std::atomic<bool>> occurs(planes_.size());
#pragma omp parallel for num_threads(threads) schedule(static) if (loss.words() >= kWordsToShare)
    for (std::size_t index = 0; index < parts(); ++index) {
        const Part at = part(index);
        if (loss.has_zero()) read_zeros(loss, at.block, at.begin, at.words, kernels, timing_zero_.data());
        if (response_planes[axis_of(0)] != nullptr) {
            read_zeros(response, at.block, at.begin, at.words, kernels, response_zero_.data());
        }
        for (const std::size_t slot : candidates) {
            const std::uint16_t* answer = response_planes[slot % kSigns];
            const std::uint16_t* population = several ? population_planes_[slot / (kSigns * kSigns)].data() : nullptr;
            const auto from = [&](const std::uint16_t* plane) { return plane == nullptr ? nullptr : plane + at.begin; };
            const std::uint16_t* timing = from(timing_planes[slot / kSigns % kSigns]);
            bool any = false;
            if (slot == rest) {
                if (occurs[slot].load(std::memory_order_relaxed)) continue;
                any = kernels.meet(timing, from(answer), from(population), at.words);
            } else {
                std::uint16_t* out = as_read ? as_read_[slot].data() + at.begin : planes_[slot].data() + at.place;
                any = kernels.intersect(timing, from(answer), from(population), at.words, out) != 0;
            }
            if (any) occurs[slot].store(true, std::memory_order_relaxed);
        }
    }
    kept_ = keep;
    classes_.clear();
    slots_.clear();
    for (const std::size_t slot : candidates) {
        if (!occurs[slot]) continue;
        classes_.push_back(PostClass::of_slot(slot));
        slots_.push_back(slot);
    }
    counted_ = classes_.size() - (keep_all ? 0 : 1);
    if (as_read) lay_out_nibbles(loss.samples(), kernels, threads);
    if (keep_members) {
        for (std::size_t population = 0; population < populations_; ++population) {
            make_room(members_[population]);
            for (std::size_t index = 0; index < parts(); ++index) {
                const Part at = part(index);
                kernels.intersect(population_planes_[population].data() + at.begin, nullptr, nullptr, at.words,
                                  members_[population].data() + at.place);
            }
        }
    }
}

}  // namespace stdpscope::analysis::detail
