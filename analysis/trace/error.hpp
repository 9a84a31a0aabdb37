#pragma once

#include <cerrno>
#include <stdexcept>
#include <string>
#include <utility>

/// What goes wrong with the files of a run. Messages read `PATH: what, value, what must hold`.
namespace stdpscope::analysis {

/// A mistake about one file or folder; keeps its path.
class FileError : public std::runtime_error {
public:
    [[nodiscard]] const std::string& path() const { return path_; }

protected:
    FileError(std::string path, const std::string& what)
        : std::runtime_error(path + ": " + what), path_(std::move(path)) {}

private:
    std::string path_;
};

/// A trace, or another file of a run folder, that should be there and is not.
class MissingTrace : public FileError {
public:
    MissingTrace(std::string path, const std::string& what) : FileError(std::move(path), what) {}
};

/// A file that is not one of ours, or breaks the rules of docs/schema.md.
class DamagedTrace : public FileError {
public:
    DamagedTrace(std::string path, const std::string& what) : FileError(std::move(path), what) {}
};

/// A file or folder that exists already, is in use by another writer or may not be written.
class CannotCreate : public FileError {
public:
    CannotCreate(std::string path, const std::string& what) : FileError(std::move(path), what) {}
};

enum class WriteFailure { disk_full, input_output };

/// What a system call's errno says.
[[nodiscard]] inline WriteFailure write_failure_of(int error) {
    return error == ENOSPC || error == EDQUOT ? WriteFailure::disk_full : WriteFailure::input_output;
}

/// Rows that could not be written. What was committed before stands.
class WriteFailed : public FileError {
public:
    WriteFailed(std::string path, WriteFailure failure, const std::string& what)
        : FileError(std::move(path), (failure == WriteFailure::disk_full ? "disk full: " : "write failed: ") + what),
          failure_(failure) {}
    [[nodiscard]] WriteFailure failure() const { return failure_; }

private:
    WriteFailure failure_;
};

}  // namespace stdpscope::analysis
