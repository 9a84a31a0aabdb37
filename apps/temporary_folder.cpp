#include "apps/temporary_folder.hpp"

#include <fmt/format.h>
#include <stdlib.h>  // mkdtemp

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "analysis/trace/error.hpp"

namespace stdpscope::apps {

TemporaryFolder::TemporaryFolder(const std::string& prefix) {
    std::error_code error;
    const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
    if (error) {
        const char* named = std::getenv("TMPDIR");
        throw analysis::CannotCreate(fmt::format("a temporary folder in TMPDIR = {}", named == nullptr ? "" : named),
                                     error.message());
    }
    std::string name = (parent / (prefix + "-XXXXXX")).string();
    if (mkdtemp(name.data()) == nullptr) throw analysis::CannotCreate(name, std::strerror(errno));
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace stdpscope::apps
