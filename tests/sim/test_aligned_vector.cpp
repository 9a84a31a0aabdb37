#include "sim/aligned_vector.hpp"

#include <catch2/catch.hpp>
#include <cstdint>

using stdpscope::sim::AlignedVector;

TEST_CASE("Aligned arrays: begin at a cache line, large ones at a huge page", "[sim]") {
    const auto begins_at = [](const auto& array, std::uintptr_t alignment) {
        return reinterpret_cast<std::uintptr_t>(array.data()) % alignment == 0;
    };
    const AlignedVector<char> one(1, 'a');
    const AlignedVector<float> small(1000, 1.0F);
    const AlignedVector<double> large((std::size_t{5} << 20U) / sizeof(double), 2.0);
    REQUIRE(begins_at(one, 64));
    REQUIRE(begins_at(small, 64));
    REQUIRE(begins_at(large, std::uintptr_t{2} << 20U));
    REQUIRE(large.back() == 2.0);
}
