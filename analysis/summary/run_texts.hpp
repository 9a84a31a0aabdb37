#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

/// The text files of a run folder, which may come from anywhere. Both throw DamagedTrace where the file is larger than
/// any of ours, no regular file or cannot be read.
namespace stdpscope::analysis {

/// None where there is no such file.
[[nodiscard]] std::optional<std::string> read_text(const std::filesystem::path& path);
/// Null where there is no such file. Throws DamagedTrace, with the byte, where it is no JSON document, too.
[[nodiscard]] nlohmann::json read_json(const std::filesystem::path& path);

}  // namespace stdpscope::analysis
