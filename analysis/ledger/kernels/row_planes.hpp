// Counting by planes of rows: a column of a dense layer's weights at once, one bit a row. How many of some planes have
// a row's bit set is added up in binary, one plane a digit (carry-save adders: Harley & Seal; Mula, Kurz & Lemire 2018,
// Comput. J. 61:111), so that a sample or a column that is silent costs nothing. Written once for all variants in the
// compiler's own vectors.

#include <cstddef>
#include <cstdint>
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "analysis/ledger/kernels/ledger_kernels.hpp"

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

/// 256 rows, which planes are made of.
using FourWords = std::uint64_t
    __attribute__((vector_size(4 * sizeof(std::uint64_t)), aligned(4 * sizeof(std::uint64_t)), may_alias));
static_assert(kRowVectorWords == 4);
/// 512 rows, of planes of so many.
using EightWords = std::uint64_t
    __attribute__((vector_size(8 * sizeof(std::uint64_t)), aligned(4 * sizeof(std::uint64_t)), may_alias));

#if defined(__AVX512F__)
constexpr bool kManyRegisters = true;
using WidestRows = EightWords;
#else
constexpr bool kManyRegisters = false;
using WidestRows = FourWords;
#endif

template <class Rows>
inline const Rows& rows_at(const std::uint64_t* words) {
    return *reinterpret_cast<const Rows*>(words);
}
template <class Rows>
inline void store_rows(std::uint64_t* words, const Rows& rows) {
    *reinterpret_cast<Rows*>(words) = rows;
}

/// Calls work(word, rows) for all words of a plane, as many together as the machine has vectors for; `rows` tells their
/// type.
template <class Work>
inline void for_words(std::size_t plane_words, const Work& work) {
    constexpr std::size_t kWidest = sizeof(WidestRows) / sizeof(std::uint64_t);
    std::size_t word = 0;
    for (; word + kWidest <= plane_words; word += kWidest) work(word, WidestRows{});
    for (; word < plane_words; word += kRowVectorWords) work(word, FourWords{});
}

/// sum + a + b = 2 carry + sum
template <class Rows>
inline void full_add(Rows& carry, Rows& sum, const Rows& a, const Rows& b) {
    const Rows either = sum ^ a;
    carry = (sum & a) | (either & b);
    sum = either ^ b;
}

#if defined(__AVX512F__)
/// The same by one instruction for each of the two, which GCC does not find; `a` and `b` are read once.
inline void full_add(EightWords& carry, EightWords& sum, const EightWords& a, const EightWords& b) {
    constexpr int kMajority = 0xE8;
    constexpr int kParity = 0x96;
    __m512i first = reinterpret_cast<__m512i>(a);
    __m512i last = reinterpret_cast<__m512i>(b);
    asm("" : "+v"(first), "+v"(last));
    const __m512i before = reinterpret_cast<__m512i>(sum);
    carry = reinterpret_cast<EightWords>(_mm512_ternarylogic_epi64(before, first, last, kMajority));
    sum = reinterpret_cast<EightWords>(_mm512_ternarylogic_epi64(before, first, last, kParity));
}
#endif

/// Whether a < b by a digit of theirs or, where these are equal, by the lower digits.
template <class Rows>
inline Rows is_less(const Rows& a, const Rows& b, const Rows& by_lower) {
    return (b & ~a) | (by_lower & ~(a ^ b));
}

#if defined(__AVX512F__)
inline EightWords is_less(const EightWords& a, const EightWords& b, const EightWords& by_lower) {
    constexpr int kMajorityButFirst = 0x8E;
    return reinterpret_cast<EightWords>(
        _mm512_ternarylogic_epi64(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b),
                                  reinterpret_cast<__m512i>(by_lower), kMajorityButFirst));
}
#endif

/// Adds eight planes to digits. Loops over digits are unrolled, here and below: else these would live in memory.
template <class Rows, std::size_t kDigits>
inline void add_eight(const std::uint64_t* planes, std::size_t plane_words, const std::uint32_t* chosen,
                      Rows (&digit)[kDigits]) {
    static_assert(kPlanesTogether == 8);
    const auto plane = [&](std::size_t each) -> const Rows& {
        return rows_at<Rows>(planes + chosen[each] * plane_words);
    };
    Rows two[2];
    Rows four[2];
    Rows carry;
    full_add(two[0], digit[0], plane(0), plane(1));
    full_add(two[1], digit[0], plane(2), plane(3));
    full_add(four[0], digit[1], two[0], two[1]);
    full_add(two[0], digit[0], plane(4), plane(5));
    full_add(two[1], digit[0], plane(6), plane(7));
    full_add(four[1], digit[1], two[0], two[1]);
    full_add(carry, digit[2], four[0], four[1]);
#pragma GCC unroll 24
    for (std::size_t place = 3; place < kDigits; ++place) {
        const Rows next = digit[place] & carry;
        digit[place] ^= carry;
        carry = next;
    }
}

