#include "data/cifar10.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <numeric>
#include <string>
#include <system_error>
#include <vector>

#include "data/error.hpp"
#include "data/input_file.hpp"

namespace stdpscope::data {

namespace {

namespace fs = std::filesystem;

constexpr arma::uword kClasses = 10;
constexpr arma::uword kChannels = 3;
constexpr arma::uword kSide = 32;
constexpr arma::uword kPixels = kChannels * kSide * kSide;
constexpr std::uint64_t kRecordBytes = 1 + kPixels;
constexpr std::uint64_t kLargestNamesBytes = 4096;

std::uint64_t images_in(const fs::path& path) {
    const std::uint64_t bytes = size_on_disk(path);
    if (bytes == 0 || bytes % kRecordBytes != 0)
        throw BadData(path.string(), "size " + std::to_string(bytes) + " bytes must be a positive multiple of " +
                                         std::to_string(kRecordBytes) + " (a label and 3 x 32 x 32 pixels an image)");
    return bytes / kRecordBytes;
}

std::ifstream open(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw MissingInput(path.string(), "cannot be opened");
    return file;
}

/// Images of one batch into columns first .. first + count - 1.
void read_batch(const fs::path& path, arma::uword first, arma::uword count, ImageSet& images) {
    std::ifstream file = open(path);
    std::array<char, kRecordBytes> record{};
    for (arma::uword index = 0; index < count; ++index) {
        if (!file.read(record.data(), record.size()))
            throw BadData(path.string(), "ends within image " + std::to_string(index) + " of " + std::to_string(count));
        const auto label = static_cast<std::uint8_t>(record[0]);
        if (label >= kClasses)
            throw BadData(path.string(), "label " + std::to_string(label) + " of image " + std::to_string(index) +
                                             " (byte " + std::to_string(index * kRecordBytes) + "), want 0 .. " +
                                             std::to_string(kClasses - 1));
        images.labels[first + index] = label;
        std::copy(record.begin() + 1, record.end(), reinterpret_cast<char*>(images.pixels.colptr(first + index)));
    }
}

ImageSet read_batches(const std::vector<fs::path>& paths) {
    std::vector<std::uint64_t> counts;
    for (const fs::path& path : paths) counts.push_back(images_in(path));
    const auto total = std::accumulate(counts.begin(), counts.end(), arma::uword{0});
    ImageSet images{.pixels = arma::Mat<std::uint8_t>(kPixels, total, arma::fill::none),
                    .labels = std::vector<std::uint8_t>(total)};
    arma::uword first = 0;
    for (std::size_t batch = 0; batch < paths.size(); ++batch) {
        read_batch(paths[batch], first, counts[batch], images);
        first += counts[batch];
    }
    return images;
}

void check_class_name(const fs::path& path, const std::string& name) {
    const bool printable = std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && c <= '~'; });
    if (!printable) throw BadData(path.string(), "a class name holds a byte that is not printable ASCII");
}

std::vector<std::string> class_names(const fs::path& folder) {
    const fs::path path = folder / "batches.meta.txt";
    std::error_code error;
    if (!fs::exists(path, error))
        return {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
    const std::uint64_t bytes = size_on_disk(path);
    if (bytes > kLargestNamesBytes)
        throw BadData(path.string(),
                      "size " + std::to_string(bytes) + " bytes must be at most " + std::to_string(kLargestNamesBytes));
    std::ifstream file = open(path);
    std::vector<std::string> names;
    for (std::string line; std::getline(file, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (line.empty()) continue;  // the official file ends with an empty line
        check_class_name(path, line);
        names.push_back(line);
    }
    if (names.size() != kClasses)
        throw BadData(path.string(), std::to_string(names.size()) + " class names, want " + std::to_string(kClasses));
    return names;
}

}  // namespace

Dataset load_cifar10(const fs::path& folder) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) throw MissingInput(folder.string(), "no such folder");
    std::vector<fs::path> training;
    for (int batch = 1; batch <= 5; ++batch)
        training.push_back(folder / ("data_batch_" + std::to_string(batch) + ".bin"));
    return {.name = "cifar10",
            .channels = kChannels,
            .rows = kSide,
            .columns = kSide,
            .classes = kClasses,
            .class_names = class_names(folder),
            .training = read_batches(training),
            .test = read_batches({folder / "test_batch.bin"})};
}

}  // namespace stdpscope::data
