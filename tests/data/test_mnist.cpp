#include <catch2/catch.hpp>

#include "data/error.hpp"
#include "data/mnist.hpp"
#include "tests/data/temporary_folder.hpp"

using namespace stdpscope::data;
using namespace stdpscope::data::test;
using Catch::Matchers::Equals;

namespace {

Bytes images(std::uint32_t count, std::uint32_t rows = 2) {
    return idx_bytes(0x803, {count, rows, 3}, counting_bytes(std::size_t{count} * rows * 3));
}

Bytes labels(const Bytes& values) {
    return idx_bytes(0x801, {static_cast<std::uint32_t>(values.size())}, values);
}

void write_good(const TemporaryFolder& folder) {
    folder.write("train-images-idx3-ubyte", images(3));
    folder.write("train-labels-idx1-ubyte", labels({7, 8, 9}));
    folder.write("t10k-images-idx3-ubyte", images(2));
    folder.write("t10k-labels-idx1-ubyte", labels({0, 1}));
}

Dataset load_from(const TemporaryFolder& folder) {
    return load_mnist(folder.path(), "mnist", mnist_class_names());
}

}  // namespace

TEST_CASE("MNIST: the four files make a data set", "[data][mnist]") {
    const TemporaryFolder folder;
    write_good(folder);
    const Dataset dataset = load_from(folder);
    REQUIRE(dataset.name == "mnist");
    REQUIRE(dataset.channels == 1);
    REQUIRE(dataset.rows == 2);
    REQUIRE(dataset.columns == 3);
    REQUIRE(dataset.classes == 10);
    REQUIRE(dataset.class_names.size() == 10);
    REQUIRE(dataset.training.pixels.n_cols == 3);
    REQUIRE(dataset.training.pixels(5, 2) == 17);
    REQUIRE(dataset.training.labels == Bytes{7, 8, 9});
    REQUIRE(dataset.test.pixels.n_cols == 2);
    REQUIRE(dataset.test.labels == Bytes{0, 1});
}

TEST_CASE("MNIST: each file may be gzip'ed or spelt with a dot on its own", "[data][mnist]") {
    const TemporaryFolder folder;
    folder.write_gzip("train-images-idx3-ubyte.gz", images(3));
    folder.write("train-labels.idx1-ubyte", labels({7, 8, 9}));
    folder.write_gzip("t10k-images.idx3-ubyte.gz", images(2));
    folder.write("t10k-labels-idx1-ubyte", labels({0, 1}));
    const Dataset dataset = load_from(folder);
    REQUIRE(dataset.training.labels == Bytes{7, 8, 9});
    REQUIRE(dataset.test.pixels(5, 1) == 11);
}

TEST_CASE("MNIST: a folder or a file that is missing is named", "[data][mnist][errors]") {
    const TemporaryFolder folder;
    const auto nowhere = folder.path() / "nowhere";
    REQUIRE_THAT(message_of<MissingInput>([&] { (void)load_mnist(nowhere, "mnist", mnist_class_names()); }),
                 Equals(nowhere.string() + ": no such folder"));
    write_good(folder);
    const auto labels_path = folder.path() / "t10k-labels-idx1-ubyte";
    std::filesystem::remove(labels_path);
    REQUIRE_THAT(message_of<MissingInput>([&] { (void)load_from(folder); }),
                 Equals(labels_path.string() + ": no such file, nor one ending in .gz"));
}

TEST_CASE("MNIST: images and labels that differ in number are refused with both numbers", "[data][mnist][errors]") {
    const TemporaryFolder folder;
    write_good(folder);
    const auto path = folder.write("train-labels-idx1-ubyte", labels({1, 2}));
    REQUIRE_THAT(message_of<BadData>([&] { (void)load_from(folder); }),
                 Equals(path.string() + ": 2 labels, want 3, one for each image of " +
                        (folder.path() / "train-images-idx3-ubyte").string()));
}

TEST_CASE("MNIST: a label beyond the ten classes is refused", "[data][mnist][errors]") {
    const TemporaryFolder folder;
    write_good(folder);
    const auto path = folder.write("t10k-labels-idx1-ubyte", labels({0, 10}));
    REQUIRE_THAT(message_of<BadData>([&] { (void)load_from(folder); }),
                 Equals(path.string() + ": label 10 of example 1 (byte 9), want 0 .. 9"));
}

TEST_CASE("MNIST: test images of another shape than the training images are refused", "[data][mnist][errors]") {
    const TemporaryFolder folder;
    write_good(folder);
    const auto path = folder.write("t10k-images-idx3-ubyte", images(2, 4));
    REQUIRE_THAT(message_of<BadData>([&] { (void)load_from(folder); }),
                 Equals(path.string() + ": images of 4 x 3, want 2 x 3 as in " +
                        (folder.path() / "train-images-idx3-ubyte").string()));
}
