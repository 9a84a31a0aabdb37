#pragma once

#include <optional>
#include <string>

namespace stdpscope::apps {

struct MatrixProductSpeed {
    double flop_per_second = 0.0;         ///< the fastest of several products
    bool threads_were_set = false;        ///< whether the library could be told the number of threads
    std::optional<std::string> kernels;   ///< the processor that they are made for, where the library tells
    bool kernels_by_environment = false;  ///< whether OPENBLAS_CORETYPE is set, which overrules the library's choice
};

/// Speed of the single-precision product of two 2048 x 2048 matrices by the BLAS behind Armadillo, with `threads`
/// threads where the library is OpenBLAS; its number of threads is put back afterwards.
[[nodiscard]] MatrixProductSpeed measure_matrix_product(int threads);

}  // namespace stdpscope::apps
