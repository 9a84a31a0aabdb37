#include "apps/training_data.hpp"

#include <fmt/format.h>

#include "apps/openblas.hpp"
#include "data/checksum.hpp"
#include "data/error.hpp"
#include "data/preprocess/preprocess.hpp"
#include "data/specification.hpp"

namespace stdpscope::apps {
namespace {

data::Dataset load(const Configuration& settings) {
    const Configuration::Entry& source = settings.entry("data.source");
    try {
        return data::load(std::get<std::string>(source.value));
    } catch (const data::BadSpecification& mistake) {
        reject(source.origin, mistake.what());
    }
}

/// Blames what was chosen with more force, the data or the network.
void check_fit(const ResolvedConfiguration& resolved, const data::Dataset& dataset, ann::MapShape shape,
               arma::uword network_outputs) {
    const ann::NetworkSpec& network = resolved.network;
    if (shape == network.input && dataset.classes <= network_outputs) return;
    const Configuration::Entry& source = resolved.settings.entry("data.source");
    const Configuration::Entry& name = resolved.settings.entry("network.name");
    const Origin& blamed = source.origin.kind >= name.origin.kind ? source.origin : name.origin;
    reject(blamed, fmt::format("data.source = {} has images {} in {} classes, network {} takes {} and has {} outputs",
                               std::get<std::string>(source.value), shape.text(), dataset.classes, network.name,
                               network.input.text(), network_outputs));
}

}  // namespace

TrainingData load_training_data(const ResolvedConfiguration& resolved, arma::uword network_outputs) {
    const Configuration& settings = resolved.settings;
    data::Dataset dataset = load(settings);
    const ann::MapShape shape{.channels = dataset.channels, .rows = dataset.rows, .columns = dataset.columns};
    check_fit(resolved, dataset, shape, network_outputs);
    const std::string name = dataset.name;
    const std::string checksum = data::checksum_text(data::checksum(dataset));
    const arma::uword classes = dataset.classes;
    // The last bits of BLAS products depend on its threads; with one, a seed means the same on every machine.
    const BlasThreads one_thread(1);
    data::PreparedDataset prepared =
        data::prepare(std::move(dataset), {.subtract_mean = settings.get<bool>("data.subtract_mean"),
                                           .contrast_normalization = settings.get<bool>("data.contrast_normalization"),
                                           .whitening = settings.get<bool>("data.whitening")});
    return {.training = {std::move(prepared.training), shape, classes},
            .test = {std::move(prepared.test), shape, classes},
            .name = name,
            .checksum = checksum};
}

}  // namespace stdpscope::apps
