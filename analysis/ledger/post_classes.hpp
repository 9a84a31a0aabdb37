#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/classify/sign.hpp"
#include "analysis/ledger/aligned_vector.hpp"
#include "analysis/ledger/layer_signs.hpp"

namespace stdpscope::analysis::detail {

/// What an event's postsynaptic side contributes to its place in the histogram.
struct PostClass {
    std::size_t population = 0;
    Sign timing = 0;
    Sign response = 0;

    /// Classes are numbered by (population, timing, response), nine a population.
    [[nodiscard]] static PostClass of_slot(std::size_t slot);
    [[nodiscard]] bool fires() const { return timing != 0 && response != 0; }
};

/// Numbers of the classes that may occur where these signs do; those with firing pairs come first.
[[nodiscard]] std::vector<std::size_t> possible_slots(const LayerSigns& signs, std::size_t populations);
/// Populations that an event's postsynaptic side tells apart: 1, or those of the layer.
[[nodiscard]] std::size_t post_populations(const ann::SynapseLayer& layer);

/// For each class that occurs in a step, the (unit, sample) pairs in it as a bit plane.
///
/// Every (unit, sample) without a NaN is in exactly one class. A layer whose populations go with the rows of the
/// weight matrix (dense, rule `unit`) has one population here; its rows tell.
///
/// Planes are laid out as the counting kernels want them. Dense: word [block * stride + unit]. Convolution: word
/// [channel * stride + block * positions + position]. Padding is zero.
class PostClasses {
public:
    explicit PostClasses(const ann::SynapseLayer& layer);

    /// What is laid out.
    enum class Keep {
        counted_nibbles,    ///< of all classes but the last, whose events are the rest: NibbleKernels::count wants them
        counted_planes,     ///< of these, as planes
        planes,             ///< of all classes
        planes_and_members  ///< and who belongs to each population
    };

    /// `population_bits` as in LayerStep.
    void build(const LayerSigns& signs, std::span<const std::uint16_t> population_bits, const LedgerKernels& kernels,
               int threads, Keep keep);

    /// At least one unless there are NaN; those with firing pairs come first.
    [[nodiscard]] const std::vector<PostClass>& classes() const { return classes_; }
    /// Of a class laid out.
    [[nodiscard]] const std::uint16_t* plane(std::size_t place) const { return planes_[slots_[place]].data(); }
    /// Words of one row's (unit's or channel's) positions: those of each block begin `block_step` behind the last's.
    struct RowWords {
        const std::uint16_t* first = nullptr;
        std::size_t block_step = 0;
    };
    /// Of a class laid out, however it is kept.
    [[nodiscard]] RowWords row_words(std::size_t place, std::size_t row) const;
    /// Keep::counted_nibbles: [group * group_stride + class * row_stride + row]
    [[nodiscard]] const std::uint8_t* nibbles() const { return nibbles_.data(); }
    [[nodiscard]] std::size_t group_stride() const { return counted_ * row_stride(); }
    [[nodiscard]] std::size_t row_stride() const { return padded(layer_.geometry.weight_rows()); }
    /// Populations told apart by plane: 1, or those of the layer.
    [[nodiscard]] std::size_t populations() const { return populations_; }
    /// All (unit, sample) pairs of a population, NaN or not.
    [[nodiscard]] const std::uint16_t* members(std::size_t population) const { return members_[population].data(); }
    [[nodiscard]] std::size_t stride() const { return stride_; }

private:
    using Plane = AlignedVector<std::uint16_t>;

    void resize(std::size_t blocks);
    void read_populations(const CubeSigns& signs, std::span<const std::uint16_t> population_bits,
                          const LedgerKernels& kernels);
    /// Lays out the classes found.
    void lay_out_nibbles(std::size_t samples, const LedgerKernels& kernels, int threads);
    /// Words that lie together both as read and laid out: a map of a block, or all units of one.
    struct Part {
        std::size_t block = 0;
        std::size_t begin = 0;  ///< as read
        std::size_t words = 0;
        std::size_t place = 0;  ///< laid out
    };
    [[nodiscard]] std::size_t parts() const;
    [[nodiscard]] Part part(std::size_t index) const;
    void make_room(Plane& plane) const;

    const ann::SynapseLayer& layer_;
    std::size_t units_;
    std::size_t positions_;
    std::size_t populations_;
    std::size_t blocks_ = 0;
    std::size_t stride_ = 0;
    std::vector<Plane> population_planes_;  ///< as read, word [block * units + unit]
    Plane timing_zero_;
    Plane response_zero_;
    std::vector<Plane> planes_;   ///< by (population, timing, response)
    std::vector<Plane> as_read_;  ///< the same, word [block * units + unit], where nibbles are kept
    AlignedVector<std::uint8_t> nibbles_;
    std::vector<Plane> members_;
    std::vector<PostClass> classes_;
    std::size_t counted_ = 0;  ///< so many of them; the last is perhaps what they leave
    Keep kept_ = Keep::planes;
    std::vector<std::size_t> slots_;  ///< index into planes_ of each class
};

/// Nibbles with a sample in the last of the blocks.
[[nodiscard]] constexpr std::size_t nibbles_in_last(std::size_t samples) {
    return ((samples - 1) % ann::kLanes + 4) / 4;
}

/// Whether the populations of a layer's events are those of its weight rows.
[[nodiscard]] bool populations_by_row(const ann::SynapseLayer& layer);

}  // namespace stdpscope::analysis::detail
