#pragma once

#include <utility>

#include "analysis/trace/hdf5/call.hpp"

namespace stdpscope::analysis::hdf5 {

/// Owns one identifier of the library.
class Handle {
public:
    using CloseFunction = herr_t (*)(hid_t);

    Handle() = default;
    Handle(hid_t identifier, CloseFunction close_function) : identifier_(identifier), close_function_(close_function) {}
    Handle(Handle&& other) noexcept
        : identifier_(std::exchange(other.identifier_, H5I_INVALID_HID)), close_function_(other.close_function_) {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(identifier_, other.identifier_);
        std::swap(close_function_, other.close_function_);
        return *this;
    }
    /// Closes; what fails here fails silently, so writers call close() first.
    ~Handle() {
        if (identifier_ < 0) return;
        const std::lock_guard lock(library_mutex());
        close_function_(identifier_);
    }

    [[nodiscard]] hid_t get() const { return identifier_; }

    /// Closes and throws Hdf5Error where that fails; the identifier is given up either way.
    void close() {
        if (identifier_ >= 0) call("H5close", close_function_, std::exchange(identifier_, H5I_INVALID_HID));
    }

    /// Gives the identifier up without closing it: closing what belongs to a file that could not be written hangs or
    /// crashes libhdf5 1.10.8.
    void forget() { identifier_ = H5I_INVALID_HID; }

private:
    hid_t identifier_ = H5I_INVALID_HID;
    CloseFunction close_function_ = nullptr;
};

}  // namespace stdpscope::analysis::hdf5
