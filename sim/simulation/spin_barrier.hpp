#pragma once

#include <atomic>
#include <cstddef>
#include <vector>

#include "sim/aligned_vector.hpp"

namespace stdpscope::sim {

/// Where all threads of a simulation meet, thousands of times a second: waiting threads spin first, since the others
/// are at most microseconds away, and sleep after that: on a processor that is busy with something else, a thread that
/// sleeps is back as soon as it is called, one that yields when the other's time is over.
///
/// In turn k a thread tells the one 2^k places on that it and all it has heard of have come, until all must have
/// (dissemination barrier: Hensgen, Finkel & Manber 1988, Int. J. Parallel Program. 17:1). A line of memory has one
/// writer and one reader; two threads pay for one way of a line between them, not for two.
class SpinBarrier {
public:
    explicit SpinBarrier(int threads) : places_(static_cast<std::size_t>(threads)) {}

    /// Returns when all threads, numbered from 0, have called. What each wrote before is seen by all after.
    void meet(int thread) {
        const std::size_t own = static_cast<std::size_t>(thread);
        const unsigned round = ++places_[own].round;
        std::size_t turn = 0;
        for (std::size_t step = 1; step < places_.size(); step *= 2, ++turn) {
            std::atomic<unsigned>& told = places_[(own + step) % places_.size()].told[turn];
            told.store(round);  // in one order with the look at who sleeps, or one that falls asleep may be missed
            told.notify_one();
            await(places_[own].told[turn], round);
        }
    }

private:
    static constexpr std::size_t kTurns = 8;  ///< for 256 threads
    static constexpr int kSpins = 4000;       ///< some 50 microseconds

    struct Place {
        alignas(kApart) unsigned round = 0;
        alignas(kApart) std::atomic<unsigned> told[kTurns] = {};
    };

    /// A thread that came to this round may have come to the next one already.
    static void await(const std::atomic<unsigned>& told, unsigned round) {
        for (int turn = 0;; ++turn) {
            const unsigned last = told.load(std::memory_order_acquire);
            if (static_cast<int>(last - round) >= 0) return;
            if (turn < kSpins) {
                pause();
            } else {
                told.wait(last, std::memory_order_acquire);
            }
        }
    }

    static void pause() {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
    }

    std::vector<Place> places_;
};

}  // namespace stdpscope::sim
