#include "data/spike_csv.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "data/error.hpp"
#include "data/input_file.hpp"

namespace stdpscope::data {

namespace {

/// Lines of a file without their ends, "\n" or "\r\n".
class Lines {
public:
    explicit Lines(const std::filesystem::path& path) : file_(path) {}

    /// False at the end of the file.
    bool next(std::string& line) {
        line.clear();
        while (true) {
            if (begin_ == end_) {
                end_ = file_.read(block_);
                begin_ = 0;
                if (end_ == 0) break;
            }
            const std::uint8_t* from = block_.data() + begin_;
            const auto* stop = std::find(from, std::as_const(block_).data() + end_, std::uint8_t{'\n'});
            line.append(from, stop);
            begin_ = static_cast<std::size_t>(stop - block_.data());
            if (line.size() > kLongestLine) fail("is longer than " + std::to_string(kLongestLine) + " bytes", 1);
            if (begin_ == end_) continue;
            ++begin_;
            ++number_;
            if (line.ends_with('\r')) line.pop_back();
            return true;
        }
        number_ += line.empty() ? 0 : 1;
        return !line.empty();
    }

    [[noreturn]] void fail(const std::string& what, std::uint64_t beyond = 0) const {
        throw BadData(file_.path(), "line " + std::to_string(number_ + beyond) + " " + what);
    }

private:
    static constexpr std::size_t kLongestLine = 65536;

    InputFile file_;
    std::array<std::uint8_t, 65536> block_{};
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t number_ = 0;
};

std::string_view trimmed(std::string_view field) {
    const auto first = field.find_first_not_of(" \t\"");
    if (first == std::string_view::npos) return {};
    return field.substr(first, field.find_last_not_of(" \t\"") - first + 1);
}

void split(std::string_view line, std::vector<std::string_view>& fields) {
    fields.clear();
    for (std::size_t from = 0; from <= line.size();) {
        const std::size_t comma = std::min(line.find(',', from), line.size());
        fields.push_back(trimmed(line.substr(from, comma - from)));
        from = comma + 1;
    }
}

/// False unless the whole field is a number.
template <class Number>
bool parse(std::string_view field, Number& number) {
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), number);
    return error == std::errc() && end == field.data() + field.size();
}

std::size_t column_of(const Lines& lines, const std::vector<std::string_view>& header, std::string_view name) {
    const auto found = std::find(header.begin(), header.end(), name);
    if (found == header.end()) lines.fail("must name the columns neuron and time_ms, and lacks " + std::string(name));
    return static_cast<std::size_t>(found - header.begin());
}

}  // namespace

std::vector<std::vector<double>> read_spike_csv(const std::filesystem::path& path, std::uint32_t neurons) {
    Lines lines(path);
    std::string line;
    std::vector<std::string_view> fields;
    if (!lines.next(line)) throw BadData(path.string(), "is empty, must begin with the names of its columns");
    split(line, fields);
    const std::size_t neuron_column = column_of(lines, fields, "neuron");
    const std::size_t time_column = column_of(lines, fields, "time_ms");
    const std::size_t columns = std::max(neuron_column, time_column) + 1;
    std::vector<std::vector<double>> times_ms(neurons);
    while (lines.next(line)) {
        if (trimmed(line).empty()) continue;
        split(line, fields);
        if (fields.size() < columns) {
            lines.fail("has " + std::to_string(fields.size()) + " fields, must have " + std::to_string(columns) +
                       " at least");
        }
        std::uint64_t neuron = 0;
        double time_ms = 0.0;
        if (!parse(fields[neuron_column], neuron) || neuron >= neurons) {
            lines.fail("neuron = " + std::string(fields[neuron_column]) + " must be a whole number below " +
                       std::to_string(neurons));
        }
        if (!parse(fields[time_column], time_ms) || !(time_ms >= 0.0) || !std::isfinite(time_ms)) {
            lines.fail("time_ms = " + std::string(fields[time_column]) + " must be a finite number >= 0");
        }
        times_ms[neuron].push_back(time_ms);
    }
    return times_ms;
}

}  // namespace stdpscope::data
