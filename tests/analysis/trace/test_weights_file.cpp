#include <hdf5.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "analysis/trace/error.hpp"
#include "analysis/trace/weights_file.hpp"
#include "tests/analysis/trace/temporary_folder.hpp"

using namespace stdpscope;
using analysis::NamedWeights;

TEST_CASE("Weights come back bit for bit, layers in their order", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    const std::filesystem::path path = folder.path() / "weights.h5";
    const std::vector<NamedWeights> layers{
        {"zulu", {{1.0F, 2.0F, 3.0F}, {4.0F, 5.0F, -0.0F}}, {7.0F, 8.0F}},
        {"alpha", arma::fmat(40, 1300, arma::fill::value(0.5F)), arma::fvec(40, arma::fill::zeros)}};
    analysis::write_weights(path, std::vector<NamedWeights>{{"old", arma::fmat(1, 1), arma::fvec(1)}});
    analysis::write_weights(path, layers);
    const std::vector<NamedWeights> read = analysis::read_weights(path);
    REQUIRE(read.size() == 2);
    for (std::size_t place = 0; place < 2; ++place) {
        REQUIRE(read[place].name == layers[place].name);
        REQUIRE(arma::approx_equal(read[place].weights, layers[place].weights, "absdiff", 0.0));
        REQUIRE(arma::approx_equal(read[place].biases, layers[place].biases, "absdiff", 0.0));
    }
    REQUIRE_FALSE(std::filesystem::exists(folder.path() / "weights.h5.part"));
}

TEST_CASE("In the file the presynaptic axis of the weights comes first", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    const std::filesystem::path path = folder.path() / "weights.h5";
    analysis::write_weights(path, std::vector<NamedWeights>{{"only", {{1, 2, 3}, {4, 5, 6}}, {7, 8}}});
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t dataset = H5Dopen2(file, "/layers/only/weights", H5P_DEFAULT);
    const hid_t space = H5Dget_space(dataset);
    hsize_t extents[2] = {};
    REQUIRE(H5Sget_simple_extent_ndims(space) == 2);
    H5Sget_simple_extent_dims(space, extents, nullptr);
    REQUIRE(extents[0] == 3);
    REQUIRE(extents[1] == 2);
    float values[3][2] = {};
    REQUIRE(H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    REQUIRE(values[0][1] == 4);  // pre 0, post 1
    REQUIRE(values[2][0] == 3);  // pre 2, post 0
    H5Sclose(space);
    H5Dclose(dataset);
    H5Fclose(file);
}

TEST_CASE("Weights that are missing, damaged or not to be written are reported", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    const std::filesystem::path path = folder.path() / "weights.h5";
    REQUIRE_THROWS_AS(analysis::read_weights(path), analysis::MissingTrace);
    std::ofstream(path) << "not HDF5";
    REQUIRE_THROWS_AS(analysis::read_weights(path), analysis::DamagedTrace);
    const std::vector<NamedWeights> layers{{"only", arma::fmat(2, 2, arma::fill::ones), arma::fvec(2)}};
    REQUIRE_THROWS_AS(analysis::write_weights(folder.path() / "absent" / "weights.h5", layers), analysis::WriteFailed);
}
