#pragma once

#include "apps/configuration/toml_table.hpp"
#include "sim/network/plasticity_model.hpp"

namespace stdpscope::apps {

/// The rule that the keys of a table `plasticity` describe (docs/networks.md). Throws ConfigError for a mistake of
/// form; the rule's own conditions are checked where it is used. Unknown keys are left to reader.finish().
[[nodiscard]] sim::PlasticityModel read_plasticity(TableReader& reader);

}  // namespace stdpscope::apps
