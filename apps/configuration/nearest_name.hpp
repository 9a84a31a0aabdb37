#pragma once

#include <span>
#include <string>
#include <string_view>

namespace stdpscope::apps {

/// Fewest single-character insertions, deletions and replacements, and swaps of neighbours, that turn one text into
/// the other (optimal string alignment).
[[nodiscard]] std::size_t edit_distance(std::string_view one, std::string_view other);

/// The name with the smallest edit distance, the first of several; empty when there are no names or none comes closer
/// than half of the longer text's length.
[[nodiscard]] std::string nearest_name(std::string_view wanted, std::span<const std::string> names);

/// "; nearest is NAME", or nothing where no name is near: the end of an "unknown ..." message.
[[nodiscard]] std::string nearest_hint(std::string_view wanted, std::span<const std::string> names);

}  // namespace stdpscope::apps
