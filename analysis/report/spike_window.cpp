#include "analysis/report/spike_window.hpp"

#include <cmath>
#include <cstring>
#include <numeric>

#include "analysis/trace/event_places.hpp"

namespace stdpscope::analysis {
namespace {

/// Columns of a stream of changes (docs/schema.md).
constexpr std::size_t kPreColumn = 2;
constexpr std::size_t kPostColumn = 3;
constexpr std::size_t kUpdateColumn = 5;

double value_at(const std::vector<std::byte>& column, std::uint64_t row) {
    double value = 0.0;
    std::memcpy(&value, column.data() + row * sizeof value, sizeof value);
    return value;
}

}  // namespace

void SpikeWindow::add(double delta_ms, double weight_update) {
    const double place = std::floor(delta_ms / kBinMs + 0.5 * kBins);
    if (!(place >= 0.0 && place < static_cast<double>(kBins)) || std::isnan(weight_update)) return;
    const auto bin = static_cast<std::size_t>(place);
    sum[bin] += weight_update;
    ++changes[bin];
}

void SpikeWindow::add(const SpikeWindow& other) {
    for (std::size_t bin = 0; bin < kBins; ++bin) {
        sum[bin] += other.sum[bin];
        changes[bin] += other.changes[bin];
    }
}

std::uint64_t SpikeWindow::total() const {
    return std::accumulate(changes.begin(), changes.end(), std::uint64_t{0});
}

std::vector<SpikeWindow> read_spike_windows(const TraceReader& reader, const std::function<void()>& progress) {
    std::vector<SpikeWindow> windows;
    const TraceHeader& header = reader.header();
    if (!header.spiking || header.options.level < TraceLevel::samples) return windows;
    windows.resize(header.layers.size());
    for (std::size_t layer = 0; layer < windows.size(); ++layer) {
        reader.for_each_event_rows(changes_stream(header, layer), [&](const EventRows& rows) {
            for (std::uint64_t row = 0; row < rows.rows; ++row) {
                windows[layer].add(
                    value_at(rows.columns.at(kPostColumn), row) - value_at(rows.columns.at(kPreColumn), row),
                    value_at(rows.columns.at(kUpdateColumn), row));
            }
            progress();
        });
    }
    return windows;
}

}  // namespace stdpscope::analysis
