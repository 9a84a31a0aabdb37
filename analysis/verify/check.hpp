#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace stdpscope::analysis {

/// One thing of a run that was looked at.
struct Check {
    static constexpr std::size_t kMostListed = 10;

    explicit Check(std::string what) : subject(std::move(what)) {}

    /// Keeps the first kMostListed faults and counts all.
    void fault(std::string what) {
        if (faults.size() < kMostListed) faults.push_back(std::move(what));
        ++fault_count;
    }
    [[nodiscard]] bool holds() const { return fault_count == 0; }

    std::string subject;              ///< "trace", "records", "metrics.csv", ...
    std::string found;                ///< what is there, in a few words
    std::vector<std::string> faults;  ///< value, place, what must hold
    std::uint64_t fault_count = 0;
};

}  // namespace stdpscope::analysis
