#include "sim/simulation/spike_exchange.hpp"

#include <algorithm>
#include <utility>

namespace stdpscope::sim {

namespace {

constexpr std::size_t kLineNumbers = 64 / sizeof(std::uint32_t);
constexpr std::size_t kFirstNumbers = 16 * kLineNumbers;

}  // namespace

SpikeExchange::SpikeExchange(std::vector<std::size_t> populations, std::size_t all_populations, int threads,
                             Step history_steps)
    : populations_(std::move(populations)),
      has_(all_populations, 0),
      history_steps_(history_steps),
      outboxes_(static_cast<std::size_t>(threads)),
      inboxes_(static_cast<std::size_t>(threads)) {
    for (const std::size_t population : populations_) has_[population] = 1;
    for (auto& both : outboxes_) {
        for (Outbox& outbox : both) outbox.numbers.resize(kFirstNumbers);
    }
    for (Inbox& inbox : inboxes_) {
        inbox.of_population.resize(all_populations);
        for (const std::size_t population : populations_) {
            inbox.of_population[population].resize(static_cast<std::size_t>(history_steps));
        }
        inbox.last_lengths.assign(outboxes_.size(), 0);
    }
}

void SpikeExchange::send(int thread, const std::vector<PopulationSlice>& slices, Step begin, Step end) {
    const auto place = static_cast<std::size_t>(thread);
    AlignedVector<std::uint32_t>& numbers = outboxes_[place][inboxes_[place].parity].numbers;
    std::size_t length = 1 + populations_.size() * static_cast<std::size_t>(end - begin);
    for (const std::size_t population : populations_) {
        for (Step step = begin; step < end; ++step) length += slices[population].spikes(step).size();
    }
    if (numbers.size() < length) numbers.resize(2 * length);
    numbers[0] = static_cast<std::uint32_t>(length);
    std::size_t count = 1;
    std::size_t neuron = 1 + populations_.size() * static_cast<std::size_t>(end - begin);
    for (const std::size_t population : populations_) {
        const std::uint32_t first = slices[population].range().begin;
        for (Step step = begin; step < end; ++step) {
            const auto fired = slices[population].spikes(step);
            numbers[count++] = static_cast<std::uint32_t>(fired.size());
            for (const std::uint32_t own : fired) numbers[neuron++] = first + own;
        }
    }
}

void SpikeExchange::receive(int thread, Step begin, Step end) {
    Inbox& inbox = inboxes_[static_cast<std::size_t>(thread)];
    const unsigned parity = std::exchange(inbox.parity, inbox.parity ^ 1U);
    for (std::size_t sender = 0; sender < outboxes_.size(); ++sender) {
        // All lines are asked for at once, as many as last time.
        const std::uint32_t* numbers = outboxes_[sender][parity].numbers.data();
        for (std::size_t k = 0; k < inbox.last_lengths[sender]; k += kLineNumbers) __builtin_prefetch(numbers + k);
    }
    for (const std::size_t population : populations_) {
        for (Step step = begin; step < end; ++step) inbox.of_population[population][slot(step)].clear();
    }
    for (std::size_t sender = 0; sender < outboxes_.size(); ++sender) {
        const std::uint32_t* numbers = outboxes_[sender][parity].numbers.data();
        inbox.last_lengths[sender] = std::min<std::uint32_t>(numbers[0], kFirstNumbers);
        const std::uint32_t* count = numbers + 1;
        const std::uint32_t* neuron = count + populations_.size() * static_cast<std::size_t>(end - begin);
        for (const std::size_t population : populations_) {
            for (Step step = begin; step < end; ++step, ++count) {
                auto& fired = inbox.of_population[population][slot(step)];
                fired.insert(fired.end(), neuron, neuron + *count);
                neuron += *count;
            }
        }
    }
}

}  // namespace stdpscope::sim
