#pragma once

#include <array>
#include <string_view>

#include "analysis/classify/sign.hpp"

/// The category of a plasticity event: pure functions of its signs (docs/theory.md; Maharaj 2015, Tables 3 to 5).
namespace stdpscope::analysis {

/// The four of Table 5, and what stands outside them.
enum class Category {
    pre_post_potentiation,
    pre_post_depression,
    post_pre_potentiation,
    post_pre_depression,
    unchanged,
};
inline constexpr std::array kStdpCategories = {Category::pre_post_potentiation, Category::pre_post_depression,
                                               Category::post_pre_potentiation, Category::post_pre_depression};

/// By which measure a synapse is strengthened.
enum class Measure {
    magnitude,      ///< the number of receptors |w| grows; a synapse without receptors gains by any change
    signed_weight,  ///< w grows
};

/// How the timing sign is read off dLoss/dactivation D.
enum class TimingReading {
    descent,   ///< sign(-D): + means that the presynaptic unit fired first (default)
    gradient,  ///< sign(+D): the thesis' Table 3 to the letter
};

enum class Response { normal, inverted };

/// Timing as read by `reading` from the stored sign of -D.
[[nodiscard]] constexpr Sign read_timing(TimingReading reading, Sign descent_timing) {
    return reading == TimingReading::descent ? descent_timing : -descent_timing;
}

/// +1 strengthened, -1 weakened, 0 unchanged, for a synapse whose weight had sign `receptor` and changed by `change`.
[[nodiscard]] constexpr Sign consequence(Measure measure, Sign receptor, Sign change) {
    if (measure == Measure::signed_weight) return change;
    return receptor == 0 ? change * change : receptor * change;
}

/// Table 5. `timing` >= 0 counts as "A first or same time".
[[nodiscard]] constexpr Category category_of(Sign timing, Sign consequence_sign) {
    if (consequence_sign == 0) return Category::unchanged;
    if (timing >= 0) {
        return consequence_sign > 0 ? Category::pre_post_potentiation : Category::pre_post_depression;
    }
    return consequence_sign > 0 ? Category::post_pre_potentiation : Category::post_pre_depression;
}

/// Sign of the change that one firing pair asks for: of -D F a, as the product of its signs, so that underflow hides
/// nothing. `descent_timing` is the sign of -D whatever the reading.
[[nodiscard]] constexpr Sign event_change(Sign transmitter, Sign descent_timing, Sign response) {
    return transmitter * descent_timing * response;
}

/// Normal STDP is {pre_post_potentiation, post_pre_depression}; the other two are temporally inverted.
/// Not defined for `unchanged`.
[[nodiscard]] constexpr Response response_of(Category category) {
    return category == Category::pre_post_potentiation || category == Category::post_pre_depression
               ? Response::normal
               : Response::inverted;
}

/// "pre_post_potentiation", ...
[[nodiscard]] std::string_view name_of(Category category);
/// "magnitude", "signed"; "descent", "gradient".
[[nodiscard]] std::string_view name_of(Measure measure);
[[nodiscard]] std::string_view name_of(TimingReading reading);

}  // namespace stdpscope::analysis
