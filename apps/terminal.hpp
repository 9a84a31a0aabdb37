#pragma once

#include <cstdio>
#include <string>

/// What a person at a terminal sees and a file or pipe does not.
namespace stdpscope::apps {

[[nodiscard]] bool is_terminal(std::FILE* stream);

/// Whether to colour: on a terminal, unless NO_COLOR is set to anything or TERM is dumb (no-color.org).
[[nodiscard]] bool may_colour(std::FILE* stream);

/// Columns of the terminal, 80 where it does not tell.
[[nodiscard]] std::size_t terminal_columns(std::FILE* stream);

/// The text in bold where `colour` is true.
[[nodiscard]] std::string bold(const std::string& text, bool colour);
/// The text in yellow where `colour` is true: warnings.
[[nodiscard]] std::string yellow(const std::string& text, bool colour);

/// "#####-----" of `width` characters, `done` of 0..1 of them filled.
[[nodiscard]] std::string bar(double done, std::size_t width);

/// "42 s", "3 min 07 s", "2 h 05 min"; "?" where it is not known.
[[nodiscard]] std::string duration_text(double seconds);

/// One line on stderr that is written over and over, and taken away at the end.
class StatusLine {
public:
    ~StatusLine() { clear(); }
    void show(const std::string& text);
    void clear();

private:
    bool shown_ = false;
};

}  // namespace stdpscope::apps
