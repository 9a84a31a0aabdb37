#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace stdpscope::data {

/// A file that should be there and is not (or cannot be opened).
class MissingInput : public std::runtime_error {
public:
    MissingInput(std::string path, const std::string& why)
        : std::runtime_error(path + ": " + why), path_(std::move(path)) {}
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// A file whose content is not what it must be; the message names path, value and bound.
class BadData : public std::runtime_error {
public:
    BadData(std::string path, const std::string& why) : std::runtime_error(path + ": " + why), path_(std::move(path)) {}
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// A data specification that cannot be read, such as an unknown kind.
class BadSpecification : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace stdpscope::data
