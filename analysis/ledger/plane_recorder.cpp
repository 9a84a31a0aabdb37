#include "analysis/ledger/plane_recorder.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace stdpscope::analysis::detail {

namespace {

SignPlanes planes_of(const CubeSigns& signs) {
    SignPlanes planes;
    planes.positive.assign(signs.positive(), signs.positive() + signs.words());
    planes.negative.assign(signs.negative(), signs.negative() + signs.words());
    if (!signs.has_nan()) return planes;
    for (std::size_t word = 0; word < signs.words(); ++word) {
        planes.positive[word] |= signs.nan()[word];
        planes.negative[word] |= signs.nan()[word];
    }
    return planes;
}

/// The identity's derivative is 1 wherever there is a sample.
SignPlanes identity_planes(const CubeSigns& shape) {
    SignPlanes planes;
    planes.positive.resize(shape.words());
    planes.negative.resize(shape.words());
    for (std::size_t word = 0; word < shape.words(); ++word) {
        planes.positive[word] = shape.used(word / shape.units());
    }
    return planes;
}

SignPlanes planes_of(const float* values, std::size_t count, const LedgerKernels& kernels) {
    const std::size_t whole = count / ann::kLanes;
    SignPlanes planes;
    planes.positive.resize((count + ann::kLanes - 1) / ann::kLanes);
    planes.negative.resize(planes.positive.size());
    bool nan = kernels.signs(values, whole, planes.positive.data(), planes.negative.data());
    if (whole < planes.positive.size()) {
        std::array<float, ann::kLanes> rest{};
        std::copy(values + whole * ann::kLanes, values + count, rest.begin());
        nan = kernels.signs(rest.data(), 1, &planes.positive[whole], &planes.negative[whole]) || nan;
    }
    for (std::size_t place = 0; nan && place < count; ++place) {
        if (!std::isnan(values[place])) continue;
        const auto bit = static_cast<std::uint16_t>(1U << (place % ann::kLanes));
        planes.positive[place / ann::kLanes] |= bit;
        planes.negative[place / ann::kLanes] |= bit;
    }
    return planes;
}

}  // namespace

PlanesLayer record_planes(const ann::LayerStep& views, const LayerSigns& signs, const LedgerKernels& kernels) {
    const std::vector<float> updates = weight_updates(views);
    PlanesLayer planes;
    planes.pre_activation = planes_of(signs.pre_activation);
    planes.loss_derivative = planes_of(signs.loss_derivative);
    planes.activation_derivative =
        signs.identity ? identity_planes(signs.loss_derivative) : planes_of(signs.activation_derivative);
    planes.weight = planes_of(views.weights_before.memptr(), views.weights_before.n_elem, kernels);
    planes.weight_update = planes_of(updates.data(), updates.size(), kernels);
    return planes;
}

std::vector<float> weight_updates(const ann::LayerStep& views) {
    std::vector<float> updates(views.weights_before.n_elem);
    std::transform(views.weights_after.begin(), views.weights_after.end(), views.weights_before.begin(),
                   updates.begin(), [](float after, float before) { return after - before; });
    return updates;
}

}  // namespace stdpscope::analysis::detail
