#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <iterator>
#include <limits>
#include <random>
#include <vector>

#include "analysis/ledger/aligned_vector.hpp"
#include "analysis/ledger/kernels/ledger_kernels.hpp"

using namespace stdpscope::analysis::detail;

namespace {

using Words = std::vector<std::uint16_t>;

Words random_words(std::size_t count, std::mt19937_64& random) {
    Words words(count);
    for (std::uint16_t& word : words) word = static_cast<std::uint16_t>(random());
    return words;
}

std::vector<InstructionSet> supported_sets() {
    std::vector<InstructionSet> sets;
    for (const auto set : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
        if (supported(set)) sets.push_back(set);
    }
    return sets;
}

/// Weights before and after an update, and the firing pairs of their synapses.
struct Column {
    std::vector<float> before;
    std::vector<float> after;
    std::vector<std::int32_t> pre_first;
    std::vector<std::int32_t> post_first;
};

/// Zeros of both signs, the smallest and the largest numbers, updates of zero, ties and synapses without pairs; what
/// lies in the padding of the pairs is no synapse's.
Column random_column(std::size_t rows, std::mt19937_64& random) {
    constexpr float kTiny = std::numeric_limits<float>::denorm_min();
    constexpr float kHuge = std::numeric_limits<float>::max();
    const std::vector<float> values = {0.0F, -0.0F, kTiny, -kTiny, 0.5F, -0.5F, 0.3F, -0.7F, kHuge, -kHuge};
    std::uniform_real_distribution<float> small(-1e-3F, 1e-3F);
    Column column;
    for (std::size_t row = 0; row < rows; ++row) {
        const float before = values[random() % values.size()];
        column.before.push_back(before);
        const std::uint64_t kind = random() % 4;
        // So wide apart that doubles round their sum: its order shows.
        const float change = std::ldexp(small(random), static_cast<int>(random() % 70));
        column.after.push_back(kind == 0 ? before : kind == 1 ? values[random() % 8] : before + change);
    }
    for (std::size_t row = 0; row < padded(rows); ++row) {
        const std::uint64_t kind = random() % 4;
        const auto pairs = static_cast<std::int32_t>(random() % (kind == 1 ? 3 : 2'000'000'000));
        column.pre_first.push_back(kind == 0 ? 0 : pairs);
        column.post_first.push_back(kind < 2 ? 0 : kind == 2 ? pairs : static_cast<std::int32_t>(random() % 70'000));
    }
    return column;
}

/// Row after row, as LedgerKernels::tally_updates says it.
void plain_tally(const Column& column, const std::uint16_t* members, UpdateCells& cells) {
    const auto axis = [](auto value) { return std::size_t{value < 0 ? 0U : value > 0 ? 2U : 1U}; };
    for (std::size_t row = 0; row < column.before.size(); ++row) {
        if (members != nullptr && (members[row / 16] >> row % 16 & 1) == 0) continue;
        const float before = column.before[row];
        const float after = column.after[row];
        const float update = after - before;
        const bool silent = column.pre_first[row] == 0 && column.post_first[row] == 0;
        const std::size_t place =
            axis(before) * 9 + axis(column.pre_first[row] - column.post_first[row]) * 3 + axis(update);
        const std::size_t cell = silent && axis(update) != 1 ? kUntimedCell : place;
        ++cells.count[cell];
        cells.absolute_update[cell][row % kSumLanes] += static_cast<double>(std::fabs(update));
        if ((before < 0 && after > 0) || (before > 0 && after < 0)) ++cells.receptor_switches;
    }
}

void require_same_cells(const UpdateCells& found, const UpdateCells& wanted) {
    for (std::size_t cell = 0; cell < kUpdateCells; ++cell) {
        CAPTURE(cell);
        REQUIRE(found.count[cell] == wanted.count[cell]);
        REQUIRE(std::equal(std::begin(found.absolute_update[cell]), std::end(found.absolute_update[cell]),
                           std::begin(wanted.absolute_update[cell])));
    }
    REQUIRE(found.receptor_switches == wanted.receptor_switches);
}

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

TEST_CASE("Ledger kernels: long rows of set bits do not overflow 16-bit counters", "[analysis][ledger]") {
    // 70,000 words exceed what a lane of 16 bits can count in every variant: 65,536 / 16 vectors of 4 .. 32 words.
    const std::size_t words = padded(GENERATE(std::size_t{64}, std::size_t{70'000}));
    const std::size_t taps = GENERATE(1, 2, 3, 4, 5);
    constexpr std::size_t kRows = 6;
    constexpr std::size_t kStride = 32;
    const Words ones(words, 0xFFFF);
    const Words post(words * kRows, 0xFFFF);
    const std::vector<const std::uint16_t*> pre(taps, ones.data());
    for (const InstructionSet set : supported_sets()) {
        CAPTURE(static_cast<int>(set), words, taps);
        const LedgerKernels& kernels = ledger_kernels(set);
        std::vector<std::int32_t> counts(taps * kStride, -1);
        kernels.count_maps(pre.data(), taps, post.data(), words, kRows, counts.data(), kStride);
        for (std::size_t tap = 0; tap < taps; ++tap) {
            for (std::size_t row = 0; row < kRows; ++row) {
                REQUIRE(counts[tap * kStride + row] == static_cast<std::int32_t>(words * 16));
            }
        }
        REQUIRE(kernels.population(ones.data(), words) == words * 16);
    }
}

TEST_CASE("Ledger kernels: a dense layer of the largest batch is counted", "[analysis][ledger]") {
    constexpr std::size_t kBlocks = 4095;
    const std::size_t rows = GENERATE(1, 31, 130);
    const std::size_t stride = padded(rows);
    std::mt19937_64 random(1);
    const Words ones(kBlocks, 0xFFFF);
    const Words post(kBlocks * stride, 0xFFFF);
    for (const InstructionSet set : supported_sets()) {
        CAPTURE(static_cast<int>(set), rows);
        std::vector<std::int32_t> counts(padded(stride) + 128, -1);
        ledger_kernels(set).count_rows(ones.data(), kBlocks, post.data(), stride, rows, counts.data());
        for (std::size_t row = 0; row < rows; ++row) REQUIRE(counts[row] == kBlocks * 16);
    }
}

TEST_CASE("Ledger kernels: counts of random bits equal plain loops", "[analysis][ledger]") {
    std::mt19937_64 random(2);
    constexpr std::size_t kWords = 96;
    constexpr std::size_t kRows = 7;
    constexpr std::size_t kStride = 32;
    const Words post = random_words(kWords * kRows, random);
    const std::vector<Words> taps = {random_words(kWords, random), random_words(kWords, random),
                                     random_words(kWords, random), random_words(kWords, random),
                                     random_words(kWords, random)};
    std::vector<const std::uint16_t*> pre;
    for (const Words& tap : taps) pre.push_back(tap.data());
    for (const InstructionSet set : supported_sets()) {
        std::vector<std::int32_t> counts(taps.size() * kStride);
        ledger_kernels(set).count_maps(pre.data(), taps.size(), post.data(), kWords, kRows, counts.data(), kStride);
        for (std::size_t tap = 0; tap < taps.size(); ++tap) {
            for (std::size_t row = 0; row < kRows; ++row) {
                int wanted = 0;
                for (std::size_t word = 0; word < kWords; ++word) {
                    wanted += std::popcount(static_cast<unsigned>(taps[tap][word] & post[row * kWords + word]));
                }
                REQUIRE(counts[tap * kStride + row] == wanted);
            }
        }
    }
}

TEST_CASE("Ledger kernels: copied rows touch nothing beyond their words", "[analysis][ledger]") {
    std::mt19937_64 random(3);
    const std::size_t words = GENERATE(1, 8, 24, 31, 32, 33, 70);
    const Words from = random_words(3 * 100, random);
    for (const InstructionSet set : supported_sets()) {
        Words to(3 * 90, 0xABCD);
        ledger_kernels(set).copy_rows(from.data(), 100, 3, words, to.data(), 90);
        for (std::size_t place = 0; place < to.size(); ++place) {
            const std::size_t row = place / 90;
            const std::size_t word = place % 90;
            REQUIRE(to[place] == (word < words ? from[row * 100 + word] : 0xABCD));
        }
    }
}

TEST_CASE("Ledger kernels: updates of a column longer than the signs kept are counted", "[analysis][ledger]") {
    constexpr std::size_t kRows = 5001;
    const std::vector<float> before(kRows, 1.0F);
    const std::vector<float> after(kRows, -1.0F);
    const std::vector<std::int32_t> three(padded(kRows), 3);
    const std::vector<std::int32_t> two(padded(kRows), 2);
    for (const InstructionSet set : supported_sets()) {
        UpdateCells cells{};
        const bool nan = ledger_kernels(set).tally_updates(before.data(), after.data(), kRows, three.data(), two.data(),
                                                           nullptr, cells);
        REQUIRE(!nan);
        REQUIRE(cells.count[(2 * 3 + 2) * 3 + 0] == kRows);
        REQUIRE(cells.receptor_switches == kRows);
        double sum = 0.0;
        for (const double lane : cells.absolute_update[(2 * 3 + 2) * 3]) sum += lane;
        REQUIRE(sum == 2.0 * kRows);
    }
}

TEST_CASE("Ledger kernels: updates of random weights equal plain loops, sums bit for bit", "[analysis][ledger]") {
    const std::size_t rows =
        GENERATE(1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 49, 50, 63, 81, 64, 65, 95, 96, 97, 130, 800, 2049);
    const bool some_members = GENERATE(false, true);
    std::mt19937_64 random(rows);
    const Words bits = random_words((rows + 15) / 16, random);
    const std::uint16_t* members = some_members ? bits.data() : nullptr;
    const std::vector<Column> columns = {random_column(rows, random), random_column(rows, random),
                                         random_column(rows, random)};
    UpdateCells wanted{};
    for (const Column& column : columns) plain_tally(column, members, wanted);
    for (const InstructionSet set : supported_sets()) {
        CAPTURE(static_cast<int>(set), rows, some_members);
        UpdateCells cells{};
        for (const Column& column : columns) {
            REQUIRE(!ledger_kernels(set).tally_updates(column.before.data(), column.after.data(), rows,
                                                       column.pre_first.data(), column.post_first.data(), members,
                                                       cells));
        }
        require_same_cells(cells, wanted);
    }
}

TEST_CASE("Ledger kernels: a NaN update is noticed, of members alone", "[analysis][ledger]") {
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    const std::size_t rows = GENERATE(1, 9, 32, 50, 64, 70);
    const auto [before, after] =
        GENERATE_COPY(table<float, float>({{kNan, 1.0F}, {1.0F, kNan}, {kInfinity, kInfinity}}));
    std::mt19937_64 random(rows);
    for (const std::size_t row : {std::size_t{0}, rows / 2, rows - 1}) {
        Column column = random_column(rows, random);
        column.before[row] = before;
        column.after[row] = after;
        Words all_but_one((rows + 15) / 16, 0xFFFF);
        all_but_one[row / 16] = static_cast<std::uint16_t>(~(1U << row % 16));
        for (const InstructionSet set : supported_sets()) {
            CAPTURE(static_cast<int>(set), rows, row);
            const auto nan_among = [&](const std::uint16_t* members) {
                UpdateCells cells{};
                return ledger_kernels(set).tally_updates(column.before.data(), column.after.data(), rows,
                                                         column.pre_first.data(), column.post_first.data(), members,
                                                         cells);
            };
            REQUIRE(nan_among(nullptr));
            REQUIRE(!nan_among(all_but_one.data()));
        }
    }
}

TEST_CASE("Ledger kernels: nibbles count the bits that taps and rows share", "[analysis][ledger]") {
    const std::size_t rows = GENERATE(1, 7, 8, 9, 16, 17, 20, 32, 50, 97);
    const std::size_t positions = GENERATE(1, 3, 8, 9, 16, 35, 64);
    const std::size_t nibbles = GENERATE(1, 2, 3, 4);
    constexpr std::size_t kTaps = 7;
    std::mt19937_64 random(rows * 100 + positions);
    const Words plane = random_words(rows * positions, random);
    const Words taps = random_words(kTaps * positions, random);
    const std::size_t groups = positions * nibbles;
    const std::size_t stride = padded(rows) + 32;
    const auto shared = [&](std::size_t tap, std::size_t row) {
        int bits = 0;
        for (std::size_t position = 0; position < positions; ++position) {
            const unsigned both = taps[tap * positions + position] & plane[row * positions + position];
            bits += std::popcount(both & ((1U << 4 * nibbles) - 1U));
        }
        return bits;
    };
    for (const InstructionSet set : supported_sets()) {
        const NibbleKernels& kernels = ledger_kernels(set).nibbles;
        if (kernels.count == nullptr) continue;
        CAPTURE(static_cast<int>(set), rows, positions, nibbles);
        std::vector<std::uint8_t> row_nibbles(groups * stride);
        std::vector<std::uint8_t> tap_nibbles(kTaps * groups);
        std::vector<const std::uint8_t*> places;
        kernels.row_nibbles(plane.data(), rows, positions, nibbles, row_nibbles.data(), stride);
        for (std::size_t tap = 0; tap < kTaps; ++tap) {
            places.push_back(tap_nibbles.data() + tap * groups);
            kernels.tap_nibbles(taps.data() + tap * positions, positions, nibbles, tap_nibbles.data() + tap * groups);
        }
        for (std::size_t given = 1; given <= kTaps; ++given) {
            std::vector<std::int32_t> counts(kTaps * stride, -1);
            kernels.count(places.data(), given, row_nibbles.data(), stride, groups, padded(rows), counts.data(),
                          stride);
            for (std::size_t tap = 0; tap < given; ++tap) {
                for (std::size_t row = 0; row < rows; ++row) REQUIRE(counts[tap * stride + row] == shared(tap, row));
            }
        }
    }
}

TEST_CASE("Ledger kernels: long rows of full nibbles do not overflow", "[analysis][ledger]") {
    const std::size_t groups = GENERATE(62, 63, 64, 126, 127, 16'127, 16'128, 16'129, 40'000);
    constexpr std::size_t kRows = 96;
    const std::vector<std::uint8_t> full_tap(groups, 0xF0);
    const std::vector<std::uint8_t> full_rows(groups * kRows, 0x0F);
    const std::vector<const std::uint8_t*> taps(5, full_tap.data());
    for (const InstructionSet set : supported_sets()) {
        const NibbleKernels& kernels = ledger_kernels(set).nibbles;
        if (kernels.count == nullptr) continue;
        CAPTURE(static_cast<int>(set), groups);
        std::vector<std::int32_t> counts(taps.size() * kRows, -1);
        kernels.count(taps.data(), taps.size(), full_rows.data(), kRows, groups, kRows, counts.data(), kRows);
        REQUIRE(std::all_of(counts.begin(), counts.end(),
                            [&](std::int32_t count) { return count == static_cast<std::int32_t>(4 * groups); }));
    }
}

TEST_CASE("Ledger kernels: words of samples become planes of rows", "[analysis][ledger]") {
    const std::size_t rows = GENERATE(1, 10, 31, 32, 33, 63, 64, 65, 256, 257, 300);
    const std::size_t lanes = GENERATE(1, 4, 8, 9, 16);
    std::mt19937_64 random(rows);
    const Words words = random_words(rows, random);
    const std::size_t size = plane_words(rows);
    REQUIRE(size * 64 >= rows);
    for (const InstructionSet set : supported_sets()) {
        CAPTURE(static_cast<int>(set), rows, lanes);
        Planes planes((lanes + 1) * size, ~std::uint64_t{0});
        ledger_kernels(set).rows.transpose(words.data(), rows, lanes, planes.data(), size);
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            for (std::size_t bit = 0; bit < size * 64; ++bit) {
                const bool wanted = bit < rows && (words[bit] >> lane & 1) != 0;
                REQUIRE(bit_of(planes.data() + lane * size, bit) == wanted);
            }
        }
        REQUIRE(std::all_of(planes.begin() + static_cast<std::ptrdiff_t>(lanes * size), planes.end(),
                            [](std::uint64_t word) { return word == ~std::uint64_t{0}; }));
    }
}

TEST_CASE("Ledger kernels: places of set bits are listed in order", "[analysis][ledger]") {
    const std::size_t words = GENERATE(0, 1, 2, 3, 13);
    // Of 64 bits so many are set on the average.
    const std::size_t density = GENERATE(0, 1, 32, 63, 64);
    std::mt19937_64 random(words + density);
    std::vector<std::uint64_t> bits(words);
    std::vector<std::uint32_t> wanted;
    for (std::size_t place = 0; place < words * 64; ++place) {
        if (random() % 64 >= density) continue;
        bits[place / 64] |= std::uint64_t{1} << place % 64;
        wanted.push_back(static_cast<std::uint32_t>(place));
    }
    constexpr std::uint32_t kUntouched = 12345678;
    for (const InstructionSet set : supported_sets()) {
        CAPTURE(static_cast<int>(set), words, density);
        std::vector<std::uint32_t> places(wanted.size() + kListedTogether + 1, kUntouched);
        REQUIRE(ledger_kernels(set).rows.list_bits(bits.data(), words, places.data()) == wanted.size());
        REQUIRE(std::equal(wanted.begin(), wanted.end(), places.begin()));
        REQUIRE(places.back() == kUntouched);
    }
}

TEST_CASE("Ledger kernels: planes chosen are added up and compared, row by row", "[analysis][ledger]") {
    const std::size_t rows = GENERATE(1, 64, 255, 256, 300, 600);
    // Either side of the numbers of digits that the kernels tell apart.
    const std::size_t count = GENERATE(0, 8, 16, 120, 128, 1016, 1024, 2000);
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
