#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "analysis/classify/category.hpp"
#include "analysis/ledger/records.hpp"

/// Tables of the thesis from histograms of signs: pure functions, so that any convention can be read off a trace
/// after the run (docs/theory.md).
namespace stdpscope::analysis {

/// Table 5: counts over the firing pairs (event level) or the timed updates (update level).
struct CategoryTable {
    std::array<std::uint64_t, 4> counts{};    ///< in the order of kStdpCategories
    std::array<double, 4> absolute_update{};  ///< sums of |weight_update|; update level only, else 0
    std::uint64_t unchanged = 0;              ///< timed updates of exactly 0; a firing pair is never unchanged
    std::uint64_t no_pair = 0;                ///< event level: transmitter, timing or response is 0
    std::uint64_t untimed = 0;                ///< update level: changed without a firing pair
    double untimed_absolute_update = 0.0;
    std::uint64_t invalid = 0;  ///< a NaN was among the values

    /// The sum of the four: the firing pairs at event level.
    [[nodiscard]] std::uint64_t total() const;
    [[nodiscard]] double total_absolute_update() const;
    /// `category` is one of the four.
    [[nodiscard]] std::uint64_t count(Category category) const;
    [[nodiscard]] std::uint64_t count(Response response) const;
    /// Fractions of the four's sum; 0 where that is 0.
    [[nodiscard]] double share(Category category) const;
    [[nodiscard]] double share(Response response) const;
    [[nodiscard]] double absolute_update_share(Category category) const;
};

/// Firing pairs only; the change of a pair is event_change() whatever the reading, its timing is as read.
[[nodiscard]] CategoryTable categories_of(const EventCounts& events, Measure measure, TimingReading reading);
/// Timing as read; a timing of 0 ("same time") is the same in both readings.
[[nodiscard]] CategoryTable categories_of(const UpdateCounts& updates, Measure measure, TimingReading reading);

/// Which events a table is about.
enum class EventScope {
    all,          ///< every (sample, position, synapse) without a NaN
    firing_pairs  ///< transmitter, timing and response all non-zero
};

/// Table 4: effect = transmitter x receptor, over the events in which both are non-zero.
struct EffectCounts {
    std::uint64_t excitatory_transmitter_normal_receptor = 0;    ///< + +: excitatory
    std::uint64_t excitatory_transmitter_opposite_receptor = 0;  ///< + -: inhibitory
    std::uint64_t inhibitory_transmitter_normal_receptor = 0;    ///< - +: inhibitory
    std::uint64_t inhibitory_transmitter_opposite_receptor = 0;  ///< - -: excitatory

    [[nodiscard]] std::uint64_t excitatory() const;
    [[nodiscard]] std::uint64_t inhibitory() const;
    [[nodiscard]] std::uint64_t total() const { return excitatory() + inhibitory(); }
    friend bool operator==(const EffectCounts&, const EffectCounts&) = default;
};
[[nodiscard]] EffectCounts effects_of(const EventCounts& events, EventScope scope);

/// Events by the sign of their response: + normal STDP, - temporally inverted STDP.
struct ResponseCounts {
    std::uint64_t inverted = 0;
    std::uint64_t zero = 0;
    std::uint64_t normal = 0;

    [[nodiscard]] std::uint64_t total() const { return inverted + zero + normal; }
    friend bool operator==(const ResponseCounts&, const ResponseCounts&) = default;
};
[[nodiscard]] ResponseCounts responses_of(const EventCounts& events, EventScope scope);

/// part / whole; 0 where whole is 0.
[[nodiscard]] double share_of(std::uint64_t part, std::uint64_t whole);

/// What the thesis' Table 1 calls the cell: "Hebbian", ... A translation only: its running text uses "anti-Hebbian"
/// for other cells.
[[nodiscard]] std::string_view hebbian_name_of(Category category);

/// Adds cell by cell. The weight moments of `sum` become those of `part`.
void add_to(EventCounts& sum, const EventCounts& part);
void add_to(UpdateCounts& sum, const UpdateCounts& part);

}  // namespace stdpscope::analysis
