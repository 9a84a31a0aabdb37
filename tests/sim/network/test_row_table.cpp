#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "sim/error.hpp"
#include "sim/network/row_table.hpp"

using Catch::Matchers::Contains;
using namespace stdpscope::sim;

namespace {

using Pairs = std::multiset<std::pair<std::uint32_t, std::uint32_t>>;

Pairs pairs_of(const RowTable& table, std::uint32_t post_begin) {
    Pairs pairs;
    for (std::uint32_t pre = 0; pre < table.lengths.size(); ++pre) {
        for (std::uint64_t k = table.begins[pre]; k < table.begins[pre] + table.lengths[pre]; ++k) {
            if (k > table.begins[pre]) REQUIRE(table.posts[k] >= table.posts[k - 1]);
            pairs.emplace(pre, post_begin + table.posts[k]);
        }
    }
    return pairs;
}

constexpr std::uint32_t kPres = 40;
constexpr std::uint32_t kPosts = 50;

Pairs pairs_of(const Connectivity& connectivity, std::uint32_t cut, std::uint32_t row_unit, bool same = false) {
    const RandomStream random(3, RandomPurpose::connectivity);
    const std::uint32_t posts = same ? kPres : kPosts;
    const RowTable low = build_rows(connectivity, kPres, posts, same, {0, cut}, row_unit, random);
    const RowTable high = build_rows(connectivity, kPres, posts, same, {cut, posts}, row_unit, random);
    Pairs pairs = pairs_of(low, 0);
    pairs.merge(pairs_of(high, cut));
    return pairs;
}

std::vector<std::uint32_t> counts_of(const Pairs& pairs, bool by_pre, std::uint32_t size) {
    std::vector<std::uint32_t> counts(size, 0);
    for (const auto& [pre, post] : pairs) ++counts[by_pre ? pre : post];
    return counts;
}

}  // namespace

TEST_CASE("Rows: the same synapses come out however post neurons are cut", "[sim][network]") {
    const Connectivity connectivity =
        GENERATE(Connectivity(AllToAll{}), Connectivity(FixedProbability{0.3}), Connectivity(FixedInDegree{7}),
                 Connectivity(FixedOutDegree{7}),
                 Connectivity(ExplicitList{{{3, 7, 0.5}, {0, 49, 0.25}, {3, 2, 1.0}, {3, 7, 0.75}}}));
    const Pairs whole = pairs_of(connectivity, kPosts, 1);
    REQUIRE(!whole.empty());
    REQUIRE(pairs_of(connectivity, 16, 8) == whole);
    REQUIRE(pairs_of(connectivity, 0, 1) == whole);
}

TEST_CASE("Rows: each kind of connectivity keeps its promise", "[sim][network]") {
    REQUIRE(pairs_of(AllToAll{}, 16, 1).size() == kPres * kPosts);
    REQUIRE(pairs_of(AllToAll{Autapses::excluded}, 16, 1, true).size() == kPres * (kPres - 1));
    const Pairs one = pairs_of(OneToOne{}, 16, 1, true);
    REQUIRE(one.size() == kPres);
    for (const auto& [pre, post] : one) REQUIRE(pre == post);
    for (const std::uint32_t count : counts_of(pairs_of(FixedInDegree{7}, 16, 1), false, kPosts)) REQUIRE(count == 7);
    for (const std::uint32_t count : counts_of(pairs_of(FixedOutDegree{7}, 16, 1), true, kPres)) REQUIRE(count == 7);

    const Pairs full = pairs_of(FixedInDegree{kPres - 1, Autapses::excluded}, 16, 1, true);
    REQUIRE(std::set(full.begin(), full.end()).size() == kPres * (kPres - 1));
    for (const auto& [pre, post] : full) REQUIRE(pre != post);
    const Pairs distinct = pairs_of(FixedOutDegree{20}, 16, 1);
    REQUIRE(std::set(distinct.begin(), distinct.end()).size() == distinct.size());
}

TEST_CASE("Rows: a probability is met, at its ends exactly", "[sim][network]") {
    REQUIRE(pairs_of(FixedProbability{0.0}, 16, 1).empty());
    REQUIRE(pairs_of(FixedProbability{1.0}, 16, 1).size() == kPres * kPosts);
    REQUIRE(pairs_of(FixedProbability{1.0, Autapses::excluded}, 16, 1, true).size() == kPres * (kPres - 1));
    const RandomStream random(3, RandomPurpose::connectivity);
    const RowTable table = build_rows(FixedProbability{0.02}, 1000, 2000, false, {0, 2000}, 8, random);
    const double expected = 0.02 * 1000 * 2000;
    REQUIRE(std::abs(static_cast<double>(table.synapses()) - expected) < 5 * std::sqrt(expected));
    for (std::uint32_t pre = 0; pre < 1000; ++pre) {
        REQUIRE(table.begins[pre] % 8 == 0);
        for (std::uint64_t k = table.begins[pre] + table.lengths[pre]; k < table.begins[pre + 1]; ++k) {
            REQUIRE(table.posts[k] == 2000);
        }
    }
}

