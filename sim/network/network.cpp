#include "sim/network/network.hpp"

#include <algorithm>

#include "sim/error.hpp"
#include "sim/number_text.hpp"
#include "sim/require.hpp"

namespace stdpscope::sim {

namespace {

void check_degree(std::uint32_t degree, std::uint32_t others, bool itself_excluded) {
    const std::uint32_t most = itself_excluded ? others - 1 : others;
    if (degree > most) {
        throw InvalidParameter("degree", std::to_string(degree), "must be at most " + std::to_string(most));
    }
}

struct CheckConnectivity {
    std::uint32_t pre;
    std::uint32_t post;
    bool same_population;

    void operator()(const AllToAll& /*all*/) const {}
    void operator()(const OneToOne& /*one*/) const {
        if (pre != post) {
            throw InvalidParameter("one-to-one", std::to_string(pre) + " to " + std::to_string(post),
                                   "must join populations of one size");
        }
    }
    void operator()(const FixedProbability& fixed) const {
        if (!(fixed.probability >= 0.0) || !(fixed.probability <= 1.0)) {
            throw InvalidParameter("probability", number_text(fixed.probability), "must lie in [0, 1]");
        }
    }
    void operator()(const FixedInDegree& fixed) const {
        check_degree(fixed.degree, pre, same_population && fixed.autapses == Autapses::excluded);
    }
    void operator()(const FixedOutDegree& fixed) const {
        check_degree(fixed.degree, post, same_population && fixed.autapses == Autapses::excluded);
    }
    void operator()(const ExplicitList& list) const {
        for (const Link& link : list.links) {
            if (link.pre >= pre)
                throw InvalidParameter("pre", std::to_string(link.pre), "must be below " + std::to_string(pre));
            if (link.post >= post) {
                throw InvalidParameter("post", std::to_string(link.post), "must be below " + std::to_string(post));
            }
            require_not_negative("weight", link.weight);
        }
    }
};

struct WeightRange {
    double lowest = 0.0;
    double largest = 0.0;
};

WeightRange initial_weights(const ProjectionSpec& projection) {
    if (const auto* list = std::get_if<ExplicitList>(&projection.connectivity)) {
        if (list->links.empty()) return {};
        const auto [lowest, largest] = std::minmax_element(
            list->links.begin(), list->links.end(), [](const Link& a, const Link& b) { return a.weight < b.weight; });
        return {lowest->weight, largest->weight};
    }
    if (const auto* uniform = std::get_if<UniformWeight>(&projection.weight)) {
        require_not_negative("low", uniform->low);
        require_not_negative("high", uniform->high);
        if (!(uniform->low <= uniform->high)) {
            throw InvalidParameter("low", number_text(uniform->low), "must be <= high = " + number_text(uniform->high));
        }
        return {uniform->low, uniform->high};
    }
    const double weight = std::get<double>(projection.weight);
    require_not_negative("weight", weight);
    return {weight, weight};
}

}  // namespace

std::size_t Network::add(PopulationSpec population) {
    if (population.name.empty()) throw InvalidParameter("name", "\"\"", "must not be empty");
    for (const PopulationSpec& other : populations_) {
        if (other.name == population.name) throw InvalidParameter("name", population.name, "must be a new one");
    }
    if (population.size == 0 || population.size > std::uint32_t{1} << 30) {
        throw InvalidParameter("size", std::to_string(population.size), "must be > 0 and at most 2^30");
    }
    populations_.push_back(std::move(population));
    return populations_.size() - 1;
}

std::size_t Network::add(ProjectionSpec projection) {
    for (const ProjectionSpec& other : projections_) {
        if (other.name == projection.name) throw InvalidParameter("name", projection.name, "must be a new one");
    }
    const PopulationSpec& pre = populations_[population_of(projection.pre, "pre")];
    const PopulationSpec& post = populations_[population_of(projection.post, "post")];
    std::visit(CheckConnectivity{pre.size, post.size, projection.pre == projection.post}, projection.connectivity);
    const WeightRange weights = initial_weights(projection);
    if (projection.plasticity) {
        check(*projection.plasticity, weights.lowest, weights.largest);
        if (const auto* reward = std::get_if<RewardModel>(&*projection.plasticity)) {
            static_cast<void>(population_of(reward->reward_population, "reward_population"));
        }
    }
    projections_.push_back(std::move(projection));
    return projections_.size() - 1;
}

std::size_t Network::population_of(const std::string& name, const std::string& parameter) const {
    for (std::size_t k = 0; k < populations_.size(); ++k) {
        if (populations_[k].name == name) return k;
    }
    throw InvalidParameter(parameter, name, "must name a population");
}

}  // namespace stdpscope::sim
