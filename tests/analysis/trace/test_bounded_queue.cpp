#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "analysis/trace/bounded_queue.hpp"

using stdpscope::analysis::BoundedQueue;
using Clock = std::chrono::steady_clock;

namespace {
Clock::time_point soon() {
    return Clock::now() + std::chrono::seconds(60);
}
}  // namespace

TEST_CASE("BoundedQueue: never more waits than its capacity, and nothing is lost or reordered", "[analysis][trace]") {
    constexpr int kItems = 2000;
    constexpr std::uint64_t kItemBytes = 10;
    BoundedQueue<int> queue(5 * kItemBytes);
    std::atomic<bool> exceeded = false;
    std::thread producer([&] {
        for (int item = 0; item < kItems; ++item) {
            if (!queue.push(item, kItemBytes)) return;
            if (queue.waiting_bytes() > 5 * kItemBytes) exceeded = true;
        }
        queue.finish();
    });
    int expected = 0;
    bool in_order = true;
    std::size_t most = 0;
    for (bool last = false; !last;) {
        const auto taken = queue.take_all(soon());
        last = taken.last;
        most = std::max(most, taken.items.size());
        for (const int item : taken.items) in_order = in_order && item == expected++;
    }
    producer.join();
    REQUIRE(in_order);
    REQUIRE(expected == kItems);
    REQUIRE(most <= 5);
    REQUIRE_FALSE(exceeded);
}

TEST_CASE("BoundedQueue: an item larger than the queue passes alone", "[analysis][trace]") {
    BoundedQueue<int> queue(10);
    REQUIRE(queue.push(1, 1000));
    std::atomic<bool> pushed = false;
    std::thread producer([&] { pushed = queue.push(2, 1); });
    REQUIRE(queue.take_all(soon()).items == std::vector<int>{1});
    REQUIRE(queue.take_all(soon()).items == std::vector<int>{2});
    producer.join();
    REQUIRE(pushed);
}

TEST_CASE("BoundedQueue: a taker that refuses frees a waiting producer", "[analysis][trace]") {
    BoundedQueue<int> queue(10);
    REQUIRE(queue.push(1, 10));
    std::atomic<bool> pushed = true;
    std::thread producer([&] { pushed = queue.push(2, 10); });
    queue.refuse();
    producer.join();
    REQUIRE_FALSE(pushed);
    REQUIRE_FALSE(queue.push(3, 1));
}

TEST_CASE("BoundedQueue: a deadline ends the wait with nothing", "[analysis][trace]") {
    BoundedQueue<int> queue(10);
    const auto taken = queue.take_all(Clock::now());
    REQUIRE(taken.items.empty());
    REQUIRE_FALSE(taken.last);
}

TEST_CASE("BoundedQueue: the taker waits until enough bytes do, or somebody cannot push", "[analysis][trace]") {
    BoundedQueue<int> queue(10);
    REQUIRE(queue.push(1, 4));
    const auto late = soon();
    SECTION("less than enough is taken at the deadline alone") {
        const auto deadline = Clock::now() + std::chrono::milliseconds(20);
        REQUIRE(queue.take_all(deadline, 5).items == std::vector<int>{1});
        REQUIRE(Clock::now() >= deadline);
    }
    SECTION("enough is taken at once") {
        REQUIRE(queue.push(2, 1));
        REQUIRE(queue.take_all(late, 5).items == std::vector<int>{1, 2});
        REQUIRE(Clock::now() < late);
    }
    SECTION("a push that does not fit ends the wait") {
        std::atomic<bool> pushed = false;
        std::thread producer([&] { pushed = queue.push(2, 8); });
        REQUIRE(queue.take_all(late, 100).items == std::vector<int>{1});
        REQUIRE(Clock::now() < late);
        producer.join();
        REQUIRE(pushed);
        REQUIRE(queue.waiting_bytes() == 8);
    }
    SECTION("so does the end") {
        queue.finish();
        const auto taken = queue.take_all(late, 5);
        REQUIRE(Clock::now() < late);
        REQUIRE(taken.items == std::vector<int>{1});
        REQUIRE(taken.last);
    }
}
