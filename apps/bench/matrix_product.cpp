#include "apps/bench/matrix_product.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <armadillo>
#include <chrono>

namespace stdpscope::apps {
namespace {

/// Tells OpenBLAS its number of threads and puts the old one back. Armadillo reaches BLAS through libblas.so, which may
/// be another library; hence the look-up by name.
class BlasThreads {
public:
    explicit BlasThreads(int threads)
        : get_(reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_num_threads"))),
          set_(reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) {
        if (!known()) return;
        before_ = get_();
        set_(threads);
    }
    ~BlasThreads() {
        if (known()) set_(before_);
    }
    BlasThreads(const BlasThreads&) = delete;
    BlasThreads& operator=(const BlasThreads&) = delete;
    [[nodiscard]] bool known() const { return get_ != nullptr && set_ != nullptr; }

private:
    int (*get_)();
    void (*set_)(int);
    int before_ = 1;
};

}  // namespace

MatrixProductSpeed measure_matrix_product(int threads) {
    using Clock = std::chrono::steady_clock;
    constexpr arma::uword kSize = 2048;
    constexpr int kRepetitions = 8;
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
