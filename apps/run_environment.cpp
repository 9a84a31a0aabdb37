#include "apps/run_environment.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <thread>

#include "ann/kernel/kernels.hpp"
#include "apps/openblas.hpp"

namespace stdpscope::apps {
namespace {

#ifdef __clang__
constexpr const char* kCompiler = __VERSION__;
#else
constexpr const char* kCompiler = "GCC " __VERSION__;
#endif

/// What follows the first separator on the first line that begins with `key`; empty where there is none.
std::string value_in_file(const char* path, std::string_view key, char separator) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(key)) continue;
        const auto place = line.find(separator);
        if (place == std::string::npos) continue;
        const auto first = line.find_first_not_of(" \t\"", place + 1);
        if (first == std::string::npos) continue;
        return line.substr(first, line.find_last_not_of(" \t\"") - first + 1);
    }
    return "";
}

std::string operating_system() {
    utsname system{};
    const std::string kernel = uname(&system) == 0 ? fmt::format("{} {}", system.sysname, system.release) : "";
    const std::string distribution = value_in_file("/etc/os-release", "PRETTY_NAME=", '=');
    return distribution.empty() ? kernel : distribution + ", " + kernel;
}

}  // namespace

std::string program_text() {
    return "stdpscope " STDPSCOPE_VERSION;
}

std::string utc_time() {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

nlohmann::json run_environment() {
    return {{"program", program_text()},
            {"compiler", kCompiler},
            {"build_type", STDPSCOPE_BUILD_TYPE},
            {"operating_system", operating_system()},
            {"processor", value_in_file("/proc/cpuinfo", "model name", ':')},
            {"cores", std::thread::hardware_concurrency()},
            {"vector_instructions", ann::kernel::isa_name(ann::kernel::active_kernels().isa)},
            {"linear_algebra", openblas_description().value_or("unknown BLAS")},
            {"start_time_utc", utc_time()}};
}

}  // namespace stdpscope::apps
