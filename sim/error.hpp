#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace stdpscope::sim {

/// A setting that cannot be simulated with: names the setting, its value and what must hold.
class InvalidParameter : public std::runtime_error {
public:
    InvalidParameter(std::string parameter, std::string value, std::string must_hold)
        : std::runtime_error(parameter + " = " + value + " " + must_hold),
          parameter_(std::move(parameter)),
          value_(std::move(value)) {}

    [[nodiscard]] const std::string& parameter() const { return parameter_; }
    [[nodiscard]] const std::string& value() const { return value_; }

private:
    std::string parameter_;
    std::string value_;
};

}  // namespace stdpscope::sim
