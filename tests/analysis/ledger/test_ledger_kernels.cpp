#include <bit>
#include <catch2/catch.hpp>
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
