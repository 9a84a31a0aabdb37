#include "apps/stop_signal.hpp"

#include <csignal>

namespace stdpscope::apps {
namespace {

// Signal handlers reach nothing but globals; both are lock-free.
std::atomic<bool> requested{false};
std::atomic<int> received{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void on_signal(int signal) {
    received = signal;
    requested = true;
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
}

}  // namespace

void catch_stop_signals() {
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;  // writes of the trace are not to be cut short
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

const std::atomic<bool>& stop_requested() {
    return requested;
}

int stop_signal() {
    return received;
}

}  // namespace stdpscope::apps
