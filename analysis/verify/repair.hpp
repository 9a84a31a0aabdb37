#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace stdpscope::analysis {

/// What a repair did.
struct Repair {
    std::uint64_t committed_records = 0;  ///< that the original's files tell of
    std::uint64_t records = 0;            ///< copied, with all that belongs to them
    std::uint64_t committed_event_rows = 0;
    std::uint64_t event_rows = 0;
    std::vector<std::string> damage;    ///< why what is not copied is lost, and that the trace was not closed
    std::vector<std::string> left_out;  ///< other files of the run that cannot be read, and why
};

/// Under the members' names, in their order.
[[nodiscard]] nlohmann::ordered_json json_of(const Repair& repair);

/// Copies, of a run folder, the committed rows of a trace that was not closed or has lost a part, up to the first one
/// that cannot be read, into a closed trace in `out`, an empty folder, beside copies of the run's other files.
/// result.json there gets the key `repaired` (docs/schema.md). The original is read only.
///
/// `program` and `time` go on record. None, and nothing written, where the trace is closed and every row can be read.
/// Throws MissingTrace where there is no trace, DamagedTrace where no record of it can be read, WriteFailed.
[[nodiscard]] std::optional<Repair> repair_run(const std::filesystem::path& run, const std::filesystem::path& out,
                                               const std::string& program, const std::string& time,
                                               const std::function<void()>& progress);

}  // namespace stdpscope::analysis
