#include "analysis/classify/category.hpp"

namespace stdpscope::analysis {

std::string_view name_of(Category category) {
    switch (category) {
        case Category::pre_post_potentiation:
            return "pre_post_potentiation";
        case Category::pre_post_depression:
            return "pre_post_depression";
        case Category::post_pre_potentiation:
            return "post_pre_potentiation";
        case Category::post_pre_depression:
            return "post_pre_depression";
        case Category::unchanged:
            break;
    }
    return "unchanged";
}

std::string_view name_of(Measure measure) {
    return measure == Measure::magnitude ? "magnitude" : "signed";
}

std::string_view name_of(TimingReading reading) {
    return reading == TimingReading::descent ? "descent" : "gradient";
}

}  // namespace stdpscope::analysis
