#pragma once

#include <string>

#include "apps/configuration/resolved_configuration.hpp"
#include "apps/prepared_examples.hpp"

namespace stdpscope::apps {

/// What a run trains and tests on.
struct TrainingData {
    PreparedExamples training;
    PreparedExamples test;
    std::string name;      ///< "fashion-mnist"
    std::string checksum;  ///< of the images as they stand in the files
};

/// Loads data.source, checks that it fits the network and prepares it as the data settings say. Throws what the
/// loaders throw, and UsageError or ConfigError, by where data.source came from, for a specification that cannot be
/// read or data of another shape than the network's.
[[nodiscard]] TrainingData load_training_data(const ResolvedConfiguration& resolved, arma::uword network_outputs);

}  // namespace stdpscope::apps
