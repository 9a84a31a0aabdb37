#include "tests/apps/program.hpp"

#include <fcntl.h>
#include <stdlib.h>  // mkdtemp, clearenv
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace stdpscope::tests {

const char* const kSmallNetwork = R"(name = "small"
input = [1, 28, 28]

[training]
epochs = 2
batch_size = 50
learning_rate = [0.001]

[[layer]]
type = "average_pool2d"
window = [4, 4]
stride = [4, 4]

[[layer]]
type = "dense"
name = "hidden"
units = 12
initial_deviation = 0.02

[[layer]]
type = "activation"
kind = "relu"

[[layer]]
type = "dense"
name = "output"
units = 10
initial_deviation = 0.1
)";

TestFolder::TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "stdpscope-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed: " + name);
    path_ = name;
}

TestFolder::~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string TestFolder::write(const std::string& name, const std::string& content) const {
    const std::filesystem::path path = path_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
}

std::vector<std::string> TestFolder::names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
        names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

namespace {

constexpr unsigned kLongestSeconds = 300;

void redirect(int descriptor, const std::filesystem::path& path, int flags) {
    const int file = open(path.c_str(), flags, 0600);
    if (file < 0 || dup2(file, descriptor) < 0) _exit(127);
    close(file);
}

[[noreturn]] void become_program(const std::vector<std::string>& arguments, const Variables& environment,
                                 const std::filesystem::path& folder) {
    redirect(STDIN_FILENO, "/dev/null", O_RDONLY);
    redirect(STDOUT_FILENO, folder / "output", O_WRONLY | O_CREAT | O_TRUNC);
    redirect(STDERR_FILENO, folder / "errors", O_WRONLY | O_CREAT | O_TRUNC);
    std::vector<std::string> inherited;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string text = *variable;
        if (text.starts_with("STDPSCOPE_")) inherited.push_back(text.substr(0, text.find('=')));
    }
    for (const std::string& name : inherited) unsetenv(name.c_str());
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    std::vector<char*> pointers;
    std::string program = STDPSCOPE_PROGRAM;
    pointers.push_back(program.data());
    std::vector<std::string> copies = arguments;
    for (std::string& copy : copies) pointers.push_back(copy.data());
    pointers.push_back(nullptr);
    alarm(kLongestSeconds);  // outlives exec: a program that hangs fails its test and stays not behind
    execv(program.c_str(), pointers.data());
    _exit(127);
}

}  // namespace

pid_t start_program(const std::vector<std::string>& arguments, const Variables& environment,
                    const std::filesystem::path& folder) {
    const pid_t process = fork();
    if (process < 0) throw std::runtime_error("fork failed");
    if (process == 0) become_program(arguments, environment, folder);
    return process;
}

Outcome finish_program(pid_t process, const std::filesystem::path& folder) {
    int status = 0;
    if (waitpid(process, &status, 0) != process) throw std::runtime_error("waitpid failed");
    return {.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            .output = read_file(folder / "output"),
            .errors = read_file(folder / "errors")};
}

Outcome run_program(const std::vector<std::string>& arguments, const Variables& environment) {
    const TestFolder folder;
    return finish_program(start_program(arguments, environment, folder.path()), folder.path());
}

}  // namespace stdpscope::tests
