#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace stdpscope::apps {

/// "stdpscope 0.1.0".
[[nodiscard]] std::string program_text();

/// The present time, such as 2026-01-31T23:59:59Z.
[[nodiscard]] std::string utc_time();

/// The machine and the program that a run was made with: version, compiler, operating system, processor, vector
/// instructions in use, linear algebra library, start time (UTC).
[[nodiscard]] nlohmann::json run_environment();

}  // namespace stdpscope::apps
