#include <catch2/catch.hpp>
#include <set>
#include <string_view>

#include "ann/names.hpp"

using namespace stdpscope::ann;

namespace {

template <typename Parse>
void check_round_trip(std::span<const std::string_view> names, Parse parse) {
    std::set<std::string_view> different;
    for (std::size_t k = 0; k < names.size(); ++k) {
        CAPTURE(names[k]);
        const auto choice = parse(names[k]);
        REQUIRE(choice.has_value());
        CHECK(static_cast<std::size_t>(*choice) == k);
        CHECK(name_of(*choice) == names[k]);
        different.insert(names[k]);
    }
    CHECK(different.size() == names.size());
    CHECK_FALSE(parse("").has_value());
    CHECK_FALSE(parse("ReLU?").has_value());
}

}  // namespace

TEST_CASE("Names: every choice has one name, and the name leads back to it", "[ann][names]") {
    check_round_trip(activation_kind_names(), activation_kind_of);
    check_round_trip(neglu_derivative_names(), neglu_derivative_of);
    check_round_trip(mixlu_mask_names(), mixlu_mask_of);
    check_round_trip(mixlu_place_names(), mixlu_place_of);
    check_round_trip(pool_kind_names(), pool_kind_of);
    check_round_trip(loss_kind_names(), loss_kind_of);
}

TEST_CASE("Names: the documented ones stand for what they say", "[ann][names]") {
    CHECK(activation_kind_of("logistic_sigmoid") == ActivationKind::logistic_sigmoid);
    CHECK(activation_kind_of("smooth_neglu") == ActivationKind::smooth_neglu);
    CHECK(activation_kind_of("mixlu") == ActivationKind::mixlu);
    CHECK(neglu_derivative_of("inverted") == NegluDerivative::inverted);
    CHECK(neglu_derivative_of("released") == NegluDerivative::released);
    CHECK(mixlu_mask_of("element") == MixluMask::element);
    CHECK(mixlu_place_of("dense") == MixluPlace::dense);
    CHECK(pool_kind_of("average") == PoolKind::average);
    CHECK(loss_kind_of("softmax_cross_entropy") == LossKind::softmax_cross_entropy);
}
