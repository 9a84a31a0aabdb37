#pragma once

#include <filesystem>

namespace stdpscope::apps {

/// Bytes a second of a file written from its begin to its end and made durable (fsync), in `folder`, from which it is
/// removed again: 256 MiB, or what is written within 3 seconds. Throws analysis::WriteFailed.
[[nodiscard]] double measure_disk_speed(const std::filesystem::path& folder);

}  // namespace stdpscope::apps
