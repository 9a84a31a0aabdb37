#include "ann/layer/conv2d_tail.hpp"

#include <algorithm>

#include "ann/layer/conv2d_work.hpp"
#include "ann/layer/pieces.hpp"

namespace stdpscope::ann {

namespace {

/// The same taps in rows of another width, whose columns lie `lanes` floats apart.
std::vector<kernel::Tap> packed_taps(const std::vector<kernel::Tap>& taps, arma::uword width, arma::uword packed_width,
                                     arma::uword lanes) {
    std::vector<kernel::Tap> packed(taps);
    for (kernel::Tap& tap : packed) {
        const arma::uword column = static_cast<arma::uword>(tap.input) / kLanes;
        tap.input = static_cast<std::ptrdiff_t>((column / width * packed_width + column % width) * lanes);
    }
    return packed;
}

/// Whether a row is better summed in `packed` steps instead of `whole`, each of so many terms, when it is copied to or
/// from vectors of their own.
bool packing_pays(arma::uword packed, arma::uword whole, arma::uword terms) {
    constexpr arma::uword kTermsOfACopy = 12;
    return packed * terms + kTermsOfACopy * whole < whole * terms;
}

/// Columns of a MapRow, of `count` left, that can be summed at once for so many outputs.
arma::uword columns_at_once(const kernel::KernelTable& kernels, arma::uword count, arma::uword outputs) {
    while (count > 1 && kernels.map_row_outputs(count) < outputs) --count;
    return count;
}

/// Sums all columns of a row, however many outputs there are.
void sum_row(const kernel::KernelTable& kernels, kernel::MapRow work) {
    for (arma::uword left = work.columns; left > 0; left -= work.columns) {
        work.columns = columns_at_once(kernels, left, work.outputs);
        kernels.map_row(work);
        work.input += static_cast<std::ptrdiff_t>(work.columns) * work.input_column_step;
        work.output += static_cast<std::ptrdiff_t>(work.columns) * work.output_column_step;
    }
}

}  // namespace

void Conv2dTail::resize(const Plan& plan, arma::uword samples) {
    const SynapseGeometry& g = plan.geometry;
    const arma::uword lanes = g.stride_columns == 1 ? TailMaps::lanes_of(samples) : kLanes;
    if (lanes == lanes_) return;
    lanes_ = lanes;
    packs_outputs_ = packs_input_gradient_ = false;
    if (lanes == kLanes) return;
    const arma::uword together = kLanes / lanes;
    output_vectors_ = pieces(g.post_shape.columns, together);
    input_gradient_vectors_ = pieces(g.pre_shape.columns, together);
    const arma::uword gradient_columns = plan.full_rows ? g.post_shape.columns : g.pre_shape.columns;
    packs_outputs_ = packing_pays(output_vectors_, g.post_shape.columns, g.weight_columns());
    if (!packs_outputs()) return;
    packs_input_gradient_ = packing_pays(input_gradient_vectors_, gradient_columns,
                                         g.post_shape.channels * g.kernel_rows * g.kernel_columns);

    geometry_ = g;
    gradient_left_ = plan.gradient_left;
    const arma::uword input_width = plan.padded_shape.columns + output_vectors_ * together - g.post_shape.columns;
    input_.resize({plan.padded_shape.channels, plan.padded_shape.rows, input_width}, lanes);
    forward_taps_ = packed_taps(*plan.forward_taps, plan.padded_shape.columns, input_width, lanes);
    // Rows of whole vectors, so that a bias' gradient is a sum of vectors.
    const arma::uword gradient_columns_read =
        gradient_left_ + std::max(g.pad_left + input_gradient_vectors_ * together, output_vectors_ * together);
    const arma::uword gradient_width = pieces(gradient_columns_read, together) * together;
    gradient_.resize({g.post_shape.channels, g.post_shape.rows, gradient_width}, lanes);
    gradient_taps_ = packed_taps(*plan.gradient_taps, plan.gradient_width, gradient_width, lanes);
    output_.resize(g.post_shape.channels * g.post_shape.rows * output_vectors_, kLanes);
    if (packs_input_gradient()) {
        input_gradient_.resize(g.pre_shape.channels * g.pre_shape.rows * input_gradient_vectors_, kLanes);
    }
}

void Conv2dTail::pack_input(const LaneCube& input, arma::uword channel) {
    const MapShape& pre = geometry_.pre_shape;
    input_.pack(input.lanes(channel * pre.rows * pre.columns, input.blocks() - 1), pre, channel, geometry_.pad_top,
                geometry_.pad_left);
}

void Conv2dTail::pack_gradient(const LaneCube& output_gradient, arma::uword channel) {
    const MapShape& post = geometry_.post_shape;
    gradient_.pack(output_gradient.lanes(channel * post.rows * post.columns, output_gradient.blocks() - 1), post,
                   channel, 0, gradient_left_);
}

void Conv2dTail::sum_outputs(const kernel::KernelTable& kernels, kernel::MapRow work, arma::uword channel,
                             arma::uword first_output, arma::uword row_begin, arma::uword row_end, bool last,
                             LaneCube& output) {
    const MapShape& post = geometry_.post_shape;
    work.input = input_.at(channel, row_begin * geometry_.stride_rows, 0);
    work.input_channel_step = input_.channel_step();
    work.taps = forward_taps_.data();
    work.tap_count = forward_taps_.size();
    work.output = output_.lanes((first_output * post.rows + row_begin) * output_vectors_, 0);
    work.output_channel_step = offset(post.rows * output_vectors_);
    work.lanes = kLanes;
    // A column of vectors after the other: their rows have the same taps and are more than the vectors of a row.
    work.input_column_step = static_cast<std::ptrdiff_t>(geometry_.stride_rows) * input_.row_step();
    work.output_column_step = offset(output_vectors_);
    work.columns = row_end - row_begin;
    for (arma::uword vector = 0; vector < output_vectors_; ++vector) {
        sum_row(kernels, work);
        work.input += kLanes;
        work.output += kLanes;
    }
    if (!last) return;
    const bool all_used = output.samples() % lanes_ == 0;
    for (arma::uword channel_out = first_output; channel_out < first_output + work.outputs; ++channel_out) {
        for (arma::uword row = row_begin; row < row_end; ++row) {
            const arma::uword place = channel_out * post.rows + row;
            const arma::uword unit = place * post.columns;
            unpack_columns(output_.lanes(place * output_vectors_, 0), lanes_, post.columns,
                           output.lanes(unit, output.blocks() - 1));
            if (!all_used) output.clear_unused_lanes(output.blocks() - 1, unit, unit + post.columns);
        }
    }
}

void Conv2dTail::sum_input_gradient(const kernel::KernelTable& kernels, kernel::MapRow work, arma::uword channel,
                                    arma::uword first_input, arma::uword row, arma::uword first_tap, bool last,
                                    LaneCube& input_gradient) {
    const MapShape& pre = geometry_.pre_shape;
    work.input = gradient_.at(channel, 0, 0);
    work.input_channel_step = gradient_.channel_step();
    work.input_column_step = offset(1);
    work.taps = gradient_taps_.data() + first_tap;
    work.output = input_gradient_.lanes((first_input * pre.rows + row) * input_gradient_vectors_, 0);
    work.output_channel_step = offset(pre.rows * input_gradient_vectors_);
    work.output_column_step = offset(1);
    work.columns = input_gradient_vectors_;
    work.lanes = kLanes;
    sum_row(kernels, work);
    if (!last) return;
    for (arma::uword input = first_input; input < first_input + work.outputs; ++input) {
        const arma::uword place = input * pre.rows + row;
        unpack_columns(input_gradient_.lanes(place * input_gradient_vectors_, 0), lanes_, pre.columns,
                       input_gradient.lanes(place * pre.columns, input_gradient.blocks() - 1));
    }
}

void Conv2dTail::add_weight_gradient(const kernel::KernelTable& kernels, kernel::MapWeightGradient work,
                                     arma::uword first_output, arma::uword channel, arma::uword kernel_row,
                                     arma::uword kernel_column, arma::uword row_begin, arma::uword row_end) const {
    work.gradient = gradient_.at(first_output, row_begin, gradient_left_);
    work.gradient_channel_step = gradient_.channel_step();
    work.gradient_row_step = gradient_.row_step();
    work.rows = row_end - row_begin;
    work.columns = output_vectors_;
    work.input = input_.at(channel, row_begin * geometry_.stride_rows + kernel_row, kernel_column);
    work.input_row_step = static_cast<std::ptrdiff_t>(geometry_.stride_rows) * input_.row_step();
    work.input_column_step = offset(1);
    work.kernel_column_step = static_cast<std::ptrdiff_t>(lanes_);
    work.lanes = kLanes;
    kernels.map_weight_gradient(work);
}

void Conv2dTail::add_bias_gradient(const kernel::KernelTable& kernels, arma::uword output, arma::uword row_begin,
                                   arma::uword row_end, float* sums) const {
    const auto row_vectors = static_cast<arma::uword>(gradient_.row_step()) / kLanes;
    kernels.add_vectors(gradient_.at(output, row_begin, 0), (row_end - row_begin) * row_vectors, sums);
}

}  // namespace stdpscope::ann
