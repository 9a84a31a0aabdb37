#include <catch2/catch.hpp>

#include "tests/apps/program.hpp"

using namespace stdpscope::tests;
using Catch::Matchers::Contains;

namespace {

std::string big_endian(std::uint32_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>((value >> shift) & 0xffU);
    return bytes;
}

std::string images(std::uint32_t magic, std::uint32_t count, std::size_t pixels) {
    return big_endian(magic) + big_endian(count) + big_endian(28) + big_endian(28) + std::string(pixels, '\x40');
}

std::string labels(std::uint32_t count, char label) {
    return big_endian(0x801) + big_endian(count) + std::string(count, label);
}

/// A folder of MNIST's four files with two images each.
void write_mnist(const TestFolder& folder) {
    for (const std::string part : {"train", "t10k"}) {
        (void)folder.write("data/" + part + "-images-idx3-ubyte", images(0x803, 2, 2 * 784));
        (void)folder.write("data/" + part + "-labels-idx1-ubyte", labels(2, '\x01'));
    }
}

/// Trains with `arguments` into a folder that must not come to be, and into which parents neither.
Outcome train_in_vain(const TestFolder& folder, std::vector<std::string> arguments, const Variables& environment = {}) {
    arguments.insert(arguments.begin(), {"train", "--out", (folder / "runs/run").string()});
    Outcome outcome = run_program(arguments, environment);
    REQUIRE_FALSE(std::filesystem::exists(folder / "runs"));
    REQUIRE(outcome.output.empty());
    REQUIRE(std::count(outcome.errors.begin(), outcome.errors.end(), '\n') == 1);
    REQUIRE_THAT(outcome.errors, Catch::Matchers::StartsWith("stdpscope train: "));
    return outcome;
}

}  // namespace

TEST_CASE("data that cannot be read: exit code, path, value and bound, and nothing left behind", "[apps][bad-input]") {
    const TestFolder folder;
    write_mnist(folder);
    struct BadFile {
        const char* file;
        std::string content;
        const char* message;
    };
    const auto bad = GENERATE(
        BadFile{"data/train-images-idx3-ubyte", images(0x801, 2, 2 * 784), "magic 0x00000801, want 0x00000803"},
        BadFile{"data/train-images-idx3-ubyte", images(0x803, 2, 2 * 784 - 1), ""},
        BadFile{"data/train-images-idx3-ubyte", images(0x803, 0xffffffff, 10), ""},
        BadFile{"data/train-labels-idx1-ubyte", labels(3, '\x01'), "3"},
        BadFile{"data/t10k-labels-idx1-ubyte", labels(2, '\x0a'), "10"});
    (void)folder.write(bad.file, bad.content);
    const Outcome outcome =
        train_in_vain(folder, {"--data", "mnist:" + (folder / "data").string(), "--network", "mlp"});
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 65);
    REQUIRE_THAT(outcome.errors, Contains((folder / bad.file).string()) && Contains(bad.message));
}

TEST_CASE("a missing data file: exit code 66", "[apps][bad-input]") {
    const TestFolder folder;
    write_mnist(folder);
    std::filesystem::remove(folder / "data/t10k-images-idx3-ubyte");
    const Outcome outcome =
        train_in_vain(folder, {"--data", "mnist:" + (folder / "data").string(), "--network", "mlp"});
    REQUIRE(outcome.exit_code == 66);
    REQUIRE_THAT(outcome.errors, Contains((folder / "data/t10k-images-idx3-ubyte").string()));
}

TEST_CASE("a CIFAR-10 batch of the wrong size: exit code 65", "[apps][bad-input]") {
    const TestFolder folder;
    for (const std::string batch : {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"}) {
        (void)folder.write("data/" + batch + ".bin", std::string(3073 * 2, '\x01'));
    }
    (void)folder.write("data/test_batch.bin", std::string(3073 * 2 - 5, '\x01'));
    const Outcome outcome =
        train_in_vain(folder, {"--data", "cifar10:" + (folder / "data").string(), "--network", "lenet5"});
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 65);
    REQUIRE_THAT(outcome.errors, Contains(".bin") && Contains("3073"));
}

