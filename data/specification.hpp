#pragma once

#include <string>

#include "data/dataset.hpp"

namespace stdpscope::data {

/// The data set that a specification names:
///
///     mnist:DIR             the four files of MNIST in DIR, raw or .gz
///     fashion-mnist[:DIR]   the same of Fashion-MNIST; without DIR, those of the Debian package dataset-fashion-mnist
///     cifar10:DIR           the binary batches of CIFAR-10 in DIR
///     synthetic[:N]         N training images (6000) and N / 6, at least 100, test images (1000), drawn by a seeded
///     generator
///
/// Throws BadSpecification when the kind is unknown, DIR is missing or N is not in 1 .. 1 000 000; MissingInput and
/// BadData as the loaders do.
[[nodiscard]] Dataset load(const std::string& specification);

}  // namespace stdpscope::data
