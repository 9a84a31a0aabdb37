#pragma once

#include <stdexcept>

namespace stdpscope::apps {

/// A command line that cannot be run.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A configuration file, network file or environment variable that cannot be used; the message begins with where.
class ConfigError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace stdpscope::apps
