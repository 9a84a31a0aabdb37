#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <sstream>

#include "analysis/bridge/training_events.hpp"
#include "tests/apps/run_folder.hpp"
#include "tests/apps/simulate/simulated_run.hpp"

using namespace stdpscope;
using namespace stdpscope::tests;
using Catch::Matchers::Contains;
using nlohmann::json;

TEST_CASE("simulate: a training's events as spikes agree in sign where the synapse excites",
          "[apps][simulate][bridge]") {
    const TestFolder folder;
    const std::string network = folder.write("net.toml", kSmallNetwork);
    const std::string training = (folder / "training").string();
    const Outcome trained = run_program({"train", "--network", network, "--data", "synthetic:600", "--trace", "samples",
                                         "--set", "trace.sample_every=2", "--out", training});
    REQUIRE(trained.exit_code == 0);
    // Table 3 to the letter; the run may be named by --trace as well.
    simulate(folder, "response", {"--protocol", "from-trace", "--trace", training});
    const json response = read_json(folder / "response" / "result.json")["bridge"];
    const json& all = response["layers"].back();
    REQUIRE(all["events"].get<int>() > 500);
    REQUIRE(all["excitatory_same_sign_share"] == 1.0);
    REQUIRE(all["inhibitory_events"].get<int>() > 100);
    REQUIRE(all["inhibitory_same_sign_share"] == 0.0);
    REQUIRE(all["other_sign_inhibitory"] == all["inhibitory_events"]);
    for (const json& row : response["layers"]) {
        if (row["layer"].is_null()) continue;  // layers have scales of their own
        REQUIRE(row["size_correlation"]["spearman"].get<double>() > 0.5);
    }
    // With the window turned round at synapses that inhibit.
    const Outcome effect = simulate(
        folder, "effect",
        {"--protocol", "from-trace", "--from", training, "--set", "simulation.window=effect", "--threads", "2"});
    REQUIRE_THAT(effect.output, Contains("same"));
    const json turned = read_json(folder / "effect" / "result.json")["bridge"]["layers"].back();
    REQUIRE(turned["events"] == all["events"]);
    REQUIRE(turned["same_sign_share"] == 1.0);
    REQUIRE(turned["same_category_share"] == 1.0);
    const std::string table = read_file(folder / "effect" / "bridge.csv");
    REQUIRE(std::count(table.begin(), table.end(), '\n') == 1 + turned["events"].get<int>());
    // The trace is as of any simulation.
    REQUIRE(run_program({"analyze", (folder / "effect").string(), "--by", "layer"}).exit_code == 0);

    const std::string out = (folder / "none").string();
    const Outcome missing = run_program({"simulate", "--protocol", "from-trace", "--out", out});
    REQUIRE(missing.exit_code == 2);
    REQUIRE_THAT(missing.errors, Contains("--from RUN is missing"));
    const Outcome spiking =
        run_program({"simulate", "--protocol", "from-trace", "--from", (folder / "effect").string(), "--out", out});
    REQUIRE(spiking.exit_code == 66);
    REQUIRE_THAT(spiking.errors, Contains("must be a training"));
}

TEST_CASE("simulate: the bridge's file has every event with its own numbers, and as many as are asked for",
          "[apps][simulate][bridge]") {
    const TestFolder folder;
    const std::string training = (folder / "training").string();
    REQUIRE(run_program({"train", "--network", folder.write("net.toml", kSmallNetwork), "--data", "synthetic:600",
                         "--trace", "samples", "--set", "trace.sample_every=2", "--out", training})
                .exit_code == 0);
    simulate(folder, "run",
             {"--protocol", "from-trace", "--from", training, "--set", "simulation.events=200", "--set",
              "simulation.dt_ms=0.5"});
    const analysis::TrainingEvents events = analysis::read_training_events(training, 200);
    REQUIRE(events.events.size() == 200);
    const json all = read_json(folder / "run" / "result.json")["bridge"]["layers"].back();
    CHECK(all["events"] == 200);
    CHECK(all["other_sign_unchanged"] == 0);  // of 200 none meets a bound
    std::ifstream file(folder / "run" / "bridge.csv");
    std::string line;
    std::getline(file, line);
    CHECK(line ==
          "layer,step,post,pre,activation,loss_derivative,activation_derivative,weight,weight_update,asked,pre_spikes,"
          "delta_ms,spiking_change");
    for (const analysis::TrainingEvent& event : events.events) {
        REQUIRE(std::getline(file, line));
        std::vector<std::string> cells;
        std::istringstream row(line);
        for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
        REQUIRE(cells.size() == 13);
        CHECK(cells[0] == events.layers[event.layer].name);
        CHECK(std::stoull(cells[1]) == event.step);
        CHECK(std::stoull(cells[2]) == event.post);
        CHECK(std::stoull(cells[3]) == event.pre);
        const double numbers[] = {event.activation,
                                  event.loss_derivative,
                                  event.activation_derivative,
                                  event.weight,
                                  event.weight_update,
                                  -event.loss_derivative * event.activation_derivative * event.activation};
        for (std::size_t k = 0; k < 6; ++k) CHECK(std::stod(cells[4 + k]) == Approx(numbers[k]));
        const double steps = std::stod(cells[11]) / 0.5;
        CHECK(steps == Approx(std::round(steps)).margin(1e-9));
        CHECK((steps >= 0.0) == (event.loss_derivative < 0.0));
    }
    CHECK_FALSE(std::getline(file, line));
}
