#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace stdpscope::analysis {

/// Spike trains from an HDF5 file in SONATA's layout: the datasets `timestamps` and `node_ids` of one length in the
/// group /spikes/POPULATION, any numeric types, spikes in any order. The attribute `units` of `timestamps` says
/// milliseconds (which is also meant where it is missing) or seconds. Returns one list of times in ms a neuron.
/// Source: SONATA Developer Guide, "Spike file" (Dai et al. 2020, PLoS Comput. Biol. 16:e1007696).
///
/// Throws MissingTrace where the file is not there or has no such population (the message lists those it has; an empty
/// name means the only one), and DamagedTrace where it is no HDF5 file, datasets are missing or of other shapes, a node
/// is not below `neurons` or a time is not finite and >= 0.
[[nodiscard]] std::vector<std::vector<double>> read_sonata_spikes(const std::filesystem::path& path,
                                                                  const std::string& population, std::uint32_t neurons);

}  // namespace stdpscope::analysis
