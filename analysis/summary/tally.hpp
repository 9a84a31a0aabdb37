#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analysis/ledger/records.hpp"
#include "ann/observer.hpp"

namespace stdpscope::analysis {

/// Counts of one layer over one epoch.
struct LayerTally {
    std::vector<EventCounts> events;    ///< by event population
    std::vector<UpdateCounts> updates;  ///< by update population; the weight moments are the last record's
    std::uint64_t steps = 0;
    std::uint64_t dead_units = 0;       ///< in the last record
    std::uint64_t most_dead_units = 0;  ///< in any record
    Moments biases;                     ///< at the end of the last record
    /// As LayerRecord::unit_response, over the records.
    std::vector<std::uint64_t> unit_response;
};

/// Adds up the records of a trace by (epoch, layer, population). Its memory grows with the number of epochs, not
/// with the length of the trace.
class Tally {
public:
    explicit Tally(std::vector<ann::SynapseLayer> layers);

    /// Records come in the order of their steps. Throws std::invalid_argument where the record's layers or populations
    /// are not those of the trace.
    void add(const Record& record) { add(record, record.epoch); }
    /// Adds the record to another interval than its epoch; intervals do not decrease.
    void add(const Record& record, std::uint64_t interval);

    [[nodiscard]] const std::vector<ann::SynapseLayer>& layers() const { return layers_; }
    /// Of layers()[index].
    [[nodiscard]] const std::vector<std::string>& update_populations(std::size_t index) const {
        return update_populations_[index];
    }
    /// How many weights belong to an update population of layers()[index].
    [[nodiscard]] std::uint64_t weights(std::size_t index, std::size_t update_population) const;
    /// By epoch, then in the order of layers().
    [[nodiscard]] const std::map<std::uint64_t, std::vector<LayerTally>>& epochs() const { return epochs_; }

    [[nodiscard]] std::uint64_t records() const { return records_; }
    [[nodiscard]] std::uint64_t samples() const { return samples_; }
    /// Steps [first_step, end_step) are covered; both 0 without a record.
    [[nodiscard]] std::uint64_t first_step() const { return first_step_; }
    [[nodiscard]] std::uint64_t end_step() const { return end_step_; }

private:
    [[nodiscard]] std::vector<LayerTally> empty_epoch() const;

    std::vector<ann::SynapseLayer> layers_;
    std::vector<std::vector<std::string>> update_populations_;
    std::map<std::uint64_t, std::vector<LayerTally>> epochs_;
    std::uint64_t records_ = 0;
    std::uint64_t samples_ = 0;
    std::uint64_t first_step_ = 0;
    std::uint64_t end_step_ = 0;
};

}  // namespace stdpscope::analysis
