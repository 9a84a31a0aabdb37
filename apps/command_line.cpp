#include "apps/command_line.hpp"

#include <fmt/format.h>

#include <sstream>

#include "apps/configuration/error.hpp"
#include "apps/configuration/nearest_name.hpp"

namespace stdpscope::apps {
namespace {

namespace po = boost::program_options;

void print_help(const CommandHelp& help, const po::options_description& options) {
    std::ostringstream list;
    list << options;
    std::string examples;
    std::istringstream lines(help.examples);
    for (std::string line; std::getline(lines, line);) examples += "  " + line + "\n";
    fmt::print("Usage: {}\n\n{}\n\n{}\nExample:\n{}", help.usage, help.description, list.str(), examples);
}

std::vector<std::string> flag_names(const po::options_description& options) {
    std::vector<std::string> names;
    for (const auto& option : options.options()) names.push_back("--" + option->long_name());
    return names;
}

/// The first argument that is neither a flag nor a flag's value, where the command takes none.
void reject_positional(const po::parsed_options& parsed) {
    for (const auto& option : parsed.options) {
        if (option.position_key >= 0) throw UsageError(fmt::format("unexpected argument {}", option.value.front()));
    }
}

po::variables_map parse(const po::options_description& shown, const std::string& positional,
                        const std::vector<std::string>& arguments) {
    po::options_description all;
    all.add(shown);
    po::positional_options_description places;
    if (!positional.empty()) {
        all.add_options()(positional.c_str(), po::value<std::vector<std::string>>());
        places.add(positional.c_str(), -1);
    }
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::command_line_parser parser(arguments);
    parser.options(all).style(style);
    if (!positional.empty()) parser.positional(places);
    const po::parsed_options parsed = parser.run();
    if (positional.empty()) reject_positional(parsed);
    po::variables_map values;
    po::store(parsed, values);
    po::notify(values);
    return values;
}

}  // namespace

std::optional<po::variables_map> parse_command_line(const CommandHelp& help, po::options_description options,
                                                    const std::string& positional,
                                                    const std::vector<std::string>& arguments) {
    options.add_options()("help,h", "print this help");
    try {
        po::variables_map values = parse(options, positional, arguments);
        if (values.count("help") == 0) return values;
    } catch (const po::unknown_option& error) {
        const std::string& name = error.get_option_name();
        throw UsageError(fmt::format("unknown option {}{}", name, nearest_hint(name, flag_names(options))));
    } catch (const po::error& error) {
        throw UsageError(error.what());
    }
    print_help(help, options);
    return std::nullopt;
}

}  // namespace stdpscope::apps
