#include "apps/openblas.hpp"

#include <dlfcn.h>

namespace stdpscope::apps {

namespace {

template <class Function>
Function* found(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

std::optional<std::string> told_by(const char* name) {
    const auto tell = found<char*()>(name);
    return tell == nullptr ? std::nullopt : std::optional<std::string>(tell());
}

}  // namespace

BlasThreads::BlasThreads(int threads)
    : get_(found<int()>("openblas_get_num_threads")), set_(found<void(int)>("openblas_set_num_threads")) {
    if (!known()) return;
    before_ = get_();
    set_(threads);
}

BlasThreads::~BlasThreads() {
    if (known()) set_(before_);
}

std::optional<std::string> openblas_description() {
    return told_by("openblas_get_config");
}

std::optional<std::string> openblas_kernels() {
    return told_by("openblas_get_corename");
}

}  // namespace stdpscope::apps
