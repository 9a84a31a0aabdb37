#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "apps/command.hpp"

namespace {

/// Starts the program anew with OpenMP threads that sleep while they wait for each other, unless the user has chosen
/// otherwise. Actively waiting ones keep the cores from those waited for as soon as anybody else is busy on the
/// machine: two threads on two busy cores were seen to train LeNet at 200 samples/s, and at 4,500 or more when they
/// sleep. The library reads its variables when it is loaded, so that setting them in time takes another exec.
void let_waiting_threads_sleep(char** arguments) {
    if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr) return;
    std::error_code error;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error || setenv("OMP_WAIT_POLICY", "passive", 1) != 0) return;
    execv(program.c_str(), arguments);
    // Where that fails, the program runs all the same.
}

}  // namespace

int main(int argument_count, char** arguments) {
    let_waiting_threads_sleep(arguments);
    return stdpscope::apps::run_program({arguments + 1, arguments + argument_count});
}
