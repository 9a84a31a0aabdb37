#pragma once

#include <atomic>

namespace stdpscope::apps {

/// From here on the first SIGINT or SIGTERM asks for a stop, and the next one ends the process as it would by default.
void catch_stop_signals();

/// Becomes true with the first signal.
[[nodiscard]] const std::atomic<bool>& stop_requested();

/// The signal that asked for the stop; 0 when there was none.
[[nodiscard]] int stop_signal();

}  // namespace stdpscope::apps
