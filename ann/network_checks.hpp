#pragma once

#include "ann/network_spec.hpp"

namespace stdpscope::ann {

/// The network with every layer named (see Network). Throws InvalidParameter where a name is given twice.
[[nodiscard]] NetworkSpec with_names(NetworkSpec network);

/// Throws InvalidParameter unless the network can be trained with these numbers. Sizes of layers, and whether they fit
/// their neighbours, are checked by the layers themselves.
void check_numbers(const NetworkSpec& network);

}  // namespace stdpscope::ann
