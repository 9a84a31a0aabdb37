#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "apps/command.hpp"

namespace {

/// Starts the program anew with OpenMP threads that soon sleep when they wait for each other, unless the user has
/// chosen otherwise. Threads that spin for long (the default) keep the cores from those waited for as soon as anybody
/// else is busy on the machine; threads that sleep at once wake too late. LeNet with the ledger on, two threads,
/// samples/s on an idle machine / beside two busy processes, single runs of two seconds: sleeping at once 14,900 /
/// 4,800, spinning 10,000 times 19,800 / 7,700. Counts from 1,000 to 300,000 were alike when idle; beside others the
/// figures scatter too much to call this one the best. The library reads its variables when it is loaded, so that
/// setting them in time takes another exec.
void bound_spinning(char** arguments) {
    if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr) return;
    std::error_code error;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error || setenv("GOMP_SPINCOUNT", "10000", 1) != 0) return;
    execv(program.c_str(), arguments);
    // Where that fails, the program runs all the same.
}

}  // namespace

int main(int argument_count, char** arguments) {
    bound_spinning(arguments);
    return stdpscope::apps::run_program({arguments + 1, arguments + argument_count});
}
