// Counting in AVX2 by tables: AVX2 has no population count of its own, but one shuffle looks up 32 numbers. Four
// samples are a nibble; a tap's nibble chooses the table of how many bits each nibble of a row shares with it.

#include <immintrin.h>

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

using Nibble = std::uint8_t;

/// Entry [16 a + b] is the number of bits in a & b.
struct alignas(64) SharedBits {
    std::uint8_t of[256];
    constexpr SharedBits() : of() {
        for (unsigned place = 0; place < 256; ++place) {
            const unsigned both = (place >> 4U) & place & 15U;
            of[place] =
                static_cast<std::uint8_t>((both & 1U) + (both >> 1U & 1U) + (both >> 2U & 1U) + (both >> 3U & 1U));
        }
    }
};
constexpr SharedBits kSharedBits;

/// Groups, of four bits each, that a sum of eight bits has room for.
constexpr std::size_t kGroupsInByte = 63;
/// Groups, a multiple of those, that a sum of sixteen bits has room for.
constexpr std::size_t kGroupsInWord = kGroupsInByte * 256;

/// Sums of 32 rows in 16 bits each: rows 0 .. 15, then 16 .. 31.
struct WideSums {
    __m256i low = _mm256_setzero_si256();
    __m256i high = _mm256_setzero_si256();

    void add(__m256i bytes) {
        low = _mm256_add_epi16(low, _mm256_cvtepu8_epi16(_mm256_castsi256_si128(bytes)));
        high = _mm256_add_epi16(high, _mm256_cvtepu8_epi16(_mm256_extracti128_si256(bytes, 1)));
    }
};

inline void add_eight(std::int32_t* counts, __m128i words) {
    auto* place = reinterpret_cast<__m256i*>(counts);
    _mm256_storeu_si256(place, _mm256_add_epi32(_mm256_loadu_si256(place), _mm256_cvtepu16_epi32(words)));
}

inline void add_to(std::int32_t* counts, const WideSums& sums) {
    add_eight(counts, _mm256_castsi256_si128(sums.low));
    add_eight(counts + 8, _mm256_extracti128_si256(sums.low, 1));
    add_eight(counts + 16, _mm256_castsi256_si128(sums.high));
    add_eight(counts + 24, _mm256_extracti128_si256(sums.high, 1));
}

// In assembler, as GCC 12 else loads rows again for every tap and copies every sum in every turn.
inline void keep_in_register(__m256i& vector) {
    asm("" : "+x"(vector));
}
inline void add_bytes(__m256i& sum, __m256i bytes) {
    asm("vpaddb %1, %0, %0" : "+x"(sum) : "x"(bytes));
}
inline __m256i look_up(__m256i table, const __m256i* places) {
    __m256i found;
    asm("vpshufb %2, %1, %0" : "=x"(found) : "x"(table), "m"(*places));
    return found;
}

/// 32 kVectors rows of kTaps taps, groups [begin, end): what is loaded once serves several sums.
template <std::size_t kTaps, std::size_t kVectors>
void count_some(const Nibble* const* taps, const Nibble* post, std::size_t group_stride, std::size_t begin,
                std::size_t end, std::int32_t* counts, std::size_t counts_stride) {
    // Twelve sums, a table and what it gives leave room for two vectors of rows; a third is read where it is used.
    constexpr std::size_t kHeld = kVectors < 3 ? kVectors : 2;
    WideSums wide[kTaps][kVectors];
    while (begin < end) {
        const std::size_t full = end - begin < kGroupsInByte ? end : begin + kGroupsInByte;
        __m256i sums[kTaps][kVectors];
        for (std::size_t tap = 0; tap < kTaps; ++tap) {
            for (std::size_t v = 0; v < kVectors; ++v) sums[tap][v] = _mm256_setzero_si256();
        }
        for (; begin < full; ++begin) {
            const auto* place = reinterpret_cast<const __m256i*>(post + begin * group_stride);
            __m256i rows[kVectors];
            for (std::size_t v = 0; v < kHeld; ++v) {
                rows[v] = _mm256_loadu_si256(place + v);
                keep_in_register(rows[v]);
            }
            for (std::size_t tap = 0; tap < kTaps; ++tap) {
                const auto* shared = reinterpret_cast<const __m128i*>(kSharedBits.of + taps[tap][begin]);
                const __m256i table = _mm256_broadcastsi128_si256(_mm_load_si128(shared));
                for (std::size_t v = 0; v < kVectors; ++v) {
                    add_bytes(sums[tap][v],
                              v < kHeld ? _mm256_shuffle_epi8(table, rows[v]) : look_up(table, place + v));
                }
            }
        }
        for (std::size_t tap = 0; tap < kTaps; ++tap) {
            for (std::size_t v = 0; v < kVectors; ++v) wide[tap][v].add(sums[tap][v]);
        }
    }
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
        for (std::size_t v = 0; v < kVectors; ++v) add_to(counts + tap * counts_stride + 32 * v, wide[tap][v]);
    }
}

