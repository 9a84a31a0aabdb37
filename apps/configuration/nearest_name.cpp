#include "apps/configuration/nearest_name.hpp"

#include <algorithm>
#include <vector>

namespace stdpscope::apps {

std::size_t edit_distance(std::string_view one, std::string_view other) {
    const std::size_t width = other.size() + 1;
    std::vector<std::size_t> before(width);
    std::vector<std::size_t> above(width);
    std::vector<std::size_t> row(width);
    for (std::size_t column = 0; column < width; ++column) above[column] = column;
    for (std::size_t i = 1; i <= one.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j < width; ++j) {
            const std::size_t replaced = above[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
        before.swap(above);
        above.swap(row);
    }
    return above.back();
}

std::string nearest_name(std::string_view wanted, std::span<const std::string> names) {
    std::string nearest;
    std::size_t smallest = 0;
    for (const std::string& name : names) {
        const std::size_t distance = edit_distance(wanted, name);
        if (2 * distance >= std::max(wanted.size(), name.size())) continue;
        if (nearest.empty() || distance < smallest) {
            nearest = name;
            smallest = distance;
        }
    }
    return nearest;
}

std::string nearest_hint(std::string_view wanted, std::span<const std::string> names) {
    const std::string nearest = nearest_name(wanted, names);
    return nearest.empty() ? "" : "; nearest is " + nearest;
}

}  // namespace stdpscope::apps
