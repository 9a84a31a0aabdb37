#include "analysis/ledger/moments.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

using namespace stdpscope;
using analysis::Moments;
using analysis::detail::moments_of;
using Catch::Matchers::WithinRel;

namespace {

/// Of normal numbers whose mean wanders, so that pieces of them differ.
std::vector<float> wandering_numbers(std::size_t count) {
    std::mt19937_64 random(7);
    std::normal_distribution<float> normal;
    std::vector<float> numbers(count);
    for (std::size_t k = 0; k < count; ++k) numbers[k] = normal(random) + 1e-3F * static_cast<float>(k);
    return numbers;
}

void require_moments(const Moments& found, const std::vector<double>& values) {
    const auto count = static_cast<long double>(values.size());
    long double sum = 0.0L;
    long double absolute = 0.0L;
    for (const double value : values) {
        sum += value;
        absolute += std::abs(value);
    }
    long double squares = 0.0L;
    for (const double value : values) squares += (value - sum / count) * (value - sum / count);
    REQUIRE_THAT(found.mean, WithinRel(static_cast<double>(sum / count), 1e-13));
    REQUIRE_THAT(found.deviation, WithinRel(static_cast<double>(std::sqrt(squares / count)), 1e-13));
    REQUIRE_THAT(found.mean_absolute, WithinRel(static_cast<double>(absolute / count), 1e-13));
    REQUIRE(found.minimum == *std::min_element(values.begin(), values.end()));
    REQUIRE(found.maximum == *std::max_element(values.begin(), values.end()));
}

}  // namespace

TEST_CASE("Moments of many values are those of a plain loop, the same bits on any number of threads",
          "[analysis][ledger]") {
    const std::vector<float> values = wandering_numbers(20'000);
    const std::size_t period = GENERATE(0, 7, 20'000);
    std::vector<std::int32_t> members(period);
    // With the longest period some pieces have no member at all.
    for (std::size_t place = 0; place < period; ++place) members[place] = place >= period / 2 && place % 3 != 0 ? 1 : 0;
    std::vector<double> chosen;
    for (std::size_t k = 0; k < values.size(); ++k) {
        if (period == 0 || members[k % period] != 0) chosen.push_back(static_cast<double>(values[k]));
    }
    const Moments one = moments_of(values, members, 1);
    require_moments(one, chosen);
    for (const int threads : {2, 3, 4}) REQUIRE(moments_of(values, members, threads) == one);
}

TEST_CASE("Moments of nothing are zero, those of a NaN among many values NaN", "[analysis][ledger]") {
    REQUIRE(moments_of({}, {}, 2) == Moments{});
    std::vector<float> values = wandering_numbers(20'000);
    const std::vector<std::int32_t> nobody{0, 0};
    REQUIRE(moments_of(values, nobody, 2) == Moments{});
    values[12'345] = std::nanf("");
    const Moments found = moments_of(values, {}, 2);
    for (const double moment : {found.mean, found.deviation, found.minimum, found.maximum, found.mean_absolute}) {
        REQUIRE(std::isnan(moment));
    }
}
