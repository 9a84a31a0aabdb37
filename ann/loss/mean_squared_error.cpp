#include "ann/loss/mean_squared_error.hpp"

namespace stdpscope::ann {

double mean_squared_error(std::span<double> outputs, std::size_t label) {
    outputs[label] -= 1.0;
    double sum = 0.0;
    for (const double difference : outputs) sum += difference * difference;
    return 0.5 * sum;
}

}  // namespace stdpscope::ann