/// digit[0 .. kDigits - 1] = for each row, how many of the planes chosen have its bit set.
template <class Rows, std::size_t kDigits>
inline void count_planes(const std::uint64_t* planes, std::size_t plane_words, const std::uint32_t* chosen,
                         std::size_t count, Rows (&digit)[kDigits]) {
#pragma GCC unroll 24
    for (Rows& rows : digit) rows = Rows{};
    for (std::size_t first = 0; first < count; first += kPlanesTogether) {
        add_eight(planes, plane_words, chosen + first, digit);
    }
}

/// The same of two sets of planes; with registers enough they are added up side by side, so that neither waits for its
/// own sums.
template <class Rows, std::size_t kDigits>
inline void count_two(const std::uint64_t* first, const std::uint64_t* last, std::size_t plane_words,
                      const std::uint32_t* chosen, std::size_t count, Rows (&digits)[2][kDigits]) {
    if constexpr (kManyRegisters) {
#pragma GCC unroll 24
        for (std::size_t place = 0; place < kDigits; ++place) digits[0][place] = digits[1][place] = Rows{};
        for (std::size_t each = 0; each < count; each += kPlanesTogether) {
            add_eight(first, plane_words, chosen + each, digits[0]);
            add_eight(last, plane_words, chosen + each, digits[1]);
        }
    } else {
        count_planes(first, plane_words, chosen, count, digits[0]);
        count_planes(last, plane_words, chosen, count, digits[1]);
    }
}

template <std::size_t kDigits>
std::size_t compare_counts_of(const std::uint64_t* first, const std::uint64_t* last, std::size_t plane_words,
                              const std::uint32_t* chosen, std::size_t count, std::uint64_t* timing,
                              std::uint64_t* first_digits, std::uint64_t* last_digits) {
    for_words(
        plane_words, [&](std::size_t word, auto zero) __attribute__((always_inline)) {
            using Rows = decltype(zero);
            Rows digits[2][kDigits];
            count_two(first + word, last + word, plane_words, chosen, count, digits);
            Rows more{};
            Rows less{};
            Rows some{};
#pragma GCC unroll 24
            for (std::size_t place = 0; place < kDigits; ++place) {
                const Rows& of_first = digits[0][place];
                const Rows& of_last = digits[1][place];
                more = is_less(of_last, of_first, more);
                less = is_less(of_first, of_last, less);
                some |= of_first | of_last;
                store_rows(first_digits + place * plane_words + word, of_first);
                store_rows(last_digits + place * plane_words + word, of_last);
            }
            store_rows(timing + word, more);
            store_rows(timing + plane_words + word, less);
            store_rows(timing + 2 * plane_words + word, some);
        });
    return kDigits;
}

std::size_t compare_counts(const std::uint64_t* first, const std::uint64_t* last, std::size_t plane_words,
                           const std::uint32_t* chosen, std::size_t count, std::uint64_t* timing,
                           std::uint64_t* first_digits, std::uint64_t* last_digits) {
    const auto compare = count < 64    ? &compare_counts_of<6>
                         : count < 128 ? &compare_counts_of<7>
                                       : &compare_counts_of<16>;
    return compare(first, last, plane_words, chosen, count, timing, first_digits, last_digits);
}

template <std::size_t kDigits>
void add_planes_of(const std::uint64_t* planes, std::size_t plane_words, const std::uint32_t* chosen, std::size_t count,
                   std::uint64_t* digits) {
    for_words(plane_words, [&](std::size_t word, auto zero) {
        decltype(zero) digit[kDigits];
        count_planes(planes + word, plane_words, chosen, count, digit);
        for (std::size_t place = 0; place < kDigits; ++place) {
            store_rows(digits + place * plane_words + word, digit[place]);
        }
    });
}

std::size_t add_planes(const std::uint64_t* planes, std::size_t plane_words, const std::uint32_t* chosen,
                       std::size_t count, std::uint64_t* digits) {
    if (count < 128) {
        add_planes_of<7>(planes, plane_words, chosen, count, digits);
        return 7;
    }
    if (count < 1024) {
        add_planes_of<10>(planes, plane_words, chosen, count, digits);
        return 10;
    }
    add_planes_of<kMostDigits>(planes, plane_words, chosen, count, digits);
    return kMostDigits;
}

#if defined(__AVX512F__)
/// Set bits, by word.
inline EightWords populations(const EightWords& rows) {
    return reinterpret_cast<EightWords>(_mm512_popcnt_epi64(reinterpret_cast<__m512i>(rows)));
}
inline FourWords populations(const FourWords& rows) {
    return reinterpret_cast<FourWords>(_mm256_popcnt_epi64(reinterpret_cast<__m256i>(rows)));
}
inline std::uint64_t total(const EightWords& numbers) {
    return static_cast<std::uint64_t>(_mm512_reduce_add_epi64(reinterpret_cast<__m512i>(numbers)));
}
inline std::uint64_t total(const FourWords& numbers) {
    return numbers[0] + numbers[1] + numbers[2] + numbers[3];
}
#else
/// Set bits.
inline std::uint64_t populations(const FourWords& rows) {
    std::uint64_t bits = 0;
    for (std::size_t word = 0; word < kRowVectorWords; ++word) {
        bits += static_cast<std::uint64_t>(__builtin_popcountll(rows[word]));
    }
    return bits;
}
inline std::uint64_t total(std::uint64_t number) {
    return number;
}
#endif

