#pragma once

#include <filesystem>
#include <string>

namespace stdpscope::apps {

/// A new folder below TMPDIR (or /tmp) that is removed, with all in it, at the end.
class TemporaryFolder {
public:
    /// Throws analysis::CannotCreate.
    explicit TemporaryFolder(const std::string& prefix);
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace stdpscope::apps
