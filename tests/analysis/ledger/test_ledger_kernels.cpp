#include <algorithm>
#include <array>
#include <bit>
#include <catch2/catch.hpp>
#include <limits>
#include <random>
#include <vector>

#include "analysis/ledger/aligned_vector.hpp"
#include "analysis/ledger/kernels/ledger_kernels.hpp"
#include "tests/analysis/ledger/weight_columns.hpp"

using namespace stdpscope::analysis::detail;
using namespace stdpscope::test;

namespace {

using Words = std::vector<std::uint16_t>;

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

TEST_CASE("Ledger kernels: words that several planes share, or none has", "[analysis][ledger]") {
    const std::size_t words = GENERATE(0, 1, 31, 32, 100);
    // The only word that they share, if any.
    const std::size_t shared = GENERATE(0, 30, 99, 1000);
    const bool two = GENERATE(false, true);
    std::mt19937_64 random(words);
    constexpr std::uint16_t kUsed = 0x0FFF;
    constexpr std::uint16_t kUntouched = 12345;
    // No word has a bit in all three planes but that one, nor two bits of either kind.
    std::array<Words, 3> planes;
    for (Words& plane : planes) plane.resize(words);
    Words common(words);
    Words neither(words);
    for (std::size_t word = 0; word < words; ++word) {
        const auto of_all = static_cast<std::uint16_t>(word == shared ? 0x0410 : 0);
        std::uint16_t rest = kUsed;
        for (std::size_t plane = 0; plane < planes.size(); ++plane) {
            const auto own = static_cast<std::uint16_t>(random() & 0x1249U << plane);
            planes[plane][word] = own | of_all;
            rest &= static_cast<std::uint16_t>(~planes[plane][word]);
        }
        common[word] = two ? planes[0][word] & planes[1][word] : of_all;
        neither[word] = two ? kUsed & ~(planes[0][word] | planes[1][word]) : rest;
    }
    const auto any_of = [](const Words& all) {
        return std::any_of(all.begin(), all.end(), [](std::uint16_t word) { return word != 0; });
    };
    for (const InstructionSet set : supported_sets()) {
        CAPTURE(static_cast<int>(set), words, shared, two);
        const LedgerKernels& kernels = ledger_kernels(set);
        const std::uint16_t* third = two ? nullptr : planes[2].data();
        Words out(words + 1, kUntouched);
        const bool meet = kernels.meet(planes[0].data(), planes[1].data(), third, words);
        CHECK(meet == any_of(common));
        CHECK(meet == (kernels.intersect(planes[0].data(), planes[1].data(), third, words, out.data()) != 0));
        CHECK(std::equal(common.begin(), common.end(), out.begin()));
        CHECK(any_of(neither) ==
              (kernels.neither(planes[0].data(), planes[1].data(), third, kUsed, words, out.data()) != 0));
        CHECK(std::equal(neither.begin(), neither.end(), out.begin()));
        CHECK(out.back() == kUntouched);
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
