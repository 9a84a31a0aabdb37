#include "analysis/report/stdp_window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace stdpscope::analysis {
namespace {

bool is_firing_pair(const SampledLayer& layer, std::size_t synapse) {
    return sign_of(layer.activation[synapse]) != 0 && sign_of(layer.loss_derivative[synapse]) != 0 &&
           sign_of(layer.activation_derivative[synapse]) != 0;
}

bool has_nan(const SampledLayer& layer, std::size_t synapse) {
    return std::isnan(layer.activation[synapse]) || std::isnan(layer.loss_derivative[synapse]) ||
           std::isnan(layer.activation_derivative[synapse]) || std::isnan(layer.weight[synapse]) ||
           std::isnan(layer.weight_update[synapse]) || std::isnan(layer.timing_integral[synapse]);
}

void add_step(const SampledLayer& layer, TimingReading reading, LayerWindow& window) {
    const double turn = reading == TimingReading::descent ? 1.0 : -1.0;
    for (std::size_t synapse = 0; synapse < layer.weight.size(); ++synapse) {
        if (has_nan(layer, synapse) || !is_firing_pair(layer, synapse)) continue;
        const std::size_t response = layer.activation_derivative[synapse] > 0.0F ? 0 : 1;
        const double weight = layer.weight[synapse];
        const double update = layer.weight_update[synapse];
        window.counts[0][response].add(-turn * double{layer.loss_derivative[synapse]}, weight, update);
        window.counts[1][response].add(turn * double{layer.timing_integral[synapse]}, weight, update);
    }
}

}  // namespace

std::size_t SignedDecades::bin_of(double value) const {
    const double place = std::floor(2.0 * (std::log10(std::abs(value)) - lowest_));
    if (!(place >= 0.0)) return kZero;
    const auto distance = 1 + static_cast<std::size_t>(std::min(place, static_cast<double>(kZero - 1)));
    return value > 0.0 ? kZero + distance : kZero - distance;
}

std::string SignedDecades::name_of(std::size_t bin) const {
    if (bin == kZero) return "0";
    const bool positive = bin > kZero;
    const std::size_t place = (positive ? bin - kZero : kZero - bin) - 1;
    const int power = lowest_ + static_cast<int>(place / 2);
    return fmt::format("{}{}e{}", positive ? "" : "-", place % 2 == 0 ? "1" : "3", power);
}

void WindowCounts::add(double timing, double weight, double weight_update) {
    const std::size_t bin = kTimingBins.bin_of(timing);
    ++histogram[bin][kUpdateBins.bin_of(weight_update)];
    sums[static_cast<std::size_t>(Measure::magnitude)][bin] += std::abs(weight + weight_update) - std::abs(weight);
    sums[static_cast<std::size_t>(Measure::signed_weight)][bin] += weight_update;
    ++pairs[bin];
}

void WindowCounts::add(const WindowCounts& other) {
    for (std::size_t timing = 0; timing < SignedDecades::kBins; ++timing) {
        for (std::size_t change = 0; change < SignedDecades::kBins; ++change) {
            histogram[timing][change] += other.histogram[timing][change];
        }
        for (std::size_t measure = 0; measure < sums.size(); ++measure)
            sums[measure][timing] += other.sums[measure][timing];
        pairs[timing] += other.pairs[timing];
    }
}

std::uint64_t WindowCounts::total() const {
    return std::accumulate(pairs.begin(), pairs.end(), std::uint64_t{0});
}

void LayerWindow::add(const LayerWindow& other) {
    for (std::size_t timing = 0; timing < counts.size(); ++timing) {
        for (std::size_t response = 0; response < counts[timing].size(); ++response) {
            counts[timing][response].add(other.counts[timing][response]);
        }
    }
}

std::vector<LayerWindow> read_windows(const TraceReader& reader, TimingReading reading,
                                      const std::function<void()>& progress) {
    std::vector<LayerWindow> windows(reader.header().layers.size());
    reader.for_each_sampled_step([&](const SampledStep& step) {
        for (std::size_t layer = 0; layer < windows.size(); ++layer) {
            add_step(step.layers.at(layer), reading, windows[layer]);
        }
        progress();
    });
    return windows;
}

}  // namespace stdpscope::analysis
