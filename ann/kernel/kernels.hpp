#pragma once

#include <cstddef>
#include <cstdint>

/// The training core's inner loops, once for every instruction set.
///
/// Every kernel computes a range of outputs that is the caller's to choose and owns each of them alone: how work is cut
/// into ranges, and on which thread a range runs, never shows in the bits. Arrays of lane vectors are laid out as
/// LaneCube says: 16 floats a unit, unused lanes zero.
///
/// **Sums.** Each output's terms are added one by one in the order stated at its kernel, in a single float (per lane,
/// where lanes are summed last). The avx2 and avx512 variants fuse multiplication and addition and give the same bits;
/// baseline rounds each product first and therefore differs from them. Where the 16 lanes of a vector are added, it is
/// as
///     lane l with l + 8, then l + 4, then l + 2, then l + 1.
/// Transforms of minimal filtering add as winograd_bodies.hpp says, by any variant's rounding.
///
/// **Unused lanes.** Where a kernel is told how many lanes or samples are used, it may pass over vectors of unused
/// lanes: what it would write there, it leaves as it is.
namespace stdpscope::ann::kernel {

enum class Isa {
    baseline,  ///< what every machine of the architecture has (SSE2)
    avx2,      ///< AVX2 and FMA
    avx512,    ///< AVX-512 F, BW, DQ, VL
};

/// output[i, b] = biases[i] + sum over j of weights(i, j) input[j, b]; j ascends.
/// For pre units [pre_begin, pre_end), post units [post_begin, post_end) and blocks [block_begin, block_end).
struct DenseForward {
    const float* weights;  ///< (post x pre), post contiguous
    const float* biases;   ///< (post); null for zeros
    const float* input;    ///< (lanes x pre x blocks)
    float* output;         ///< (lanes x post x blocks)
    std::size_t samples;
    std::size_t pre;
    std::size_t post;
    std::size_t pre_begin;
    std::size_t pre_end;
    std::size_t post_begin;
    std::size_t post_end;
    std::size_t block_begin;
    std::size_t block_end;
};

/// input_gradient[j, b] = sum over i of weights(i, j) output_gradient[i, b]; i ascends, but for the last samples of a
/// batch, where they are at most four in their block and there are 64 post units or more: their terms are summed by i
/// modulo 16, and these sums added last.
/// For pre units [pre_begin, pre_end) and blocks [block_begin, block_end).
struct DenseDataGradient {
    const float* weights;          ///< (post x pre), post contiguous
    const float* output_gradient;  ///< (lanes x post x blocks)
    const float* gradient_panels;  ///< the same as DenseWeightGradient reads it
    float* input_gradient;         ///< (lanes x pre x blocks)
    std::size_t samples;
    std::size_t pre;
    std::size_t post;
    std::size_t pre_begin;
    std::size_t pre_end;
    std::size_t block_begin;
    std::size_t block_end;
};

/// Post units a panel: DenseWeightGradient reads gradients sample by sample, 16 post units at a time.
inline constexpr std::size_t kPanelUnits = 16;

/// panels[(p * samples + s) * 16 + i] = vectors[16 p + i, sample s]; units beyond `units` are written as zeros.
/// For panels [panel_begin, panel_end).
struct PanelTranspose {
    const float* vectors;  ///< (lanes x units x blocks)
    float* panels;         ///< (16 x samples x panels)
    std::size_t units;
    std::size_t samples;
    std::size_t panel_begin;
    std::size_t panel_end;
    bool are_shared;  ///< whether threads on other cores read the panels, too
};

/// One step of gradient descent with momentum, element by element:
///
///     velocity = momentum * velocity - (decay * weight + gradient_scale * gradient)
///     next     = weight + rate * velocity
struct SgdUpdate {
    const float* gradient;
    const float* weights;
    float* velocity;
    float* next;
    std::size_t count;
    float momentum;
    float decay;
    float gradient_scale;  ///< 1 / batch
    float rate;
};

/// weight_gradient(i, j) = sum over s of gradient(s, i) input(s, j), bias_gradient[i] = sum over s of gradient(s, i);
/// s ascends over the used samples.
/// For pre units [pre_begin, pre_end); the biases' part is computed with pre unit 0. Where `update` is given, each
/// weight is updated as soon as its gradient is known.
struct DenseWeightGradient {
    const float* gradient_panels;  ///< (16 x samples x panels), by PanelTranspose
    const float* input;            ///< (lanes x pre x blocks)
    float* weight_gradient;        ///< (post x pre), post contiguous; written unless there is an update
    float* bias_gradient;          ///< (post)
    const SgdUpdate* update;       ///< of all weights, by the gradient as it is summed; null for none
    std::size_t samples;
    std::size_t pre;
    std::size_t post;
    std::size_t pre_begin;
    std::size_t pre_end;
};

/// One term of a weighted sum over a map: where its input vector and its weight lie, in floats.
struct Tap {
    std::ptrdiff_t input;
    std::ptrdiff_t weight;
};

/// What a sum begins with: nothing (or biases), or what the output holds already.
enum class SumStart { fresh, output };

/// A row of a convolution's forward pass or data gradient, for `outputs` output channels o and `columns` columns c:
///
///     output[o, c] = biases[o] + sum over channel, tap of
///                    weights[channel * weight_channel_step + tap.weight + o]
///                    * input[channel * input_channel_step + tap.input + c * input_column_step]
///
/// with channel, then tap ascending. Steps count floats; columns and channels of the output have steps too, so that a
/// row may be every second one of a map, or in truth a column of it. A row may be summed a few channels at a time:
/// later ones are added to the output as it is, instead of to the biases. The input need not lie on a vector's
/// boundary: where columns of a few lanes lie side by side, a vector begins at any of them.
struct MapRow {
    const float* input = nullptr;
    std::size_t channels = 0;
    std::ptrdiff_t input_channel_step = 0;
    std::ptrdiff_t input_column_step = 0;
    const Tap* taps = nullptr;
    std::size_t tap_count = 0;
    const float* weights = nullptr;
    std::ptrdiff_t weight_channel_step = 0;
    const float* biases = nullptr;  ///< (outputs); null for zeros
    SumStart start = SumStart::fresh;
    float* output = nullptr;
    std::ptrdiff_t output_channel_step = 0;
    std::ptrdiff_t output_column_step = 0;
    std::size_t outputs = 0;  ///< 1 .. map_row_outputs(columns)
    std::size_t columns = 0;
    std::size_t lanes = 0;  ///< used
};

/// A row of a convolution's data gradient with stride 1, all columns of the unpadded ("full") row at once:
///
///     output[i, c] = sum over channel, kernel_row, kernel_column of
///                    weights[channel * weight_channel_step + (kernel_row * kernel_columns + kernel_column) *
///                    outputs_together + i]
///                    * gradient[channel * gradient_channel_step - kernel_row * gradient_row_step
///                               + (first_column + c - kernel_column) * 16]
///
/// with channel, kernel row, then kernel column ascending, over kernel columns for which the gradient's column exists.
/// It spares the zeros that MapRow would multiply beside a narrow map.
struct FullMapRow {
    const float* gradient;  ///< the row that kernel row 0 meets, of channel 0
    std::size_t channels;
    std::ptrdiff_t gradient_channel_step;
    std::ptrdiff_t gradient_row_step;
    std::size_t gradient_columns;
    const float* weights;
    std::ptrdiff_t weight_channel_step;
    std::size_t outputs_together;  ///< full_row_outputs: the weights' innermost size
    std::size_t kernel_rows;
    std::size_t kernel_columns;
    SumStart start;
    float* output;
    std::ptrdiff_t output_channel_step;
    std::size_t outputs;  ///< 1 .. outputs_together
    std::size_t first_column;
    std::size_t columns;
    std::size_t lanes;  ///< used
};

/// Per-lane sums of a convolution's weight gradient over one block, for a run of kernel columns k of one channel and
/// kernel row:
///
///     sums[k * outputs + o] += sum over row, column of
///                              gradient[o * gradient_channel_step + row * gradient_row_step + column * 16]
///                              * input[row * input_row_step + column * input_column_step + k * kernel_column_step]
///
/// with row, then column ascending; sums that start fresh are zero before. Neither factor need lie on a vector's
/// boundary.
struct MapWeightGradient {
    const float* gradient = nullptr;
    std::ptrdiff_t gradient_channel_step = 0;
    std::ptrdiff_t gradient_row_step = 0;
    std::size_t rows = 0;
    std::size_t columns = 0;
    const float* input = nullptr;
    std::ptrdiff_t input_row_step = 0;
    std::ptrdiff_t input_column_step = 0;
    std::ptrdiff_t kernel_column_step = 0;
    SumStart start = SumStart::output;
    float* sums = nullptr;    ///< (lanes x outputs x kernel_columns)
    std::size_t outputs = 0;  ///< 1 .. map_gradient_outputs(kernel_columns)
    std::size_t kernel_columns = 0;
    std::size_t lanes = 0;  ///< used
};

/// Winograd's minimal filtering F(4, 5) along the rows of maps: of eight inputs in a row, a "tile", five weights make
/// four outputs by eight products instead of twenty, one at each of eight points. Inputs, weights and outputs are
/// transformed on the way (Winograd 1980; Lavin & Gray 2016, CVPR, eq. 5); winograd_bodies.hpp has the matrices. Values
/// at a point are summed over channels and kernel rows by map_row.
inline constexpr std::size_t kWinogradKernel = 5;
inline constexpr std::size_t kWinogradOutputs = 4;
inline constexpr std::size_t kWinogradTile = kWinogradKernel + kWinogradOutputs - 1;
inline constexpr std::size_t kWinogradPoints = 8;
/// A weight's gradient below this share of its values at the points may be rounding alone.
inline constexpr float kWinogradDoubt = 1e-4F;

/// values[(p * rows + row) * post_step + i] = point p of the five weights of post channel i in that row, for rows (pre
/// channel, kernel row) from row_begin to row_end.
struct WinogradWeights {
    const float* weights;  ///< (post x (pre, kernel row, kernel column)), post contiguous
    std::size_t post;
    std::size_t post_step;  ///< post, rounded up to whole vectors of 16; numbers beyond `post` are zeros
    std::size_t rows;
    std::size_t row_begin;
    std::size_t row_end;
    float* values;
};

/// The weights' gradient from its values at all points, those of two halves of the samples, which lie as in
/// WinogradWeights.
struct WinogradWeightGradient {
    const float* lower;
    const float* upper;
    std::size_t post;
    std::size_t post_step;
    std::size_t rows;
    std::size_t row_begin;
    std::size_t row_end;
    float* gradient;  ///< (post x (pre, kernel row, kernel column)), post contiguous
};

/// Values of a map's rows at all points, tile t of a row from its columns 4 t .. 4 t + 7:
///
///     values[p * point_step + (row * tiles + t) * kept + l]
///
/// for the first `kept` lanes l of each column: 16, or 8 or 4 where no more hold samples.
struct WinogradMap {
    const float* maps;  ///< columns 16 floats apart
    std::ptrdiff_t row_step;
    std::size_t rows;
    std::size_t tiles;
    std::size_t kept;
    float* values;
    std::ptrdiff_t point_step;
};

/// Columns 4 t .. 4 t + 3 of an output's rows from the values at all points, which lie as in WinogradMap, and the bias.
struct WinogradOutput {
    const float* values;
    std::ptrdiff_t point_step;
    std::size_t rows;
    std::size_t tiles;
    std::size_t kept;
    float bias;
    float* output;  ///< columns 16 floats apart
    std::ptrdiff_t row_step;
};

/// Rows of an input gradient from the values at all points, which lie as in WinogradMap: columns 4 t .. 4 t + 7 of the
/// padded map are those of tile t; where two tiles meet, the left one's term comes first. Columns [first_column,
/// first_column + columns) are written.
struct WinogradInputGradient {
    const float* values;
    std::ptrdiff_t point_step;
    std::size_t rows;
    std::size_t tiles;
    std::size_t kept;
    float* output;  ///< first_column of the first row; columns 16 floats apart
    std::ptrdiff_t row_step;
    std::size_t first_column;
    std::size_t columns;
};

/// Which sums over windows have a term that is not zero: sums of values at points round where the others are exact.
/// A window has window_rows x kWinogradKernel vectors of each of the maps, that of sum (r, c) those from row r +
/// first_row and column c + first_column on, as far as there are any.
struct WinogradReach {
    const float* maps;  ///< columns 16 floats apart
    std::size_t channels;
    std::ptrdiff_t channel_step;
    std::ptrdiff_t row_step;
    std::size_t rows;
    std::size_t columns;
    std::size_t window_rows;
    std::ptrdiff_t first_row;
    std::ptrdiff_t first_column;
    std::size_t sum_rows;
    std::size_t sum_columns;
    std::size_t lanes;                ///< used
    std::int32_t* memory = nullptr;   ///< for rows x (columns + sum_columns) vectors
    std::int32_t* reached = nullptr;  ///< (lanes x sum_columns x sum_rows): 0 where a used lane's terms are all zero
};

/// Pooling of one map of one block. Windows start at (row * stride_rows - pad_top, column * stride_columns - pad_left)
/// and are cut at the map's edges; each holds at least one pixel.
struct PoolMap {
    std::size_t input_rows;
    std::size_t input_columns;
    std::size_t output_rows;
    std::size_t output_columns;
    std::size_t window_rows;
    std::size_t window_columns;
    std::size_t stride_rows;
    std::size_t stride_columns;
    std::size_t pad_top;
    std::size_t pad_left;
};

/// Rectifiers: values y and derivatives F of units each of whose samples is a ReLU or a NegLU.
///
///     ReLU    y = max(0, z),  F = 1 for z > 0, else 0
///     NegLU   y = min(0, z),  F = neglu_above for z > 0, neglu_below for z < 0, else 0
///
/// y of -0.0 is +0.0; a NaN z is y and F itself. The same bits by every variant.
struct Rectify {
    const float* net_input;  ///< (lanes x units), z
    float* output;
    float* derivative;
    std::size_t units;
    const std::uint16_t* neglu;  ///< bit l of a unit's word: its lane l is a NegLU; null where none is
    float neglu_above;
    float neglu_below;
};

/// Samples of one block, one after the other, to lane vectors:
///
///     lanes[places[u] * 16 + l] = samples[l * units + u]
///
/// for all units u and the first `used` lanes l.
struct LaneGather {
    const float* samples;  ///< (units x used)
    std::size_t units;
    std::size_t used;           ///< 1 .. 16
    const std::size_t* places;  ///< (units), each unit once; null where all stay at their own
    float* lanes;               ///< (16 x units)
};

struct KernelTable {
    Isa isa;

