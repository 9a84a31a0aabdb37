#include "analysis/report/palette.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace stdpscope::analysis {
namespace {

using Colours = std::span<const char* const>;

constexpr std::array kConfigurationsLight = {"#3d4551", "#0072b2", "#d55e00", "#009e73",
                                             "#b0568f", "#b07a00", "#3a9bdc", "#7a6a00"};
constexpr std::array kConfigurationsDark = {"#c9d1dc", "#4aa8e0", "#ff8a3d", "#2fcf9f",
                                            "#e08cc0", "#e8b13a", "#8cccf5", "#c9b84a"};
constexpr std::array kCategoriesLight = {"#1f5fa8", "#f3b27a", "#c4541a", "#86b6e6"};
constexpr std::array kCategoriesDark = {"#3f86d6", "#f0b787", "#d8682c", "#9cc6ee"};
constexpr std::array kResponsesLight = {"#1f5fa8", "#c9ced6", "#c4541a"};
constexpr std::array kResponsesDark = {"#3f86d6", "#565d68", "#d8682c"};
constexpr std::array kEffectsLight = {"#009e73", "#b0568f"};
constexpr std::array kEffectsDark = {"#2fcf9f", "#e08cc0"};
constexpr std::array kContextLight = {"#d4d8de"};
constexpr std::array kContextDark = {"#444b55"};
constexpr std::array kThesisLight = {"#6f42a8"};
constexpr std::array kThesisDark = {"#b996ec"};

constexpr std::array kPaints = {Paint::configuration, Paint::category, Paint::response,
                                Paint::effect,        Paint::context,  Paint::thesis};
constexpr std::array kPaintNames = {"configuration", "category", "response", "effect", "context", "thesis"};

Colours colours_of(Paint paint, Paper paper) {
    const bool light = paper == Paper::light;
    switch (paint) {
        case Paint::configuration:
            return light ? Colours(kConfigurationsLight) : Colours(kConfigurationsDark);
        case Paint::category:
            return light ? Colours(kCategoriesLight) : Colours(kCategoriesDark);
        case Paint::response:
            return light ? Colours(kResponsesLight) : Colours(kResponsesDark);
        case Paint::effect:
            return light ? Colours(kEffectsLight) : Colours(kEffectsDark);
        case Paint::context:
            return light ? Colours(kContextLight) : Colours(kContextDark);
        case Paint::thesis:
            break;
    }
    return light ? Colours(kThesisLight) : Colours(kThesisDark);
}

/// Red, green, blue of viridis (van der Walt & Smith) at sixths.
constexpr std::array<std::array<double, 3>, 7> kHeat = {
    {{68, 1, 84}, {70, 50, 127}, {54, 92, 141}, {39, 127, 142}, {31, 161, 135}, {109, 205, 89}, {253, 231, 37}}};

}  // namespace

std::string colour_of(const Look& look, Paper paper) {
    const Colours colours = colours_of(look.paint, paper);
    return colours[look.index % colours.size()];
}

Marker marker_of(std::size_t configuration) {
    constexpr std::array kMarkers = {Marker::circle, Marker::square, Marker::triangle, Marker::diamond,
                                     Marker::cross,  Marker::star,   Marker::pentagon};
    return kMarkers[configuration % kMarkers.size()];
}

std::string heat_colour(double share) {
    const double place = std::clamp(std::isnan(share) ? 0.0 : share, 0.0, 1.0) * (kHeat.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(place), kHeat.size() - 2);
    const double part = place - static_cast<double>(below);
    std::string colour = "#";
    for (std::size_t channel = 0; channel < 3; ++channel) {
        const double value = kHeat[below][channel] + part * (kHeat[below + 1][channel] - kHeat[below][channel]);
        colour += fmt::format("{:02x}", static_cast<int>(std::lround(value)));
    }
    return colour;
}

nlohmann::ordered_json palette_json() {
    nlohmann::ordered_json result;
    for (const Paper paper : {Paper::light, Paper::dark}) {
        nlohmann::ordered_json& colours = result[paper == Paper::light ? "light" : "dark"];
        for (std::size_t place = 0; place < kPaints.size(); ++place) {
            for (const char* colour : colours_of(kPaints[place], paper)) colours[kPaintNames[place]].push_back(colour);
        }
    }
    for (std::size_t stop = 0; stop < kHeat.size(); ++stop) {
        result["heat"].push_back(heat_colour(static_cast<double>(stop) / (kHeat.size() - 1)));
    }
    return result;
}

}  // namespace stdpscope::analysis
