#include "analysis/summary/run_texts.hpp"

#include <fstream>
#include <iterator>

#include "analysis/trace/error.hpp"

namespace stdpscope::analysis {
namespace {

namespace fs = std::filesystem;

/// Every text file of a run is far smaller; the bound keeps a foreign file from filling the memory.
constexpr std::uintmax_t kMostTextBytes = 64U << 20U;

}  // namespace

std::optional<std::string> read_text(const std::filesystem::path& path) {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return std::nullopt;
    if (!fs::is_regular_file(path, ignored)) throw DamagedTrace(path.string(), "must be a regular file");
    const std::uintmax_t bytes = fs::file_size(path, ignored);
    if (!ignored && bytes > kMostTextBytes) {
        throw DamagedTrace(path.string(), "has " + std::to_string(bytes) + " bytes, must have at most " +
                                              std::to_string(kMostTextBytes));
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) throw DamagedTrace(path.string(), "cannot be opened for reading");
    return std::string(std::istreambuf_iterator<char>(file), {});
}

nlohmann::json read_json(const std::filesystem::path& path) {
    const auto text = read_text(path);
    if (!text) return nullptr;
    try {
        return nlohmann::json::parse(*text);
    } catch (const nlohmann::json::parse_error& error) {
        throw DamagedTrace(path.string(),
                           "byte " + std::to_string(error.byte) + ": must be a JSON document (" + error.what() + ")");
    }
}

}  // namespace stdpscope::analysis
