#include <cstdio>

#include "tests/apps/command/synthetic_run.hpp"

/// Writes a run whose trace has no record into the new folder named.
int main(int argument_count, char** arguments) {
    if (argument_count != 2) {
        std::fputs("usage: write_empty_run DIR\n", stderr);
        return 2;
    }
    stdpscope::tests::write_run(arguments[1], {.records = 0, .test_errors = {}});
    return 0;
}
