#include "apps/temporary_folder.hpp"

#include <stdlib.h>  // mkdtemp

#include <cerrno>
#include <cstring>

#include "analysis/trace/error.hpp"

namespace stdpscope::apps {

TemporaryFolder::TemporaryFolder(const std::string& prefix) {
    std::error_code error;
    const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
    std::string name = (parent / (prefix + "-XXXXXX")).string();
    if (error || mkdtemp(name.data()) == nullptr) {
        throw analysis::CannotCreate(name, error ? error.message() : std::strerror(errno));
    }
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace stdpscope::apps
