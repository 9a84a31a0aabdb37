#pragma once

#include <optional>
#include <string>

/// What OpenBLAS tells and can be told. Armadillo reaches BLAS through libblas.so, which may be another library, so that
/// all of it is looked up by name while the program runs.
namespace stdpscope::apps {

/// Sets OpenBLAS's number of threads, and puts the old one back when it goes. With another library nothing happens and
/// known() is false.
class BlasThreads {
public:
    explicit BlasThreads(int threads);
    ~BlasThreads();
    BlasThreads(const BlasThreads&) = delete;
    BlasThreads& operator=(const BlasThreads&) = delete;
    [[nodiscard]] bool known() const { return get_ != nullptr && set_ != nullptr; }

private:
    int (*get_)();
    void (*set_)(int);
    int before_ = 1;
};

/// Version, options and kernels, as OpenBLAS says it; empty with another library.
[[nodiscard]] std::optional<std::string> openblas_description();
/// The processor that OpenBLAS's kernels in use are made for; empty with another library. For a processor newer than
/// itself OpenBLAS may choose kernels of a much older one; the environment's OPENBLAS_CORETYPE overrules it.
[[nodiscard]] std::optional<std::string> openblas_kernels();

}  // namespace stdpscope::apps
