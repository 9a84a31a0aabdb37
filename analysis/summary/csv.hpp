#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace stdpscope::analysis {

/// Writes comma-separated values (RFC 4180, with line feeds): a field with a comma, a quote or a line break is quoted.
/// Numbers have the fewest digits that read back to the same value.
class CsvWriter {
public:
    /// `out` must outlive the writer; its state tells of write errors.
    explicit CsvWriter(std::ostream& out) : out_(out) {}

    CsvWriter& field(std::string_view text);
    CsvWriter& field(const char* text) { return field(std::string_view(text)); }
    CsvWriter& field(const std::string& text) { return field(std::string_view(text)); }
    CsvWriter& field(std::uint64_t number);
    CsvWriter& field(std::int64_t number);
    CsvWriter& field(double number);
    CsvWriter& field(float number);
    void end_row();

    template <class... Fields>
    void row(const Fields&... fields) {
        (field(fields), ...);
        end_row();
    }

private:
    void separate();

    std::ostream& out_;
    bool row_begun_ = false;
};

}  // namespace stdpscope::analysis