template <std::size_t kTaps>
void count_taps(const Nibble* const* taps, const Nibble* post, std::size_t group_stride, std::size_t groups,
                std::size_t rows, std::int32_t* counts, std::size_t counts_stride) {
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
        for (std::size_t row = 0; row < rows; ++row) counts[tap * counts_stride + row] = 0;
    }
    for (std::size_t begin = 0; begin < groups; begin += kGroupsInWord) {
        const std::size_t end = groups - begin < kGroupsInWord ? groups : begin + kGroupsInWord;
        const auto count_rows_from = [&]<std::size_t kVectors>(std::size_t row) {
            count_some<kTaps, kVectors>(taps, post + row, group_stride, begin, end, counts + row, counts_stride);
        };
        // Three vectors of rows fill the registers; four are better split in halves than as three and one.
        std::size_t row = 0;
        for (; row + 96 <= rows && row + 128 != rows; row += 96) count_rows_from.template operator()<3>(row);
        for (; row + 64 <= rows; row += 64) count_rows_from.template operator()<2>(row);
        if (row < rows) count_rows_from.template operator()<1>(row);
    }
}

void count_nibbles(const Nibble* const* taps, std::size_t taps_given, const Nibble* post, std::size_t group_stride,
                   std::size_t groups, std::size_t rows, std::int32_t* counts, std::size_t counts_stride) {
    for (; taps_given >= 4; taps_given -= 4, taps += 4, counts += 4 * counts_stride) {
        count_taps<4>(taps, post, group_stride, groups, rows, counts, counts_stride);
    }
    if (taps_given == 3) return count_taps<3>(taps, post, group_stride, groups, rows, counts, counts_stride);
    if (taps_given == 2) return count_taps<2>(taps, post, group_stride, groups, rows, counts, counts_stride);
    if (taps_given == 1) return count_taps<1>(taps, post, group_stride, groups, rows, counts, counts_stride);
}

void tap_nibbles(const std::uint16_t* words, std::size_t count, std::size_t nibbles, Nibble* out) {
    std::size_t word = 0;
    if (nibbles == 4) {
        const __m256i upper = _mm256_set1_epi8(static_cast<char>(0xF0));
        for (; word + 16 <= count; word += 16) {
            const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(words + word));
            const __m256i even = _mm256_and_si256(_mm256_slli_epi16(bits, 4), upper);
            const __m256i odd = _mm256_and_si256(bits, upper);
            const __m256i first = _mm256_unpacklo_epi8(even, odd);
            const __m256i last = _mm256_unpackhi_epi8(even, odd);
            auto* place = reinterpret_cast<__m256i*>(out + word * 4);
            _mm256_storeu_si256(place, _mm256_permute2x128_si256(first, last, 0x20));
            _mm256_storeu_si256(place + 1, _mm256_permute2x128_si256(first, last, 0x31));
        }
    }
    for (; word < count; ++word) {
        for (std::size_t k = 0; k < nibbles; ++k) {
            out[word * nibbles + k] = static_cast<Nibble>((words[word] >> (4 * k) & 15) << 4);
        }
    }
}

