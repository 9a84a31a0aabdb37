#include "apps/guarded.hpp"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "analysis/trace/error.hpp"

using namespace stdpscope;
using apps::guarded;
using apps::GuardLimits;
using apps::Watchdog;
using Catch::Matchers::Contains;

namespace {

const std::vector<std::string> kPaths = {"first", "second"};

}  // namespace

TEST_CASE("A guarded command gives its exit code", "[apps][guard]") {
    CHECK(guarded("test", {}, kPaths, [](const Watchdog&) { return 0; }) == 0);
    CHECK(guarded("test", {}, kPaths, [](const Watchdog&) { return 7; }) == 7);
}

TEST_CASE("A guarded command runs in another process", "[apps][guard]") {
    const pid_t process = getpid();
    int touched = 0;
    const int code = guarded("test", {}, kPaths, [&](const Watchdog&) {
        touched = 1;
        return getpid() == process ? 1 : 0;
    });
    CHECK(code == 0);
    CHECK(touched == 0);
}

TEST_CASE("An exception in a guarded command becomes its exit code", "[apps][guard]") {
    CHECK(guarded("test", {}, kPaths,
                  [](const Watchdog&) -> int { throw analysis::DamagedTrace("x", "expected in this test"); }) == 65);
    CHECK(guarded("test", {}, kPaths,
                  [](const Watchdog&) -> int { throw analysis::MissingTrace("x", "expected in this test"); }) == 66);
    CHECK(guarded("test", {}, kPaths,
                  [](const Watchdog&) -> int { throw std::runtime_error("expected in this test"); }) == 1);
}

TEST_CASE("A guarded command that a signal ends is the file's fault, by name", "[apps][guard]") {
    const int signal_number = GENERATE(SIGSEGV, SIGABRT, SIGKILL, SIGBUS);
    const auto work = [&](const Watchdog& watchdog) {
        watchdog.begin(1);
        signal(signal_number, SIG_DFL);
        raise(signal_number);
        return 0;
    };
    CHECK_THROWS_AS(guarded("test", {}, kPaths, work), analysis::DamagedTrace);
    CHECK_THROWS_WITH(guarded("test", {}, kPaths, work), Catch::StartsWith("second: ") && Contains("signal"));
}

TEST_CASE("A guarded command that stops on request keeps the signal's code", "[apps][guard]") {
    const int signal_number = GENERATE(SIGINT, SIGTERM, SIGPIPE);
    CHECK(guarded("test", {}, kPaths, [&](const Watchdog&) {
              signal(signal_number, SIG_DFL);
              raise(signal_number);
              return 0;
          }) == 128 + signal_number);
}

TEST_CASE("A guarded command that makes no progress is ended", "[apps][guard]") {
    const GuardLimits limits{.without_progress = std::chrono::seconds(1)};
    CHECK_THROWS_WITH(guarded("test", limits, kPaths,
                              [](const Watchdog&) {
                                  for (;;) pause();
                                  return 0;
                              }),
                      Catch::StartsWith("first: ") && Contains("no progress for 1 s") && Contains("--time-limit"));
}

TEST_CASE("A guarded command that makes progress may take longer", "[apps][guard]") {
    const GuardLimits limits{.without_progress = std::chrono::seconds(2)};
    const int code = guarded("test", limits, kPaths, [](const Watchdog& watchdog) {
        for (int i = 0; i < 5; ++i) {
            usleep(500'000);
            watchdog.progress();
        }
        return 3;
    });
    CHECK(code == 3);
}

TEST_CASE("A guarded command that computes without end is ended", "[apps][guard]") {
    const GuardLimits limits{.without_progress = std::chrono::seconds(0), .processor_time = std::chrono::seconds(1)};
    CHECK_THROWS_WITH(guarded("test", limits, kPaths,
                              [](const Watchdog&) {
                                  for (std::atomic<int> turns = 0;;) ++turns;
                                  return 0;
                              }),
                      Contains("processor time"));
}

#if !defined(__SANITIZE_ADDRESS__)
TEST_CASE("A guarded command may not take more memory than the limit", "[apps][guard]") {
    const GuardLimits limits{.memory_bytes = std::uint64_t{64} << 20U};
    const auto taking = [](std::size_t mebibytes) {
        return
            [mebibytes](const Watchdog&) { return std::string(mebibytes << 20U, 'x').find('y') != std::string::npos; };
    };
    CHECK(guarded("test", limits, kPaths, taking(16)) == 0);
    CHECK_THROWS_WITH(guarded("test", limits, kPaths, taking(512)), Contains("64.0 MiB") && Contains("--memory-limit"));
}
#endif
