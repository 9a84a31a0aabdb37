#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/trace/hdf5/handle.hpp"

/// Attributes: unsigned integers, f64 numbers and fixed-length, null-padded UTF-8 strings, one or a list.
namespace stdpscope::analysis::hdf5 {

/// A fixed-length UTF-8 string type of `bytes` > 0 bytes.
[[nodiscard]] Handle string_type(std::size_t bytes);

void write_attribute(hid_t object, const std::string& name, std::uint64_t value);
void write_attribute(hid_t object, const std::string& name, const std::vector<std::uint64_t>& values);
void write_number(hid_t object, const std::string& name, double value);
void write_attribute(hid_t object, const std::string& name, const std::string& text);
/// `texts` is not empty.
void write_attribute(hid_t object, const std::string& name, const std::vector<std::string>& texts);

/// Throw Hdf5Error where the attribute is missing or of another type, rank or an implausible size (64 MiB).
[[nodiscard]] std::uint64_t read_integer(hid_t object, const std::string& name);
/// Exactly `count` values.
[[nodiscard]] std::vector<std::uint64_t> read_integers(hid_t object, const std::string& name, std::size_t count);
[[nodiscard]] double read_number(hid_t object, const std::string& name);
[[nodiscard]] std::string read_text(hid_t object, const std::string& name);
[[nodiscard]] std::vector<std::string> read_texts(hid_t object, const std::string& name);

}  // namespace stdpscope::analysis::hdf5
