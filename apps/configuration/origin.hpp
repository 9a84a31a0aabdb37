#pragma once

#include <string>

namespace stdpscope::apps {

/// Where a value came from, weakest first: a stronger origin wins over a weaker one.
enum class OriginKind {
    default_value,
    data_set,  ///< a default that belongs to the kind of data
    network,   ///< the network's own training settings
    file,
    environment,
    flag,
};

struct Origin {
    OriginKind kind = OriginKind::default_value;
    std::string place;  ///< "run.toml:3", "STDPSCOPE_TRAINING_EPOCHS", "--epochs"
};

/// "default", "data set", "network", "file", "environment", "flag".
[[nodiscard]] std::string name_of(OriginKind kind);

/// Throws the error that a mistake at `origin` is: UsageError for a flag, else ConfigError; "PLACE: MESSAGE".
[[noreturn]] void reject(const Origin& origin, const std::string& message);

}  // namespace stdpscope::apps
