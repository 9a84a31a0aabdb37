#pragma once

#include <cstdint>
#include <string>

#include "data/dataset.hpp"

namespace stdpscope::data {

/// CRC-32 (as in gzip and PNG) of the bytes of a data set: training pixels, training labels, test pixels, test labels,
/// each as they lie in memory, one image after the other. It tells copies apart and finds damage; it is no protection
/// against intent. Raw and compressed files of the same content have the same checksum.
[[nodiscard]] std::uint32_t checksum(const Dataset& dataset);

/// The checksum as 8 lower-case hexadecimal digits.
[[nodiscard]] std::string checksum_text(std::uint32_t checksum);

}  // namespace stdpscope::data
