#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

/// Files that survive a power cut: the operating system keeps writes in memory until it is told to sync.
namespace stdpscope::analysis {

/// Writes a small file whole: beside it, synced, renamed over it, its folder synced. A reader sees the old content or
/// the new one. Throws WriteFailed.
void write_file_durably(const std::filesystem::path& path, const std::string& text);

/// Makes a file's content durable. Throws WriteFailed.
void synchronize_file(const std::filesystem::path& path);
/// Makes the names in a folder durable. Throws WriteFailed.
void synchronize_folder(const std::filesystem::path& folder);
/// Renames a synced file within its folder and syncs the folder. Throws WriteFailed.
void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to);

/// Throws WriteFailed (disk_full) unless the file system of `folder` has room for `bytes` and a margin of 16 MiB.
void require_free_space(const std::filesystem::path& folder, std::uint64_t bytes);

}  // namespace stdpscope::analysis
