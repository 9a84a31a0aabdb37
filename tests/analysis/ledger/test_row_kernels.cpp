#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "analysis/ledger/aligned_vector.hpp"
#include "analysis/ledger/kernels/ledger_kernels.hpp"
#include "tests/analysis/ledger/weight_columns.hpp"

using namespace stdpscope::analysis::detail;
using namespace stdpscope::test;

namespace {

using Planes = AlignedVector<std::uint64_t>;

bool bit_of(const std::uint64_t* plane, std::size_t row) {
    return (plane[row / 64] >> row % 64 & 1) != 0;
}

Planes random_planes(std::size_t planes, std::size_t rows, std::mt19937_64& random) {
    const std::size_t size = plane_words(rows);
    Planes words(planes * size);
    for (std::size_t plane = 0; plane < planes; ++plane) {
        for (std::size_t row = 0; row < rows; ++row) words[plane * size + row / 64] |= random() % 2 << row % 64;
    }
    return words;
}

/// As RowKernels::compare_counts gives it for a column's firing pairs.
Planes timing_of(const Column& column) {
    const std::size_t size = plane_words(column.before.size());
    Planes timing(3 * size);
    for (std::size_t row = 0; row < column.before.size(); ++row) {
        const std::int32_t first = column.pre_first[row];
        const std::int32_t last = column.post_first[row];
        const auto note = [&](std::size_t plane, bool bit) {
            timing[plane * size + row / 64] |= static_cast<std::uint64_t>(bit) << row % 64;
        };
        note(0, first > last);
        note(1, first < last);
        note(2, (first | last) != 0);
    }
    return timing;
}

/// Row after row, as RowKernels::tally_column says it.
void plain_column(const Column& column, const std::uint64_t* members, UpdateCells& cells) {
    const std::size_t rows = column.before.size();
    std::vector<std::vector<float>> sums;
    for (std::size_t row = 0; row < rows; ++row) {
        if (row % kRowsInSingle == 0) sums.assign(kUpdateCells, std::vector<float>(kSingleLanes));
        if (members == nullptr || bit_of(members, row)) {
            const Column one{
                {column.before[row]}, {column.after[row]}, {column.pre_first[row]}, {column.post_first[row]}};
            UpdateCells found{};
            plain_tally(one, nullptr, found);
            cells.receptor_switches += found.receptor_switches;
            for (std::size_t cell = 0; cell < kUpdateCells; ++cell) {
                cells.count[cell] += found.count[cell];
                const double size = found.absolute_update[cell][0];
                const bool weight_is_zero = cell / 9 == 1 && cell != kUntimedCell;
                if (weight_is_zero) {
                    cells.absolute_update[cell][row % kSumLanes] += size;
                } else {
                    sums[cell][row % kSingleLanes] += static_cast<float>(size);
                }
            }
        }
        if (row % kRowsInSingle + 1 != kRowsInSingle && row + 1 != rows) continue;
        for (std::size_t cell = 0; cell < kUpdateCells; ++cell) {
            for (std::size_t lane = 0; lane < kSingleLanes; ++lane) {
                cells.absolute_update[cell][lane % kSumLanes] += static_cast<double>(sums[cell][lane]);
            }
        }
    }
}

}  // namespace

TEST_CASE("Ledger kernels: words of samples become planes of rows", "[analysis][ledger]") {
    const std::size_t rows = GENERATE(1, 10, 31, 32, 33, 63, 64, 65, 256, 257, 300);
    const std::size_t first = GENERATE(0, 1, 7, 8, 12);
    const std::size_t lanes = std::min<std::size_t>(GENERATE(1, 4, 8, 9, 16), 16 - first);
    std::mt19937_64 random(rows);
    const std::vector<std::uint16_t> words = random_words(rows, random);
    const std::size_t size = plane_words(rows);
    REQUIRE(size * 64 >= rows);
    for (const InstructionSet set : supported_sets()) {
        CAPTURE(static_cast<int>(set), rows, first, lanes);
        Planes planes((lanes + 1) * size, ~std::uint64_t{0});
        ledger_kernels(set).rows.transpose(words.data(), rows, first, lanes, planes.data(), size);
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            for (std::size_t bit = 0; bit < size * 64; ++bit) {
                const bool wanted = bit < rows && (words[bit] >> (first + lane) & 1) != 0;
                REQUIRE(bit_of(planes.data() + lane * size, bit) == wanted);
            }
        }
        REQUIRE(std::all_of(planes.begin() + static_cast<std::ptrdiff_t>(lanes * size), planes.end(),
                            [](std::uint64_t word) { return word == ~std::uint64_t{0}; }));
    }
}

