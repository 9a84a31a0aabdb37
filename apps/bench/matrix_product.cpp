#include "apps/bench/matrix_product.hpp"

#include <algorithm>
#include <armadillo>
#include <chrono>

#include "apps/blas_threads.hpp"

namespace stdpscope::apps {

MatrixProductSpeed measure_matrix_product(int threads) {
    using Clock = std::chrono::steady_clock;
    constexpr arma::uword kSize = 2048;
    constexpr int kRepetitions = 4;
    const BlasThreads blas_threads(threads);
    const arma::fmat left(kSize, kSize, arma::fill::ones);
    const arma::fmat right(kSize, kSize, arma::fill::ones);
    arma::fmat product(kSize, kSize, arma::fill::zeros);
    double fastest_seconds = 1e30;
    for (int repetition = 0; repetition < kRepetitions; ++repetition) {
        const Clock::time_point begun = Clock::now();
        product = left * right;
        fastest_seconds = std::min(fastest_seconds, std::chrono::duration<double>(Clock::now() - begun).count());
    }
    const auto size = static_cast<double>(kSize);
    return {.flop_per_second = 2.0 * size * size * size / fastest_seconds, .threads_were_set = blas_threads.known()};
}

}  // namespace stdpscope::apps
