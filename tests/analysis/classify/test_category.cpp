#include <array>
#include <catch2/catch.hpp>
#include <limits>

#include "analysis/classify/category.hpp"

using namespace stdpscope::analysis;

namespace {
constexpr std::array kSigns = {-1, 0, 1};
}

TEST_CASE("sign_of: -1, 0 and +1, both zeros alike", "[analysis][classify]") {
    REQUIRE(sign_of(-2.5F) == -1);
    REQUIRE(sign_of(0.0F) == 0);
    REQUIRE(sign_of(-0.0F) == 0);
    REQUIRE(sign_of(3.0F) == 1);
    REQUIRE(sign_of(std::numeric_limits<float>::denorm_min()) == 1);
    REQUIRE(sign_of(-std::numeric_limits<double>::infinity()) == -1);
    REQUIRE(sign_of(-7) == -1);
    for (const Sign sign : kSigns) REQUIRE(sign_at(axis_of(sign)) == sign);
}

TEST_CASE("category_of: Table 5, ties with the presynaptic unit first", "[analysis][classify]") {
    REQUIRE(category_of(+1, +1) == Category::pre_post_potentiation);
    REQUIRE(category_of(+1, -1) == Category::pre_post_depression);
    REQUIRE(category_of(-1, +1) == Category::post_pre_potentiation);
    REQUIRE(category_of(-1, -1) == Category::post_pre_depression);
    // At the same time.
    REQUIRE(category_of(0, +1) == Category::pre_post_potentiation);
    REQUIRE(category_of(0, -1) == Category::pre_post_depression);
    // Without a change there is no category, whatever the timing.
    for (const Sign timing : kSigns) REQUIRE(category_of(timing, 0) == Category::unchanged);
}

TEST_CASE("consequence: potentiation by the number of receptors", "[analysis][classify]") {
    // Rows: receptor -1, 0, +1; columns: change -1, 0, +1. A synapse without receptors gains by any change.
    constexpr int kWanted[3][3] = {{+1, 0, -1}, {+1, 0, +1}, {-1, 0, +1}};
    for (const Sign receptor : kSigns) {
        for (const Sign change : kSigns) {
            CAPTURE(receptor, change);
            REQUIRE(consequence(Measure::magnitude, receptor, change) == kWanted[axis_of(receptor)][axis_of(change)]);
        }
    }
}

TEST_CASE("consequence: potentiation by the signed weight is the change itself", "[analysis][classify]") {
    for (const Sign receptor : kSigns) {
        for (const Sign change : kSigns) REQUIRE(consequence(Measure::signed_weight, receptor, change) == change);
    }
}

TEST_CASE("read_timing: as stored, or Table 3 to the letter", "[analysis][classify]") {
    for (const Sign descent : kSigns) {
        REQUIRE(read_timing(TimingReading::descent, descent) == descent);
        REQUIRE(read_timing(TimingReading::gradient, descent) == -descent);
    }
    // A tie stays "A first or same time" by either reading.
    REQUIRE(category_of(read_timing(TimingReading::gradient, 0), 1) == Category::pre_post_potentiation);
}

TEST_CASE("event_change: the sign of -D F a", "[analysis][classify]") {
    for (const double activation : {-2.0, 0.0, 0.5}) {
        for (const double loss : {-1.0, 0.0, 3.0}) {
            for (const double response : {-1.0, 0.0, 0.25}) {
                REQUIRE(event_change(sign_of(activation), sign_of(-loss), sign_of(response)) ==
                        sign_of(-loss * response * activation));
            }
        }
    }
    // Also where the product itself would underflow to zero.
    const double tiny = std::numeric_limits<double>::denorm_min();
    REQUIRE(-tiny * tiny * tiny == 0.0);
    REQUIRE(event_change(sign_of(tiny), sign_of(-tiny), sign_of(tiny)) == -1);
}

TEST_CASE("response_of: two categories are normal, two temporally inverted", "[analysis][classify]") {
    REQUIRE(response_of(Category::pre_post_potentiation) == Response::normal);
    REQUIRE(response_of(Category::post_pre_depression) == Response::normal);
    REQUIRE(response_of(Category::pre_post_depression) == Response::inverted);
    REQUIRE(response_of(Category::post_pre_potentiation) == Response::inverted);
}

TEST_CASE("Table 4: transmitter times receptor is the effect at the synapse", "[analysis][classify]") {
    // An inhibitory transmitter at an opposite-effect receptor excites.
    REQUIRE(sign_of(-1.0F) * sign_of(-0.5F) == 1);
    REQUIRE(sign_of(-1.0F) * sign_of(0.5F) == -1);
    REQUIRE(sign_of(1.0F) * sign_of(-0.5F) == -1);
    REQUIRE(sign_of(1.0F) * sign_of(0.5F) == 1);
}

TEST_CASE("Law: excitatory transmitters and a normal response give normal categories only", "[analysis][classify]") {
    for (const Sign timing : {-1, 1}) {
        const auto category = [&](Sign response) {
            const Sign change = event_change(+1, timing, response);
            return category_of(timing, consequence(Measure::signed_weight, 1, change));
        };
        REQUIRE(response_of(category(+1)) == Response::normal);
        REQUIRE(response_of(category(-1)) == Response::inverted);
    }
}

TEST_CASE("name_of: the names that files and reports use", "[analysis][classify]") {
    REQUIRE(name_of(Category::pre_post_potentiation) == "pre_post_potentiation");
    REQUIRE(name_of(Category::pre_post_depression) == "pre_post_depression");
    REQUIRE(name_of(Category::post_pre_potentiation) == "post_pre_potentiation");
    REQUIRE(name_of(Category::post_pre_depression) == "post_pre_depression");
    REQUIRE(name_of(Category::unchanged) == "unchanged");
    REQUIRE(name_of(Measure::magnitude) == "magnitude");
    REQUIRE(name_of(Measure::signed_weight) == "signed");
    REQUIRE(name_of(TimingReading::descent) == "descent");
    REQUIRE(name_of(TimingReading::gradient) == "gradient");
}