TEST_CASE("Ledger kernels: rows that several planes share, or of which none has", "[analysis][ledger]") {
    const std::size_t rows = GENERATE(1, 64, 256, 257, 600);
    const std::size_t given = GENERATE(1, 2, 3);
    const std::size_t size = plane_words(rows);
    std::mt19937_64 random(rows + given);
    const Planes all = random_planes(1, rows, random);
    const Planes planes = random_planes(3, rows, random);
    const auto plane = [&](std::size_t place) { return place < given ? planes.data() + place * size : nullptr; };
    for (const InstructionSet set : supported_sets()) {
        CAPTURE(static_cast<int>(set), rows, given);
        const RowKernels& kernels = ledger_kernels(set).rows;
        Planes shared(size);
        Planes neither(size);
        const std::uint64_t count = kernels.intersect(plane(0), plane(1), plane(2), size, shared.data());
        kernels.neither(all.data(), planes.data(), planes.data() + size, size, neither.data());
        std::uint64_t wanted_count = 0;
        for (std::size_t row = 0; row < size * 64; ++row) {
            bool wanted = true;
            for (std::size_t each = 0; each < given; ++each) wanted = wanted && bit_of(plane(each), row);
            REQUIRE(bit_of(shared.data(), row) == wanted);
            wanted_count += wanted ? 1 : 0;
            const bool in_either = bit_of(planes.data(), row) || bit_of(planes.data() + size, row);
            REQUIRE(bit_of(neither.data(), row) == (bit_of(all.data(), row) && !in_either));
        }
        REQUIRE(count == wanted_count);
    }
}

TEST_CASE("Ledger kernels: places of set bits are listed in order", "[analysis][ledger]") {
    const std::size_t words = GENERATE(0, 1, 2, 7, 52);
    const std::size_t stride = GENERATE(1, 5);
    const bool two = GENERATE(false, true);
    // Of 64 bits so many are set on the average.
    const std::size_t density = GENERATE(0, 1, 32, 63, 64);
    std::mt19937_64 random(words + density);
    std::vector<std::uint16_t> a(words * stride, 0xFFFF);
    std::vector<std::uint16_t> b(words * stride, 0xFFFF);
    std::vector<std::uint32_t> wanted;
    for (std::size_t word = 0; word < words; ++word) {
        a[word * stride] = b[word * stride] = 0;
        for (std::size_t bit = 0; bit < 16; ++bit) {
            if (random() % 64 >= density) continue;
            // In one of them or in both.
            const std::size_t where = two ? random() % 3 : 0;
            if (where != 1) a[word * stride] |= static_cast<std::uint16_t>(1U << bit);
            if (where != 0) b[word * stride] |= static_cast<std::uint16_t>(1U << bit);
            wanted.push_back(static_cast<std::uint32_t>(word * 16 + bit));
        }
    }
    constexpr std::uint32_t kUntouched = 12345678;
    for (const InstructionSet set : supported_sets()) {
        CAPTURE(static_cast<int>(set), words, stride, two, density);
        std::vector<std::uint32_t> places(wanted.size() + kListedTogether + 1, kUntouched);
        REQUIRE(ledger_kernels(set).rows.list_bits(a.data(), two ? b.data() : nullptr, stride, words, places.data()) ==
                wanted.size());
        REQUIRE(std::equal(wanted.begin(), wanted.end(), places.begin()));
        REQUIRE(places.back() == kUntouched);
    }
}

TEST_CASE("Ledger kernels: rows that are in neither of two planes are found", "[analysis][ledger]") {
    const std::size_t rows = GENERATE(1, 64, 256, 257, 600);
    const std::size_t size = plane_words(rows);
    std::mt19937_64 random(rows);
    const Planes all = random_planes(1, rows, random);
    const Planes chosen = random_planes(1, rows, random);
    Planes a(size);
    Planes b(size);
    for (std::size_t word = 0; word < size; ++word) {
        a[word] = ~all[word] | chosen[word];
        b[word] = ~chosen[word];
    }
    for (const InstructionSet set : supported_sets()) {
        CAPTURE(static_cast<int>(set), rows);
        const auto all_in = [&] { return ledger_kernels(set).rows.all_in(all.data(), a.data(), b.data(), size); };
        REQUIRE(all_in());
        for (std::size_t row = 0; row < rows; ++row) {
            const std::uint64_t bit = std::uint64_t{1} << row % 64;
            Planes& holder = (chosen[row / 64] & bit) != 0 ? a : b;
            holder[row / 64] &= ~bit;
            REQUIRE(all_in() != bit_of(all.data(), row));
            holder[row / 64] |= bit;
        }
    }
}

