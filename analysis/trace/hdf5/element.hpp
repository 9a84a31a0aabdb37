#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "analysis/trace/hdf5/call.hpp"

namespace stdpscope::analysis::hdf5 {

/// The only element types of our files; little-endian in the file.
enum class Element { u8, u16, u32, u64, i8, i32, f32, f64 };

template <class Value>
[[nodiscard]] constexpr Element element_of() {
    static_assert(std::is_arithmetic_v<Value> && !std::is_same_v<Value, bool>);
    if constexpr (std::is_floating_point_v<Value>) {
        return sizeof(Value) == 4 ? Element::f32 : Element::f64;
    } else if constexpr (std::is_signed_v<Value>) {
        static_assert(sizeof(Value) == 1 || sizeof(Value) == 4);
        return sizeof(Value) == 1 ? Element::i8 : Element::i32;
    } else {
        return sizeof(Value) == 1   ? Element::u8
               : sizeof(Value) == 2 ? Element::u16
               : sizeof(Value) == 4 ? Element::u32
                                    : Element::u64;
    }
}

[[nodiscard]] std::size_t size_of(Element element);
/// "u8", ..., "f64".
[[nodiscard]] const char* name_of(Element element);
/// Identifiers that belong to the library: not to be closed.
[[nodiscard]] hid_t file_type(Element element);
[[nodiscard]] hid_t memory_type(Element element);

}  // namespace stdpscope::analysis::hdf5
