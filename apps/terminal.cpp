#include "apps/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>

namespace stdpscope::apps {

bool is_terminal(std::FILE* stream) {
    return isatty(fileno(stream)) == 1;
}

bool may_colour(std::FILE* stream) {
    const char* no_colour = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    const bool forbidden = no_colour != nullptr && *no_colour != '\0';
    const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
    return is_terminal(stream) && !forbidden && !dumb;
}

std::size_t terminal_columns(std::FILE* stream) {
    winsize size{};
    const bool known = ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : 80;
}

std::string bold(const std::string& text, bool colour) {
    return colour ? "\033[1m" + text + "\033[0m" : text;
}
std::string yellow(const std::string& text, bool colour) {
    return colour ? "\033[33m" + text + "\033[0m" : text;
}

std::string bar(double done, std::size_t width) {
    const double filled = std::clamp(done, 0.0, 1.0) * static_cast<double>(width);
    const auto count = static_cast<std::size_t>(filled);
    return std::string(count, '#') + std::string(width - count, '-');
}

std::string duration_text(double seconds) {
    if (!(seconds >= 0.0) || seconds > 1e9) return "?";
    const auto whole = static_cast<long>(std::ceil(seconds));
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
    return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

void StatusLine::show(const std::string& text) {
    const std::size_t columns = terminal_columns(stderr);
    // One column less than there is: a full last column would wrap on some terminals.
    fmt::print(stderr, "\r{}\033[K", text.substr(0, columns - 1));
    std::fflush(stderr);
    shown_ = true;
}

void StatusLine::clear() {
    if (!shown_) return;
    fmt::print(stderr, "\r\033[K");
    std::fflush(stderr);
    shown_ = false;
}

}  // namespace stdpscope::apps