TEST_CASE("values that cannot be: 2 on the command line, 78 in a file or the environment", "[apps][bad-input]") {
    const TestFolder folder;
    const std::string batch = "training.batch_size = -2 must be an integer, 1 to";
    const std::string percent = "mixlu.percent_neglu = 101 must be a finite number, 0 to 100";
    Outcome outcome = train_in_vain(folder, {"--batch", "-2"});
    REQUIRE(outcome.exit_code == 2);
    REQUIRE_THAT(outcome.errors, Contains("--batch: " + batch));

    outcome = train_in_vain(folder, {"--neglu", "101"});
    REQUIRE(outcome.exit_code == 2);
    REQUIRE_THAT(outcome.errors, Contains("--neglu: " + percent));

    outcome = train_in_vain(folder, {"--set", "training.batch_size=-2"});
    REQUIRE(outcome.exit_code == 2);

    outcome = train_in_vain(folder, {}, {{"STDPSCOPE_TRAINING_BATCH_SIZE", "-2"}});
    REQUIRE(outcome.exit_code == 78);
    REQUIRE_THAT(outcome.errors, Contains("STDPSCOPE_TRAINING_BATCH_SIZE: " + batch));

    const std::string file = folder.write("run.toml", "[mixlu]\npercent_neglu = 101\n");
    outcome = train_in_vain(folder, {"--config", file});
    REQUIRE(outcome.exit_code == 78);
    REQUIRE_THAT(outcome.errors, Contains(file + ":2: " + percent));
}

TEST_CASE("an unknown key in a configuration file: 78, with line and nearest key", "[apps][bad-input]") {
    const TestFolder folder;
    const std::string file = folder.write("run.toml", "[training]\nepochs = 1\nlearning_rates = [0.1]\n");
    const Outcome outcome = train_in_vain(folder, {"--config", file});
    REQUIRE(outcome.exit_code == 78);
    REQUIRE_THAT(outcome.errors,
                 Contains(file + ":3: unknown key training.learning_rates; nearest is training.learning_rate"));
}

TEST_CASE("a configuration or network file that is not there: 66", "[apps][bad-input]") {
    const TestFolder folder;
    REQUIRE(train_in_vain(folder, {"--config", (folder / "no.toml").string()}).exit_code == 66);
    REQUIRE(train_in_vain(folder, {"--network", (folder / "no.toml").string()}).exit_code == 66);
}

TEST_CASE("a network that cannot be built: 78, naming the network", "[apps][bad-input]") {
    const TestFolder folder;
    const std::string network =
        folder.write("net.toml",
                     "name = \"n\"\ninput = [1, 28, 28]\n[[layer]]\ntype = \"conv2d\"\nchannels "
                     "= 2\nkernel = [30, 30]\n[[layer]]\ntype = \"dense\"\nunits = 10\n");
    const Outcome outcome = train_in_vain(folder, {"--network", network, "--data", "synthetic:100"});
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 78);
    REQUIRE_THAT(outcome.errors, Contains(network) && Contains("30"));
}

TEST_CASE("data that does not fit the network names both shapes", "[apps][bad-input]") {
    const TestFolder folder;
    const Outcome outcome = train_in_vain(folder, {"--network", "lenet5", "--data", "synthetic:100"});
    REQUIRE(outcome.exit_code == 2);
    REQUIRE_THAT(outcome.errors,
                 Contains("synthetic:100 has images 1x28x28 in 10 classes, network lenet5 takes 3x32x32"));
}