TEST_CASE("Ledger kernels: planes chosen are added up and compared, row by row", "[analysis][ledger]") {
    const std::size_t rows = GENERATE(1, 64, 255, 256, 300, 600);
    // Either side of the numbers of digits that the kernels tell apart.
    const std::size_t count = GENERATE(0, 8, 16, 56, 64, 120, 128, 1016, 1024, 2000);
    const std::size_t size = plane_words(rows);
    constexpr std::size_t kPlanes = 40;
    std::mt19937_64 random(rows + count);
    const Planes first = random_planes(kPlanes, rows, random);
    const Planes last = random_planes(kPlanes, rows, random);
    const Planes a = random_planes(1, rows, random);
    const Planes b = random_planes(1, rows, random);
    std::vector<std::uint32_t> chosen(count);
    // Few different ones, so that long lists reach large counts.
    const std::size_t different = GENERATE(1, 3, 40);
    for (std::uint32_t& plane : chosen) plane = static_cast<std::uint32_t>(random() % different);
    const auto count_of = [&](const Planes& planes, std::size_t row) {
        return std::count_if(chosen.begin(), chosen.end(),
                             [&](std::uint32_t plane) { return bit_of(planes.data() + plane * size, row); });
    };
    for (const InstructionSet set : supported_sets()) {
        CAPTURE(static_cast<int>(set), rows, count, different);
        const RowKernels& kernels = ledger_kernels(set).rows;
        Planes timing(3 * size, ~std::uint64_t{0});
        Planes first_digits(kMostDigits * size, ~std::uint64_t{0});
        Planes last_digits(kMostDigits * size, ~std::uint64_t{0});
        const std::size_t compared = kernels.compare_counts(first.data(), last.data(), size, chosen.data(), count,
                                                            timing.data(), first_digits.data(), last_digits.data());
        Planes digits(kMostDigits * size, ~std::uint64_t{0});
        const std::size_t given = kernels.add_planes(first.data(), size, chosen.data(), count, digits.data());
        REQUIRE(compared <= kMostDigits);
        REQUIRE(given <= kMostDigits);
        std::uint64_t in_a = 0;
        std::uint64_t in_both = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            const auto firsts = count_of(first, row);
            const auto lasts = count_of(last, row);
            REQUIRE(bit_of(timing.data(), row) == (firsts > lasts));
            REQUIRE(bit_of(timing.data() + size, row) == (firsts < lasts));
            REQUIRE(bit_of(timing.data() + 2 * size, row) == (firsts + lasts > 0));
            const auto number_in = [&](const Planes& planes, std::size_t digits_given) {
                std::uint64_t number = 0;
                for (std::size_t digit = 0; digit < digits_given; ++digit) {
                    number += static_cast<std::uint64_t>(bit_of(planes.data() + digit * size, row)) << digit;
                }
                return number;
            };
            const std::uint64_t number = number_in(digits, given);
            REQUIRE(number == static_cast<std::uint64_t>(firsts));
            REQUIRE(number_in(first_digits, compared) == number);
            REQUIRE(number_in(last_digits, compared) == static_cast<std::uint64_t>(lasts));
            if (bit_of(a.data(), row)) in_a += number;
            if (bit_of(a.data(), row) && bit_of(b.data(), row)) in_both += number;
        }
        REQUIRE(kernels.sum_digits(digits.data(), given, size, a.data(), nullptr) == in_a);
        REQUIRE(kernels.sum_digits(digits.data(), given, size, a.data(), b.data()) == in_both);
        const auto sum_planes = [&](const std::uint64_t* others) {
            return kernels.sum_planes(first.data(), size, chosen.data(), count, a.data(), others);
        };
        REQUIRE(sum_planes(nullptr) == in_a);
        REQUIRE(sum_planes(b.data()) == in_both);
    }
}

