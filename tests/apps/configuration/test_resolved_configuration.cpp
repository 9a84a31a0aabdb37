#include <catch2/catch.hpp>

#include "apps/configuration/error.hpp"
#include "apps/configuration/resolved_configuration.hpp"
#include "data/error.hpp"
#include "tests/apps/program.hpp"

using namespace stdpscope;
using namespace stdpscope::apps;
using Catch::Matchers::Contains;
using tests::TestFolder;

namespace {

std::int64_t epochs_of(const ResolvedConfiguration& resolved) {
    return resolved.settings.get<std::int64_t>("training.epochs");
}

std::vector<ann::ActivationSpec> activations(const ann::NetworkSpec& network) {
    std::vector<ann::ActivationSpec> found;
    for (const ann::LayerSpec& layer : network.layers) {
        if (const auto* activation = std::get_if<ann::ActivationSpec>(&layer)) found.push_back(*activation);
    }
    return found;
}

}  // namespace

TEST_CASE("precedence: flag, environment, file, network, default", "[apps][configuration]") {
    const TestFolder folder;
    const std::string network = folder.write("net.toml", tests::kSmallNetwork);
    const std::string file = folder.write("run.toml", "[training]\nepochs = 4\nseed = 4\n");
    ConfigurationSources sources{
        .flags = {{"--network", "network.name", network}}, .pairs = {}, .file = std::nullopt, .environment = {}};
    REQUIRE(epochs_of(resolve(sources)) == 2);  // the network's own
    REQUIRE(resolve(sources).settings.get<std::int64_t>("training.seed") == 0);
    sources.file = file;
    REQUIRE(epochs_of(resolve(sources)) == 4);
    sources.environment = {"STDPSCOPE_TRAINING_EPOCHS=5", "PATH=/bin"};
    REQUIRE(epochs_of(resolve(sources)) == 5);
    REQUIRE(resolve(sources).settings.get<std::int64_t>("training.seed") == 4);
    sources.flags.push_back({"--epochs", "training.epochs", "6"});
    const ResolvedConfiguration resolved = resolve(sources);
    REQUIRE(epochs_of(resolved) == 6);
    REQUIRE(resolved.network.epochs == 6);
    REQUIRE(resolved.settings.entry("training.epochs").origin.kind == OriginKind::flag);
    REQUIRE(resolved.settings.entry("training.seed").origin.place == file + ":3");
}

TEST_CASE("Option --set is as strong as a flag, and one setting is set once", "[apps][configuration]") {
    REQUIRE(epochs_of(resolve({.flags = {}, .pairs = {"training.epochs=3"}, .file = {}, .environment = {}})) == 3);
    REQUIRE_THROWS_WITH(resolve({.flags = {{"--epochs", "training.epochs", "2"}},
                                 .pairs = {"training.epochs=3"},
                                 .file = {},
                                 .environment = {}}),
                        Contains("training.epochs is set by --epochs already"));
    REQUIRE_THROWS_WITH(resolve({.flags = {}, .pairs = {"training.epoch=3"}, .file = {}, .environment = {}}),
                        Contains("--set: unknown key training.epoch; nearest is training.epochs"));
    REQUIRE_THROWS_AS(resolve({.flags = {}, .pairs = {"training.epochs"}, .file = {}, .environment = {}}), UsageError);
}

TEST_CASE("variables of the environment must be settings, but for reserved ones", "[apps][configuration]") {
    REQUIRE_THROWS_WITH(resolve({.flags = {}, .pairs = {}, .file = {}, .environment = {"STDPSCOPE_TRAINING_EPOCH=3"}}),
                        Contains("STDPSCOPE_TRAINING_EPOCH: unknown variable; nearest is STDPSCOPE_TRAINING_EPOCHS"));
    REQUIRE_THROWS_AS(resolve({.flags = {}, .pairs = {}, .file = {}, .environment = {"STDPSCOPE_TRAINING_EPOCHS=0"}}),
                      ConfigError);
    REQUIRE_NOTHROW(resolve(
        {.flags = {}, .pairs = {}, .file = {}, .environment = {"STDPSCOPE_SIMD=avx2", "STDPSCOPE_FETCH_BASE=x"}}));
}

