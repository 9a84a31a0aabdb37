#pragma once

#include <filesystem>

#include "data/dataset.hpp"

namespace stdpscope::data {

/// CIFAR-10 from the files of its binary version: data_batch_1.bin .. data_batch_5.bin (training), test_batch.bin, and
/// batches.meta.txt with the class names when it is there.
///
/// Each image is 3073 bytes: its label, then 32 x 32 red, green and blue pixels, row by row. A batch may hold any
/// number of images but none (the official ones hold 10 000).
/// Source: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009, and the data set's page.
///
/// Throws MissingInput when the folder or a batch is not there; BadData when the size of a batch is not a positive
/// multiple of 3073, at the first label above 9, or when batches.meta.txt does not name 10 classes in printable ASCII.
[[nodiscard]] Dataset load_cifar10(const std::filesystem::path& folder);

}  // namespace stdpscope::data
