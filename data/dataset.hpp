#pragma once

#include <armadillo>
#include <cstdint>
#include <string>
#include <vector>

namespace stdpscope::data {

/// Labelled images as they stand in the files: one image a column, its pixels in the order channel, row, column.
struct ImageSet {
    arma::Mat<std::uint8_t> pixels;    ///< (channels * rows * columns x images)
    std::vector<std::uint8_t> labels;  ///< one an image, 0 .. classes - 1
};

struct Dataset {
    std::string name;  ///< "mnist", "fashion-mnist", "cifar10", "synthetic"
    arma::uword channels = 0;
    arma::uword rows = 0;
    arma::uword columns = 0;
    arma::uword classes = 0;
    std::vector<std::string> class_names;
    ImageSet training;
    ImageSet test;
};

}  // namespace stdpscope::data
