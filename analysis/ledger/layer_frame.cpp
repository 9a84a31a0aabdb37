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
