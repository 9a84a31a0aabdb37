#include "data/info.hpp"

#include <array>
#include <cmath>

#include "data/checksum.hpp"

namespace stdpscope::data {

namespace {

std::vector<arma::uword> count_classes(const std::vector<std::uint8_t>& labels, arma::uword classes) {
    std::vector<arma::uword> counts(classes, 0);
    for (const std::uint8_t label : labels) ++counts.at(label);
    return counts;
}

/// From how often each value occurs, so that the sums are exact however many pixels there are.
void describe_pixels(const arma::Mat<std::uint8_t>& pixels, DatasetInfo& info) {
    if (pixels.empty()) return;
    std::array<std::uint64_t, 256> occurrences{};
    for (const std::uint8_t pixel : pixels) ++occurrences[pixel];
    const auto count = static_cast<double>(pixels.n_elem);
    for (std::size_t value = 0; value < occurrences.size(); ++value)
        info.mean_pixel += static_cast<double>(occurrences[value] * value) / count;
    double variance = 0;
    for (std::size_t value = 0; value < occurrences.size(); ++value) {
        const double difference = static_cast<double>(value) - info.mean_pixel;
        variance += static_cast<double>(occurrences[value]) / count * difference * difference;
    }
    info.standard_deviation = std::sqrt(variance);
}

}  // namespace

DatasetInfo describe(const Dataset& dataset) {
    DatasetInfo info{.name = dataset.name,
                     .channels = dataset.channels,
                     .rows = dataset.rows,
                     .columns = dataset.columns,
                     .class_names = dataset.class_names,
                     .training_images = dataset.training.pixels.n_cols,
                     .test_images = dataset.test.pixels.n_cols,
                     .training_class_counts = count_classes(dataset.training.labels, dataset.classes),
                     .test_class_counts = count_classes(dataset.test.labels, dataset.classes),
                     .checksum = checksum(dataset)};
    describe_pixels(dataset.training.pixels, info);
    return info;
}

}  // namespace stdpscope::data
