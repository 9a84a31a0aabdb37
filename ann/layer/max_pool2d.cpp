#include "ann/layer/max_pool2d.hpp"

#include <utility>

#include "ann/error.hpp"
#include "ann/layer/pool_window.hpp"

namespace stdpscope::ann {

namespace {

MapShape checked_shape(const std::string& layer, MapShape input, const Pool2dSpec& spec) {
    const MapShape output = pooled_shape(layer, input, spec);
    constexpr arma::uword kMostPixels = 65536;  // a winner's number has 16 bits
    if (spec.window_rows > kMostPixels / spec.window_columns) {
        throw InvalidParameter(layer + ".window",
                               std::to_string(spec.window_rows) + "x" + std::to_string(spec.window_columns),
                               "must have at most " + std::to_string(kMostPixels) + " pixels");
    }
    return output;
}

}  // namespace

MaxPool2d::MaxPool2d(std::string name, MapShape input, const Pool2dSpec& spec)
    : Layer(name, input, checked_shape(name, input, spec)),
      kernels_(kernel::active_kernels()),
      map_(pool_map(input, output_shape(), spec)) {}

void MaxPool2d::forward(const Pass& pass, const LaneCube& input, LaneCube& output) {
    const arma::uword input_pixels = input_shape().rows * input_shape().columns;
    const arma::uword output_pixels = output_shape().rows * output_shape().columns;
    winners_.resize(output.units() * output.blocks() * kLanes);
    for_each_map(pass.threads, input_shape().channels, input.blocks(), [&](arma::uword map) {
        const arma::uword place = map * output_pixels * kLanes;
        kernels_.max_pool_forward(map_, input.data() + map * input_pixels * kLanes, output.data() + place,
                                  winners_.data() + place);
    });
}

void MaxPool2d::backward(const Pass& pass, const LaneCube& /*input*/, const LaneCube& /*output*/,
                         const LaneCube& output_gradient, LaneCube* input_gradient) {
    if (input_gradient == nullptr) return;
    const arma::uword input_pixels = input_shape().rows * input_shape().columns;
    const arma::uword output_pixels = output_shape().rows * output_shape().columns;
    for_each_map(pass.threads, input_shape().channels, output_gradient.blocks(), [&](arma::uword map) {
        const arma::uword place = map * output_pixels * kLanes;
        kernels_.max_pool_backward(map_, output_gradient.data() + place, winners_.data() + place,
                                   input_gradient->data() + map * input_pixels * kLanes);
    });
}

}  // namespace stdpscope::ann
