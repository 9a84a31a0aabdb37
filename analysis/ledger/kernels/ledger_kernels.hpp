#pragma once

#include <cstddef>
#include <cstdint>

/// The ledger's inner loops, once for every instruction set. All variants give the same bits.
///
/// A "word" is 16 bits: one unit's signs of the 16 samples of a block. Arrays of words and of counts are padded by
/// their owners to a multiple of kPaddedWords and may be read (and counts written) up to there.
namespace stdpscope::analysis::detail {

inline constexpr std::size_t kPaddedWords = 32;
/// Rounds a length up to whole vectors.
[[nodiscard]] constexpr std::size_t padded(std::size_t length) {
    return (length + kPaddedWords - 1) / kPaddedWords * kPaddedWords;
}

/// Words ahead of its place where LedgerKernels::signs has the next ones' values brought near: three quarters of a
/// page, so that they come from the next page too, before which processors stop fetching on their own. From memory,
/// values are read twice as fast.
inline constexpr std::size_t kWordsAhead = 48;
/// The word whose values are then brought near; none behind the last, which another core may have written.
[[nodiscard]] constexpr std::size_t word_ahead(std::size_t word, std::size_t words) {
    return word + kWordsAhead < words ? word + kWordsAhead : word;
}

enum class InstructionSet {
    baseline,
    avx2,    ///< AVX2, FMA
    avx512,  ///< FMA, AVX-512 F, BW, DQ, VL, BITALG, VPOPCNTDQ
};

/// Places of UpdateCells: those of UpdateCounts::histogram, then `untimed`.
inline constexpr std::size_t kUpdateCells = 28;
inline constexpr std::size_t kUntimedCell = 27;
inline constexpr std::size_t kSumLanes = 8;

/// Update-level counts in the making. Sums stay apart by (row modulo 8), so that every variant adds in one order.
struct alignas(64) UpdateCells {
    double absolute_update[kUpdateCells][kSumLanes];
    std::uint64_t count[kUpdateCells];
    std::uint64_t receptor_switches;
};

/// Columns of weights whose events are tallied together, so that the sums are loaded and stored once for all of them.
inline constexpr std::size_t kTapsTogether = 4;

/// Event counts of up to kTapsTogether columns of weights.
struct EventTaps {
    std::size_t taps = 0;
    const float* weights[kTapsTogether] = {};
    /// Bits of the gathered taps.
    std::int32_t whole[kTapsTogether] = {};
    /// counts[(tap * arrays + array) * stride + row]
    const std::int32_t* counts = nullptr;
    std::size_t arrays = 0;
};

/// Firing pairs of one synapse, by timing, and the sum of -D over them, kept apart by (lane modulo 8).
struct PairSums {
    std::int32_t pre_first = 0;
    std::int32_t post_first = 0;
    double integral[kSumLanes] = {};
};

/// Counting by tables of four samples, a "nibble", for variants without a population count of vectors; null in others.
///
/// The nibbles of the words w of a tap, or of a row, are its groups: group nibbles * w + k holds bits 4 k .. 4 k + 3 of
/// word w, k < nibbles; nibbles without samples are left out.
struct NibbleKernels {
    /// out[group] = 16 times the nibble.
    void (*tap_nibbles)(const std::uint16_t* words, std::size_t count, std::size_t nibbles, std::uint8_t* out);

    /// out[group * group_stride + row] = the nibble, where word w of a row is plane[row * positions + w], w <
    /// positions. Writes rows up to the next multiple of 16.
    void (*row_nibbles)(const std::uint16_t* plane, std::size_t rows, std::size_t positions, std::size_t nibbles,
                        std::uint8_t* out, std::size_t group_stride);

