#pragma once

#include <string>

#include "analysis/report/figure.hpp"
#include "analysis/report/palette.hpp"

namespace stdpscope::analysis {

/// The figure as a whole SVG document, `width` pixels wide: title, legend, panels side by side in figure.columns columns.
/// It has <title> and <desc> (the summary) for readers that cannot see it, and no reference to another file.
[[nodiscard]] std::string svg_of(const Figure& figure, double width = 960.0, Paper paper = Paper::light);

}  // namespace stdpscope::analysis
