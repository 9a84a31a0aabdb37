#include "ann/layer/average_pool2d.hpp"

#include <utility>

#include "ann/layer/pool_window.hpp"

namespace stdpscope::ann {

AveragePool2d::AveragePool2d(std::string name, MapShape input, const Pool2dSpec& spec)
    : Layer(name, input, pooled_shape(name, input, spec)),
      kernels_(kernel::active_kernels()),
      map_(pool_map(input, output_shape(), spec)) {}

void AveragePool2d::forward(const Pass& pass, const LaneCube& input, LaneCube& output) {
    const arma::uword input_pixels = input_shape().rows * input_shape().columns;
    const arma::uword output_pixels = output_shape().rows * output_shape().columns;
    for_each_map(pass.threads, input_shape().channels, input.blocks(), [&](arma::uword map) {
        kernels_.average_pool_forward(map_, input.data() + map * input_pixels * kLanes,
                                      output.data() + map * output_pixels * kLanes);
    });
}

void AveragePool2d::backward(const Pass& pass, const LaneCube& /*input*/, const LaneCube& /*output*/,
                             const LaneCube& output_gradient, LaneCube* input_gradient) {
    if (input_gradient == nullptr) return;
    const arma::uword input_pixels = input_shape().rows * input_shape().columns;
    const arma::uword output_pixels = output_shape().rows * output_shape().columns;
    for_each_map(pass.threads, input_shape().channels, output_gradient.blocks(), [&](arma::uword map) {
        kernels_.average_pool_backward(map_, output_gradient.data() + map * output_pixels * kLanes,
                                       input_gradient->data() + map * input_pixels * kLanes);
    });
}

}  // namespace stdpscope::ann
