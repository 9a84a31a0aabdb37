#include "apps/blas_threads.hpp"

#include <dlfcn.h>

namespace stdpscope::apps {

BlasThreads::BlasThreads(int threads)
    : get_(reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_num_threads"))),
      set_(reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) {
    if (!known()) return;
    before_ = get_();
    set_(threads);
}

BlasThreads::~BlasThreads() {
    if (known()) set_(before_);
}

}  // namespace stdpscope::apps
