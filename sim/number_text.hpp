#pragma once

#include <sstream>
#include <string>

namespace stdpscope::sim {

/// A number as a message shows it: 120 rather than 120.000000.
[[nodiscard]] inline std::string number_text(double number) {
    std::ostringstream text;
    text << number;
    return text.str();
}

}  // namespace stdpscope::sim