TEST_CASE("a data specification that cannot be: 2 from a flag, 78 from the environment", "[apps][bad-input]") {
    const TestFolder folder;
    REQUIRE(train_in_vain(folder, {"--data", "mnits:DIR"}).exit_code == 2);
    REQUIRE(train_in_vain(folder, {}, {{"STDPSCOPE_DATA_SOURCE", "mnits:DIR"}}).exit_code == 78);
    const Outcome info = run_program({"data", "info", "mnits:DIR"});
    REQUIRE(info.exit_code == 2);
    REQUIRE_THAT(info.errors, Contains("mnits"));
}

TEST_CASE("trace.layers must name layers, a traced batch must fit the ledger", "[apps][bad-input]") {
    const TestFolder folder;
    Outcome outcome = train_in_vain(folder, {"--data", "synthetic:100", "--set", "trace.layers=conv1,dens3"});
    REQUIRE(outcome.exit_code == 2);
    REQUIRE_THAT(outcome.errors,
                 Contains("trace.layers has dens3, must be among conv1, conv2, dense3, dense4; nearest is dense3"));
    outcome = train_in_vain(folder, {"--data", "synthetic:100", "--batch", "65521"});
    REQUIRE(outcome.exit_code == 2);
    REQUIRE_THAT(outcome.errors,
                 Contains("training.batch_size = 65521 must be at most 65520 unless trace.level is off"));
    // 192 x 192 positions.
    const std::string wide = folder.write("wide.toml", R"(name = "wide"
input = [1, 28, 28]
[[layer]]
type = "conv2d"
channels = 1
kernel = [1, 1]
pad = [82, 82, 82, 82]
[[layer]]
type = "dense"
units = 10
)");
    outcome = train_in_vain(folder, {"--data", "synthetic:100", "--network", wide, "--batch", "60000"});
    REQUIRE(outcome.exit_code == 2);
    REQUIRE_THAT(outcome.errors,
                 Contains("training.batch_size = 60000 must be at most 58254 unless trace.level is off"));
}

TEST_CASE("an existing output folder or file is refused and left alone: 73", "[apps][bad-input]") {
    const TestFolder folder;
    (void)folder.write("taken/note", "mine");
    (void)folder.write("file", "mine");
    std::filesystem::create_symlink(folder / "nowhere", folder / "link");
    for (const char* name : {"taken", "file", "link"}) {
        const Outcome outcome = run_program({"train", "--data", "synthetic:100", "--out", (folder / name).string()});
        REQUIRE(outcome.exit_code == 73);
        REQUIRE_THAT(outcome.errors, Contains((folder / name).string()) && Contains("exists already"));
    }
    REQUIRE(read_file(folder / "taken/note") == "mine");
    REQUIRE(read_file(folder / "file") == "mine");
    REQUIRE(folder.names() == std::vector<std::string>{"file", "link", "taken"});
}

TEST_CASE("an output folder below a file cannot be made: 73", "[apps][bad-input]") {
    const TestFolder folder;
    const std::string file = folder.write("file", "mine");
    REQUIRE(run_program({"train", "--data", "synthetic:100", "--out", file + "/run"}).exit_code == 73);
}

TEST_CASE("an unknown kind of vector instructions: 78", "[apps][bad-input]") {
    const TestFolder folder;
    const Outcome outcome = train_in_vain(folder, {"--data", "synthetic:100"}, {{"STDPSCOPE_SIMD", "mmx"}});
    REQUIRE(outcome.exit_code == 78);
    REQUIRE_THAT(outcome.errors, Contains("STDPSCOPE_SIMD = mmx"));
    const Outcome simulated =
        run_program({"simulate", "--protocol", "pairing", "--out", folder / "run"}, {{"STDPSCOPE_SIMD", "mmx"}});
    REQUIRE(simulated.exit_code == 78);
    REQUIRE_THAT(simulated.errors, Contains("STDPSCOPE_SIMD = mmx"));
    REQUIRE_FALSE(std::filesystem::exists(folder / "run"));
}
