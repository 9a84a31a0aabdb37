#pragma once

#include <atomic>
#include <thread>

namespace stdpscope::sim {

/// Where all threads of a simulation meet, thousands of times a second: waiting threads spin first, since the others
/// are at most microseconds away, and yield after that, for machines with fewer processors than threads.
class SpinBarrier {
public:
    explicit SpinBarrier(int threads) : threads_(threads) {}

    /// Returns when all have called. What each wrote before is seen by all after.
    void meet() {
        if (threads_ == 1) return;
        const unsigned round = round_.load(std::memory_order_relaxed);
        if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads_) {
            arrived_.store(0, std::memory_order_relaxed);
            round_.store(round + 1, std::memory_order_release);
            return;
        }
        for (int turn = 0; round_.load(std::memory_order_acquire) == round; ++turn) {
            if (turn < kSpins) {
                pause();
            } else {
                std::this_thread::yield();
            }
        }
    }

private:
    static constexpr int kSpins = 4000;  ///< some 50 microseconds

    static void pause() {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
    }

    int threads_;
    alignas(64) std::atomic<int> arrived_ = 0;
    alignas(64) std::atomic<unsigned> round_ = 0;
};

}  // namespace stdpscope::sim
