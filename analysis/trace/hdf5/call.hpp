#pragma once

#include <hdf5.h>

#include <mutex>
#include <stdexcept>
#include <string>

/// The HDF5 C interface behind owning handles: one C call, one check, one message.
namespace stdpscope::analysis::hdf5 {

/// A call of the library failed; the message gives the call and the library's own error stack, outermost first.
class Hdf5Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The library need not be built thread-safe: whoever calls it holds this lock, whichever file it is about.
[[nodiscard]] std::recursive_mutex& library_mutex();

namespace detail {
/// Keeps the library from printing its error stack to stderr; once a thread, as each has a stack of its own.
void silence_library();
[[noreturn]] void throw_error(const char* function_name);
}  // namespace detail

/// Calls a function of the library whose result is negative on failure. Throws Hdf5Error.
template <class Function, class... Arguments>
auto call(const char* function_name, Function function, Arguments... arguments) {
    const std::lock_guard lock(library_mutex());
    detail::silence_library();
    const auto result = function(arguments...);
    if (result < 0) detail::throw_error(function_name);
    return result;
}

}  // namespace stdpscope::analysis::hdf5
