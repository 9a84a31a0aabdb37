#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "apps/command.hpp"
#include "apps/command_line.hpp"
#include "apps/configuration/error.hpp"
#include "apps/configuration/nearest_name.hpp"
#include "data/checksum.hpp"
#include "data/info.hpp"
#include "data/specification.hpp"

namespace stdpscope::apps {
namespace {

namespace po = boost::program_options;
using nlohmann::json;

const CommandHelp kHelp{
    .name = "data",
    .usage = "stdpscope data info SPEC [--json]",
    .description =
        "Counts, shape, balance of the classes, mean and checksum of a data set. SPEC is mnist:DIR,\n"
        "fashion-mnist[:DIR], cifar10:DIR or synthetic[:N].",
    .examples = "stdpscope data info fashion-mnist",
};

void print_json(const std::string& specification, const data::DatasetInfo& info) {
    const json document{{"source", specification},
                        {"name", info.name},
                        {"channels", info.channels},
                        {"rows", info.rows},
                        {"columns", info.columns},
                        {"class_names", info.class_names},
                        {"training_images", info.training_images},
                        {"test_images", info.test_images},
                        {"training_class_counts", info.training_class_counts},
                        {"test_class_counts", info.test_class_counts},
                        {"mean_pixel", info.mean_pixel},
                        {"standard_deviation", info.standard_deviation},
                        {"checksum", data::checksum_text(info.checksum)}};
    fmt::print("{}\n", document.dump(2));
}

double percent(arma::uword part, arma::uword whole) {
    return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

void print_text(const data::DatasetInfo& info) {
    fmt::print("{}: {} training and {} test images, {} channel{} of {} x {} pixels\n", info.name, info.training_images,
               info.test_images, info.channels, info.channels == 1 ? "" : "s", info.rows, info.columns);
    fmt::print("pixels of the training images: mean {:.3f}, standard deviation {:.3f} (0 to 255)\n", info.mean_pixel,
               info.standard_deviation);
    fmt::print("checksum {} (CRC-32 of pixels and labels)\n\n", data::checksum_text(info.checksum));
    fmt::print("{:>5}  {:<14}{:>10}{:>9}{:>10}{:>9}\n", "class", "name", "training", "%", "test", "%");
    for (std::size_t c = 0; c < info.class_names.size(); ++c) {
        const arma::uword training = info.training_class_counts[c];
        const arma::uword test = info.test_class_counts[c];
        fmt::print("{:>5}  {:<14}{:>10}{:>9.2f}{:>10}{:>9.2f}\n", c, info.class_names[c], training,
                   percent(training, info.training_images), test, percent(test, info.test_images));
    }
}

}  // namespace

int run_data(const std::vector<std::string>& arguments) {
    po::options_description options("Options");
    options.add_options()("json", "print as one JSON document");
    const auto values = parse_command_line(kHelp, options, "words", arguments);
    if (!values) return 0;
    const auto words =
        values->count("words") > 0 ? (*values)["words"].as<std::vector<std::string>>() : std::vector<std::string>{};
    const std::vector<std::string> actions{"info"};
    if (words.empty()) throw UsageError("an action is missing: stdpscope data info SPEC");
    if (words[0] != "info")
        throw UsageError(fmt::format("unknown action {}{}", words[0], nearest_hint(words[0], actions)));
    if (words.size() != 2) throw UsageError(fmt::format("info takes one data set, {} are given", words.size() - 1));
    const data::DatasetInfo info = data::describe(data::load(words[1]));
    if (values->count("json") > 0) {
        print_json(words[1], info);
    } else {
        print_text(info);
    }
    return 0;
}

}  // namespace stdpscope::apps
