#pragma once

#include <armadillo>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace stdpscope::analysis {

/// Weights of one layer: (post x pre), and (post).
struct NamedWeights {
    std::string name;
    arma::fmat weights;
    arma::fvec biases;
};

/// Writes layers/NAME/weights (axes pre, post: Armadillo's column-major order) and layers/NAME/biases of every layer,
/// durably: a reader sees the old file or the new one. Throws CannotCreate, WriteFailed.
void write_weights(const std::filesystem::path& path, std::span<const NamedWeights> layers);

/// The layers in the order in which they were written. Throws MissingTrace, DamagedTrace.
[[nodiscard]] std::vector<NamedWeights> read_weights(const std::filesystem::path& path);

}  // namespace stdpscope::analysis