    /// counts[tap * counts_stride + row] = sum over group of the bits that taps[tap] and the row share; `rows` is a
    /// multiple of 32.
    void (*count)(const std::uint8_t* const* taps, std::size_t taps_given, const std::uint8_t* rows_nibbles,
                  std::size_t group_stride, std::size_t groups, std::size_t rows, std::int32_t* counts,
                  std::size_t counts_stride);
};

/// A plane of rows has one bit for each row of a dense layer's weights: bit (row modulo 64) of word row / 64. It is
/// padded with zeros to whole vectors and aligned to them.
inline constexpr std::size_t kRowVectorWords = 4;
[[nodiscard]] constexpr std::size_t plane_words(std::size_t rows) {
    return (rows + 64 * kRowVectorWords - 1) / (64 * kRowVectorWords) * kRowVectorWords;
}
/// Planes that are added up together; lists of chosen planes are filled up to a multiple of it with a plane of zeros.
inline constexpr std::size_t kPlanesTogether = 8;
/// Places of bits that are listed at a time.
inline constexpr std::size_t kListedTogether = 16;
/// Binary digits that a count of planes may have.
inline constexpr std::size_t kMostDigits = 24;
/// Rows whose |update| are added in single precision, by (row modulo kSingleLanes), before they are added in double.
inline constexpr std::size_t kRowsInSingle = 1024;
inline constexpr std::size_t kSingleLanes = 16;

/// Firing pairs of a column's synapses, as planes: more of them speak for the presynaptic unit first, more for the
/// postsynaptic one, there are some.
struct RowTiming {
    const std::uint64_t* pre_first = nullptr;
    const std::uint64_t* post_first = nullptr;
    const std::uint64_t* fired = nullptr;
};

/// Signs of a column's weights, as planes.
struct RowSignPlanes {
    std::uint64_t* minus = nullptr;
    std::uint64_t* plus = nullptr;
};

/// Dense layers by planes of rows. `chosen` lists `count` planes, a multiple of kPlanesTogether; plane p begins at
/// planes + p * plane_words.
struct RowKernels {
    /// Bit r of plane l = bit first + l of words[r], for l < lanes, first + lanes <= 16.
    void (*transpose)(const std::uint16_t* words, std::size_t rows, std::size_t first, std::size_t lanes,
                      std::uint64_t* planes, std::size_t plane_words);

    /// out = the places of the bits of `words` words, counted from the first word's lowest bit; word w is
    /// a[w * stride] | b[w * stride], b may be null (all zeros). Returns how many there are, behind which up to
    /// kListedTogether more numbers may be written.
    std::size_t (*list_bits)(const std::uint16_t* a, const std::uint16_t* b, std::size_t stride, std::size_t words,
                             std::uint32_t* out);

    /// out = a & b & c; b and c may be null (all rows). Returns the rows in it.
    std::uint64_t (*intersect)(const std::uint64_t* a, const std::uint64_t* b, const std::uint64_t* c,
                               std::size_t plane_words, std::uint64_t* out);

    /// out = those of `rows` that are neither in a nor in b.
    void (*neither)(const std::uint64_t* rows, const std::uint64_t* a, const std::uint64_t* b, std::size_t plane_words,
                    std::uint64_t* out);

    /// Whether each of `rows` is in a or in b.
    bool (*all_in)(const std::uint64_t* rows, const std::uint64_t* a, const std::uint64_t* b, std::size_t plane_words);

    /// Of each row, compares how many of the planes chosen from `first` and from `last` have its bit set: planes of
    /// more in first, of more in last, of any. The counts are given as by add_planes. count < 65,536.
    std::size_t (*compare_counts)(const std::uint64_t* first, const std::uint64_t* last, std::size_t plane_words,
                                  const std::uint32_t* chosen, std::size_t count, std::uint64_t* timing,
                                  std::uint64_t* first_digits, std::uint64_t* last_digits);

    /// Of each row, how many of the planes chosen have its bit set, in binary: plane d of `digits` is digit d. Returns
    /// how many digits were written, up to kMostDigits.
    std::size_t (*add_planes)(const std::uint64_t* planes, std::size_t plane_words, const std::uint32_t* chosen,
                              std::size_t count, std::uint64_t* digits);

    /// Sum of such numbers over the rows in a and in b; b may be null (all rows).
    std::uint64_t (*sum_digits)(const std::uint64_t* digits, std::size_t digits_given, std::size_t plane_words,
                                const std::uint64_t* a, const std::uint64_t* b);

    /// Set bits of all planes chosen, in the rows in a and in b; b may be null (all rows).
    std::uint64_t (*sum_planes)(const std::uint64_t* planes, std::size_t plane_words, const std::uint32_t* chosen,
                                std::size_t count, const std::uint64_t* a, const std::uint64_t* b);

    /// Counts the updates of one column of weights, of the rows in `members` (null: all), and notes the weights' signs
    /// before it in as many words as the rows fill. Sums of |update| are added in single precision over kRowsInSingle
    /// rows, by (row modulo kSingleLanes), the lower eight sums then before the upper ones in double; but those of zero
    /// weights, which are few, at once. The next column's weights, which follow in memory, may be fetched ahead. A NaN
    /// update makes one of the sums NaN; that of a row that is no member, or an infinite one, may do so too.
    void (*tally_column)(const float* before, const float* after, std::size_t rows, const RowTiming& timing,
                         const std::uint64_t* members, const RowSignPlanes& receptors, UpdateCells& cells);
};

struct LedgerKernels {
    /// Bit l of positive[v] says values[16 v + l] > 0, negative likewise < 0. Returns whether a NaN was met (neither).
    bool (*signs)(const float* values, std::size_t words, std::uint16_t* positive, std::uint16_t* negative);