TEST_CASE("Network: what does not fit is named", "[sim][network]") {
    Network network;
    network.add({.name = "a", .size = 4, .model = PoissonParams{}});
    network.add({.name = "b", .size = 5, .model = LifCurrentParams{}});
    const auto add = [&](Connectivity connectivity, InitialWeight weight = 1.0) {
        network.add({.name = "p", .pre = "a", .post = "b", .connectivity = std::move(connectivity), .weight = weight});
    };
    REQUIRE_THROWS_WITH(network.add(PopulationSpec{.name = "a"}), Contains("name = a must be a new one"));
    REQUIRE_THROWS_WITH(network.add({.name = "c", .size = 0}), Contains("size = 0"));
    REQUIRE_THROWS_WITH(network.add({.name = "p", .pre = "x", .post = "b"}),
                        Contains("pre = x must name a population"));
    REQUIRE_THROWS_WITH(add(OneToOne{}), Contains("one-to-one = 4 to 5"));
    REQUIRE_THROWS_WITH(add(FixedProbability{1.5}), Contains("probability = 1.5 must lie in [0, 1]"));
    REQUIRE_THROWS_WITH(add(FixedProbability{std::nan("")}), Contains("probability = nan"));
    REQUIRE_THROWS_WITH(add(FixedInDegree{5}), Contains("degree = 5 must be at most 4"));
    REQUIRE_THROWS_WITH(add(FixedOutDegree{6}), Contains("degree = 6 must be at most 5"));
    REQUIRE_THROWS_WITH(add(ExplicitList{{{4, 0, 1.0}}}), Contains("pre = 4 must be below 4"));
    REQUIRE_THROWS_WITH(add(ExplicitList{{{0, 5, 1.0}}}), Contains("post = 5 must be below 5"));
    REQUIRE_THROWS_WITH(add(AllToAll{}, -1.0), Contains("weight = -1 must be >= 0"));
    REQUIRE_THROWS_WITH(add(AllToAll{}, UniformWeight{2.0, 1.0}), Contains("low = 2 must be <= high = 1"));
    ProjectionSpec plastic{.name = "q", .pre = "a", .post = "b", .connectivity = AllToAll{}, .weight = 2.0};
    plastic.plasticity = AdditivePairParams{};
    REQUIRE_THROWS_WITH(network.add(plastic), Contains("weight = 2 must be <= w_max = 1"));
    plastic.plasticity = AdditivePairParams{.tau_plus_ms = -3.0};
    REQUIRE_THROWS_WITH(network.add(plastic), Contains("tau_plus_ms = -3 must be > 0"));
    const auto refused = [&](PlasticityModel model, const std::string& message) {
        plastic.weight = 0.5;
        plastic.plasticity = std::move(model);
        REQUIRE_THROWS_WITH(network.add(plastic), Contains(message));
    };
    refused(PairStdpParams{.bounds = {-1.0, 1.0}}, "w_min = -1 must be >= 0");
    refused(PairStdpParams{.bounds = {0.6, 1.0}}, "initial_weight = 0.5 must lie in [w_min, w_max] = [0.6, 1]");
    refused(TripletStdpParams{.tau_x_ms = 0.0}, "tau_x_ms = 0");
    refused(VoltageModel{.spike_width_ms = -1.0}, "spike_width_ms = -1 must be >= 0");
    refused(PrePostModel{.initial_release = 0.0}, "initial_release = 0 must be > 0");
    refused(PrePostModel{.initial_release = 0.1}, "initial_amplitude = 5 must lie in [0, 2]");
    refused(RewardModel{.reward_population = "dopamine"}, "reward_population = dopamine must name a population");
    refused(RewardModel{.reward_population = "a", .reward_delay_ms = -0.1}, "reward_delay_ms = -0.1 must be >= 0");
}

TEST_CASE("Table 4: transmitter times receptor gives the effect", "[sim][network]") {
    REQUIRE(effect_of(Transmitter::excitatory, Receptor::normal) == Channel::excitatory);
    REQUIRE(effect_of(Transmitter::excitatory, Receptor::opposite) == Channel::inhibitory);
    REQUIRE(effect_of(Transmitter::inhibitory, Receptor::normal) == Channel::inhibitory);
    REQUIRE(effect_of(Transmitter::inhibitory, Receptor::opposite) == Channel::excitatory);
}
