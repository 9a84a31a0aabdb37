#include "analysis/trace/hdf5/call.hpp"

namespace stdpscope::analysis::hdf5 {

std::recursive_mutex& library_mutex() {
    static std::recursive_mutex mutex;
    return mutex;
}

namespace detail {

namespace {
herr_t append_description(unsigned /*depth*/, const H5E_error2_t* error, void* text) {
    auto& all = *static_cast<std::string*>(text);
    if (error->desc != nullptr && *error->desc != '\0') all += std::string(all.empty() ? "" : "; ") + error->desc;
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
