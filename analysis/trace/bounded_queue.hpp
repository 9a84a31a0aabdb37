#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace stdpscope::analysis {

/// Hands items from one thread to another; what waits in it is bounded in bytes.
template <class Item>
class BoundedQueue {
public:
    explicit BoundedQueue(std::uint64_t capacity_bytes) : capacity_bytes_(capacity_bytes) {}

    /// Waits while the queue is too full; an item larger than the whole queue waits until it is empty. False where
    /// nobody will take the item: the taker has refused.
    [[nodiscard]] bool push(Item item, std::uint64_t bytes) {
        std::unique_lock lock(mutex_);
        const auto may_push = [&] { return refused_ || items_.empty() || waiting_bytes_ + bytes <= capacity_bytes_; };
        if (!may_push()) {
            ++waiting_to_push_;
            changed_.notify_all();
            changed_.wait(lock, may_push);
            --waiting_to_push_;
        }
        if (refused_) return false;
        items_.push_back(std::move(item));
        waiting_bytes_ += bytes;
        changed_.notify_all();
        return true;
    }

    /// No more items will come.
    void finish() {
        const std::lock_guard lock(mutex_);
        finished_ = true;
        changed_.notify_all();
    }

    /// No more items will be taken: push returns false, what waits is dropped.
    void refuse() {
        const std::lock_guard lock(mutex_);
        refused_ = true;
        items_.clear();
        waiting_bytes_ = 0;
        changed_.notify_all();
    }

    struct Taken {
        std::vector<Item> items;
        bool last = false;  ///< nothing will follow
    };

    /// All that waits; blocks until that is so many bytes or somebody waits to push, nothing more will come, or the
    /// deadline has passed.
    [[nodiscard]] Taken take_all(std::chrono::steady_clock::time_point deadline, std::uint64_t enough_bytes = 1) {
        std::unique_lock lock(mutex_);
        changed_.wait_until(lock, deadline, [&] {
            const bool full = waiting_to_push_ > 0 && !items_.empty();
            return refused_ || finished_ || full || waiting_bytes_ >= enough_bytes;
        });
        Taken taken{std::exchange(items_, {}), refused_ || finished_};
        waiting_bytes_ = 0;
        changed_.notify_all();
        return taken;
    }

    [[nodiscard]] std::uint64_t waiting_bytes() const {
        const std::lock_guard lock(mutex_);
        return waiting_bytes_;
    }

private:
    const std::uint64_t capacity_bytes_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Item> items_;
    std::uint64_t waiting_bytes_ = 0;
    int waiting_to_push_ = 0;
    bool finished_ = false;
    bool refused_ = false;
};

}  // namespace stdpscope::analysis
