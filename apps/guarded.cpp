#include "apps/guarded.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>
#include <system_error>

#include "analysis/trace/error.hpp"
#include "apps/configuration/error.hpp"
#include "apps/exit_code.hpp"
#include "apps/text_table.hpp"

namespace stdpscope::apps {
namespace {

namespace po = boost::program_options;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kLimitsMemory = false;
#else
constexpr bool kLimitsMemory = true;
#endif

constexpr int kOutOfMemory = 254;  ///< of the child, told apart from every ExitCode
constexpr std::array kPassedOn = {SIGINT, SIGTERM, SIGHUP};

[[noreturn]] void throw_errno(const char* call) {
    throw std::system_error(errno, std::generic_category(), call);
}

/// A number that the child writes and the parent reads.
class SharedNumber {
public:
    SharedNumber() {
        void* memory = mmap(nullptr, sizeof(std::uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) throw_errno("mmap");
        number_ = static_cast<volatile std::uint64_t*>(memory);
    }
    ~SharedNumber() { munmap(const_cast<std::uint64_t*>(number_), sizeof(std::uint64_t)); }
    SharedNumber(const SharedNumber&) = delete;
    SharedNumber& operator=(const SharedNumber&) = delete;

    [[nodiscard]] volatile std::uint64_t& value() const { return *number_; }

private:
    volatile std::uint64_t* number_ = nullptr;
};

/// The address space that the process has now.
std::uint64_t address_space_bytes() {
    std::uint64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void set_limit(decltype(RLIMIT_AS) resource, std::uint64_t soft, std::uint64_t hard) {
    rlimit limit{};
    if (getrlimit(resource, &limit) != 0) throw_errno("getrlimit");
    limit.rlim_max = std::min<rlim_t>(limit.rlim_max, hard);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, soft);
    if (setrlimit(resource, &limit) != 0) throw_errno("setrlimit");
}

void apply(const GuardLimits& limits) {
    set_limit(RLIMIT_CORE, 0, 0);
    if (kLimitsMemory && limits.memory_bytes > 0) {
        const std::uint64_t bytes = address_space_bytes() + limits.memory_bytes;
        set_limit(RLIMIT_AS, bytes, bytes);
    }
    if (limits.processor_time.count() > 0) {
        const auto seconds = static_cast<std::uint64_t>(limits.processor_time.count());
        set_limit(RLIMIT_CPU, seconds, seconds + 5);
    }
}

std::string on_one_line(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

int run_work(const std::string& command, const std::function<int()>& work) {
    try {
        const int code = work();
        if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
        fmt::print(stderr, "stdpscope {}: the output could not be written\n", command);
        return code == 0 ? static_cast<int>(ExitCode::input_output) : code;
    } catch (const std::bad_alloc&) {
        return kOutOfMemory;
    } catch (...) {
        const Failure failure = failure_of(std::current_exception());
        std::fflush(stdout);
        fmt::print(stderr, "stdpscope {}: {}\n", command, on_one_line(failure.message));
        return static_cast<int>(failure.code);
    }
}

// A signal handler reaches nothing but static storage.
volatile std::sig_atomic_t child_to_signal = 0;
void pass_on(int signal_number) {
    if (child_to_signal > 0) kill(child_to_signal, signal_number);
}

sigset_t passed_on_set() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal_number : kPassedOn) sigaddset(&set, signal_number);
    return set;
}

/// Holds the signals of kPassedOn back while it lives.
class SignalsBlocked {
public:
    SignalsBlocked() {
        const sigset_t set = passed_on_set();
        sigprocmask(SIG_BLOCK, &set, &before_);
    }
    ~SignalsBlocked() { release(); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
    void release() const { sigprocmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

/// Passes the signals of kPassedOn on to a child while it lives.
class SignalsPassedOn {
public:
    explicit SignalsPassedOn(pid_t child) {
        child_to_signal = child;
        struct sigaction action {};
        action.sa_handler = pass_on;
        action.sa_flags = SA_RESTART;
        for (std::size_t i = 0; i < kPassedOn.size(); ++i) sigaction(kPassedOn[i], &action, &before_[i]);
    }
    ~SignalsPassedOn() {
        for (std::size_t i = 0; i < kPassedOn.size(); ++i) sigaction(kPassedOn[i], &before_[i], nullptr);
        child_to_signal = 0;
    }
    SignalsPassedOn(const SignalsPassedOn&) = delete;
    SignalsPassedOn& operator=(const SignalsPassedOn&) = delete;

private:
    std::array<struct sigaction, kPassedOn.size()> before_{};
};

int wait_for(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) throw_errno("waitpid");
    }
    return status;
}

std::string reason_of(int signal_number, const GuardLimits& limits) {
    if (signal_number == SIGALRM) {
        return fmt::format("reading made no progress for {} s (--time-limit)", limits.without_progress.count());
    }
    if (signal_number == SIGXCPU) {
        return fmt::format("reading took more than {} s of processor time (--time-limit)",
                           limits.processor_time.count());
    }
    return fmt::format("reading was ended by signal {} ({}): the file is damaged", signal_number,
                       strsignal(signal_number));
}

bool is_no_fault_of_the_file(int signal_number) {
    return signal_number == SIGPIPE || std::find(kPassedOn.begin(), kPassedOn.end(), signal_number) != kPassedOn.end();
}

[[noreturn]] void run_child(pid_t parent, const std::string& command, const GuardLimits& limits,
                            const Watchdog& watchdog, const std::function<int(const Watchdog&)>& work) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(static_cast<int>(ExitCode::failure));  // it ended before prctl
    std::signal(SIGALRM, SIG_DFL);
    const int code = run_work(command, [&] {
        apply(limits);
        watchdog.progress();
        return work(watchdog);
    });
    std::fflush(nullptr);
    _exit(code);  // no destructors of statics: they are the parent's to run
}

std::uint64_t bytes_in(const std::filesystem::path& path) {
    std::error_code ignored;  // what cannot be read is reported where it is opened
    if (!std::filesystem::is_directory(path, ignored)) {
        const auto bytes = std::filesystem::file_size(path, ignored);
        return ignored ? 0 : bytes;
    }
    std::uint64_t sum = 0;
    for (auto entry = std::filesystem::recursive_directory_iterator(path, ignored);
         entry != std::filesystem::recursive_directory_iterator(); entry.increment(ignored)) {
        if (ignored) break;
        std::error_code no_size;
        if (!entry->is_regular_file(no_size)) continue;
        const auto bytes = entry->file_size(no_size);
        if (!no_size) sum += bytes;
    }
    return sum;
}

double limit_of(const po::variables_map& values, const char* flag, double most) {
    const auto value = values[flag].as<double>();
    if (!(value >= 0.0 && value <= most)) {
        throw UsageError(fmt::format("--{} = {} must be >= 0 and <= {}", flag, value, most));
    }
    return value;
}

}  // namespace

void add_guard_flags(po::options_description& options) {
    options.add_options()("memory-limit", po::value<double>()->default_value(4.0)->value_name("GIB"),
                          "most memory that reading may take; 0: no limit")(
        "time-limit", po::value<double>()->default_value(60.0)->value_name("SECONDS"),
        "longest time without progress in reading, and processor time allowed besides 1 s for each MB; 0: no limit");
}

GuardLimits guard_limits(const po::variables_map& values, const std::vector<std::string>& paths) {
    GuardLimits limits;
    limits.memory_bytes = static_cast<std::uint64_t>(limit_of(values, "memory-limit", 1e6) * 0x1p30);
    const double seconds = limit_of(values, "time-limit", 1e8);
    if (seconds == 0.0) {
        limits.without_progress = limits.processor_time = std::chrono::seconds(0);
        return limits;
    }
    limits.without_progress = std::chrono::seconds(static_cast<std::int64_t>(std::max(1.0, seconds)));
    limits.processor_time = limits.without_progress * static_cast<std::int64_t>(std::max<std::size_t>(1, paths.size()));
    for (const auto& path : paths) limits.processor_time += std::chrono::seconds(bytes_in(path) / 1'000'000);
    return limits;
}

void Watchdog::progress() const {
    alarm(static_cast<unsigned>(without_progress_.count()));
}

void Watchdog::begin(std::size_t index) const {
    *current_ = index;
    progress();
}

int guarded(const std::string& command, const GuardLimits& limits, const std::vector<std::string>& paths,
            const std::function<int(const Watchdog&)>& work) {
    const SharedNumber current;
    const Watchdog watchdog(limits.without_progress, current.value());
    std::fflush(nullptr);  // or the child would write what is buffered once more
    const pid_t parent = getpid();
    const SignalsBlocked blocked;
    const pid_t child = fork();
    if (child < 0) throw_errno("fork");
    if (child == 0) {
        blocked.release();
        run_child(parent, command, limits, watchdog, work);
    }
    const SignalsPassedOn passed_on(child);
    blocked.release();
    const int status = wait_for(child);

    const std::uint64_t last_begun = current.value();
    const std::string path = paths.empty() ? command : paths[std::min(last_begun, paths.size() - 1)];
    if (WIFSIGNALED(status)) {
        const int signal_number = WTERMSIG(status);
        if (is_no_fault_of_the_file(signal_number)) return 128 + signal_number;
        throw analysis::DamagedTrace(path, reason_of(signal_number, limits));
    }
    if (WEXITSTATUS(status) == kOutOfMemory) {
        throw analysis::DamagedTrace(
            path, fmt::format("reading needs more than {} of memory (--memory-limit)", byte_size(limits.memory_bytes)));
    }
    return WEXITSTATUS(status);
}

}  // namespace stdpscope::apps
