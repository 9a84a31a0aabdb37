#pragma once

#include <string>
#include <vector>

namespace stdpscope::analysis {

/// Round numbers (1, 2 or 5 times a power of ten) from `minimum` to `maximum`, at most about `most` of them. Empty
/// unless both are finite, minimum < maximum, and their difference has digits left.
[[nodiscard]] std::vector<double> round_ticks(double minimum, double maximum, std::size_t most);
/// Powers of ten from minimum > 0 to maximum, thinned to `most`; with 2 and 5 times them where that fits.
[[nodiscard]] std::vector<double> decade_ticks(double minimum, double maximum, std::size_t most);
/// The next of 1, 2 or 5 times a power of ten, not above (below) a value > 0: ends of logarithmic axes.
[[nodiscard]] double round_below(double value);
[[nodiscard]] double round_above(double value);
/// All digits of a round number, so that the ticks of an axis differ; percent: 100 times the value, without a sign.
[[nodiscard]] std::string tick_text(double value, bool percent);

}  // namespace stdpscope::analysis