TEST_CASE("mistakes in a configuration file name file and line", "[apps][configuration]") {
    const TestFolder folder;
    struct Mistake {
        const char* content;
        const char* message;
    };
    const auto mistake = GENERATE(
        Mistake{"[training]\nepoch = 3\n", ":2: unknown key training.epoch; nearest is training.epochs"},
        Mistake{"seed = 3\n", ":1: unknown key seed"}, Mistake{"[trainnig]\nseed = 3\n", ":1: unknown key trainnig"},
        Mistake{"[training]\n\nepochs = \"two\"\n", ":3: training.epochs = 'two' must be an integer"},
        Mistake{"[training]\nepochs = 2.5\n", ":2: training.epochs = 2.5 must be an integer"},
        Mistake{"[training]\nbatch_size = -2\n", ":2: training.batch_size = -2 must be an integer, 1 to"},
        Mistake{"[mixlu]\npercent_neglu = 101\n", ":2: mixlu.percent_neglu = 101 must be a finite number, 0 to 100"},
        Mistake{"[mixlu]\npercent_neglu = nan\n", ":2: mixlu.percent_neglu = nan must be a finite number"},
        Mistake{"[training]\nlearning_rate = [0.1, \"x\"]\n", ":2: training.learning_rate = "},
        Mistake{"[training]\nlearning_rate = []\n", ":2: training.learning_rate = "},
        Mistake{"[training\nepochs = 1\n", ":1:"}, Mistake{"training = 3\n", ":1: unknown key training"},
        Mistake{"[network]\nname = \"lenet\"\ninput = [1, 28, 28]\n", ":3: unknown key network.input"});
    const std::string file = folder.write("run.toml", mistake.content);
    const ConfigurationSources sources{.flags = {}, .pairs = {}, .file = file, .environment = {}};
    REQUIRE_THROWS_AS(resolve(sources), ConfigError);
    REQUIRE_THROWS_WITH(resolve(sources), Contains(file + mistake.message));
}

TEST_CASE("a configuration file that is not there is missing input", "[apps][configuration]") {
    const TestFolder folder;
    const ConfigurationSources missing{.flags = {}, .pairs = {}, .file = folder / "no.toml", .environment = {}};
    REQUIRE_THROWS_AS(resolve(missing), data::MissingInput);
    const ConfigurationSources is_folder{.flags = {}, .pairs = {}, .file = folder.path(), .environment = {}};
    REQUIRE_THROWS_AS(resolve(is_folder), data::MissingInput);
}

TEST_CASE("an unknown network names what there is", "[apps][configuration]") {
    REQUIRE_THROWS_WITH(
        resolve({.flags = {{"--network", "network.name", "lenet6"}}, .pairs = {}, .file = {}, .environment = {}}),
        Contains("--network: network.name = lenet6 must be one of lenet, lenet5, mlp, or a network file") &&
            Contains("nearest is lenet"));
}

TEST_CASE("cifar10 is whitened and contrast-normalised unless told otherwise", "[apps][configuration]") {
    ConfigurationSources sources{
        .flags = {{"--data", "data.source", "cifar10:DIR"}}, .pairs = {}, .file = {}, .environment = {}};
    REQUIRE(resolve(sources).settings.get<bool>("data.whitening"));
    REQUIRE(resolve(sources).settings.get<bool>("data.contrast_normalization"));
    sources.pairs = {"data.whitening=false"};
    REQUIRE_FALSE(resolve(sources).settings.get<bool>("data.whitening"));
    REQUIRE(resolve(sources).settings.get<bool>("data.contrast_normalization"));
    sources = {.flags = {{"--data", "data.source", "mnist:DIR"}}, .pairs = {}, .file = {}, .environment = {}};
    REQUIRE_FALSE(resolve(sources).settings.get<bool>("data.whitening"));
    REQUIRE_FALSE(resolve(sources).settings.get<bool>("data.contrast_normalization"));
}

TEST_CASE("a percentage of NegLU units turns ReLU layers into MixLU", "[apps][configuration]") {
    ConfigurationSources sources{
        .flags = {{"--network", "network.name", "lenet5"}, {"--neglu", "mixlu.percent_neglu", "5"}},
        .pairs = {"mixlu.derivative=inverted"},
        .file = {},
        .environment = {}};
    for (const ann::ActivationSpec& activation : activations(resolve(sources).network)) {
        REQUIRE(activation.kind == ann::ActivationKind::mixlu);
        REQUIRE(activation.percent_neglu == 5.0);
        REQUIRE(activation.derivative == ann::NegluDerivative::inverted);
        REQUIRE(activation.mask == ann::MixluMask::unit);
    }
    sources.pairs.push_back("mixlu.place=dense");
    const auto mixed = activations(resolve(sources).network);
    REQUIRE(mixed.size() == 4);
    REQUIRE(mixed[0].kind == ann::ActivationKind::relu);
    REQUIRE(mixed[3].kind == ann::ActivationKind::mixlu);
}

TEST_CASE("a mask or derivative without NegLU units to apply to is a mistake", "[apps][configuration]") {
    REQUIRE_THROWS_WITH(
        resolve({.flags = {{"--mask", "mixlu.mask", "element"}}, .pairs = {}, .file = {}, .environment = {}}),
        Contains("--mask: mixlu.mask = element") && Contains("lenet") && Contains("--neglu"));
}

