#pragma once

#include <toml++/toml.h>

#include <armadillo>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/configuration/origin.hpp"

namespace stdpscope::apps {

/// Throws data::MissingInput where the file cannot be opened and ConfigError, with line and column, where it is no
/// TOML.
[[nodiscard]] toml::table read_toml_file(const std::filesystem::path& path);

/// "FILE:LINE".
[[nodiscard]] Origin file_origin(const std::string& file, const toml::node& node);
/// The same from a key, which is where its line begins.
[[nodiscard]] Origin file_origin(const std::string& file, const toml::key& key);

/// Reads the keys of one TOML table by name and type; a key nobody asked for is an error.
///
/// Every mistake throws ConfigError: "FILE:LINE: WHERE KEY = VALUE must ...".
class TableReader {
public:
    /// `where` names the table in messages, such as "layer 2"; may be empty.
    TableReader(const toml::table& table, std::string file, std::string where);

    [[nodiscard]] bool has(std::string_view key);
    /// Each throws where the key is not there...
    [[nodiscard]] std::string text(std::string_view key);
    [[nodiscard]] arma::uword count(std::string_view key, arma::uword minimum);
    [[nodiscard]] std::vector<arma::uword> counts(std::string_view key, std::size_t size, arma::uword minimum);
    /// A text that can name a group of an HDF5 file: not empty, "." or "..", without "/".
    [[nodiscard]] std::string name(std::string_view key);
    /// ... and each of these keeps what `value` holds.
    void maybe(std::string_view key, std::string& value);
    void maybe_name(std::string_view key, std::string& value);
    void maybe(std::string_view key, double& value, double minimum,
               double maximum = std::numeric_limits<double>::infinity());
    void maybe(std::string_view key, arma::uword& value, arma::uword minimum);
    void maybe(std::string_view key, std::vector<double>& values, double minimum);
    void maybe(std::string_view key, bool& value);
    /// Any finite number: for values whose bounds somebody else checks.
    void maybe_number(std::string_view key, double& value);
    /// Exactly `size` finite numbers.
    void maybe_numbers(std::string_view key, std::vector<double>& values, std::size_t size);
    /// A list of lists of finite numbers, each of `columns` numbers, or of any number of them where `columns` is 0.
    void maybe_rows(std::string_view key, std::vector<std::vector<double>>& rows, std::size_t columns);
    /// The table under a key, null where there is none; the tables of an array of tables, none where there is none.
    [[nodiscard]] const toml::table* maybe_table(std::string_view key);
    [[nodiscard]] std::vector<const toml::table*> tables(std::string_view key);
    /// Sets `value` to the choice of that name; `choice_of` knows the names, which are all in `names`.
    template <class Choice, class ChoiceOf>
    void maybe_choice(std::string_view key, Choice& value, std::span<const std::string_view> names,
                      ChoiceOf choice_of) {
        if (!has(key)) return;
        const auto choice = choice_of(text(key));
        if (!choice) reject_choice(key, names);
        value = *choice;
    }
    [[noreturn]] void reject_choice(std::string_view key, std::span<const std::string_view> names);
    [[noreturn]] void reject(std::string_view key, const std::string& message);

    [[nodiscard]] const toml::node* node(std::string_view key);
    [[nodiscard]] const std::string& file() const { return file_; }

    /// Throws at the first key that nobody asked for, naming the nearest of those somebody did ask for.
    void finish() const;

private:
    [[nodiscard]] std::string named(std::string_view key) const;
    [[noreturn]] void reject_value(std::string_view key, const std::string& must_hold);

    const toml::table& table_;
    std::string file_;
    std::string where_;
    std::vector<std::string> asked_;
};

/// A node as TOML on one line, for messages.
[[nodiscard]] std::string text_of(const toml::node& node);

}  // namespace stdpscope::apps
