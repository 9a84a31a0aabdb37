#include "apps/bench/machine_peaks.hpp"

#include <algorithm>
#include <armadillo>
#include <barrier>
#include <chrono>
#include <limits>
#include <numeric>
#include <thread>
#include <vector>

#include "ann/kernel/kernels.hpp"

namespace stdpscope::apps {
namespace {

/// Runs work(thread) on so many threads, several times, each from a common start to the end of the last; the fewest
/// seconds.
template <class Work>
double fewest_seconds(int threads, int trials, const Work& work) {
    using Clock = std::chrono::steady_clock;
    std::barrier together(threads);
    double fewest = std::numeric_limits<double>::infinity();
    const auto run = [&](std::size_t thread) {
        for (int trial = 0; trial < trials; ++trial) {
            together.arrive_and_wait();
            const Clock::time_point begun = Clock::now();
            work(thread);
            together.arrive_and_wait();
            if (thread == 0) fewest = std::min(fewest, std::chrono::duration<double>(Clock::now() - begun).count());
        }
    };
    std::vector<std::jthread> others;
    try {
        for (int thread = 1; thread < threads; ++thread) others.emplace_back(run, static_cast<std::size_t>(thread));
    } catch (...) {
        // Those that were started must not wait for those that could not be.
        for (std::size_t started = others.size(); started < static_cast<std::size_t>(threads); ++started) {
            together.arrive_and_drop();
        }
        throw;
    }
    run(0);
    return fewest;
}

double multiply_add_speed(int threads) {
    constexpr std::size_t kRounds = 400'000;
    const ann::kernel::KernelTable& kernels = ann::kernel::active_kernels();
    std::vector<double> operations(static_cast<std::size_t>(threads));
    const double seconds =
        fewest_seconds(threads, 20, [&](std::size_t thread) { operations[thread] = kernels.multiply_adds(kRounds); });
    return std::accumulate(operations.begin(), operations.end(), 0.0) / seconds;
}

double memory_speed(int threads) {
    constexpr arma::uword kElements = arma::uword{8} << 20U;
    struct Arrays {
        arma::fvec sum = arma::fvec(kElements, arma::fill::zeros);
        arma::fvec left = arma::fvec(kElements, arma::fill::ones);
        arma::fvec right = arma::fvec(kElements, arma::fill::ones);
    };
    std::vector<Arrays> arrays(static_cast<std::size_t>(threads));
    const double seconds = fewest_seconds(threads, 5, [&](std::size_t thread) {
        Arrays& own = arrays[thread];
        own.sum = own.left + 0.5F * own.right;
    });
    return static_cast<double>(threads) * 3.0 * sizeof(float) * static_cast<double>(kElements) / seconds;
}

}  // namespace

MachinePeaks measure_peaks(int threads) {
    return {.multiply_add_flop_per_second = multiply_add_speed(threads),
            .matrix_product = measure_matrix_product(threads),
            .memory_bytes_per_second = memory_speed(threads)};
}

MachinePeaks best_of(const MachinePeaks& one, const MachinePeaks& other) {
    MachinePeaks best = one;
    best.multiply_add_flop_per_second = std::max(one.multiply_add_flop_per_second, other.multiply_add_flop_per_second);
    best.matrix_product.flop_per_second =
        std::max(one.matrix_product.flop_per_second, other.matrix_product.flop_per_second);
    best.memory_bytes_per_second = std::max(one.memory_bytes_per_second, other.memory_bytes_per_second);
    return best;
}

}  // namespace stdpscope::apps
