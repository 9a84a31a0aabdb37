#pragma once

#include <toml++/toml.h>

#include <memory>
#include <string>

#include "sim/network/network.hpp"

namespace stdpscope::apps {

/// The table `network` of a configuration file with populations and projections (docs/networks.md), as it stands there.
struct SpikingNetworkTable {
    /// The whole file, never copied: a copy of a table has lost the lines of its keys.
    std::shared_ptr<const toml::table> document;
    std::string file;  ///< for messages; files that the table names are sought beside it
};

/// The network that the table describes, with no counts at all where counting is off; all that may be wrong with it at
/// a step of dt_ms is found here. Throws ConfigError with file, line and what must hold, and for files of spikes what
/// their readers throw.
[[nodiscard]] sim::Network read_spiking_network(const SpikingNetworkTable& network, double dt_ms,
                                                sim::Counting counting = sim::Counting::on);

/// The table as TOML, from "[network]" on; names of files are made absolute, so that it may lie anywhere.
[[nodiscard]] std::string spiking_network_toml(const SpikingNetworkTable& network);

}  // namespace stdpscope::apps
