#include "analysis/ledger/post_classes.hpp"

#include <algorithm>
#include <array>

namespace stdpscope::analysis::detail {

namespace {

constexpr std::size_t kSigns = 3;
/// Words of a plane that are worth waking other threads for.
constexpr std::size_t kWordsToShare = 16384;

/// out = samples of which neither sign nor NaN is known: the exact zeros.
bool read_zeros(const CubeSigns& signs, const LedgerKernels& kernels, AlignedVector<std::uint16_t>& out) {
    out.resize(signs.words());
    bool any = false;
    for (std::size_t block = 0; block < signs.blocks(); ++block) {
        const std::size_t begin = block * signs.units();
        const std::uint16_t* nan = signs.nan() == nullptr ? nullptr : signs.nan() + begin;
        any = kernels.neither(signs.positive() + begin, signs.negative() + begin, nan, signs.used(block), signs.units(),
                              out.data() + begin) != 0 ||
              any;
    }
    return any;
}

}  // namespace

bool populations_by_row(const ann::SynapseLayer& layer) {
    return layer.geometry.kind == ann::SynapseKind::dense && layer.population_rule == ann::PopulationRule::unit;
}

PostClasses::PostClasses(const ann::SynapseLayer& layer)
    : layer_(layer),
      units_(layer.geometry.post_shape.units()),
      positions_(layer.geometry.positions()),
      populations_(populations_by_row(layer) || layer.population_rule == ann::PopulationRule::layer
                       ? 1
                       : layer.populations.size()),
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

bool PostClasses::lay_out(const std::uint16_t* a, const std::uint16_t* b, const std::uint16_t* c,
                          const LedgerKernels& kernels, Plane& out) const {
    const bool dense = layer_.geometry.kind == ann::SynapseKind::dense;
    const std::size_t rows = layer_.geometry.weight_rows();
    out.resize(stride_ * (dense ? blocks_ : rows) + kPaddedWords);
    const auto from = [](const std::uint16_t* plane, std::size_t begin) {
        return plane == nullptr ? nullptr : plane + begin;
    };
    bool any = false;
    for (std::size_t block = 0; block < blocks_; ++block) {
        for (std::size_t map = 0; map < units_; map += dense ? units_ : positions_) {
            const std::size_t begin = block * units_ + map;
            const std::size_t place = dense ? block * stride_ : map / positions_ * stride_ + block * positions_;
            any = kernels.intersect(a + begin, from(b, begin), from(c, begin), dense ? units_ : positions_,
                                    out.data() + place) != 0 ||
                  any;
        }
    }
    return any;
}

PostClasses::RowWords PostClasses::row_words(std::size_t place, std::size_t row) const {
    if (kept_ == Keep::nibbles) {
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
    const std::size_t parts = classes_.size() * blocks_;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (std::size_t part = 0; part < parts; ++part) {
        const std::size_t place = part % classes_.size();
        const std::size_t block = part / classes_.size();
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

    // The timing sign is that of -D.
    std::array<const std::uint16_t*, kSigns> timing_planes{loss.positive(), nullptr, loss.negative()};
    if (read_zeros(loss, kernels, timing_zero_)) timing_planes[axis_of(0)] = timing_zero_.data();
    std::array<const std::uint16_t*, kSigns> response_planes{};
    if (!signs.identity) {
        response_planes = {response.negative(), nullptr, response.positive()};
        if (read_zeros(response, kernels, response_zero_)) response_planes[axis_of(0)] = response_zero_.data();
    }

    const std::size_t candidates = planes_.size();
    std::vector<std::uint8_t> occurs(candidates, 0);
#pragma omp parallel for num_threads(threads) schedule(dynamic) if (loss.words() >= kWordsToShare)
    for (std::size_t slot = 0; slot < candidates; ++slot) {
        const std::uint16_t* timing = timing_planes[slot / kSigns % kSigns];
        const std::uint16_t* answer = response_planes[slot % kSigns];
        const bool possible = timing != nullptr && (signs.identity ? sign_at(slot % kSigns) > 0 : answer != nullptr);
        const std::uint16_t* population = several ? population_planes_[slot / (kSigns * kSigns)].data() : nullptr;
        if (!possible) continue;
        if (keep == Keep::nibbles) {
            as_read_[slot].resize(loss.words() + kPaddedWords);
            occurs[slot] =
                kernels.intersect(timing, answer, population, loss.words(), as_read_[slot].data()) != 0 ? 1 : 0;
        } else {
            occurs[slot] = lay_out(timing, answer, population, kernels, planes_[slot]) ? 1 : 0;
        }
    }
    kept_ = keep;
    classes_.clear();
    slots_.clear();
    for (const bool fires : {true, false}) {
        for (std::size_t slot = 0; slot < candidates; ++slot) {
            const PostClass post_class{.population = slot / (kSigns * kSigns),
                                       .timing = sign_at(slot / kSigns % kSigns),
                                       .response = sign_at(slot % kSigns)};
            if (occurs[slot] == 0 || post_class.fires() != fires) continue;
            classes_.push_back(post_class);
            slots_.push_back(slot);
        }
    }
    if (keep == Keep::nibbles) lay_out_nibbles(loss.samples(), kernels, threads);
    if (keep_members) {
        for (std::size_t population = 0; population < populations_; ++population) {
            lay_out(population_planes_[population].data(), nullptr, nullptr, kernels, members_[population]);
        }
    }
}

}  // namespace stdpscope::analysis::detail
