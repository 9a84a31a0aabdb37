#include "apps/configuration/population_table.hpp"

#include <fmt/format.h>

#include "apps/configuration/choice.hpp"
#include "apps/guarded_reading.hpp"
#include "data/spike_csv.hpp"
#include "sim/error.hpp"

namespace stdpscope::apps {
namespace {

using Model = std::variant<sim::NeuronModel, sim::StimulusModel>;

/// What a model may need beyond its own keys.
struct Surroundings {
    const std::filesystem::path& file_folder;
    std::uint32_t size;
};
using ReadModel = Model (*)(TableReader&, const Surroundings&);

void read_channels(TableReader& reader, sim::SynapticChannels& channels) {
    reader.maybe_number("tau_excitatory_ms", channels.tau_excitatory_ms);
    reader.maybe_number("tau_inhibitory_ms", channels.tau_inhibitory_ms);
}

Model read_lif_conductance(TableReader& reader, const Surroundings& /*surroundings*/) {
    sim::LifConductanceParams model;
    reader.maybe_number("tau_m_ms", model.tau_m_ms);
    reader.maybe_number("e_leak_mv", model.e_leak_mv);
    reader.maybe_number("bias_mv", model.bias_mv);
    reader.maybe_number("e_excitatory_mv", model.e_excitatory_mv);
    reader.maybe_number("e_inhibitory_mv", model.e_inhibitory_mv);
    reader.maybe_number("v_thresh_mv", model.v_thresh_mv);
    reader.maybe_number("v_reset_mv", model.v_reset_mv);
    reader.maybe_number("refractory_ms", model.refractory_ms);
    read_channels(reader, model.channels);
    return model;
}

Model read_lif_current(TableReader& reader, const Surroundings& /*surroundings*/) {
    sim::LifCurrentParams model;
    reader.maybe_number("tau_m_ms", model.tau_m_ms);
    reader.maybe_number("e_leak_mv", model.e_leak_mv);
    reader.maybe_number("bias_mv", model.bias_mv);
    reader.maybe_number("v_thresh_mv", model.v_thresh_mv);
    reader.maybe_number("v_reset_mv", model.v_reset_mv);
    reader.maybe_number("refractory_ms", model.refractory_ms);
    read_channels(reader, model.channels);
    return model;
}

Model read_adex(TableReader& reader, const Surroundings& /*surroundings*/) {
    sim::AdexParams model;
    reader.maybe_number("capacitance_pf", model.capacitance_pf);
    reader.maybe_number("g_leak_ns", model.g_leak_ns);
    reader.maybe_number("e_leak_mv", model.e_leak_mv);
    reader.maybe_number("slope_mv", model.slope_mv);
    reader.maybe_number("v_thresh_mv", model.v_thresh_mv);
    reader.maybe_number("v_cut_mv", model.v_cut_mv);
    reader.maybe_number("v_reset_mv", model.v_reset_mv);
    reader.maybe_number("bias_pa", model.bias_pa);
    reader.maybe_number("tau_w_ms", model.tau_w_ms);
    reader.maybe_number("a_ns", model.a_ns);
    reader.maybe_number("b_pa", model.b_pa);
    reader.maybe_number("refractory_ms", model.refractory_ms);
    reader.maybe_number("e_excitatory_mv", model.e_excitatory_mv);
    reader.maybe_number("e_inhibitory_mv", model.e_inhibitory_mv);
    read_channels(reader, model.channels);
    return model;
}

Model read_izhikevich(TableReader& reader, const Surroundings& /*surroundings*/) {
    sim::IzhikevichParams model;
    reader.maybe_number("a", model.a);
    reader.maybe_number("b", model.b);
    reader.maybe_number("c_mv", model.c_mv);
    reader.maybe_number("d", model.d);
    reader.maybe_number("bias", model.bias);
    reader.maybe_number("v_peak_mv", model.v_peak_mv);
    read_channels(reader, model.channels);
    return model;
}

Model read_poisson(TableReader& reader, const Surroundings& /*surroundings*/) {
    sim::PoissonParams model;
    reader.maybe_number("rate_hz", model.rate_hz);
    return model;
}

Model read_inhomogeneous_poisson(TableReader& reader, const Surroundings& /*surroundings*/) {
    if (!reader.has("rates")) reader.reject("model", "rates is missing, must be [[from_ms, rate_hz], ...]");
    std::vector<std::vector<double>> rows;
    reader.maybe_rows("rates", rows, 2);
    std::vector<sim::RatePiece> pieces;
    for (const auto& row : rows) pieces.push_back({.from_ms = row[0], .rate_hz = row[1]});
    try {
        return sim::InhomogeneousPoissonParams{sim::piecewise_rate(std::move(pieces))};
    } catch (const sim::InvalidParameter& mistake) {
        reader.reject("rates", fmt::format("rates: {}", mistake.what()));
    }
}

Model read_regular(TableReader& reader, const Surroundings& /*surroundings*/) {
    sim::RegularParams model;
    reader.maybe_number("first_ms", model.first_ms);
    reader.maybe_number("period_ms", model.period_ms);
    return model;
}

Model read_recorded(TableReader& reader, const Surroundings& surroundings) {
    sim::RecordedParams model;
    if (reader.has("times_ms") == reader.has("file")) {
        reader.reject("model", "model recorded must have either times_ms or file");
    }
    reader.maybe_rows("times_ms", model.times_ms, 0);
    if (!reader.has("file")) return model;
    const std::filesystem::path file = surroundings.file_folder / reader.text("file");
    if (file.extension() == ".h5" || file.extension() == ".hdf5") {
        std::string population;
        reader.maybe("file_population", population);
        model.times_ms = read_sonata_spikes_guarded(file, population, surroundings.size);
    } else {
        model.times_ms = data::read_spike_csv(file, surroundings.size);
    }
    return model;
}

}  // namespace

sim::PopulationSpec read_population(TableReader& reader, const std::filesystem::path& file_folder) {
    constexpr std::array kModels{Choice<ReadModel>{"lif_conductance", read_lif_conductance},
                                 Choice<ReadModel>{"lif_current", read_lif_current},
                                 Choice<ReadModel>{"adex", read_adex},
                                 Choice<ReadModel>{"izhikevich", read_izhikevich},
                                 Choice<ReadModel>{"poisson", read_poisson},
                                 Choice<ReadModel>{"inhomogeneous_poisson", read_inhomogeneous_poisson},
                                 Choice<ReadModel>{"regular", read_regular},
                                 Choice<ReadModel>{"recorded", read_recorded}};
    constexpr std::array kTransmitters{Choice<sim::Transmitter>{"excitatory", sim::Transmitter::excitatory},
                                       Choice<sim::Transmitter>{"inhibitory", sim::Transmitter::inhibitory}};
    sim::PopulationSpec population;
    population.name = reader.name("name");
    population.size = static_cast<std::uint32_t>(reader.count("size", 1));
    maybe_one_of(reader, "transmitter", population.transmitter, kTransmitters);
    population.model = one_of(reader, "model", kModels)(reader, {file_folder, population.size});
    if (std::holds_alternative<sim::NeuronModel>(population.model) && reader.has("initial_mv")) {
        std::vector<double> range;
        reader.maybe_numbers("initial_mv", range, 2);
        population.initial_potential = sim::InitialPotential{.low_mv = range[0], .high_mv = range[1]};
    }
    return population;
}

}  // namespace stdpscope::apps
