#include "apps/bench/disk_speed.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <random>
#include <vector>

#include "analysis/trace/durable_file.hpp"
#include "analysis/trace/error.hpp"

namespace stdpscope::apps {

double measure_disk_speed(const std::filesystem::path& folder) {
    using Clock = std::chrono::steady_clock;
    constexpr std::size_t kPieceBytes = std::size_t{4} << 20U;
    constexpr std::size_t kPieces = 64;
    constexpr double kMostSeconds = 3.0;
    analysis::require_free_space(folder, kPieces * kPieceBytes);
    std::vector<std::uint64_t> piece(kPieceBytes / sizeof(std::uint64_t));
    std::mt19937_64 generator(1);  // zeros might be stored as none
    for (std::uint64_t& word : piece) word = generator();
    const std::filesystem::path path = folder / "disk-speed";
    std::ofstream file(path, std::ios::binary);
    const Clock::time_point begun = Clock::now();
    const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - begun).count(); };
    std::size_t written = 0;
    while (written < kPieces * kPieceBytes && seconds() < kMostSeconds) {
        file.write(reinterpret_cast<const char*>(piece.data()), kPieceBytes);
        // Synced on the way, so that the time limit sees the disk and not the memory before it.
        file.flush();
        if (!file) {
            throw analysis::WriteFailed(path.string(), analysis::write_failure_of(errno), std::strerror(errno));
        }
        if ((written / kPieceBytes) % 8 == 7) analysis::synchronize_file(path);
        written += kPieceBytes;
    }
    file.close();
    analysis::synchronize_file(path);
    const double speed = static_cast<double>(written) / seconds();
    std::filesystem::remove(path);
    return speed;
}

}  // namespace stdpscope::apps