std::uint64_t intersect_rows(const std::uint64_t* a, const std::uint64_t* b, const std::uint64_t* c,
                             std::size_t plane_words, std::uint64_t* out) {
    std::uint64_t sum = 0;
    for_words(plane_words, [&](std::size_t word, auto zero) {
        using Rows = decltype(zero);
        Rows rows = rows_at<Rows>(a + word);
        if (b != nullptr) rows &= rows_at<Rows>(b + word);
        if (c != nullptr) rows &= rows_at<Rows>(c + word);
        store_rows(out + word, rows);
        sum += total(populations(rows));
    });
    return sum;
}

void neither_rows(const std::uint64_t* rows, const std::uint64_t* a, const std::uint64_t* b, std::size_t plane_words,
                  std::uint64_t* out) {
    for_words(plane_words, [&](std::size_t word, auto zero) {
        using Rows = decltype(zero);
        store_rows(out + word, rows_at<Rows>(rows + word) & ~(rows_at<Rows>(a + word) | rows_at<Rows>(b + word)));
    });
}

bool all_in(const std::uint64_t* rows, const std::uint64_t* a, const std::uint64_t* b, std::size_t plane_words) {
    FourWords others{};
    for (std::size_t word = 0; word < plane_words; word += kRowVectorWords) {
        others |= rows_at<FourWords>(rows + word) & ~(rows_at<FourWords>(a + word) | rows_at<FourWords>(b + word));
    }
    return (others[0] | others[1] | others[2] | others[3]) == 0;
}

std::uint64_t sum_digits(const std::uint64_t* digits, std::size_t digits_given, std::size_t plane_words,
                         const std::uint64_t* a, const std::uint64_t* b) {
    std::uint64_t sum = 0;
    for_words(plane_words, [&](std::size_t word, auto zero) {
        using Rows = decltype(zero);
        Rows counted = rows_at<Rows>(a + word);
        if (b != nullptr) counted &= rows_at<Rows>(b + word);
        decltype(populations(counted)) numbers{};
        for (std::size_t place = digits_given; place-- > 0;) {
            numbers = numbers + numbers + populations(rows_at<Rows>(digits + place * plane_words + word) & counted);
        }
        sum += total(numbers);
    });
    return sum;
}

#if defined(__AVX512F__)
/// Counts bits at once: with an instruction for it that takes less than to add planes first.
std::uint64_t sum_planes(const std::uint64_t* planes, std::size_t plane_words, const std::uint32_t* chosen,
                         std::size_t count, const std::uint64_t* a, const std::uint64_t* b) {
    constexpr std::size_t kSums = 4;
    static_assert(kPlanesTogether % kSums == 0);
    std::uint64_t sum = 0;
    for_words(plane_words, [&](std::size_t word, auto zero) {
        using Rows = decltype(zero);
        Rows counted = rows_at<Rows>(a + word);
        if (b != nullptr) counted &= rows_at<Rows>(b + word);
        Rows numbers[kSums] = {};
        for (std::size_t first = 0; first < count; first += kSums) {
            for (std::size_t each = 0; each < kSums; ++each) {
                const std::uint64_t* plane = planes + chosen[first + each] * plane_words;
                numbers[each] += populations(rows_at<Rows>(plane + word) & counted);
            }
        }
        sum += total((numbers[0] + numbers[1]) + (numbers[2] + numbers[3]));
    });
    return sum;
}
#else
template <std::size_t kDigits>
std::uint64_t sum_planes_of(const std::uint64_t* planes, std::size_t plane_words, const std::uint32_t* chosen,
                            std::size_t count, const std::uint64_t* a, const std::uint64_t* b) {
    std::uint64_t sum = 0;
    for_words(plane_words, [&](std::size_t word, auto zero) {
        using Rows = decltype(zero);
        Rows digit[kDigits];
        count_planes(planes + word, plane_words, chosen, count, digit);
        Rows counted = rows_at<Rows>(a + word);
        if (b != nullptr) counted &= rows_at<Rows>(b + word);
        for (std::size_t place = 0; place < kDigits; ++place) sum += populations(digit[place] & counted) << place;
    });
    return sum;
}

std::uint64_t sum_planes(const std::uint64_t* planes, std::size_t plane_words, const std::uint32_t* chosen,
                         std::size_t count, const std::uint64_t* a, const std::uint64_t* b) {
    const auto add = count < 128 ? &sum_planes_of<7> : count < 1024 ? &sum_planes_of<10> : &sum_planes_of<kMostDigits>;
    return add(planes, plane_words, chosen, count, a, b);
}
#endif

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
