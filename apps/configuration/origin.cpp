#include "apps/configuration/origin.hpp"

#include "apps/configuration/error.hpp"

namespace stdpscope::apps {

std::string name_of(OriginKind kind) {
    switch (kind) {
        case OriginKind::default_value:
            return "default";
        case OriginKind::data_set:
            return "data set";
        case OriginKind::network:
            return "network";
        case OriginKind::file:
            return "file";
        case OriginKind::environment:
            return "environment";
        case OriginKind::flag:
            return "flag";
    }
    throw std::logic_error("OriginKind out of range");
}

void reject(const Origin& origin, const std::string& message) {
    const std::string text = origin.place.empty() ? message : origin.place + ": " + message;
    if (origin.kind == OriginKind::flag) throw UsageError(text);
    throw ConfigError(text);
}

}  // namespace stdpscope::apps
