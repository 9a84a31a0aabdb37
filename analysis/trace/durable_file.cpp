#include "analysis/trace/durable_file.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "analysis/trace/error.hpp"

namespace stdpscope::analysis {

namespace {

constexpr std::uint64_t kMarginBytes = std::uint64_t{16} << 20U;

[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
    throw WriteFailed(path.string(), write_failure_of(errno), std::string(what) + ": " + std::strerror(errno));
}

class Descriptor {
public:
    Descriptor(const std::filesystem::path& path, int flags) : path_(path), value_(::open(path.c_str(), flags, 0666)) {
        if (value_ < 0) fail(path_, "open");
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { ::close(value_); }

    void write_all(const std::string& text) const {
        std::size_t done = 0;
        while (done < text.size()) {
            const ssize_t written = ::write(value_, text.data() + done, text.size() - done);
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail(path_, "write");
            done += static_cast<std::size_t>(written);
        }
    }
    void synchronize() const {
        if (::fsync(value_) != 0) fail(path_, "fsync");
    }

private:
    std::filesystem::path path_;
    int value_;
};

std::filesystem::path folder_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

}  // namespace

void write_file_durably(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::path beside = path;
    beside += ".part";
    {
        const Descriptor file(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
        file.write_all(text);
        file.synchronize();
    }
    rename_durably(beside, path);
}

void synchronize_file(const std::filesystem::path& path) {
    Descriptor(path, O_RDONLY | O_CLOEXEC).synchronize();
}

void synchronize_folder(const std::filesystem::path& folder) {
    Descriptor(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC).synchronize();
}

void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (std::rename(from.c_str(), to.c_str()) != 0) fail(to, "rename");
    synchronize_folder(folder_of(to));
}

void require_free_space(const std::filesystem::path& folder, std::uint64_t bytes) {
    struct statvfs status = {};
    if (::statvfs(folder.c_str(), &status) != 0) fail(folder, "statvfs");
    const std::uint64_t free_bytes = std::uint64_t{status.f_bavail} * status.f_frsize;
    if (free_bytes < bytes + kMarginBytes) {
        throw WriteFailed(
            folder.string(), WriteFailure::disk_full,
            std::to_string(free_bytes) + " bytes free, must be at least " + std::to_string(bytes + kMarginBytes));
    }
}

}  // namespace stdpscope::analysis
