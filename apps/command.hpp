#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stdpscope::apps {

/// One `stdpscope NAME ...`. `run` gets what follows the name and returns the exit code; what it throws becomes one
/// line on stderr and an exit code (apps/exit_code.hpp).
struct Command {
    std::string_view name;
    std::string_view summary;
    int (*run)(const std::vector<std::string>& arguments);
};

/// In the order of --help.
[[nodiscard]] std::span<const Command> commands();

int run_train(const std::vector<std::string>& arguments);
int run_simulate(const std::vector<std::string>& arguments);
int run_analyze(const std::vector<std::string>& arguments);
int run_compare(const std::vector<std::string>& arguments);
int run_report(const std::vector<std::string>& arguments);
int run_inspect(const std::vector<std::string>& arguments);
int run_verify(const std::vector<std::string>& arguments);
int run_repair(const std::vector<std::string>& arguments);
int run_export(const std::vector<std::string>& arguments);
int run_data(const std::vector<std::string>& arguments);
int run_config(const std::vector<std::string>& arguments);
int run_bench(const std::vector<std::string>& arguments);

/// The whole program but main's argument copying: finds the command, runs it, turns errors into exit codes.
int run_program(const std::vector<std::string>& arguments);

}  // namespace stdpscope::apps
