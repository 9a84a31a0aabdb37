#include <catch2/catch.hpp>

#include "data/cifar10.hpp"
#include "data/error.hpp"
#include "tests/data/temporary_folder.hpp"

using namespace stdpscope::data;
using namespace stdpscope::data::test;
using Catch::Matchers::Equals;

namespace {

/// Images with these labels, each pixel of which is 10 * batch + place in the batch, but for the first green one, which
/// is 255.
Bytes batch_bytes(int batch, const Bytes& labels) {
    Bytes bytes;
    for (std::size_t index = 0; index < labels.size(); ++index) {
        bytes.push_back(labels[index]);
        Bytes pixels(3072, static_cast<std::uint8_t>(10 * batch + static_cast<int>(index)));
        pixels[1024] = 255;
        bytes.insert(bytes.end(), pixels.begin(), pixels.end());
    }
    return bytes;
}

/// Five batches of two images each, labelled by their batch, and a test batch of one.
void write_good(const TemporaryFolder& folder) {
    for (int batch = 1; batch <= 5; ++batch) {
        const auto label = static_cast<std::uint8_t>(batch);
        folder.write("data_batch_" + std::to_string(batch) + ".bin", batch_bytes(batch, {label, 9}));
    }
    folder.write("test_batch.bin", batch_bytes(6, {0}));
}

}  // namespace

TEST_CASE("CIFAR-10: five batches in order, and the test batch", "[data][cifar10]") {
    const TemporaryFolder folder;
    write_good(folder);
    const Dataset dataset = load_cifar10(folder.path());
    REQUIRE(dataset.name == "cifar10");
    REQUIRE(dataset.channels == 3);
    REQUIRE(dataset.rows == 32);
    REQUIRE(dataset.columns == 32);
    REQUIRE(dataset.classes == 10);
    REQUIRE(dataset.training.labels == Bytes{1, 9, 2, 9, 3, 9, 4, 9, 5, 9});
    REQUIRE(dataset.training.pixels.n_rows == 3072);
    for (arma::uword image = 0; image < 10; ++image) {
        const auto value = static_cast<std::uint8_t>(10 * (image / 2 + 1) + image % 2);
        REQUIRE(dataset.training.pixels(0, image) == value);
        REQUIRE(dataset.training.pixels(1023, image) == value);
        REQUIRE(dataset.training.pixels(1024, image) == 255);
        REQUIRE(dataset.training.pixels(3071, image) == value);
    }
    REQUIRE(dataset.test.labels == Bytes{0});
    REQUIRE(dataset.test.pixels(0, 0) == 60);
    REQUIRE(dataset.class_names.at(9) == "truck");
}

TEST_CASE("CIFAR-10: class names come from batches.meta.txt when it is there", "[data][cifar10]") {
    const TemporaryFolder folder;
    write_good(folder);
    const std::string names = "a\nb\r\nc\nd\ne\nf\ng\nh\ni\nlast one\n\n";
    folder.write("batches.meta.txt", Bytes(names.begin(), names.end()));
    const Dataset dataset = load_cifar10(folder.path());
    REQUIRE(dataset.class_names == std::vector<std::string>{"a", "b", "c", "d", "e", "f", "g", "h", "i", "last one"});
}

TEST_CASE("CIFAR-10: a bad batches.meta.txt is refused", "[data][cifar10][errors]") {
    const TemporaryFolder folder;
    write_good(folder);
    const auto [names, why] = GENERATE(table<std::string, std::string>(
        {{"a\nb\nc\n", "3 class names, want 10"},
         {"a\nb\nc\nd\ne\nf\ng\nh\ni\n\x1b[2J\n", "a class name holds a byte that is not printable ASCII"},
         {std::string(5000, 'x'), "size 5000 bytes must be at most 4096"}}));
    const auto path = folder.write("batches.meta.txt", Bytes(names.begin(), names.end()));
    REQUIRE_THAT(message_of<BadData>([&] { (void)load_cifar10(folder.path()); }), Equals(path.string() + ": " + why));
}

TEST_CASE("CIFAR-10: a folder or a batch that is missing is named", "[data][cifar10][errors]") {
    const TemporaryFolder folder;
    const auto nowhere = folder.path() / "nowhere";
    REQUIRE_THAT(message_of<MissingInput>([&] { (void)load_cifar10(nowhere); }),
                 Equals(nowhere.string() + ": no such folder"));
    write_good(folder);
    const auto batch = folder.path() / GENERATE("data_batch_1.bin", "data_batch_5.bin", "test_batch.bin");
    std::filesystem::remove(batch);
    REQUIRE_THAT(message_of<MissingInput>([&] { (void)load_cifar10(folder.path()); }),
                 Equals(batch.string() + ": no such file"));
}

TEST_CASE("CIFAR-10: a file whose size is no positive multiple of 3073 is refused by its size",
          "[data][cifar10][errors]") {
    const TemporaryFolder folder;
    write_good(folder);
    const std::size_t size = GENERATE(0U, 1U, 3072U, 3074U, 2U * 3073U - 1U);
    const auto path = folder.write("data_batch_3.bin", Bytes(size, 1));
    REQUIRE_THAT(message_of<BadData>([&] { (void)load_cifar10(folder.path()); }),
                 Equals(path.string() + ": size " + std::to_string(size) +
                        " bytes must be a positive multiple of 3073 (a label and 3 x 32 x 32 pixels an image)"));
}

TEST_CASE("CIFAR-10: a label above 9 is named with its place", "[data][cifar10][errors]") {
    const TemporaryFolder folder;
    write_good(folder);
    const auto path = folder.write("data_batch_2.bin", batch_bytes(2, {9, 10}));
    REQUIRE_THAT(message_of<BadData>([&] { (void)load_cifar10(folder.path()); }),
                 Equals(path.string() + ": label 10 of image 1 (byte 3073), want 0 .. 9"));
}
