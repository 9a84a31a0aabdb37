#include "apps/bench/noise_examples.hpp"

#include <algorithm>
#include <random>

namespace stdpscope::apps {
namespace {

constexpr arma::uword kExamples = 60000;
constexpr arma::uword kInputs = 2000;

/// Labels are bytes: of a network with more outputs, the first 256 are asked for.
constexpr arma::uword kMostClasses = 256;

}  // namespace

NoiseExamples::NoiseExamples(ann::MapShape shape, arma::uword classes, arma::uword batch_size, std::uint64_t seed)
    : shape_(shape),
      classes_(std::min(classes, kMostClasses)),
      inputs_(shape.units(), kInputs),
      labels_((kExamples + batch_size - 1) / batch_size * batch_size) {
    std::mt19937_64 generator(seed);
    std::uniform_real_distribution<float> pixel(-64.0F, 64.0F);
    std::uniform_int_distribution<unsigned> label(0, static_cast<unsigned>(classes_ - 1));
    inputs_.imbue([&] { return pixel(generator); });
    for (std::uint8_t& value : labels_) value = static_cast<std::uint8_t>(label(generator));
}

void NoiseExamples::read(arma::uword index, std::span<float> inputs) const {
    const float* source = inputs_.colptr(index % kInputs);
    std::copy_n(source, inputs.size(), inputs.data());
}

}  // namespace stdpscope::apps
