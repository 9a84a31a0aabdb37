// Counting by planes of rows: a column of a dense layer's weights at once, one bit a row. How many of some planes have
// a row's bit set is added up in binary, one plane a digit (carry-save adders: Harley & Seal; Mula, Kurz & Lemire 2018,
// Comput. J. 61:111), so that a sample or a column that is silent costs nothing. Written once for all variants in the
// compiler's own vectors.

#include <cstddef>
#include <cstdint>

#include "analysis/ledger/kernels/ledger_kernels.hpp"

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

/// 256 rows.
using RowVector = std::uint64_t __attribute__((vector_size(kRowVectorWords * sizeof(std::uint64_t)), may_alias));

inline const RowVector& rows_at(const std::uint64_t* words) {
    return *reinterpret_cast<const RowVector*>(words);
}
inline void store_rows(std::uint64_t* words, const RowVector& rows) {
    *reinterpret_cast<RowVector*>(words) = rows;
}

/// sum + a + b = 2 carry + sum
inline void full_add(RowVector& carry, RowVector& sum, const RowVector& a, const RowVector& b) {
    const RowVector either = sum ^ a;
    carry = (sum & a) | (either & b);
    sum = either ^ b;
}

/// digit[0 .. kDigits - 1] = for each of 256 rows, how many of the planes chosen have its bit set.
template <std::size_t kDigits>
inline void count_planes(const std::uint64_t* planes, std::size_t plane_words, const std::uint32_t* chosen,
                         std::size_t count, RowVector (&digit)[kDigits]) {
    for (RowVector& rows : digit) rows = RowVector{};
    for (std::size_t first = 0; first < count; first += kPlanesTogether) {
        const auto plane = [&](std::size_t each) -> const RowVector& {
            return rows_at(planes + chosen[first + each] * plane_words);
        };
        RowVector two[2];
        RowVector four[2];
        RowVector carry;
        full_add(two[0], digit[0], plane(0), plane(1));
        full_add(two[1], digit[0], plane(2), plane(3));
        full_add(four[0], digit[1], two[0], two[1]);
        full_add(two[0], digit[0], plane(4), plane(5));
        full_add(two[1], digit[0], plane(6), plane(7));
        full_add(four[1], digit[1], two[0], two[1]);
        full_add(carry, digit[2], four[0], four[1]);
        for (std::size_t place = 3; place < kDigits; ++place) {
            const RowVector next = digit[place] & carry;
            digit[place] ^= carry;
            carry = next;
        }
    }
}

template <std::size_t kDigits>
void compare_counts_of(const std::uint64_t* first, const std::uint64_t* last, std::size_t plane_words,
                       const std::uint32_t* chosen, std::size_t count, std::uint64_t* timing) {
    for (std::size_t word = 0; word < plane_words; word += kRowVectorWords) {
        RowVector firsts[kDigits];
        RowVector lasts[kDigits];
        count_planes<kDigits>(first + word, plane_words, chosen, count, firsts);
        count_planes<kDigits>(last + word, plane_words, chosen, count, lasts);
        RowVector more{};
        RowVector less{};
        RowVector some{};
        for (std::size_t place = kDigits; place-- > 0;) {
            const RowVector undecided = ~(more | less);
            more |= undecided & firsts[place] & ~lasts[place];
            less |= undecided & lasts[place] & ~firsts[place];
            some |= firsts[place] | lasts[place];
        }
        store_rows(timing + word, more);
        store_rows(timing + plane_words + word, less);
        store_rows(timing + 2 * plane_words + word, some);
    }
}

void compare_counts(const std::uint64_t* first, const std::uint64_t* last, std::size_t plane_words,
                    const std::uint32_t* chosen, std::size_t count, std::uint64_t* timing) {
    if (count < 128) return compare_counts_of<7>(first, last, plane_words, chosen, count, timing);
    compare_counts_of<16>(first, last, plane_words, chosen, count, timing);
}

template <std::size_t kDigits>
void add_planes_of(const std::uint64_t* planes, std::size_t plane_words, const std::uint32_t* chosen, std::size_t count,
                   std::uint64_t* digits) {
    for (std::size_t word = 0; word < plane_words; word += kRowVectorWords) {
        RowVector digit[kDigits];
        count_planes<kDigits>(planes + word, plane_words, chosen, count, digit);
        for (std::size_t place = 0; place < kDigits; ++place)
            store_rows(digits + place * plane_words + word, digit[place]);
    }
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

std::uint64_t sum_digits(const std::uint64_t* digits, std::size_t digits_given, std::size_t plane_words,
                         const std::uint64_t* a, const std::uint64_t* b) {
    std::uint64_t total = 0;
    for (std::size_t place = 0; place < digits_given; ++place) {
        std::uint64_t bits = 0;
        for (std::size_t word = 0; word < plane_words; ++word) {
            std::uint64_t rows = digits[place * plane_words + word] & a[word];
            if (b != nullptr) rows &= b[word];
            bits += static_cast<std::uint64_t>(__builtin_popcountll(rows));
        }
        total += bits << place;
    }
    return total;
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
