#pragma once

#include <filesystem>

namespace stdpscope::apps {

/// A new folder DIR.part that is removed again unless it became DIR.
class FolderInTheMaking {
public:
    /// Throws analysis::CannotCreate where DIR is there already or DIR.part cannot be made.
    explicit FolderInTheMaking(const std::filesystem::path& folder);
    ~FolderInTheMaking();
    FolderInTheMaking(const FolderInTheMaking&) = delete;
    FolderInTheMaking& operator=(const FolderInTheMaking&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return part_; }

    /// Gives it its name, durably. Throws analysis::WriteFailed.
    void finish();

private:
    std::filesystem::path folder_;
    std::filesystem::path part_;
    bool finished_ = false;
};

}  // namespace stdpscope::apps
