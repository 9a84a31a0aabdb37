#include "apps/guarded_reading.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <new>
#include <stdexcept>
#include <system_error>
#include <type_traits>

#include "analysis/trace/error.hpp"
#include "analysis/trace/sonata_spikes.hpp"
#include "apps/guarded.hpp"

namespace stdpscope::apps {
namespace {

/// Values on their way from a child to its parent, taken out in the order in which they were put in.
class Parcel {
public:
    template <class Value>
    void put(const Value& value) {
        static_assert(std::is_trivially_copyable_v<Value>);
        put_bytes(&value, sizeof value);
    }
    template <class Value>
    void put(const std::vector<Value>& values) {
        static_assert(std::is_trivially_copyable_v<Value>);
        put(values.size());
        put_bytes(values.data(), values.size() * sizeof(Value));
    }
    void put(const std::string& text) { put(std::vector<char>(text.begin(), text.end())); }

    template <class Value>
    Value take() {
        Value value{};
        take_bytes(&value, sizeof value);
        return value;
    }
    template <class Value>
    std::vector<Value> take_list() {
        std::vector<Value> values(take<std::size_t>());
        take_bytes(values.data(), values.size() * sizeof(Value));
        return values;
    }
    std::string take_text() {
        const std::vector<char> letters = take_list<char>();
        return {letters.begin(), letters.end()};
    }

    std::vector<char> bytes;

private:
    void put_bytes(const void* values, std::size_t size) {
        const auto* const first = static_cast<const char*>(values);
        bytes.insert(bytes.end(), first, first + size);
    }
    void take_bytes(void* values, std::size_t size) {
        if (size > bytes.size() - taken_) throw std::logic_error("a parcel has less in it than is taken out");
        if (size > 0) std::memcpy(values, bytes.data() + taken_, size);
        taken_ += size;
    }

    std::size_t taken_ = 0;
};

/// A file without a name: unlike a pipe it takes everything before anybody reads.
class NamelessFile {
public:
    NamelessFile() : descriptor_(memfd_create("stdpscope", MFD_CLOEXEC)) {
        if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
    }
    ~NamelessFile() { close(descriptor_); }
    NamelessFile(const NamelessFile&) = delete;
    NamelessFile& operator=(const NamelessFile&) = delete;

    void write(const std::vector<char>& bytes) const {
        for (std::size_t done = 0; done < bytes.size();) {
            const ssize_t count = ::write(descriptor_, bytes.data() + done, bytes.size() - done);
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) throw std::system_error(errno, std::generic_category(), "write");
            done += static_cast<std::size_t>(count);
        }
    }
    [[nodiscard]] std::vector<char> read() const {
        std::vector<char> bytes(static_cast<std::size_t>(lseek(descriptor_, 0, SEEK_END)));
        for (std::size_t done = 0; done < bytes.size();) {
            const ssize_t count =
                ::pread(descriptor_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) throw std::system_error(errno, std::generic_category(), "pread");
            done += static_cast<std::size_t>(count);
        }
        return bytes;
    }

private:
    int descriptor_;
};

enum class Outcome { read, missing, damaged, failed };

Parcel failure(Outcome outcome, const std::string& path, const std::string& message) {
    Parcel parcel;
    parcel.put(outcome);
    parcel.put(path);
    // FileError puts "PATH: " before it once more.
    parcel.put(message.starts_with(path + ": ") ? message.substr(path.size() + 2) : message);
    return parcel;
}

Parcel read_or_fail(const std::function<void(Parcel&)>& read) {
    try {
        Parcel parcel;
        parcel.put(Outcome::read);
        read(parcel);
        return parcel;
    } catch (const analysis::MissingTrace& mistake) {
        return failure(Outcome::missing, mistake.path(), mistake.what());
    } catch (const analysis::DamagedTrace& mistake) {
        return failure(Outcome::damaged, mistake.path(), mistake.what());
    } catch (const std::bad_alloc&) {
        throw;  // guarded() knows what it means
    } catch (const std::exception& mistake) {
        return failure(Outcome::failed, "", mistake.what());
    }
}

/// Those that the readers of runs have unless told otherwise, but for the clock: nobody tells of progress here.
GuardLimits limits_for(const std::vector<std::string>& paths) {
    namespace po = boost::program_options;
    po::options_description flags;
    add_guard_flags(flags);
    po::variables_map defaults;
    po::store(po::command_line_parser(std::vector<std::string>{}).options(flags).run(), defaults);
    GuardLimits limits = guard_limits(defaults, paths);
    limits.without_progress = std::chrono::seconds(0);
    return limits;
}

/// What `read` puts into the parcel in a child process.
Parcel read_in_child(const std::filesystem::path& path, const std::function<void(Parcel&)>& read) {
    const std::vector<std::string> paths{path.string()};
    const NamelessFile file;
    const int code = guarded("simulate", limits_for(paths), paths, [&](const Watchdog& watchdog) {
        watchdog.begin(0);
        file.write(read_or_fail(read).bytes);
        return 0;
    });
    constexpr int kSignalled = 128;
    if (code > kSignalled) std::raise(code - kSignalled);
    if (code != 0) throw std::runtime_error(path.string() + ": reading was ended");
    Parcel parcel;
    parcel.bytes = file.read();
    const auto outcome = parcel.take<Outcome>();
    if (outcome == Outcome::read) return parcel;
    const std::string of_path = parcel.take_text();
    const std::string message = parcel.take_text();
    if (outcome == Outcome::missing) throw analysis::MissingTrace(of_path, message);
    if (outcome == Outcome::damaged) throw analysis::DamagedTrace(of_path, message);
    throw std::runtime_error(message);
}

}  // namespace

std::vector<std::vector<double>> read_sonata_spikes_guarded(const std::filesystem::path& path,
                                                            const std::string& population, std::uint32_t neurons) {
    Parcel parcel = read_in_child(path, [&](Parcel& out) {
        for (const auto& times_ms : analysis::read_sonata_spikes(path, population, neurons)) out.put(times_ms);
    });
    std::vector<std::vector<double>> times_ms;
    for (std::uint32_t neuron = 0; neuron < neurons; ++neuron) times_ms.push_back(parcel.take_list<double>());
    return times_ms;
}

analysis::TrainingEvents read_training_events_guarded(const std::filesystem::path& path, std::uint64_t most) {
    Parcel parcel = read_in_child(path, [&](Parcel& out) {
        const analysis::TrainingEvents read = analysis::read_training_events(path, most);
        out.put(read.layers.size());
        for (const analysis::EventLayer& layer : read.layers) {
            out.put(layer.name);
            out.put(layer.no_pair);
            out.put(layer.pairs);
            out.put(layer.largest_activation);
            out.put(layer.largest_loss_derivative);
            out.put(layer.largest_weight);
        }
        out.put(read.events);
    });
    analysis::TrainingEvents events;
    events.layers.resize(parcel.take<std::size_t>());
    for (analysis::EventLayer& layer : events.layers) {
        layer.name = parcel.take_text();
        layer.no_pair = parcel.take<std::uint64_t>();
        layer.pairs = parcel.take<std::uint64_t>();
        layer.largest_activation = parcel.take<double>();
        layer.largest_loss_derivative = parcel.take<double>();
        layer.largest_weight = parcel.take<double>();
    }
    events.events = parcel.take_list<analysis::TrainingEvent>();
    return events;
}

}  // namespace stdpscope::apps
