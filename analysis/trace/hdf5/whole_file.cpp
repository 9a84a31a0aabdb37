#include "analysis/trace/hdf5/whole_file.hpp"

#include "analysis/trace/durable_file.hpp"
#include "analysis/trace/error.hpp"
#include "analysis/trace/hdf5/file.hpp"

namespace stdpscope::analysis::hdf5 {

void write_whole_file(const std::filesystem::path& path,
                      const std::function<void(const std::filesystem::path& part)>& write) {
    std::filesystem::path part = path;
    part += ".part";
    try {
        std::filesystem::remove(part);
        write(part);
    } catch (const Hdf5Error& error) {
        throw WriteFailed(part.string(), WriteFailure::input_output, error.what());
    } catch (const std::filesystem::filesystem_error& error) {
        throw CannotCreate(part.string(), error.what());
    }
    synchronize_file(part);
    rename_durably(part, path);
}

}  // namespace stdpscope::analysis::hdf5