TEST_CASE("Ledger kernels: the largest batch is compared and the widest layer added up", "[analysis][ledger]") {
    const std::size_t size = plane_words(1);
    Planes ones(size, 0);
    ones.front() = 1;
    const Planes zeros(size, 0);
    const std::vector<std::uint32_t> chosen(100'000, 0);
    constexpr std::size_t kLargestBatch = 65'520;
    for (const InstructionSet set : supported_sets()) {
        const RowKernels& kernels = ledger_kernels(set).rows;
        Planes timing(3 * size);
        Planes digits(kMostDigits * size);
        Planes digits_of_zeros(kMostDigits * size);
        const std::size_t compared =
            kernels.compare_counts(zeros.data(), ones.data(), size, chosen.data(), kLargestBatch, timing.data(),
                                   digits_of_zeros.data(), digits.data());
        REQUIRE(kernels.sum_digits(digits.data(), compared, size, ones.data(), nullptr) == kLargestBatch);
        REQUIRE(!bit_of(timing.data(), 0));
        REQUIRE(bit_of(timing.data() + size, 0));
        const std::size_t given = kernels.add_planes(ones.data(), size, chosen.data(), chosen.size(), digits.data());
        REQUIRE(kernels.sum_digits(digits.data(), given, size, ones.data(), nullptr) == chosen.size());
        REQUIRE(kernels.sum_planes(ones.data(), size, chosen.data(), chosen.size(), ones.data(), nullptr) ==
                chosen.size());
    }
}

TEST_CASE("Ledger kernels: a column's updates equal plain loops, sums bit for bit", "[analysis][ledger]") {
    const std::size_t rows = GENERATE(1, 7, 8, 9, 31, 32, 33, 63, 64, 65, 127, 128, 129, 160, 255, 256, 257, 500, 511,
                                      512, 513, 800, 1023, 1024, 1025, 1500);
    const bool some_members = GENERATE(false, true);
    const std::size_t size = plane_words(rows);
    std::mt19937_64 random(rows);
    const Planes members = random_planes(1, rows, random);
    const std::vector<Column> columns = {random_column(rows, random), random_column(rows, random),
                                         random_column(rows, random)};
    UpdateCells wanted{};
    for (const Column& column : columns) plain_column(column, some_members ? members.data() : nullptr, wanted);
    for (const InstructionSet set : supported_sets()) {
        CAPTURE(static_cast<int>(set), rows, some_members);
        UpdateCells cells{};
        for (const Column& column : columns) {
            const Planes timing = timing_of(column);
            Planes signs(2 * size, 0);
            ledger_kernels(set).rows.tally_column(
                column.before.data(), column.after.data(), rows,
                {.pre_first = timing.data(), .post_first = timing.data() + size, .fired = timing.data() + 2 * size},
                some_members ? members.data() : nullptr, {.minus = signs.data(), .plus = signs.data() + size}, cells);
            for (std::size_t row = 0; row < size * 64; ++row) {
                REQUIRE(bit_of(signs.data(), row) == (row < rows && column.before[row] < 0.0F));
                REQUIRE(bit_of(signs.data() + size, row) == (row < rows && column.before[row] > 0.0F));
            }
        }
        require_same_cells(cells, wanted);
    }
}

TEST_CASE("Ledger kernels: a NaN update of a column stays in a sum", "[analysis][ledger]") {
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    const std::size_t rows = GENERATE(1, 9, 32, 64, 70, 128, 130);
    const auto [before, after] =
        GENERATE_COPY(table<float, float>({{kNan, 1.0F}, {1.0F, kNan}, {kInfinity, kInfinity}, {0.0F, kNan}}));
    const std::size_t size = plane_words(rows);
    std::mt19937_64 random(rows);
    for (const std::size_t row : {std::size_t{0}, rows / 2, rows - 1}) {
        Column column = random_column(rows, random);
        column.before[row] = before;
        column.after[row] = after;
        const Planes timing = timing_of(column);
        for (const InstructionSet set : supported_sets()) {
            CAPTURE(static_cast<int>(set), rows, row);
            UpdateCells cells{};
            Planes signs(2 * size, 0);
            ledger_kernels(set).rows.tally_column(
                column.before.data(), column.after.data(), rows,
                {.pre_first = timing.data(), .post_first = timing.data() + size, .fired = timing.data() + 2 * size},
                nullptr, {.minus = signs.data(), .plus = signs.data() + size}, cells);
            REQUIRE(std::any_of(&cells.absolute_update[0][0], &cells.absolute_update[0][0] + kUpdateCells * kSumLanes,
                                [](double sum) { return std::isnan(sum); }));
        }
    }
}
