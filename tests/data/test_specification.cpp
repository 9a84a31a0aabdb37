#include <catch2/catch.hpp>
#include <filesystem>

#include "data/checksum.hpp"
#include "data/error.hpp"
#include "data/specification.hpp"
#include "data/synthetic.hpp"
#include "tests/data/temporary_folder.hpp"

using namespace stdpscope::data;
using namespace stdpscope::data::test;
using Catch::Matchers::Equals;
using Catch::Matchers::StartsWith;

namespace {

std::string rejection(const std::string& specification) {
    return message_of<BadSpecification>([&] { (void)load(specification); });
}

void write_mnist(const TemporaryFolder& folder) {
    for (const std::string part : {"train", "t10k"}) {
        folder.write(part + "-images-idx3-ubyte", idx_bytes(0x803, {1, 2, 2}, {1, 2, 3, 4}));
        folder.write(part + "-labels-idx1-ubyte", idx_bytes(0x801, {1}, {5}));
    }
}

}  // namespace

TEST_CASE("Specification: mnist and fashion-mnist read a folder, whose path may hold colons", "[data][specification]") {
    const TemporaryFolder folder;
    write_mnist(folder);
    REQUIRE(load("mnist:" + folder.path().string()).name == "mnist");
    REQUIRE(load("mnist:" + folder.path().string()).class_names.at(1) == "1");
    REQUIRE(load("fashion-mnist:" + folder.path().string()).name == "fashion-mnist");
    REQUIRE(load("fashion-mnist:" + folder.path().string()).class_names.at(9) == "Ankle boot");
    const auto with_colon = folder.path() / "a:b";
    std::filesystem::create_directory(with_colon);
    REQUIRE_THAT(message_of<MissingInput>([&] { (void)load("mnist:" + with_colon.string()); }),
                 StartsWith(with_colon.string() + "/train-images-idx3-ubyte: no such file"));
}

TEST_CASE("Specification: fashion-mnist alone reads the Debian package, or says how to get it",
          "[data][specification]") {
    const std::string folder = "/usr/share/datasets/fashion-mnist";
    if (std::filesystem::is_directory(folder)) {
        const Dataset dataset = load("fashion-mnist");
        REQUIRE(dataset.training.pixels.n_cols == 60000);
        REQUIRE(dataset.test.pixels.n_cols == 10000);
        REQUIRE(checksum_text(checksum(dataset)) == "c7a95b27");
    } else {
        REQUIRE_THAT(
            message_of<MissingInput>([] { (void)load("fashion-mnist"); }),
            Equals(folder + ": no such folder; install the Debian package dataset-fashion-mnist or name a folder: "
                            "fashion-mnist:DIR"));
    }
}

TEST_CASE("Specification: cifar10 reads a folder", "[data][specification]") {
    const TemporaryFolder folder;
    for (const char* name : {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
                             "data_batch_5.bin", "test_batch.bin"})
        folder.write(name, Bytes(3073, 4));
    REQUIRE(load("cifar10:" + folder.path().string()).training.labels == Bytes{4, 4, 4, 4, 4});
}

TEST_CASE("Specification: synthetic:N has N training images and a sixth of them, at least 100, to test",
          "[data][specification]") {
    REQUIRE(checksum(load("synthetic")) == checksum(make_synthetic()));
    const auto [count, test] =
        GENERATE(table<arma::uword, arma::uword>({{1, 100}, {600, 100}, {606, 101}, {1200, 200}}));
    const Dataset dataset = load("synthetic:" + std::to_string(count));
    REQUIRE(dataset.training.pixels.n_cols == count);
    REQUIRE(dataset.test.pixels.n_cols == test);
}

TEST_CASE("Specification: a count that is no whole number in its bounds is refused", "[data][specification][errors]") {
    const std::string count = GENERATE("", "0", "-5", "ten", "10x", " 10", "1.5", "1000001", "99999999999999999999");
    REQUIRE_THAT(rejection("synthetic:" + count),
                 Equals("data specification 'synthetic:" + count + "': number of training images '" + count +
                        "' must be a whole number in 1 .. 1000000"));
}

TEST_CASE("Specification: a folder that is left out is asked for", "[data][specification][errors]") {
    REQUIRE_THAT(rejection("mnist"), Equals("data specification 'mnist': mnist needs a folder, as in mnist:DIR"));
    REQUIRE_THAT(rejection("mnist:"), Equals("data specification 'mnist:': mnist needs a folder, as in mnist:DIR"));
    REQUIRE_THAT(rejection("fashion-mnist:"),
                 Equals("data specification 'fashion-mnist:': fashion-mnist needs a folder, as in fashion-mnist:DIR"));
    REQUIRE_THAT(rejection("cifar10"),
                 Equals("data specification 'cifar10': cifar10 needs a folder, as in cifar10:DIR"));
}

TEST_CASE("Specification: an unknown kind gets the list, and the nearest one when there is one",
          "[data][specification][errors]") {
    const std::string list = "want one of mnist:DIR, fashion-mnist[:DIR], cifar10:DIR, synthetic[:N]";
    REQUIRE_THAT(rejection("minst:/x"),
                 Equals("data specification 'minst:/x': unknown kind 'minst', " + list + " (did you mean mnist?)"));
    REQUIRE_THAT(rejection("cifar-10:/x"), Equals("data specification 'cifar-10:/x': unknown kind 'cifar-10', " + list +
                                                  " (did you mean cifar10?)"));
    REQUIRE_THAT(rejection("fashion_mnist"),
                 Equals("data specification 'fashion_mnist': unknown kind 'fashion_mnist', " + list +
                        " (did you mean fashion-mnist?)"));
    REQUIRE_THAT(rejection("mnasd"),
                 Equals("data specification 'mnasd': unknown kind 'mnasd', " + list + " (did you mean mnist?)"));
    REQUIRE_THAT(rejection("weather"), Equals("data specification 'weather': unknown kind 'weather', " + list));
    REQUIRE_THAT(rejection(""), Equals("data specification '': unknown kind '', " + list));
}
