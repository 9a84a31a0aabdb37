#include "ann/evaluate.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "ann/batch_reader.hpp"
#include "ann/error.hpp"

namespace stdpscope::ann {

Evaluation evaluate(Network& network, const ExampleSet& examples, const EvaluationOptions& options,
                    std::uint64_t& pass_number) {
    std::vector<arma::uword> order(examples.size());
    std::iota(order.begin(), order.end(), arma::uword{0});
    BatchReader batch(examples);
    Evaluation evaluation;
    while (evaluation.samples < order.size()) {
        const arma::uword count = std::min(options.batch_size, order.size() - evaluation.samples);
        batch.read(std::span(order).subspan(evaluation.samples, count), Mirroring::none, options.threads);
        network.forward({.number = pass_number++, .threads = options.threads}, batch.inputs());
        const LossValue value = network.score(batch.labels());
        evaluation.sum.loss += value.loss;
        evaluation.sum.errors += value.errors;
        evaluation.samples += count;
        if (options.stop_requested != nullptr && *options.stop_requested) break;
    }
    return evaluation;
}

void check_examples(const Network& network, const ExampleSet& examples, const std::string& name) {
    if (examples.size() == 0) throw InvalidParameter(name + " examples", "0", "must be at least 1");
    if (examples.shape() != network.input_shape()) {
        throw InvalidParameter(name + " examples' shape", examples.shape().text(),
                               "must be the network's input, " + network.input_shape().text());
    }
    const arma::uword outputs = network.output_shape().units();
    if (examples.classes() != outputs) {
        throw InvalidParameter(name + " examples' classes", std::to_string(examples.classes()),
                               "must be the number of the network's outputs, " + std::to_string(outputs));
    }
    const auto labels = examples.labels();
    if (labels.size() != examples.size()) {
        throw InvalidParameter(name + " examples' labels", std::to_string(labels.size()),
                               "must be one an example, " + std::to_string(examples.size()));
    }
    const std::uint8_t largest = *std::max_element(labels.begin(), labels.end());
    if (largest >= outputs) {
        throw InvalidParameter(name + " examples' largest label", std::to_string(largest),
                               "must be below the number of classes, " + std::to_string(outputs));
    }
}

}  // namespace stdpscope::ann
