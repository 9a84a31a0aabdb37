#include <catch2/catch.hpp>

#include "apps/configuration/error.hpp"
#include "apps/configuration/network_file.hpp"
#include "data/error.hpp"
#include "tests/apps/program.hpp"

using namespace stdpscope;
using namespace stdpscope::apps;
using Catch::Matchers::Contains;
using tests::TestFolder;

namespace {

const std::string kHead = "name = \"n\"\ninput = [3, 9, 8]\n";  // two lines; layers begin at line 3

}  // namespace

TEST_CASE("a network file gives every kind of layer with all its settings", "[apps][configuration]") {
    const TestFolder folder;
    const std::string file = folder.write("net.toml", R"(name = "everything"
input = [3, 9, 8]
loss = "mean_squared_error"
[training]
epochs = 4
batch_size = 25
learning_rate = [0.5, 0.25]
momentum = 0.5
weight_decay = 0.125
[[layer]]
type = "conv2d"
name = "c"
channels = 4
kernel = [3, 2]
stride = [2, 1]
pad = [1, 2, 3, 0]
initial_deviation = 0.25
weight_rate = 2
bias_rate = 3.0
weight_decay = 4.0
bias_decay = 5.0
[[layer]]
type = "max_pool2d"
window = [2, 3]
stride = [1, 2]
pad = [0, 1, 0, 1]
[[layer]]
type = "average_pool2d"
[[layer]]
type = "activation"
kind = "leaky_relu"
leak = 0.125
[[layer]]
type = "activation"
kind = "mixlu"
percent_neglu = 12.5
mask = "element"
derivative = "released"
[[layer]]
type = "dense"
units = 2
)");
    const ann::NetworkSpec spec = read_network_file(file);
    REQUIRE(spec.name == "everything");
    REQUIRE(spec.input == ann::MapShape{3, 9, 8});
    REQUIRE(spec.loss == ann::LossKind::mean_squared_error);
    REQUIRE(spec.epochs == 4);
    REQUIRE(spec.batch_size == 25);
    REQUIRE(spec.sgd.learning_rates == std::vector<double>{0.5, 0.25});
    REQUIRE(spec.sgd.momentum == 0.5);
    REQUIRE(spec.sgd.weight_decay == 0.125);
    REQUIRE(spec.layers.size() == 6);
    const auto& conv = std::get<ann::Conv2dSpec>(spec.layers[0]);
    REQUIRE(conv.name == "c");
    REQUIRE(conv.channels == 4);
    REQUIRE(conv.kernel_rows == 3);
    REQUIRE(conv.kernel_columns == 2);
    REQUIRE(conv.stride_rows == 2);
    REQUIRE(conv.stride_columns == 1);
    REQUIRE(conv.padding == ann::Padding{.top = 1, .bottom = 2, .left = 3, .right = 0});
    REQUIRE(conv.training.initial_deviation == 0.25);
    REQUIRE(conv.training.weight_rate == 2.0);
    REQUIRE(conv.training.bias_rate == 3.0);
    REQUIRE(conv.training.weight_decay == 4.0);
    REQUIRE(conv.training.bias_decay == 5.0);
    const auto& pool = std::get<ann::Pool2dSpec>(spec.layers[1]);
    REQUIRE(pool.kind == ann::PoolKind::max);
    REQUIRE(pool.window_rows == 2);
    REQUIRE(pool.window_columns == 3);
    REQUIRE(pool.stride_rows == 1);
    REQUIRE(pool.stride_columns == 2);
    REQUIRE(pool.padding == ann::Padding{.top = 0, .bottom = 1, .left = 0, .right = 1});
    REQUIRE(std::get<ann::Pool2dSpec>(spec.layers[2]).kind == ann::PoolKind::average);
    REQUIRE(std::get<ann::ActivationSpec>(spec.layers[3]).leak == 0.125);
    const auto& mixlu = std::get<ann::ActivationSpec>(spec.layers[4]);
    REQUIRE(mixlu.kind == ann::ActivationKind::mixlu);
    REQUIRE(mixlu.percent_neglu == 12.5);
    REQUIRE(mixlu.mask == ann::MixluMask::element);
    REQUIRE(mixlu.derivative == ann::NegluDerivative::released);
    REQUIRE(std::get<ann::DenseSpec>(spec.layers[5]).units == 2);
}

