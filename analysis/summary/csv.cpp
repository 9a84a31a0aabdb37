#include "analysis/summary/csv.hpp"

#include <fmt/format.h>

#include <iterator>

namespace stdpscope::analysis {
namespace {

template <class Number>
void write_number(std::ostream& out, Number number) {
    fmt::memory_buffer text;
    fmt::format_to(std::back_inserter(text), "{}", number);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
}

}  // namespace

void CsvWriter::separate() {
    if (row_begun_) out_.put(',');
    row_begun_ = true;
}

CsvWriter& CsvWriter::field(std::string_view text) {
    separate();
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
        out_ << text;
        return *this;
    }
    out_.put('"');
    for (const char character : text) {
        if (character == '"') out_.put('"');
        out_.put(character);
    }
    out_.put('"');
    return *this;
}

CsvWriter& CsvWriter::field(std::uint64_t number) {
    separate();
    write_number(out_, number);
    return *this;
}

CsvWriter& CsvWriter::field(std::int64_t number) {
    separate();
    write_number(out_, number);
    return *this;
}

CsvWriter& CsvWriter::field(double number) {
    separate();
    write_number(out_, number);
    return *this;
}

CsvWriter& CsvWriter::field(float number) {
    separate();
    write_number(out_, number);
    return *this;
}

void CsvWriter::end_row() {
    out_.put('\n');
    row_begun_ = false;
}

}  // namespace stdpscope::analysis
