#include "analysis/trace/hdf5/element.hpp"

#include <stdexcept>

namespace stdpscope::analysis::hdf5 {

std::size_t size_of(Element element) {
    switch (element) {
        case Element::u8:
        case Element::i8:
            return 1;
        case Element::u16:
            return 2;
        case Element::u32:
        case Element::i32:
        case Element::f32:
            return 4;
        case Element::u64:
        case Element::f64:
            return 8;
    }
    throw std::logic_error("element type out of range");
}

const char* name_of(Element element) {
    switch (element) {
        case Element::u8:
            return "u8";
        case Element::u16:
            return "u16";
        case Element::u32:
            return "u32";
        case Element::u64:
            return "u64";
        case Element::i8:
            return "i8";
        case Element::i32:
            return "i32";
        case Element::f32:
            return "f32";
        case Element::f64:
            return "f64";
    }
    throw std::logic_error("element type out of range");
}

hid_t file_type(Element element) {
    const std::lock_guard lock(library_mutex());
    switch (element) {
        case Element::u8:
            return H5T_STD_U8LE;
        case Element::u16:
            return H5T_STD_U16LE;
        case Element::u32:
            return H5T_STD_U32LE;
        case Element::u64:
            return H5T_STD_U64LE;
        case Element::i8:
            return H5T_STD_I8LE;
        case Element::i32:
            return H5T_STD_I32LE;
        case Element::f32:
            return H5T_IEEE_F32LE;
        case Element::f64:
            return H5T_IEEE_F64LE;
    }
    throw std::logic_error("element type out of range");
}

hid_t memory_type(Element element) {
    const std::lock_guard lock(library_mutex());
    switch (element) {
        case Element::u8:
            return H5T_NATIVE_UINT8;
        case Element::u16:
            return H5T_NATIVE_UINT16;
        case Element::u32:
            return H5T_NATIVE_UINT32;
        case Element::u64:
            return H5T_NATIVE_UINT64;
        case Element::i8:
            return H5T_NATIVE_INT8;
        case Element::i32:
            return H5T_NATIVE_INT32;
        case Element::f32:
            return H5T_NATIVE_FLOAT;
        case Element::f64:
            return H5T_NATIVE_DOUBLE;
    }
    throw std::logic_error("element type out of range");
}

}  // namespace stdpscope::analysis::hdf5
