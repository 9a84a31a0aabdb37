#include "apps/configuration/spiking_network_file.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <sstream>

#include "apps/configuration/choice.hpp"
#include "apps/configuration/plasticity_table.hpp"
#include "apps/configuration/population_table.hpp"
#include "sim/error.hpp"
#include "sim/simulation/simulation.hpp"

namespace stdpscope::apps {
namespace {

void read_autapses(TableReader& reader, sim::Autapses& autapses) {
    bool allowed = true;
    reader.maybe("autapses", allowed);
    autapses = allowed ? sim::Autapses::allowed : sim::Autapses::excluded;
}

sim::Connectivity read_all_to_all(TableReader& reader) {
    sim::AllToAll all;
    read_autapses(reader, all.autapses);
    return all;
}

sim::Connectivity read_one_to_one(TableReader& /*reader*/) {
    return sim::OneToOne{};
}

sim::Connectivity read_probability(TableReader& reader) {
    sim::FixedProbability fixed;
    reader.maybe_number("probability", fixed.probability);
    read_autapses(reader, fixed.autapses);
    return fixed;
}

template <class FixedDegree>
sim::Connectivity read_degree(TableReader& reader) {
    FixedDegree fixed;
    fixed.degree = static_cast<std::uint32_t>(reader.count("degree", 0));
    read_autapses(reader, fixed.autapses);
    return fixed;
}

sim::Connectivity read_list(TableReader& reader) {
    if (!reader.has("links")) reader.reject("connect", "links is missing, must be [[pre, post, weight], ...]");
    std::vector<std::vector<double>> rows;
    reader.maybe_rows("links", rows, 3);
    sim::ExplicitList list;
    for (const auto& row : rows) {
        for (const double neuron : {row[0], row[1]}) {
            if (!(neuron >= 0.0 && neuron < 0x1p31) || neuron != std::floor(neuron)) {
                reader.reject("links", fmt::format("links: neuron {} must be a whole number >= 0", neuron));
            }
        }
        list.links.push_back(
            {.pre = static_cast<std::uint32_t>(row[0]), .post = static_cast<std::uint32_t>(row[1]), .weight = row[2]});
    }
    return list;
}

/// A number, or [low, high] for weights drawn between the two.
void read_weight(TableReader& reader, sim::InitialWeight& weight) {
    const toml::node* found = reader.node("weight");
    if (found == nullptr) return;
    if (found->is_array()) {
        std::vector<double> range;
        reader.maybe_numbers("weight", range, 2);
        weight = sim::UniformWeight{.low = range[0], .high = range[1]};
    } else {
        double number = 1.0;
        reader.maybe_number("weight", number);
        weight = number;
    }
}

/// Throws a mistake of the simulator as one of the file: at the key of the parameter's name where `reader`, or else
/// `outer`, has it.
[[noreturn]] void reject_parameter(TableReader& reader, TableReader& outer, const std::string& where,
                                   const sim::InvalidParameter& mistake) {
    std::string key = mistake.parameter().substr(0, mistake.parameter().find_first_of(".[,"));
    if (key == "initial_weight" || key == "low" || key == "high" || key == "initial_amplitude") key = "weight";
    if (key == "low_mv" || key == "high_mv") key = "initial_mv";
    const std::string message = fmt::format("{}: {}", where, mistake.what());
    if (reader.has(key)) reader.reject(key, message);
    outer.reject(key, message);
}

sim::ProjectionSpec read_projection(TableReader& reader) {
    using Read = sim::Connectivity (*)(TableReader&);
    constexpr std::array kConnectivities{Choice<Read>{"all_to_all", read_all_to_all},
                                         Choice<Read>{"one_to_one", read_one_to_one},
                                         Choice<Read>{"probability", read_probability},
                                         Choice<Read>{"in_degree", read_degree<sim::FixedInDegree>},
                                         Choice<Read>{"out_degree", read_degree<sim::FixedOutDegree>},
                                         Choice<Read>{"list", read_list}};
    constexpr std::array kReceptors{Choice<sim::Receptor>{"normal", sim::Receptor::normal},
                                    Choice<sim::Receptor>{"opposite", sim::Receptor::opposite}};
    sim::ProjectionSpec projection;
    projection.pre = reader.text("pre");
    projection.post = reader.text("post");
    projection.name = projection.pre + "-" + projection.post;
    reader.maybe_name("name", projection.name);
    const Read read = one_of(reader, "connect", kConnectivities);
    projection.connectivity = read(reader);
    if (read != static_cast<Read>(read_list)) read_weight(reader, projection.weight);
    maybe_one_of(reader, "receptor", projection.receptor, kReceptors);
    reader.maybe_number("axonal_delay_ms", projection.axonal_delay_ms);
    reader.maybe_number("dendritic_delay_ms", projection.dendritic_delay_ms);
    bool counted = true;
    reader.maybe("counted", counted);
    projection.counting = counted ? sim::Counting::on : sim::Counting::off;
    return projection;
}

/// Builds what a step of dt_ms may make impossible: the population's neurons.
void try_population(const sim::PopulationSpec& population, double dt_ms) {
    sim::Network probe;
    sim::PopulationSpec small = population;
    if (!std::holds_alternative<sim::StimulusModel>(population.model)) small.size = 1;
    probe.add(std::move(small));
    static_cast<void>(sim::Simulation(probe, {.dt_ms = dt_ms}));
}

/// One synapse of the projection.
void try_projection(const sim::ProjectionSpec& projection, double dt_ms) {
    sim::Network probe;
    probe.add({.name = "one", .size = 1, .model = sim::RecordedParams{{{}}}});
    sim::ProjectionSpec small = projection;
    small.pre = small.post = "one";
    small.connectivity = sim::OneToOne{};
    if (const auto* list = std::get_if<sim::ExplicitList>(&projection.connectivity)) {
        if (list->links.empty()) return;
        small.weight = list->links.front().weight;
    }
    if (small.plasticity) {
        if (auto* reward = std::get_if<sim::RewardModel>(&*small.plasticity)) reward->reward_population = "one";
    }
    probe.add(std::move(small));
    static_cast<void>(sim::Simulation(probe, {.dt_ms = dt_ms}));
}

void add_population(sim::Network& network, const toml::table& table, const std::string& file, std::size_t number,
                    double dt_ms) {
    TableReader reader(table, file, fmt::format("population {}", number));
    sim::PopulationSpec population = read_population(reader, std::filesystem::path(file).parent_path());
    reader.finish();
    const std::string where = fmt::format("population {}", population.name);
    try {
        try_population(population, dt_ms);
        network.add(std::move(population));
    } catch (const sim::InvalidParameter& mistake) {
        reject_parameter(reader, reader, where, mistake);
    }
}

void add_projection(sim::Network& network, const toml::table& table, const std::string& file, std::size_t number,
                    double dt_ms, sim::Counting counting) {
    TableReader reader(table, file, fmt::format("projection {}", number));
    sim::ProjectionSpec projection = read_projection(reader);
    if (counting == sim::Counting::off) projection.counting = counting;
    const toml::table* plasticity = reader.maybe_table("plasticity");
    const std::string where = fmt::format("projection {}", projection.name);
    TableReader rule(plasticity != nullptr ? *plasticity : table, file, where + ": plasticity");
    if (plasticity != nullptr) {
        projection.plasticity = read_plasticity(rule);
        rule.finish();
    }
    reader.finish();
    try {
        network.add(projection);
        try_projection(projection, dt_ms);
    } catch (const sim::InvalidParameter& mistake) {
        reject_parameter(rule, reader, where, mistake);
    }
}

}  // namespace

sim::Network read_spiking_network(const SpikingNetworkTable& network, double dt_ms, sim::Counting counting) {
    TableReader reader(*(*network.document)["network"].as_table(), network.file, "network");
    std::string name;
    reader.maybe("name", name);
    const auto populations = reader.tables("population");
    const auto projections = reader.tables("projection");
    reader.finish();
    sim::Network built;
    for (std::size_t k = 0; k < populations.size(); ++k) {
        add_population(built, *populations[k], network.file, k + 1, dt_ms);
    }
    for (std::size_t k = 0; k < projections.size(); ++k) {
        add_projection(built, *projections[k], network.file, k + 1, dt_ms, counting);
    }
    return built;
}

std::string spiking_network_toml(const SpikingNetworkTable& network) {
    toml::table copy = *(*network.document)["network"].as_table();
    if (toml::array* populations = copy["population"].as_array()) {
        for (toml::node& population : *populations) {
            toml::table* table = population.as_table();
            toml::value<std::string>* file = table == nullptr ? nullptr : (*table)["file"].as_string();
            if (file == nullptr) continue;
            *file = std::filesystem::absolute(std::filesystem::path(network.file).parent_path() / file->get())
                        .lexically_normal()
                        .string();
        }
    }
    std::ostringstream text;
    text << toml::table{{"network", std::move(copy)}};
    return text.str() + "\n";
}

}  // namespace stdpscope::apps