TEST_CASE("a mask and a derivative change the NegLU units that a network file has", "[apps][configuration]") {
    const TestFolder folder;
    const std::string network = folder.write("net.toml",
                                             "name = \"n\"\ninput = [1, 2, 2]\n[[layer]]\ntype = \"dense\"\nunits = "
                                             "4\n[[layer]]\ntype = \"activation\"\nkind "
                                             "= \"mixlu\"\npercent_neglu = 50\n[[layer]]\ntype = \"dense\"\nunits = "
                                             "2\n[[layer]]\ntype = \"activation\"\nkind = "
                                             "\"neglu\"\n");
    const ResolvedConfiguration resolved = resolve({.flags = {{"--network", "network.name", network},
                                                              {"--mask", "mixlu.mask", "element"},
                                                              {"--derivative", "mixlu.derivative", "released"}},
                                                    .pairs = {},
                                                    .file = {},
                                                    .environment = {}});
    const auto found = activations(resolved.network);
    REQUIRE(found[0].mask == ann::MixluMask::element);
    REQUIRE(found[0].percent_neglu == 50.0);
    REQUIRE(found[0].derivative == ann::NegluDerivative::released);
    REQUIRE(found[1].derivative == ann::NegluDerivative::released);
}

TEST_CASE("the resolved configuration reads back to itself, without the network file", "[apps][configuration]") {
    const TestFolder folder;
    const std::string network = folder.write("net.toml", tests::kSmallNetwork);
    const std::vector<FlagValue> builtin{{"--network", "network.name", "lenet5"},
                                         {"--neglu", "mixlu.percent_neglu", "2.5"}};
    const std::vector<FlagValue> from_file{{"--network", "network.name", network},
                                           {"--seed", "training.seed", "12345678901"},
                                           {"--neglu", "mixlu.percent_neglu", "30"}};
    const auto flags = GENERATE_COPY(builtin, from_file);
    const std::string written = resolved_toml(
        resolve({.flags = flags, .pairs = {"trace.layers=a,b", "data.flip=0.1"}, .file = {}, .environment = {}}),
        ThreadCount::written);
    std::filesystem::remove(network);
    const std::string file = folder.write("resolved.toml", written);
    const ResolvedConfiguration again = resolve({.flags = {}, .pairs = {}, .file = file, .environment = {}});
    REQUIRE(resolved_toml(again, ThreadCount::written) == written);
    REQUIRE_THAT(written, Contains("threads = "));
    REQUIRE_THAT(resolved_toml(again, ThreadCount::left_out), !Contains("threads = "));
}

TEST_CASE("a network given by a flag replaces the one in the configuration file", "[apps][configuration]") {
    const TestFolder folder;
    const std::string network = folder.write("net.toml", tests::kSmallNetwork);
    const std::string file = folder.write(
        "resolved.toml",
        resolved_toml(
            resolve({.flags = {{"--network", "network.name", network}}, .pairs = {}, .file = {}, .environment = {}}),
            ThreadCount::written));
    const ResolvedConfiguration resolved =
        resolve({.flags = {{"--network", "network.name", "mlp"}}, .pairs = {}, .file = file, .environment = {}});
    REQUIRE(resolved.network.name == "mlp");
    REQUIRE_FALSE(resolved.written_network.has_value());
}

TEST_CASE("trace and training options are those of the settings", "[apps][configuration]") {
    const ResolvedConfiguration resolved =
        resolve({.flags = {{"--trace", "trace.level", "planes"}, {"--threads", "training.threads", "3"}},
                 .pairs = {"trace.record_every=7", "trace.sample_synapses=8", "trace.sample_every=9",
                           "trace.planes_every=10", "trace.updates_every=11", "trace.update_timing=integral",
                           "trace.layers=conv1", "trace.segment_mebibytes=2", "training.full_training_error=true"},
                 .file = {},
                 .environment = {}});
    const analysis::TraceOptions trace = trace_options(resolved);
    REQUIRE(trace.level == analysis::TraceLevel::planes);
    REQUIRE(trace.record_every == 7);
    REQUIRE(trace.sample_synapses == 8);
    REQUIRE(trace.sample_every == 9);
    REQUIRE(trace.planes_every == 10);
    REQUIRE(trace.updates_every == 11);
    REQUIRE(trace.update_timing == analysis::UpdateTiming::integral);
    REQUIRE(trace.layers == std::vector<std::string>{"conv1"});
    REQUIRE(trace.segment_bytes == 2097152);
    const ann::TrainerOptions training = trainer_options(resolved);
    REQUIRE(training.threads == 3);
    REQUIRE(training.full_training_error);
    REQUIRE(training.epochs == 20);
    REQUIRE(training.batch_size == 100);
}