    /// Bytes of maps that convolutions should work on at a time; 0 for no limit. Tiles of few registers use what they
    /// load only a few times, so that it must come from the first-level cache. With AVX-512 the limit was not tried.
    std::size_t map_bytes_at_once;

    void (*gather_lanes)(const LaneGather& work);

    void (*dense_forward)(const DenseForward& work);
    void (*dense_data_gradient)(const DenseDataGradient& work);
    void (*transpose_panels)(const PanelTranspose& work);
    void (*dense_weight_gradient)(const DenseWeightGradient& work);

    /// Most output channels that map_row takes for rows of so many columns.
    std::size_t (*map_row_outputs)(std::size_t columns);
    void (*map_row)(const MapRow& work);

    /// Most output channels that full_map_row takes for such rows; 0 where it has no tile for them.
    std::size_t (*full_row_outputs)(std::size_t gradient_columns, std::size_t kernel_columns);
    void (*full_map_row)(const FullMapRow& work);

    /// Most kernel columns that map_weight_gradient takes at once, and most outputs beside so many of them.
    std::size_t map_gradient_kernel_columns;
    std::size_t (*map_gradient_outputs)(std::size_t kernel_columns);
    void (*map_weight_gradient)(const MapWeightGradient& work);

    void (*winograd_weights)(const WinogradWeights& work);
    /// Whether some result may be rounding alone (kWinogradDoubt).
    bool (*winograd_weight_gradient)(const WinogradWeightGradient& work);
    /// bits[v] = the lanes of vectors[v] that are other than zero.
    void (*nonzero_lanes)(const float* vectors, std::size_t count, std::uint16_t* bits);
    void (*winograd_input)(const WinogradMap& work);
    void (*winograd_output)(const WinogradOutput& work);
    /// Values of an output gradient's rows at all points, tile t from columns 4 t .. 4 t + 3.
    void (*winograd_output_gradient)(const WinogradMap& work);
    void (*winograd_input_gradient)(const WinogradInputGradient& work);
    /// False where some sum is zero by its terms.
    bool (*winograd_reach)(const WinogradReach& work);

