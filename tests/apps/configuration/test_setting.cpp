#include <catch2/catch.hpp>

#include <set>

#include "apps/configuration/error.hpp"
#include "apps/configuration/setting.hpp"

using namespace stdpscope::apps;
using Catch::Matchers::Contains;

namespace {

const Origin kFlag{OriginKind::flag, "--flag"};
const Origin kFile{OriginKind::file, "run.toml:3"};

const Setting& setting(const std::string& key) {
    const Setting* found = find_setting(key);
    REQUIRE(found != nullptr);
    return *found;
}

}  // namespace

TEST_CASE("every setting has a key of its own, a description, and a default that it accepts", "[apps][configuration]") {
    std::set<std::string> keys;
    for (const Setting& each : settings()) {
        INFO(each.key);
        REQUIRE(keys.insert(each.key).second);
        REQUIRE(each.key.find('.') != std::string::npos);
        REQUIRE_FALSE(each.description.empty());
        REQUIRE((!each.default_text.empty() || !each.default_note.empty()));
        if (!each.default_text.empty()) REQUIRE_NOTHROW(parse_value(each, each.default_text, kFlag));
    }
    REQUIRE(keys.size() > 20);
}

TEST_CASE("environment_name is the key in capitals", "[apps][configuration]") {
    REQUIRE(environment_name(setting("training.batch_size")) == "STDPSCOPE_TRAINING_BATCH_SIZE");
}

TEST_CASE("parse_value reads each type", "[apps][configuration]") {
    REQUIRE(std::get<std::int64_t>(parse_value(setting("training.epochs"), "7", kFlag)) == 7);
    REQUIRE(std::get<double>(parse_value(setting("mixlu.percent_neglu"), "0.25", kFlag)) == 0.25);
    REQUIRE(std::get<bool>(parse_value(setting("data.whitening"), "true", kFlag)));
    REQUIRE_FALSE(std::get<bool>(parse_value(setting("data.whitening"), "false", kFlag)));
    REQUIRE(std::get<std::string>(parse_value(setting("trace.level"), "planes", kFlag)) == "planes");
    const std::vector<double> rates{0.05, 0.005};
    REQUIRE(std::get<std::vector<double>>(parse_value(setting("training.learning_rate"), "0.05, 0.005", kFlag)) ==
            rates);
    REQUIRE(std::get<std::vector<double>>(parse_value(setting("training.learning_rate"), "[0.05,0.005]", kFlag)) ==
            rates);
    const std::vector<std::string> layers{"conv1", "dense3"};
    REQUIRE(std::get<std::vector<std::string>>(parse_value(setting("trace.layers"), "conv1,dense3", kFlag)) == layers);
    REQUIRE(std::get<std::vector<std::string>>(parse_value(setting("trace.layers"), "", kFlag)).empty());
}

TEST_CASE("bounds belong to what is allowed", "[apps][configuration]") {
    REQUIRE_NOTHROW(parse_value(setting("mixlu.percent_neglu"), "0", kFlag));
    REQUIRE_NOTHROW(parse_value(setting("mixlu.percent_neglu"), "100", kFlag));
    REQUIRE_THROWS_AS(parse_value(setting("mixlu.percent_neglu"), "100.001", kFlag), UsageError);
    REQUIRE_THROWS_AS(parse_value(setting("mixlu.percent_neglu"), "-0.001", kFlag), UsageError);
    REQUIRE_NOTHROW(parse_value(setting("training.batch_size"), "1", kFlag));
    REQUIRE_THROWS_AS(parse_value(setting("training.batch_size"), "0", kFlag), UsageError);
    REQUIRE_NOTHROW(parse_value(setting("training.seed"), "0", kFlag));
}

TEST_CASE("a value that cannot be is rejected with key, value, bound and place", "[apps][configuration]") {
    REQUIRE_THROWS_WITH(parse_value(setting("training.batch_size"), "-2", kFlag),
                        Contains("--flag: training.batch_size = -2 must be an integer, 1 to "));
    REQUIRE_THROWS_WITH(parse_value(setting("mixlu.percent_neglu"), "101", kFile),
                        Contains("run.toml:3: mixlu.percent_neglu = 101 must be a finite number, 0 to 100"));
    REQUIRE_THROWS_WITH(parse_value(setting("trace.level"), "sample", kFlag),
                        Contains("must be one of off, counts, samples, planes, full; nearest is samples"));
    for (const char* text : {"nan", "inf", "", "five", "1e999", "5x"}) {
        INFO(text);
        REQUIRE_THROWS_AS(parse_value(setting("mixlu.percent_neglu"), text, kFlag), UsageError);
        REQUIRE_THROWS_AS(parse_value(setting("mixlu.percent_neglu"), text, kFile), ConfigError);
    }
    REQUIRE_THROWS_AS(parse_value(setting("training.epochs"), "1.5", kFlag), UsageError);
    REQUIRE_THROWS_AS(parse_value(setting("training.epochs"), "99999999999999999999", kFlag), UsageError);
    REQUIRE_THROWS_AS(parse_value(setting("data.whitening"), "yes", kFlag), UsageError);
    REQUIRE_THROWS_AS(parse_value(setting("training.learning_rate"), "", kFlag), UsageError);
    REQUIRE_THROWS_AS(parse_value(setting("training.learning_rate"), "0.1,,0.2", kFlag), UsageError);
    REQUIRE_THROWS_AS(parse_value(setting("data.source"), "", kFlag), UsageError);
}

TEST_CASE("toml_of writes what reads back to the same bits", "[apps][configuration]") {
    REQUIRE(toml_of(SettingValue(0.1)) == "0.1");
    REQUIRE(toml_of(SettingValue(1.0)) == "1.0");
    REQUIRE(toml_of(SettingValue(1e300)) == "1e+300");
    REQUIRE(toml_of(SettingValue(std::int64_t{3})) == "3");
    REQUIRE(toml_of(SettingValue(true)) == "true");
    REQUIRE(toml_of(SettingValue(std::string("a\"b\\c\n"))) == "\"a\\\"b\\\\c\\u000A\"");
    REQUIRE(toml_of(SettingValue(std::vector<double>{0.05, 2.0})) == "[0.05, 2.0]");
    REQUIRE(toml_of(SettingValue(std::vector<std::string>{"a", "b"})) == "[\"a\", \"b\"]");
}
