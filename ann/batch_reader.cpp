#include "ann/batch_reader.hpp"

#include <algorithm>
#include <exception>

#include "ann/layer/pieces.hpp"

namespace stdpscope::ann {

namespace {

std::vector<std::size_t> mirrored_units(const MapShape& shape) {
    std::vector<std::size_t> places(shape.units());
    for (arma::uword unit = 0; unit < shape.units(); ++unit) {
        const arma::uword column = unit % shape.columns;
        places[unit] = unit - column + (shape.columns - 1 - column);
    }
    return places;
}

}  // namespace

BatchReader::BatchReader(const ExampleSet& examples)
    : examples_(&examples), kernels_(kernel::active_kernels()), mirrored_unit_(mirrored_units(examples.shape())) {}

void BatchReader::read(std::span<const arma::uword> indices, Mirroring mirroring, int threads) {
    const arma::uword units = examples_->shape().units();
    inputs_.resize(units, indices.size());
    samples_.resize(std::max<std::size_t>(samples_.size(), inputs_.blocks() * kLanes * units));
    std::exception_ptr failure;  // an exception may not leave a parallel region
    const auto shares = static_cast<arma::uword>(threads);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (arma::uword share = 0; share < shares; ++share) {
        try {
            for (arma::uword block = 0; block < inputs_.blocks(); ++block) {
                const Range own = share_of_block(1, inputs_.blocks(), block, shares, share);
                if (own.begin < own.end) read_block(indices, mirroring, block);
            }
        } catch (...) {
#pragma omp critical
            failure = std::current_exception();
        }
    }
    if (failure) std::rethrow_exception(failure);
    labels_.resize(indices.size());
    std::transform(indices.begin(), indices.end(), labels_.begin(),
                   [all = examples_->labels()](arma::uword index) { return all[index]; });
}

void BatchReader::read_block(std::span<const arma::uword> indices, Mirroring mirroring, arma::uword block) {
    const arma::uword units = inputs_.units();
    const arma::uword first = block * kLanes;
    const arma::uword used = std::min(kLanes, indices.size() - first);
    float* samples = samples_.data() + first * units;
    for (arma::uword lane = 0; lane < used; ++lane) {
        examples_->read(indices[first + lane], {samples + lane * units, units});
    }
    kernels_.gather_lanes({.samples = samples,
                           .units = units,
                           .used = used,
                           .places = mirroring == Mirroring::none ? nullptr : mirrored_unit_.data(),
                           .lanes = inputs_.lanes(0, block)});
}

}  // namespace stdpscope::ann
