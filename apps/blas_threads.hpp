#pragma once

namespace stdpscope::apps {

/// Sets OpenBLAS's number of threads, and puts the old one back when it goes. Armadillo reaches BLAS through
/// libblas.so, which may be another library: then nothing happens and known() is false.
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

}  // namespace stdpscope::apps
