#include <sys/wait.h>

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "tests/apps/program.hpp"

using namespace stdpscope::tests;
using Catch::Matchers::Contains;
using nlohmann::json;

TEST_CASE("help, version and mistakes of the whole program", "[apps][program]") {
    const Outcome help = run_program({"--help"});
    REQUIRE(help.exit_code == 0);
    for (const char* command : {"train", "analyze", "compare", "inspect", "export", "data", "config", "bench"}) {
        REQUIRE_THAT(help.output, Contains(command));
    }
    REQUIRE(help.errors.empty());

    const Outcome version = run_program({"--version"});
    REQUIRE(version.exit_code == 0);
    REQUIRE_THAT(version.output, Catch::Matchers::StartsWith("stdpscope "));

    const Outcome nothing = run_program({});
    REQUIRE(nothing.exit_code == 2);
    REQUIRE_THAT(nothing.errors, Contains("Usage: stdpscope COMMAND"));
    REQUIRE(nothing.output.empty());

    const Outcome unknown = run_program({"trian"});
    REQUIRE(unknown.exit_code == 2);
    REQUIRE(unknown.errors == "stdpscope: unknown command trian; nearest is train\n");
}

TEST_CASE("each command has a help with an example", "[apps][program]") {
    const std::string command = GENERATE("train", "data", "config", "bench");
    for (const char* flag : {"--help", "-h"}) {
        const Outcome help = run_program({command, flag});
        INFO(command << " " << flag);
        REQUIRE(help.exit_code == 0);
        REQUIRE(help.errors.empty());
        REQUIRE_THAT(help.output, Contains("Usage: stdpscope " + command));
        REQUIRE_THAT(help.output, Contains("Example:\n  stdpscope " + command));
    }
}

TEST_CASE("flags are not guessed, not repeated and not given without a value", "[apps][program]") {
    struct Mistake {
        std::vector<std::string> arguments;
        std::string message;
    };
    const auto mistake = GENERATE(
        Mistake{{"train", "--epoch", "3"}, "stdpscope train: unknown option --epoch; nearest is --epochs\n"},
        Mistake{{"train", "--out"}, "stdpscope train: the required argument for option '--out' is missing\n"},
        Mistake{{"train", "--epochs", "1", "--epochs", "2"},
                "stdpscope train: option '--epochs' cannot be specified more than once\n"},
        Mistake{{"train", "lenet"}, "stdpscope train: unexpected argument lenet\n"},
        Mistake{{"train", "--epochs", "1"}, "stdpscope train: --out DIR is missing: the new folder of the run\n"},
        Mistake{{"train", "--out", ""}, "stdpscope train: --out must name a folder\n"},
        Mistake{{"data"}, "stdpscope data: an action is missing: stdpscope data info SPEC\n"},
        Mistake{{"data", "inof"}, "stdpscope data: unknown action inof; nearest is info\n"},
        Mistake{{"data", "info"}, "stdpscope data: info takes one data set, 0 are given\n"},
        Mistake{{"config", "--toml", "--json"}, "stdpscope config: --toml and --json exclude each other\n"},
        Mistake{{"bench", "--seconds", "0"}, "stdpscope bench: --seconds = 0 must be 0.1 to 86400\n"},
        Mistake{{"bench", "--seconds", "nan"}, "stdpscope bench: --seconds = nan must be 0.1 to 86400\n"});
    const Outcome outcome = run_program(mistake.arguments);
    REQUIRE(outcome.errors == mistake.message);
    REQUIRE(outcome.exit_code == 2);
    REQUIRE(outcome.output.empty());
}

TEST_CASE("config lists every setting as text, JSON and TOML", "[apps][program]") {
    const Outcome text = run_program({"config"});
    REQUIRE(text.exit_code == 0);
    REQUIRE_THAT(text.output, Contains("training.batch_size") && Contains("STDPSCOPE_TRAINING_BATCH_SIZE"));
    REQUIRE_THAT(text.output, !Contains("\033["));

    const Outcome as_json = run_program({"config", "--json", "--epochs", "3"}, {{"STDPSCOPE_TRAINING_SEED", "8"}});
    REQUIRE(as_json.exit_code == 0);
    bool found = false;
    const json document = json::parse(as_json.output);
    for (const json& setting : document["settings"]) {
        if (setting["key"] == "training.epochs") {
            REQUIRE(setting["value"] == 3);
            REQUIRE(setting["origin"] == "flag");
            REQUIRE(setting["minimum"] == 1.0);
            found = true;
        }
        if (setting["key"] == "training.seed") {
            REQUIRE(setting["value"] == 8);
            REQUIRE(setting["place"] == "STDPSCOPE_TRAINING_SEED");
        }
        if (setting["key"] == "training.batch_size") REQUIRE(setting["origin"] == "network");
    }
    REQUIRE(found);

    const Outcome toml = run_program({"config", "--toml", "--network", "lenet5"});
    REQUIRE(toml.exit_code == 0);
    REQUIRE_THAT(toml.output, Contains("[network]\nname = \"lenet5\"\n") && Contains("epochs = 45\n"));
}

TEST_CASE("data info tells counts, balance and checksum", "[apps][program]") {
    const Outcome text = run_program({"data", "info", "synthetic:600"});
    REQUIRE(text.exit_code == 0);
    REQUIRE_THAT(text.output, Contains("synthetic: 600 training and 100 test images, 1 channel of 28 x 28 pixels"));
    const Outcome as_json = run_program({"data", "info", "synthetic:600", "--json"});
    const json document = json::parse(as_json.output);
    REQUIRE(document["training_images"] == 600);
    REQUIRE(document["training_class_counts"] == json(std::vector<int>(10, 60)));
    REQUIRE(document["checksum"].get<std::string>().size() == 8);
}

TEST_CASE("a full disk behind stdout is an error", "[apps][program]") {
    if (!std::filesystem::exists("/dev/full")) return;
    const TestFolder folder;
    std::filesystem::create_symlink("/dev/full", folder / "output");
    const pid_t process = start_program({"config"}, {}, folder.path());
    int status = 0;  // not finish_program, which would read /dev/full without end
    REQUIRE(waitpid(process, &status, 0) == process);
    REQUIRE(WEXITSTATUS(status) == 74);
}
