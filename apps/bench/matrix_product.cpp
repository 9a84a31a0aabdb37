#include "apps/bench/matrix_product.hpp"

#include <algorithm>
#include <armadillo>
#include <chrono>
#include <cstdlib>

#include "apps/openblas.hpp"

namespace stdpscope::apps {

MatrixProductSpeed measure_matrix_product(int threads) {
    using Clock = std::chrono::steady_clock;
    constexpr arma::uword kSize = 2048;
    constexpr int kFewestProducts = 2;
    constexpr int kMostProducts = 4;
    constexpr double kLongestSeconds = 0.5;  // then no product more than the fewest is begun
    const BlasThreads blas_threads(threads);
    const arma::fmat left(kSize, kSize, arma::fill::ones);
    const arma::fmat right(kSize, kSize, arma::fill::ones);
    arma::fmat product(kSize, kSize, arma::fill::zeros);
    double fastest_seconds = 1e30;
    double all_seconds = 0.0;
    for (int done = 0; done < kMostProducts && (done < kFewestProducts || all_seconds < kLongestSeconds); ++done) {
        const Clock::time_point begun = Clock::now();
        product = left * right;
        const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
        fastest_seconds = std::min(fastest_seconds, seconds);
        all_seconds += seconds;
    }
    const auto size = static_cast<double>(kSize);
    return {.flop_per_second = 2.0 * size * size * size / fastest_seconds,
            .threads_were_set = blas_threads.known(),
            .kernels = openblas_kernels(),
            .kernels_by_environment = std::getenv("OPENBLAS_CORETYPE") != nullptr};
}

}  // namespace stdpscope::apps
