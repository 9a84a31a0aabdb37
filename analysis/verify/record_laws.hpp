#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/ledger/records.hpp"
#include "analysis/trace/trace_options.hpp"
#include "analysis/verify/check.hpp"

namespace stdpscope::analysis {

/// Whether weights and updates must be finite, or the run says of itself that it diverged.
enum class Values { finite, any };

/// What holds for every record of a trace, whatever the network:
/// - steps follow one another without a gap, from 0; a record lies within its epoch; epochs follow one another;
/// - training: events count every use of every synapse by every sample, updates every weight at every step, units every
///   sample and position; the events' marginal by response is that of the units, and by receptor that of the updates;
/// - simulation: events and updates count the same effects; the histogram of weights counts every synapse;
/// - sums of |update| are finite, >= 0, and 0 where nothing is counted; moments lie in order.
class RecordLaws {
public:
    /// The header must outlive the laws.
    RecordLaws(const TraceHeader& header, Values values, Check& check)
        : header_(header), values_(values), check_(check) {}

    /// Records come in order.
    void look_at(const Record& record);

    /// Of the last record; {} before the first.
    [[nodiscard]] const std::vector<LayerRecord>& last_layers() const { return last_layers_; }
    [[nodiscard]] std::uint64_t end_step() const { return end_step_; }
    /// One a begun epoch.
    [[nodiscard]] const std::vector<double>& learning_rates() const { return learning_rates_; }
    /// Spikes of each layer's postsynaptic neurons; zeros in a training.
    [[nodiscard]] const std::vector<std::uint64_t>& spikes() const { return spikes_; }

private:
    void look_at_place(const Record& record);
    void look_at_training(const Record& record, std::size_t layer);
    void look_at_marginals(const Record& record, std::size_t layer);
    void look_at_simulation(const Record& record, std::size_t layer);
    void look_at_updates(const UpdateCounts& counts, std::size_t layer);
    void require_equal(std::size_t layer, const std::string& what, std::uint64_t value, std::uint64_t wanted,
                       const char* why);
    void fault(std::size_t layer, const std::string& what);

    const TraceHeader& header_;
    Values values_;
    Check& check_;
    std::uint64_t records_ = 0;
    std::uint64_t end_step_ = 0;
    std::vector<double> learning_rates_;
    std::vector<LayerRecord> last_layers_;
    std::vector<std::uint64_t> spikes_;
};

}  // namespace stdpscope::analysis
