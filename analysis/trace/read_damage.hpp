#pragma once

namespace stdpscope::analysis {

/// What a reader does where a trace is damaged.
enum class ReadDamage {
    refused,      ///< it throws DamagedTrace
    passed_over,  ///< it gives the committed rows before the damage
};

}  // namespace stdpscope::analysis
