#include "analysis/trace/hdf5/call.hpp"

#include <algorithm>

namespace stdpscope::analysis::hdf5 {

std::recursive_mutex& library_mutex() {
    // All of ours is closed explicitly. What was forgotten after a failed write must stay so: at exit the library would
    // try to close it after all. To be said before anything else is.
    static const herr_t asked = H5dont_atexit();
    static_cast<void>(asked);
    static std::recursive_mutex mutex;
    return mutex;
}

namespace detail {

namespace {
herr_t append_description(unsigned /*depth*/, const H5E_error2_t* error, void* text) {
    auto& all = *static_cast<std::string*>(text);
    if (error->desc == nullptr || *error->desc == '\0') return 0;
    std::string description = error->desc;
    // Descriptions of system errors hold a line break, from a time as text.
    std::replace(description.begin(), description.end(), '\n', ' ');
    all += (all.empty() ? "" : "; ") + description;
    return 0;
}
}  // namespace

void silence_library() {
    thread_local const herr_t silenced = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    static_cast<void>(silenced);
}

void throw_error(const char* function_name) {
    std::string stack;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, append_description, &stack);
    throw Hdf5Error(std::string(function_name) + ": " + (stack.empty() ? "failed" : stack));
}

}  // namespace detail

}  // namespace stdpscope::analysis::hdf5
