#include "sim/simulation/spin_barrier.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>
#include <vector>

using namespace stdpscope::sim;

TEST_CASE("SpinBarrier: nobody goes on before the last one has come, and all see what all wrote before",
          "[sim][simulation]") {
    const int threads = GENERATE(1, 2, 3, 5, 8);
    const int rounds = 6 * threads;
    SpinBarrier barrier(threads);
    // Plain numbers: what is read is what the barrier makes seen.
    std::vector<int> come(static_cast<std::size_t>(threads), 0);
    std::vector<int> missed(static_cast<std::size_t>(threads), 0);
    const auto work = [&](int thread) {
        for (int round = 1; round <= rounds; ++round) {
            // Each is the last one in turn.
            if (round % threads == thread) std::this_thread::sleep_for(std::chrono::milliseconds(2));
            come[static_cast<std::size_t>(thread)] = round;
            barrier.meet(thread);
            for (const int other : come) missed[static_cast<std::size_t>(thread)] += other == round ? 0 : 1;
            barrier.meet(thread);
        }
    };
    {
        std::vector<std::jthread> others;
        for (int thread = 1; thread < threads; ++thread) others.emplace_back(work, thread);
        work(0);
    }
    REQUIRE(missed == std::vector<int>(static_cast<std::size_t>(threads), 0));
    REQUIRE(come == std::vector<int>(static_cast<std::size_t>(threads), rounds));
}

TEST_CASE("SpinBarrier: a thread may come to the next meeting before another has left this one", "[sim][simulation]") {
    constexpr int kRounds = 20000;
    SpinBarrier barrier(2);
    // Each writes its own number in even rounds only; the other reads it in odd ones.
    std::vector<int> written(2, 0);
    std::vector<int> wrong(2, 0);
    const auto work = [&](int thread) {
        const auto own = static_cast<std::size_t>(thread);
        for (int round = 0; round < kRounds; ++round) {
            if (round % 2 == 0) written[own] = round;
            barrier.meet(thread);
            if (round % 2 == 0) wrong[own] += written[1 - own] == round ? 0 : 1;
        }
    };
    {
        const std::jthread other(work, 1);
        work(0);
    }
    REQUIRE(wrong == std::vector<int>{0, 0});
}
