#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

/// The real program, run as a user runs it.
namespace stdpscope::tests {

/// A new folder that is removed, with all in it, at the end.
class TestFolder {
public:
    TestFolder();
    ~TestFolder();
    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;

    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Writes a file below the folder and returns its path.
    std::string write(const std::string& name, const std::string& content) const;
    /// Names of what lies in the folder, sorted.
    [[nodiscard]] std::vector<std::string> names() const;

private:
    std::filesystem::path path_;
};

struct Outcome {
    int exit_code = 0;  ///< 128 + signal where a signal ended it
    std::string output;
    std::string errors;
};

using Variables = std::vector<std::pair<std::string, std::string>>;

/// Runs the program to its end, without any STDPSCOPE_ variable but those given.
[[nodiscard]] Outcome run_program(const std::vector<std::string>& arguments, const Variables& environment = {});

/// Begins it; its outputs go to the files `output` and `errors` in `folder`.
[[nodiscard]] pid_t start_program(const std::vector<std::string>& arguments, const Variables& environment,
                                  const std::filesystem::path& folder);
/// Waits for its end.
[[nodiscard]] Outcome finish_program(pid_t process, const std::filesystem::path& folder);

[[nodiscard]] std::string read_file(const std::filesystem::path& path);

/// A network small enough for tests on 28 x 28 images: dense 12 with ReLU, dense 10, on pooled images.
extern const char* const kSmallNetwork;

}  // namespace stdpscope::tests
