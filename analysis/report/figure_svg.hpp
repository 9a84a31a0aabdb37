#pragma once

#include <string>

#include "analysis/report/figure.hpp"

namespace stdpscope::analysis {

/// The figure as a whole SVG document on white: title, legend, panels side by side in figure.columns columns.
/// It has <title> and <desc> (the summary) for readers that cannot see it, and no reference to another file.
[[nodiscard]] std::string svg_of(const Figure& figure);

}  // namespace stdpscope::analysis
