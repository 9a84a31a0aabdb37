#pragma once

#include <boost/program_options.hpp>
#include <optional>
#include <string>
#include <vector>

namespace stdpscope::apps {

/// What --help of a command prints around its options.
struct CommandHelp {
    std::string name;         ///< "train"
    std::string usage;        ///< "stdpscope train --out DIR [options]"
    std::string description;  ///< a few lines
    std::string examples;     ///< one command a line
};

/// Parses a command's flags; names are never guessed from their beginnings. Arguments that are no flags go to the
/// hidden option `positional` (a list of texts; empty: there may be none).
///
/// With --help (added here, as -h too) prints the help to stdout and returns nothing. Throws UsageError.
[[nodiscard]] std::optional<boost::program_options::variables_map> parse_command_line(
    const CommandHelp& help, boost::program_options::options_description options, const std::string& positional,
    const std::vector<std::string>& arguments);

}  // namespace stdpscope::apps
