#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <iterator>
#include <limits>
#include <random>
#include <vector>

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
        column.after.push_back(kind == 0 ? before : kind == 1 ? values[random() % 8] : before + small(random));
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
        for (std::size_t cell = 0; cell < kUpdateCells; ++cell) {
            CAPTURE(cell);
            REQUIRE(cells.count[cell] == wanted.count[cell]);
            REQUIRE(std::equal(std::begin(cells.absolute_update[cell]), std::end(cells.absolute_update[cell]),
                               std::begin(wanted.absolute_update[cell])));
        }
        REQUIRE(cells.receptor_switches == wanted.receptor_switches);
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

TEST_CASE("Ledger kernels: nibbles of weights hold their signs, zeros are noticed", "[analysis][ledger]") {
    const std::size_t rows = GENERATE(1, 8, 31, 32, 33, 64, 100);
    const std::size_t given = GENERATE(1, 2, 3, 4);
    const bool some_zero = GENERATE(false, true);
    constexpr float kTiny = std::numeric_limits<float>::denorm_min();
    std::mt19937_64 random(rows + given);
    std::vector<std::vector<float>> columns(given, std::vector<float>(rows));
    for (auto& column : columns) {
        for (float& weight : column) weight = std::vector<float>{1.0F, -1.0F, kTiny, -kTiny}[random() % 4];
    }
    if (some_zero) columns[random() % given][random() % rows] = random() % 2 == 0 ? 0.0F : -0.0F;
    std::vector<const float*> places;
    for (const auto& column : columns) places.push_back(column.data());
    for (const InstructionSet set : supported_sets()) {
        const NibbleKernels& kernels = ledger_kernels(set).nibbles;
        if (kernels.count == nullptr) continue;
        CAPTURE(static_cast<int>(set), rows, given, some_zero);
        std::vector<std::uint8_t> positive(padded(rows), 0xAB);
        std::vector<std::uint8_t> negative(padded(rows), 0xAB);
        REQUIRE(kernels.weight_nibbles(places.data(), given, rows, positive.data(), negative.data()) == some_zero);
        for (std::size_t row = 0; row < rows; ++row) {
            unsigned above = 0;
            unsigned below = 0;
            for (std::size_t column = 0; column < given; ++column) {
                above |= (columns[column][row] > 0 ? 1U : 0U) << column;
                below |= (columns[column][row] < 0 ? 1U : 0U) << column;
            }
            REQUIRE(positive[row] == above);
            REQUIRE(negative[row] == below);
        }
    }
}

TEST_CASE("Ledger kernels: counts are summed over the members whose bit is set", "[analysis][ledger]") {
    const std::size_t rows = GENERATE(1, 31, 1023, 1024, 1025, 3000);
    std::mt19937_64 random(rows);
    const Words words = random_words(rows, random);
    std::vector<std::int32_t> counts(rows);
    std::vector<std::int32_t> members(rows);
    for (std::size_t row = 0; row < rows; ++row) {
        // Large enough that 3000 rows exceed 32 bits.
        counts[row] = static_cast<std::int32_t>(4'000'000 + random() % 100'000);
        members[row] = static_cast<std::int32_t>(random() % 2);
    }
    for (const InstructionSet set : supported_sets()) {
        const NibbleKernels& kernels = ledger_kernels(set).nibbles;
        if (kernels.count == nullptr) continue;
        for (const std::size_t lane : {0U, 7U, 15U}) {
            std::uint64_t all = 0;
            std::uint64_t some = 0;
            for (std::size_t row = 0; row < rows; ++row) {
                if (members[row] == 0) continue;
                all += static_cast<std::uint64_t>(counts[row]);
                if ((words[row] >> lane & 1) != 0) some += static_cast<std::uint64_t>(counts[row]);
            }
            REQUIRE(kernels.sum_where(nullptr, lane, counts.data(), members.data(), rows) == all);
            REQUIRE(kernels.sum_where(words.data(), lane, counts.data(), members.data(), rows) == some);
        }
    }
}