    /// out = a & b & c; b and c may be null (all ones). Returns the OR of all words. No padding is assumed.
    std::uint16_t (*intersect)(const std::uint16_t* a, const std::uint16_t* b, const std::uint16_t* c,
                               std::size_t words, std::uint16_t* out);

    /// Whether a & b & c is not zero, for the same.
    bool (*meet)(const std::uint16_t* a, const std::uint16_t* b, const std::uint16_t* c, std::size_t words);

    /// out = used & ~(a | b | c); c may be null (all zeros). Returns the OR of all words. No padding is assumed.
    std::uint16_t (*neither)(const std::uint16_t* a, const std::uint16_t* b, const std::uint16_t* c, std::uint16_t used,
                             std::size_t words, std::uint16_t* out);

    /// Dense: counts[row] = sum over block of popcount(pre[block] & post[block * stride + row]), blocks <= 4095.
    void (*count_rows)(const std::uint16_t* pre, std::size_t blocks, const std::uint16_t* post, std::size_t stride,
                       std::size_t rows, std::int32_t* counts);

    /// Convolution: counts[tap * counts_stride + row] = sum over word of popcount(pre[tap][word] & post[row * words +
    /// word]); `words` is padded.
    void (*count_maps)(const std::uint16_t* const* pre, std::size_t taps, const std::uint16_t* post, std::size_t words,
                       std::size_t rows, std::int32_t* counts, std::size_t counts_stride);

    /// Set bits of any number of words.
    std::uint64_t (*set_bits)(const std::uint16_t* bits, std::size_t words);

    /// Set bits; `words` is padded.
    std::uint64_t (*population)(const std::uint16_t* bits, std::size_t words);

    /// Copies `words` words of each of `rows` rows; touches nothing beyond.
    void (*copy_rows)(const std::uint16_t* from, std::size_t from_stride, std::size_t rows, std::size_t words,
                      std::uint16_t* to, std::size_t to_stride);

    /// out[row] = sum over array of counts[array][row].
    void (*sum)(const std::int32_t* const* counts, std::size_t arrays, std::size_t rows, std::int32_t* out);

    /// Sum over row of a[row] * b[row], b >= 0.
    std::uint64_t (*dot)(const std::uint32_t* a, const std::int32_t* b, std::size_t rows);

    /// out[row] = whole - sum over array of counts[array * stride + row].
    void (*remainder)(std::int32_t whole, const std::int32_t* counts, std::size_t stride, std::size_t arrays,
                      std::size_t rows, std::int32_t* out);

    /// With r the axis of the sign of a tap's weight of a row, adds to
    ///     sums[(array * 3 + r) * stride + row]    the tap's count of that array and row,
    ///     sums[(arrays * 3 + r) * stride + row]   whole of the tap,
    ///     receptors[r * stride + row]             1, unless receptors is null.
    void (*tally_events)(const EventTaps& taps, std::size_t rows, std::size_t stride, std::uint32_t* receptors,
                         std::uint32_t* sums);

    /// For each of 1 .. kTapsTogether taps adds the pairs among `words` words of its firing samples: loss > 0 speaks
    /// for the postsynaptic unit first, loss < 0 for the presynaptic one. `loss` holds 16 values a word.
    void (*add_pairs)(const std::uint16_t* const* firing, std::size_t taps, const std::uint16_t* loss_positive,
                      const std::uint16_t* loss_negative, const float* loss, std::size_t words, PairSums* sums);

    /// Counts the updates of one column of weights. pre_first and post_first say how many firing pairs speak for either
    /// timing. Bit (row modulo 16) of members[row / 16] says which rows to count; null: all.
    /// Returns whether an update was NaN; `cells` is then of no use.
    bool (*tally_updates)(const float* before, const float* after, std::size_t rows, const std::int32_t* pre_first,
                          const std::int32_t* post_first, const std::uint16_t* members, UpdateCells& cells);

    NibbleKernels nibbles{};
    RowKernels rows{};
};

/// Whether this machine (and build) can run a variant.
[[nodiscard]] bool supported(InstructionSet set);
[[nodiscard]] InstructionSet best_instruction_set();
/// Precondition: supported(set).
[[nodiscard]] const LedgerKernels& ledger_kernels(InstructionSet set);

}  // namespace stdpscope::analysis::detail