TEST_CASE("mistakes in a network file name file, line and what must hold", "[apps][configuration]") {
    const TestFolder folder;
    struct Mistake {
        std::string content;
        std::string message;
    };
    const auto mistake = GENERATE(
        Mistake{kHead + "[[layer]]\ntype = \"dense\"\nunit = 5\n", ":3: layer 1: units is missing"},
        Mistake{kHead + "[[layer]]\ntype = \"dense\"\nunits = 5\nbias_rates = 2\n",
                ":6: layer 1: unknown key bias_rates; nearest is bias_rate"},
        Mistake{
            kHead + "[[layer]]\ntype = \"dens\"\n",
            ":4: layer 1: type = 'dens' must be one of dense, conv2d, max_pool2d, average_pool2d, activation; nearest "
            "is dense"},
        Mistake{kHead + "[[layer]]\ntype = \"dense\"\nname = \"a/b\"\nunits = 3\n",
                ":5: layer 1: name = 'a/b' must be a name without \"/\""},
        Mistake{kHead + "[[layer]]\ntype = \"dense\"\nunits = -3\n",
                ":5: layer 1: units = -3 must be an integer, 1 to"},
        Mistake{kHead + "[[layer]]\ntype = \"dense\"\nunits = 0\n", ":5: layer 1: units = 0 must be an integer, 1 to"},
        Mistake{kHead + "[[layer]]\ntype = \"dense\"\nunits = 2\ninitial_deviation = nan\n",
                ":6: layer 1: initial_deviation = nan must be a finite number, >= 0"},
        Mistake{kHead + "[[layer]]\ntype = \"conv2d\"\nchannels = 2\nkernel = [3]\n",
                ":6: layer 1: kernel = [ 3 ] must be 2 integers, 1 to"},
        Mistake{kHead + "[[layer]]\ntype = \"max_pool2d\"\npad = [0, -1, 0, 0]\n",
                ":5: layer 1: pad = [ 0, -1, 0, 0 ] must be 4 integers, 0 to"},
        Mistake{kHead + "[[layer]]\ntype = \"activation\"\nkind = \"relu\"\nleak = 0.1\n",
                ":6: leak belongs to leaky_relu units only"},
        Mistake{kHead + "[[layer]]\ntype = \"activation\"\nkind = \"mixlu\"\npercent_neglu = 101\n",
                ":6: layer 1: percent_neglu = 101 must be a finite number, 0 to 100"},
        Mistake{kHead + "[[layer]]\ntype = \"activation\"\n", ":3: layer 1: kind is missing"},
        Mistake{kHead + "layers = 3\n", ":1: layer must be a list of tables"},
        Mistake{kHead + "epochs = 3\n[[layer]]\ntype = \"average_pool2d\"\n", ":3: unknown key epochs"},
        Mistake{kHead + "[training]\nseed = 3\n[[layer]]\ntype = \"average_pool2d\"\n",
                ":4: training: unknown key seed"},
        Mistake{"input = [3, 9, 8]\n", ":1: name is missing"},
        Mistake{"name = \"n\"\ninput = [3, 9]\n", ":2: input = [ 3, 9 ] must be 3 integers, 1 to"});
    const std::string file = folder.write("net.toml", mistake.content);
    REQUIRE_THROWS_AS(read_network_file(file), ConfigError);
    REQUIRE_THROWS_WITH(read_network_file(file), Contains(file + mistake.message));
}

TEST_CASE("a network file that is not there is missing input", "[apps][configuration]") {
    const TestFolder folder;
    REQUIRE_THROWS_AS(read_network_file(folder / "no.toml"), data::MissingInput);
}

TEST_CASE("the example network file can be read", "[apps][configuration]") {
    const ann::NetworkSpec spec = read_network_file(STDPSCOPE_SOURCE_DIR "/examples/two_layers.toml");
    REQUIRE(spec.name == "two_layers");
    REQUIRE(spec.layers.size() == 4);
}
