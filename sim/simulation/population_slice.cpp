#include "sim/simulation/population_slice.hpp"

#include <bit>

namespace stdpscope::sim {

PopulationSlice::PopulationSlice(const PopulationSpec& spec, std::size_t population, PostRange range,
                                 const TimeGrid& grid, std::uint64_t seed, const Horizon& horizon)
    : range_(range),
      horizon_(horizon),
      window_shift_(std::countr_zero(static_cast<std::uint64_t>(horizon.window_steps))),
      kernels_(kernel::active_kernels()) {
    const auto instance = static_cast<std::uint16_t>(population);
    if (const auto* model = std::get_if<NeuronModel>(&spec.model)) {
        neurons_.emplace(*model, range.begin, range.size(), grid, spec.initial_potential,
                         RandomStream(seed, RandomPurpose::initial_state, instance));
        history_.resize(static_cast<std::size_t>(horizon.history_steps));
        if (horizon.membranes == Membranes::remembered) membranes_.resize(history_.size());
        for (auto& slots : inputs_) {
            slots.assign(static_cast<std::size_t>(horizon.input_slots),
                         AlignedVector<float>(NeuronGroup::padded(range.size()), 0.0F));
        }
    } else {
        stimulus_ = make_stimulus(std::get<StimulusModel>(spec.model), range.begin, range.size(), grid,
                                  RandomStream(seed, RandomPurpose::spike_train, instance));
    }
}

void PopulationSlice::fill_window(Step begin) {
    if (!stimulus_) return;
    if (begin > 0) spike_count_ += window_of(begin - 1).size();
    SpikeWindow& window = windows_[static_cast<std::size_t>(begin >> window_shift_) & 1];
    stimulus_->fill(window, begin, begin + horizon_.window_steps);
}

void PopulationSlice::advance_neurons(Step step) {
    auto& fired = history_[static_cast<std::size_t>(step & (horizon_.history_steps - 1))];
    fired.clear();
    if (step == 0) remember_membranes(step);
    if (step == 0 || range_.size() == 0) return;
    if (horizon_.input_slots > 0) take_delayed_input(step - 1);
    const auto now = neurons_->advance(step);
    fired.insert(fired.end(), now.begin(), now.end());
    spike_count_ += now.size();
    remember_membranes(step);
}

void PopulationSlice::remember_membranes(Step step) {
    if (membranes_.empty()) return;
    const auto now = neurons_->v_mv();
    membranes_[static_cast<std::size_t>(step & (horizon_.history_steps - 1))].assign(now.begin(), now.end());
}

const float* PopulationSlice::v_mv(Step step) const {
    if (membranes_.empty()) return nullptr;
    return membranes_[static_cast<std::size_t>(step & (horizon_.history_steps - 1))].data();
}

void PopulationSlice::take_delayed_input(Step step) {
    const auto slot = static_cast<std::size_t>(step & (horizon_.input_slots - 1));
    for (const Channel channel : {Channel::excitatory, Channel::inhibitory}) {
        kernels_.take_input(neurons_->channel(channel), inputs_[static_cast<std::size_t>(channel)][slot].data(), 0,
                            range_.size());
    }
}

std::uint64_t PopulationSlice::spike_count() const {
    if (neurons_ || now_ < 0) return spike_count_;
    return spike_count_ + window_of(now_).count_through(now_);
}

float* PopulationSlice::target(Channel channel, Step step, Step delay) {
    if (!neurons_) return nullptr;
    if (delay == 0) return neurons_->channel(channel);
    const auto slot = static_cast<std::size_t>((step + delay) & (horizon_.input_slots - 1));
    return inputs_[static_cast<std::size_t>(channel)][slot].data();
}

}  // namespace stdpscope::sim
