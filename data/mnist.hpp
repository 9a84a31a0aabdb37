#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace stdpscope::data {

/// A data set in the files of MNIST: {train,t10k}-images-idx3-ubyte and {train,t10k}-labels-idx1-ubyte, each raw or
/// with .gz, and with a dot or a hyphen before "idx" (both spellings are in circulation). Where several are there, the
/// raw file with the hyphen is read first. One class for each of the names.
///
/// Throws MissingInput when the folder or a file is not there; BadData as read_idx_images and read_idx_labels do, when
/// images and labels differ in number, or when training and test images differ in shape.
[[nodiscard]] Dataset load_mnist(const std::filesystem::path& folder, std::string name,
                                 std::vector<std::string> class_names);

/// "0" .. "9"
[[nodiscard]] std::vector<std::string> mnist_class_names();
/// Source: Xiao, Rasul & Vollgraf 2017, arXiv:1708.07747, table 2.
[[nodiscard]] std::vector<std::string> fashion_mnist_class_names();

}  // namespace stdpscope::data
