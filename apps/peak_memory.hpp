#pragma once

#include <cstdint>

namespace stdpscope::apps {

/// The most memory that this process has held at once (VmHWM of /proc/self/status), in bytes; 0 where the system does
/// not tell.
[[nodiscard]] std::uint64_t peak_memory_bytes();

/// Begins the peak anew from what is held now, where the system lets a process do so.
void restart_peak_memory();

}  // namespace stdpscope::apps
