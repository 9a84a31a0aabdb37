#include "analysis/ledger/layer_frame.hpp"

namespace stdpscope::analysis::detail {

LayerFrame::LayerFrame(const ann::SynapseLayer& described, const LedgerKernels& chosen)
    : layer(described), kernels(chosen), taps(described.geometry), classes(described), event_bits_(taps.groups()) {
    const bool by_row = populations_by_row(layer);
    row_members.resize(by_row ? layer.populations.size() : 1);
    for (std::size_t population = 0; population < row_members.size(); ++population) {
        row_members[population].resize(stride());
        for (std::size_t row = 0; row < rows(); ++row) {
            const bool belongs = !by_row || layer.population_of_unit[row] == population;
            row_members[population][row] = belongs ? 1 : 0;
        }
    }
    if (row_members.size() == 1) return;
    for (const AlignedVector<std::int32_t>& members : row_members) {
        std::vector<std::uint16_t>& words = row_bits.emplace_back((rows() + 15) / 16);
        for (std::size_t row = 0; row < rows(); ++row) {
            words[row / 16] |= static_cast<std::uint16_t>(members[row] << (row % 16));
        }
    }
}

void LayerFrame::resize(const CubeSigns& pre_activation) {
    if (pre_activation.samples() == samples_) return;
    samples_ = pre_activation.samples();
    blocks_ = pre_activation.blocks();
    AlignedVector<std::uint16_t> used(pre_activation.words());
    for (std::size_t word = 0; word < used.size(); ++word) {
        used[word] = pre_activation.used(word / pre_activation.units());
    }
    for (std::size_t group = 0; group < taps.groups(); ++group) {
        event_bits_[group].assign(words(), 0);
        taps.gather(taps.first_tap(group), used.data(), blocks_, kernels, event_bits_[group].data());
    }
}

void LayerFrame::split(const std::uint16_t* gathered, std::uint8_t* nibbles_of_tap) const {
    const std::size_t full = (blocks_ - 1) * geometry().positions();
    kernels.nibbles.tap_nibbles(gathered, full, 4, nibbles_of_tap);
    kernels.nibbles.tap_nibbles(gathered + full, geometry().positions(), nibbles_in_last(samples_),
                                nibbles_of_tap + full * 4);
}

void LayerFrame::count_nibbles(const std::uint8_t* const* nibbles_of_taps, std::size_t taps_given,
                               std::size_t first_classes, std::int32_t* counts, std::size_t counts_stride) const {
    const std::size_t groups = (4 * (blocks_ - 1) + nibbles_in_last(samples_)) * geometry().positions();
    kernels.nibbles.count(nibbles_of_taps, taps_given, classes.nibbles(), classes.group_stride(), groups,
                          first_classes * stride(), counts, counts_stride);
}

void LayerFrame::count(const std::uint16_t* const* gathered, std::size_t taps_given, const std::uint16_t* post,
                       std::int32_t* counts, std::size_t counts_stride) const {
    if (geometry().kind == ann::SynapseKind::convolution) {
        kernels.count_maps(gathered, taps_given, post, words(), rows(), counts, counts_stride);
        return;
    }
    for (std::size_t tap = 0; tap < taps_given; ++tap) {
        kernels.count_rows(gathered[tap], blocks_, post, classes.stride(), rows(), counts + tap * counts_stride);
    }
}

}  // namespace stdpscope::analysis::detail
