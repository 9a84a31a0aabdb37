#include "analysis/trace/hdf5/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace stdpscope::analysis::hdf5 {

namespace {

// A reader that meets half-written metadata tries again, each time after twice the wait, 1 ns at first: 24 attempts
// are some 20 ms, the library's own 100 would take longer than anybody lives to tell a damaged file.
constexpr unsigned kReadAttempts = 24;

int descriptor_of(hid_t file) {
    void* descriptor = nullptr;
    call("H5Fget_vfd_handle", H5Fget_vfd_handle, file, H5P_DEFAULT, &descriptor);
    return *static_cast<int*>(descriptor);
}

Handle file_access() {
    Handle properties(call("H5Pcreate", H5Pcreate, H5P_FILE_ACCESS), H5Pclose);
    call("H5Pset_libver_bounds", H5Pset_libver_bounds, properties.get(), H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    // An object left open is then an error at close, not a file that silently stays open.
    call("H5Pset_fclose_degree", H5Pset_fclose_degree, properties.get(), H5F_CLOSE_SEMI);
    return properties;
}

Handle intermediate_groups() {
    Handle properties(call("H5Pcreate", H5Pcreate, H5P_LINK_CREATE), H5Pclose);
    call("H5Pset_create_intermediate_group", H5Pset_create_intermediate_group, properties.get(), 1U);
    return properties;
}

}  // namespace

Handle create_file(const std::filesystem::path& path) {
    const Handle access = file_access();
    return {call("H5Fcreate", H5Fcreate, path.c_str(), static_cast<unsigned>(H5F_ACC_EXCL), H5P_DEFAULT, access.get()),
            H5Fclose};
}

Handle open_file(const std::filesystem::path& path, ReadMode mode) {
    const Handle access = file_access();
    if (mode == ReadMode::swmr) {
        call("H5Pset_metadata_read_attempts", H5Pset_metadata_read_attempts, access.get(), kReadAttempts);
    }
    const unsigned flags = mode == ReadMode::swmr ? H5F_ACC_RDONLY | H5F_ACC_SWMR_READ : H5F_ACC_RDONLY;
    return {call("H5Fopen", H5Fopen, path.c_str(), flags, access.get()), H5Fclose};
}

void start_swmr_write(hid_t file) {
    call("H5Fstart_swmr_write", H5Fstart_swmr_write, file);
}

void flush(hid_t file) {
    call("H5Fflush", H5Fflush, file, H5F_SCOPE_LOCAL);
}

void synchronize(hid_t file) {
    if (::fsync(descriptor_of(file)) != 0) throw Hdf5Error(std::string("fsync: ") + std::strerror(errno));
}

void cut_off(hid_t file) {
    const int descriptor = descriptor_of(file);
    // Kept open for good: the library tells files apart by their inodes and still knows this one, which another file
    // must not get.
    const int inode = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    const bool done = inode >= 0 && nowhere >= 0 && ::dup2(nowhere, descriptor) >= 0;
    const int reason = errno;
    if (nowhere >= 0) ::close(nowhere);
    if (!done) throw Hdf5Error(std::string("cutting off a file: ") + std::strerror(reason));
}

std::uint64_t file_bytes(hid_t file) {
    hsize_t bytes = 0;
    call("H5Fget_filesize", H5Fget_filesize, file, &bytes);
    return bytes;
}

Handle create_group(hid_t parent, const std::string& path) {
    const Handle links = intermediate_groups();
    return {call("H5Gcreate2", H5Gcreate2, parent, path.c_str(), links.get(), H5P_DEFAULT, H5P_DEFAULT), H5Gclose};
}

Handle open_group(hid_t parent, const std::string& path) {
    return {call("H5Gopen2", H5Gopen2, parent, path.c_str(), H5P_DEFAULT), H5Gclose};
}

void link_object(hid_t file, const std::string& existing, const std::string& name) {
    const Handle links = intermediate_groups();
    call("H5Lcreate_hard", H5Lcreate_hard, file, existing.c_str(), file, name.c_str(), links.get(), H5P_DEFAULT);
}

}  // namespace stdpscope::analysis::hdf5
