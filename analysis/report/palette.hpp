#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "analysis/report/figure.hpp"

/// The colours of reports, on light and on dark paper. Configurations have those of Okabe & Ito (told apart with any
/// kind of colour vision) in eight; normal STDP is blue, temporally inverted STDP orange, potentiation the stronger
/// tone.
namespace stdpscope::analysis {

enum class Paper { light, dark };

[[nodiscard]] std::string colour_of(const Look& look, Paper paper);
/// The marker of a configuration, and how many there are before colours and markers repeat together.
[[nodiscard]] Marker marker_of(std::size_t configuration);

/// "#rrggbb" on the scale of heat maps, 0 <= share <= 1 from little to much (the same on light and dark paper).
[[nodiscard]] std::string heat_colour(double share);

/// All of the above, for the page: by paper, by name of the paint, lists of colours; "heat": its stops.
[[nodiscard]] nlohmann::ordered_json palette_json();

}  // namespace stdpscope::analysis
