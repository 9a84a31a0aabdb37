#include "analysis/trace/run_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>

#include "analysis/trace/error.hpp"

namespace stdpscope::analysis {

namespace {

std::optional<SegmentPath> parse_segment(const std::filesystem::path& path) {
    constexpr std::string_view kBefore = "trace-";
    constexpr std::string_view kFinished = ".h5";
    constexpr std::string_view kPart = ".h5.part";
    const std::string name = path.filename().string();
    if (!name.starts_with(kBefore)) return std::nullopt;
    const bool finished = name.ends_with(kFinished);
    if (!finished && !name.ends_with(kPart)) return std::nullopt;
    const std::size_t after = (finished ? kFinished : kPart).size();
    const std::string digits = name.substr(kBefore.size(), name.size() - kBefore.size() - after);
    constexpr std::size_t kMostDigits = 9;
    const bool is_number = !digits.empty() && digits.size() <= kMostDigits &&
                           std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!is_number) return std::nullopt;
    return SegmentPath{path, std::stoull(digits), finished};
}

}  // namespace

std::string segment_name(std::uint64_t number) {
    char name[40];
    std::snprintf(name, sizeof name, "trace-%04llu.h5", static_cast<unsigned long long>(number));
    return name;
}

void require_place(const SegmentPath& segment, std::uint64_t place) {
    if (segment.number == place) return;
    throw DamagedTrace(segment.path.string(), "is segment " + std::to_string(segment.number) + " in place " +
                                                  std::to_string(place) +
                                                  ", segments must be numbered 1, 2, ... without gap or repeat");
}

std::vector<SegmentPath> list_segments(const std::filesystem::path& run_folder) {
    std::vector<SegmentPath> segments;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(run_folder, error)) {
        if (auto segment = parse_segment(entry.path())) segments.push_back(std::move(*segment));
    }
    std::sort(segments.begin(), segments.end(), [](const SegmentPath& left, const SegmentPath& right) {
        return std::pair(left.number, !left.finished) < std::pair(right.number, !right.finished);
    });
    return segments;
}

std::vector<SegmentPath> find_segments(const std::filesystem::path& run_folder) {
    std::vector<SegmentPath> segments = list_segments(run_folder);
    for (std::size_t place = 0; place < segments.size(); ++place) require_place(segments[place], place + 1);
    return segments;
}

void create_run_folder(const std::filesystem::path& path) {
    const std::filesystem::path whole = std::filesystem::absolute(path);
    const std::filesystem::path folder = whole.has_filename() ? whole : whole.parent_path();
    std::error_code error;
    std::filesystem::create_directories(folder.parent_path(), error);
    if (error) throw CannotCreate(folder.parent_path().string(), "cannot be created: " + error.message());
    // mkdir tells apart, in one step, who came first.
    if (::mkdir(folder.c_str(), 0777) != 0) {
        if (errno == EEXIST) throw CannotCreate(path.string(), "exists already, must be a new folder");
        throw CannotCreate(path.string(), std::string("cannot be created: ") + std::strerror(errno));
    }
    synchronize_folder(folder.parent_path());
}

bool is_being_written(const std::filesystem::path& run_folder) {
    const int descriptor = ::open((run_folder / kLockFile).c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    const bool held = ::flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    ::close(descriptor);
    return held;
}

RunFolderLock::RunFolderLock(const std::filesystem::path& run_folder)
    : descriptor_(::open((run_folder / kLockFile).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) {
        throw CannotCreate(run_folder.string(), std::string("cannot be written to: ") + std::strerror(errno));
    }
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
    const int reason = errno;
    ::close(descriptor_);
    throw CannotCreate(run_folder.string(), reason == EWOULDBLOCK
                                                ? "is being written by another process, must have one writer"
                                                : std::string("cannot be locked: ") + std::strerror(reason));
}

RunFolderLock::~RunFolderLock() {
    ::close(descriptor_);
}

}  // namespace stdpscope::analysis
