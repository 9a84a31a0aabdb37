#include "apps/command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "apps/configuration/error.hpp"
#include "apps/configuration/nearest_name.hpp"
#include "apps/exit_code.hpp"

namespace stdpscope::apps {
namespace {

constexpr std::array kCommands{
    Command{"train", "train a network and keep a trace of its plasticity events", run_train},
    Command{"simulate", "simulate spiking neurons with plastic synapses and keep a trace", run_simulate},
    Command{"analyze", "category tables of one or more runs", run_analyze},
    Command{"compare", "differences between runs: configuration, errors, category shares", run_compare},
    Command{"report", "a comparison of runs to look at, as one HTML file, with figures and tables", run_report},
    Command{"inspect", "what a run folder holds", run_inspect},
    Command{"verify", "whether runs are whole and what they say holds together", run_verify},
    Command{"repair", "what a broken-off or damaged run had committed, as a new run", run_repair},
    Command{"export", "a run's tables as CSV files", run_export},
    Command{"data", "what a data set holds", run_data},
    Command{"config", "every setting, or the configuration that a run would have", run_config},
    Command{"bench", "training throughput of this machine", run_bench},
};

void print_usage(std::FILE* stream) {
    fmt::print(stream,
               "Usage: stdpscope COMMAND [options]\n\n"
               "Reads the training of artificial neural networks as synaptic plasticity, beside simulations of "
               "it.\n\nCommands:\n");
    for (const Command& command : kCommands) fmt::print(stream, "  {:<10}{}\n", command.name, command.summary);
    fmt::print(stream,
               "\n  --help     this help; stdpscope COMMAND --help: that of a command\n"
               "  --version  the program's version\n\nExample:\n"
               "  stdpscope train --network lenet --data fashion-mnist --epochs 2 --out runs/lenet\n"
               "  stdpscope analyze runs/lenet\n");
}

const Command& find_command(const std::string& name) {
    const auto found =
        std::find_if(kCommands.begin(), kCommands.end(), [&](const Command& command) { return command.name == name; });
    if (found != kCommands.end()) return *found;
    std::vector<std::string> names;
    for (const Command& command : kCommands) names.emplace_back(command.name);
    throw UsageError(fmt::format("unknown command {}{}", name, nearest_hint(name, names)));
}

/// Messages are one line each, whatever they quote.
std::string on_one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char letter) { return letter == '\n' || letter == '\r'; }, ' ');
    return text;
}

int report_failure(const std::string& speaker) {
    const Failure failure = failure_of(std::current_exception());
    std::fflush(stdout);
    fmt::print(stderr, "{}: {}\n", speaker, on_one_line(failure.message));
    return static_cast<int>(failure.code);
}

/// Results go to stdout: where they could not be written (a full disk, a closed pipe), the command has failed.
int with_flushed_output(int exit_code, const std::string& speaker) {
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit_code;
    fmt::print(stderr, "{}: the output could not be written\n", speaker);
    return exit_code == 0 ? static_cast<int>(ExitCode::input_output) : exit_code;
}

}  // namespace

std::span<const Command> commands() {
    return kCommands;
}

int run_program(const std::vector<std::string>& arguments) {
    std::string speaker = "stdpscope";
    try {
        if (arguments.empty()) {
            print_usage(stderr);
            return static_cast<int>(ExitCode::usage);
        }
        if (arguments.front() == "--help" || arguments.front() == "-h") {
            print_usage(stdout);
            return with_flushed_output(0, speaker);
        }
        if (arguments.front() == "--version") {
            fmt::print("stdpscope {}\n", STDPSCOPE_VERSION);
            return with_flushed_output(0, speaker);
        }
        const Command& command = find_command(arguments.front());
        speaker += " " + std::string(command.name);
        return with_flushed_output(command.run({arguments.begin() + 1, arguments.end()}), speaker);
    } catch (...) {
        return report_failure(speaker);
    }
}

}  // namespace stdpscope::apps
