#pragma once

#include "analysis/report/svg_writer.hpp"

namespace stdpscope::analysis::svg {

struct Box {
    double left = 0.0;
    double top = 0.0;
    double width = 0.0;
    double height = 0.0;
};

/// The space around a plot area.
struct Margins {
    double left = 56.0;
    double right = 14.0;
    double top = 26.0;
    double bottom = 44.0;
};

/// Of the names of a panel's y axis, in pixels.
[[nodiscard]] double label_width(const Panel& panel);

/// Title, axes and what they hold; `plot` is the area within the axes.
void draw_panel(Writer& writer, const Panel& panel, const Box& plot);

}  // namespace stdpscope::analysis::svg