    /// sums[l] += sum over v of vectors[16 v + l], in four interleaved parts that are added at the end.
    void (*add_vectors)(const float* vectors, std::size_t count, float* sums);

    /// out[v] = sum of the 16 lanes of vectors[v].
    void (*sum_lanes)(const float* vectors, std::size_t count, float* out);

    /// Maximum over each window, and which pixel of the window it was: the first maximum in row-major order, numbered
    /// row * window_columns + column in the uncut window. The first NaN wins over everything.
    void (*max_pool_forward)(const PoolMap& map, const float* input, float* output, std::uint16_t* winners);
    /// Adds each output's gradient to its winner; all of input_gradient is written.
    void (*max_pool_backward)(const PoolMap& map, const float* output_gradient, const std::uint16_t* winners,
                              float* input_gradient);

    /// Mean over the pixels of each window that lie inside the map, summed in row-major order.
    void (*average_pool_forward)(const PoolMap& map, const float* input, float* output);
    void (*average_pool_backward)(const PoolMap& map, const float* output_gradient, float* input_gradient);

    void (*rectify)(const Rectify& work);
    /// out[v] = a[v] * b[v], lane by lane, for `count` vectors of 16.
    void (*multiply)(const float* a, const float* b, std::size_t count, float* out);

    /// Independent multiply-adds in registers, which no kernel can outrun: `rounds` of them on every register that
    /// holds a sum. Returns how many floating-point operations that were.
    double (*multiply_adds)(std::size_t rounds);

    /// velocity and next may not overlap other arrays; no alignment is needed.
    void (*sgd_update)(const SgdUpdate& work);
};

/// Whether this machine (and build) can run a variant.
[[nodiscard]] bool supported(Isa isa);
[[nodiscard]] Isa best_isa();

/// Precondition: supported(isa).
[[nodiscard]] const KernelTable& kernels(Isa isa);

/// The variant in use: the one set last by use_isa, else the one that the environment variable STDPSCOPE_SIMD names
/// (baseline, avx2, avx512), else best_isa(). Layers and optimisers take it when they are made.
/// Throws InvalidParameter when STDPSCOPE_SIMD names no variant, or one that this machine cannot run.
[[nodiscard]] const KernelTable& active_kernels();

/// What a value of STDPSCOPE_SIMD stands for: best_isa() where it is null or empty. Throws as active_kernels().
[[nodiscard]] Isa isa_of_environment(const char* value);

/// Makes a variant the active one, for whatever is made from now on. Throws InvalidParameter unless supported(isa).
void use_isa(Isa isa);

/// "baseline", "avx2", "avx512".
[[nodiscard]] const char* isa_name(Isa isa);

}  // namespace stdpscope::ann::kernel
