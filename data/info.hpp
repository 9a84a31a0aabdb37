#pragma once

#include <armadillo>
#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace stdpscope::data {

/// What there is to know about a data set at a glance.
struct DatasetInfo {
    std::string name;
    arma::uword channels = 0;
    arma::uword rows = 0;
    arma::uword columns = 0;
    std::vector<std::string> class_names;
    arma::uword training_images = 0;
    arma::uword test_images = 0;
    std::vector<arma::uword> training_class_counts;  ///< one a class
    std::vector<arma::uword> test_class_counts;      ///< one a class
    double mean_pixel = 0;                           ///< over all pixels and channels of the training images, 0 .. 255
    double standard_deviation = 0;                   ///< of the same pixels, divided by their number
    std::uint32_t checksum = 0;                      ///< CRC-32; checksum_text() writes it
};

/// Both statistics are 0 when there is no training image.
[[nodiscard]] DatasetInfo describe(const Dataset& dataset);

}  // namespace stdpscope::data
