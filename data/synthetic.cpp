#include "data/synthetic.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

namespace stdpscope::data {

namespace {

constexpr int kClasses = 10;
constexpr int kSide = 28;
constexpr int kCells = 7;
constexpr int kCellSide = kSide / kCells;
constexpr int kLargestShift = 3;

using Cells = std::array<int, kCells * kCells>;
using Pattern = std::array<int, kSide * kSide>;

/// Uniform whole numbers, taken from the upper half of each draw: std::uniform_int_distribution differs between
/// libraries.
class Draws {
public:
    explicit Draws(std::uint64_t seed) : generator_(seed) {}
    /// lowest .. highest, both included; the range must be below 2^31.
    int between(int lowest, int highest) {
        const auto range = static_cast<std::uint64_t>(highest - lowest + 1);
        return lowest + static_cast<int>(((generator_() >> 32U) * range) >> 32U);
    }

private:
    std::mt19937_64 generator_;
};

/// Bilinear between the centres of cells; dark outside the grid. Weights are eighths in each direction.
Pattern enlarge(const Cells& cells) {
    const auto cell = [&cells](int row, int column) {
        const bool inside = row >= 0 && row < kCells && column >= 0 && column < kCells;
        return inside ? cells[static_cast<std::size_t>(row * kCells + column)] : 0;
    };
    constexpr int kParts = 2 * kCellSide;  // a pixel's centre lies at an odd number of half pixels
    Pattern pattern{};
    for (int row = 0; row < kSide; ++row)
        for (int column = 0; column < kSide; ++column) {
            const int down = 2 * row + 1 + kCellSide;  // from the centre of the cell above the grid, in half pixels
            const int right = 2 * column + 1 + kCellSide;
            const int top = down / kParts - 1;
            const int left = right / kParts - 1;
            const int lower = down % kParts;
            const int further = right % kParts;
            const int sum = (kParts - lower) * (kParts - further) * cell(top, left) +
                            (kParts - lower) * further * cell(top, left + 1) +
                            lower * (kParts - further) * cell(top + 1, left) +
                            lower * further * cell(top + 1, left + 1);
            pattern[static_cast<std::size_t>(row * kSide + column)] = sum / (kParts * kParts);
        }
    return pattern;
}

int draw_cell(Draws& draws) {
    return draws.between(0, 2) == 0 ? draws.between(128, 255) : 0;
}

std::vector<Pattern> draw_patterns(std::uint64_t seed) {
    Draws draws(seed);
    Cells shared{};
    for (int& cell : shared) cell = draw_cell(draws);
    std::vector<Pattern> patterns;
    for (int index = 0; index < kClasses; ++index) {
        Cells cells = shared;
        for (int& cell : cells)
            if (draws.between(0, 2) == 0) cell = draw_cell(draws);
        patterns.push_back(enlarge(cells));
    }
    return patterns;
}

/// The sum of four uniform numbers in -28 .. 28: standard deviation sqrt(4 * (57^2 - 1) / 12) = 32.9.
int noise(Draws& draws) {
    int sum = 0;
    for (int term = 0; term < 4; ++term) sum += draws.between(-28, 28);
    return sum;
}

void draw_image(const Pattern& pattern, Draws& draws, std::uint8_t* pixels) {
    const int down = draws.between(-kLargestShift, kLargestShift);
    const int right = draws.between(-kLargestShift, kLargestShift);
    const int contrast = draws.between(96, 160);  // in 128ths
    for (int row = 0; row < kSide; ++row)
        for (int column = 0; column < kSide; ++column) {
            const int from_row = row - down;
            const int from_column = column - right;
            const bool inside = from_row >= 0 && from_row < kSide && from_column >= 0 && from_column < kSide;
            const int light = inside ? pattern[static_cast<std::size_t>(from_row * kSide + from_column)] : 0;
            *pixels++ = static_cast<std::uint8_t>(std::clamp(light * contrast / 128 + noise(draws), 0, 255));
        }
}

ImageSet draw_images(const std::vector<Pattern>& patterns, arma::uword count, std::uint64_t seed) {
    Draws draws(seed);
    ImageSet images{.pixels = arma::Mat<std::uint8_t>(kSide * kSide, count, arma::fill::none),
                    .labels = std::vector<std::uint8_t>(count)};
    for (arma::uword index = 0; index < count; ++index) {
        images.labels[index] = static_cast<std::uint8_t>(index % kClasses);
        draw_image(patterns[index % kClasses], draws, images.pixels.colptr(index));
    }
    return images;
}

}  // namespace

Dataset make_synthetic(const SyntheticOptions& options) {
    const std::uint64_t stream = 3 * options.seed;  // three generators a seed
    const std::vector<Pattern> patterns = draw_patterns(stream);
    std::vector<std::string> names;
    for (int index = 0; index < kClasses; ++index) names.push_back("pattern " + std::to_string(index));
    return {.name = "synthetic",
            .channels = 1,
            .rows = kSide,
            .columns = kSide,
            .classes = kClasses,
            .class_names = names,
            .training = draw_images(patterns, options.training_images, stream + 1),
            .test = draw_images(patterns, options.test_images, stream + 2)};
}

}  // namespace stdpscope::data
