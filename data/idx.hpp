#pragma once

#include <armadillo>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace stdpscope::data {

/// IDX, the format of MNIST and of the sets that follow it: big-endian 32-bit numbers, then bytes.
///
///     images   0x00000803, images, rows, columns, then images x rows x columns bytes, row by row
///     labels   0x00000801, labels, then one byte a label
///
/// The files may be raw or gzip'ed. The sizes in the header are checked against the size of the file before memory is
/// taken; of a gzip'ed file memory grows with what really comes out of it. Byte positions in messages count in the
/// decompressed content.
/// Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", section "File formats".
struct IdxImages {
    arma::uword rows = 0;
    arma::uword columns = 0;
    arma::Mat<std::uint8_t> pixels;  ///< (rows * columns x images), each image row by row
};

/// Throws MissingInput when there is no such file; BadData on a wrong magic number, no images, images without pixels,
/// a file shorter or longer than its header says, or damaged gzip data.
[[nodiscard]] IdxImages read_idx_images(const std::filesystem::path& path);

/// Throws as read_idx_images does, and BadData at the first label that is not below `classes`.
[[nodiscard]] std::vector<std::uint8_t> read_idx_labels(const std::filesystem::path& path, arma::uword classes);

}  // namespace stdpscope::data