/// Nibble k of sixteen words as bytes.
inline __m128i nibbles_of(__m256i words, std::size_t k) {
    const __m256i moved = _mm256_srl_epi16(words, _mm_cvtsi64_si128(static_cast<long long>(4 * k)));
    const __m256i nibbles = _mm256_and_si256(moved, _mm256_set1_epi16(15));
    return _mm_packus_epi16(_mm256_castsi256_si128(nibbles), _mm256_extracti128_si256(nibbles, 1));
}

/// Transposes 8 x 8 words; rows beyond the last are copies of it.
inline void transpose(const std::uint16_t* words, std::size_t stride, std::size_t rows, __m128i (&out)[8]) {
    __m128i in[8];
    for (std::size_t row = 0; row < 8; ++row) {
        const std::size_t from = row < rows ? row : rows - 1;
        in[row] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(words + from * stride));
    }
    __m128i pairs[8];
    for (std::size_t i = 0; i < 4; ++i) {
        pairs[i] = _mm_unpacklo_epi16(in[2 * i], in[2 * i + 1]);
        pairs[i + 4] = _mm_unpackhi_epi16(in[2 * i], in[2 * i + 1]);
    }
    for (std::size_t half = 0; half < 2; ++half) {
        const __m128i* from = pairs + 4 * half;
        const __m128i low = _mm_unpacklo_epi32(from[0], from[1]);
        const __m128i high = _mm_unpackhi_epi32(from[0], from[1]);
        const __m128i low2 = _mm_unpacklo_epi32(from[2], from[3]);
        const __m128i high2 = _mm_unpackhi_epi32(from[2], from[3]);
        out[4 * half] = _mm_unpacklo_epi64(low, low2);
        out[4 * half + 1] = _mm_unpackhi_epi64(low, low2);
        out[4 * half + 2] = _mm_unpacklo_epi64(high, high2);
        out[4 * half + 3] = _mm_unpackhi_epi64(high, high2);
    }
}

/// Eight positions of up to 16 rows; writes 16.
inline void row_nibbles_of_tile(const std::uint16_t* plane, std::size_t rows, std::size_t positions,
                                std::size_t nibbles, Nibble* out, std::size_t group_stride) {
    __m128i first[8];
    __m128i last[8];
    transpose(plane, positions, rows, first);
    const std::size_t skipped = rows > 8 ? 8 : 0;
    transpose(plane + skipped * positions, positions, rows - skipped, last);
    for (std::size_t position = 0; position < 8; ++position) {
        const __m256i words = _mm256_set_m128i(last[position], first[position]);
        for (std::size_t k = 0; k < nibbles; ++k) {
            auto* place = reinterpret_cast<__m128i*>(out + (position * nibbles + k) * group_stride);
            _mm_storeu_si128(place, nibbles_of(words, k));
        }
    }
}

void row_nibbles(const std::uint16_t* plane, std::size_t rows, std::size_t positions, std::size_t nibbles, Nibble* out,
                 std::size_t group_stride) {
    if (positions >= 8) {
        for (std::size_t row = 0; row < rows; row += 16) {
            const std::size_t tile_rows = rows - row < 16 ? rows - row : 16;
            for (std::size_t begin = 0; begin < positions; begin += 8) {
                // The last tile overlaps the one before.
                const std::size_t position = begin + 8 <= positions ? begin : positions - 8;
                row_nibbles_of_tile(plane + row * positions + position, tile_rows, positions, nibbles,
                                    out + position * nibbles * group_stride + row, group_stride);
            }
        }
        return;
    }
    std::size_t row = 0;
    if (positions == 1) {
        for (; row + 16 <= rows; row += 16) {
            const __m256i words = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(plane + row));
            for (std::size_t k = 0; k < nibbles; ++k) {
                _mm_storeu_si128(reinterpret_cast<__m128i*>(out + k * group_stride + row), nibbles_of(words, k));
            }
        }
    }
    for (; row < rows; ++row) {
        for (std::size_t position = 0; position < positions; ++position) {
            const unsigned word = plane[row * positions + position];
            for (std::size_t k = 0; k < nibbles; ++k) {
                out[(position * nibbles + k) * group_stride + row] = static_cast<Nibble>(word >> (4 * k) & 15U);
            }
        }
    }
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
