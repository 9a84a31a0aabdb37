#include "apps/folder_in_the_making.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "analysis/trace/durable_file.hpp"
#include "analysis/trace/error.hpp"

namespace stdpscope::apps {
namespace {

std::filesystem::path without_trailing_slash(const std::filesystem::path& path) {
    return path.has_filename() ? path : path.parent_path();
}

}  // namespace

FolderInTheMaking::FolderInTheMaking(const std::filesystem::path& folder)
    : folder_(without_trailing_slash(folder)), part_(folder_.string() + ".part") {
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::symlink_status(folder_, ignored))) {
        throw analysis::CannotCreate(folder_.string(), "exists already, must be a new folder");
    }
    if (::mkdir(part_.c_str(), 0777) != 0) {
        throw analysis::CannotCreate(part_.string(), std::generic_category().message(errno));
    }
}

FolderInTheMaking::~FolderInTheMaking() {
    if (finished_) return;
    std::error_code ignored;  // there is an error under way that says more
    std::filesystem::remove_all(part_, ignored);
}

void FolderInTheMaking::finish() {
    analysis::rename_durably(part_, folder_);
    finished_ = true;
}

}  // namespace stdpscope::apps
