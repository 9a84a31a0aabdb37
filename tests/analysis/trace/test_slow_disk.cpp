#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <mutex>
#include <thread>

#include "analysis/trace/hdf5/call.hpp"
#include "tests/analysis/trace/random_trace.hpp"
#include "tests/analysis/trace/temporary_folder.hpp"

using namespace stdpscope;
using namespace std::chrono_literals;
using analysis::TraceLevel;

namespace {

/// A disk that takes nothing while this lives: the writer's thread needs the HDF5 library for every write and commit.
/// To be made and destroyed by one thread.
class StuckDisk {
    std::lock_guard<std::recursive_mutex> lock_{analysis::hdf5::library_mutex()};
};

std::uint64_t interval_bytes(const analysis::TraceHeader& header) {
    const analysis::UpdatesStep updates = tests::random_updates_step(header, 0);
    std::uint64_t bytes = 0;
    for (const auto& layer : updates.weight_update) bytes += layer.size() * sizeof(float);
    return bytes;  // of its largest row, and so a lower bound
}

}  // namespace

TEST_CASE("TraceWriter: a disk that stands still makes training wait in bounded memory, and nothing is dropped",
          "[analysis][trace]") {
    constexpr std::uint64_t kIntervals = 400;
    const tests::TemporaryFolder folder;
    const analysis::TraceHeader header = tests::random_header(TraceLevel::full);
    const std::uint64_t queue_bytes = 20 * interval_bytes(header);
    analysis::TraceWriter writer(folder.path(), header, queue_bytes);
    std::atomic<std::uint64_t> appended = 0;
    std::thread training;
    {
        const StuckDisk disk;
        training = std::thread([&] {
            for (std::uint64_t index = 0; index < kIntervals; ++index) {
                tests::append_interval(writer, header, index);
                ++appended;
            }
        });
        std::uint64_t before = 0;
        do {
            before = appended;
            std::this_thread::sleep_for(200ms);
        } while (appended != before);
        // One queue waits, as much has been taken by the thread and is stuck on its way to the disk.
        CHECK(appended <= 2 * 20 + 1);
    }
    training.join();
    CHECK(appended == kIntervals);
    writer.close();
    const analysis::TraceReader reader(folder.path());
    CHECK(reader.complete());
    CHECK(reader.records() == kIntervals);
    CHECK(tests::difference(reader, header).empty());
}

TEST_CASE("TraceWriter: append does not wait for a disk while there is room in the queue", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    const analysis::TraceHeader header = tests::random_header(TraceLevel::full);
    analysis::TraceWriter writer(folder.path(), header);
    {
        // Were append to need anything that a write or commit holds, it would hang here: the lock is not its thread's.
        const StuckDisk disk;
        std::thread training([&] {
            for (std::uint64_t index = 0; index < 10; ++index) tests::append_interval(writer, header, index);
        });
        training.join();
    }
    writer.close();
    CHECK(writer.thread_seconds() > 0.0);
    CHECK(tests::difference(analysis::TraceReader(folder.path()), header).empty());
}
