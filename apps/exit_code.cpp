#include "apps/exit_code.hpp"

#include <new>
#include <system_error>

#include "analysis/trace/error.hpp"
#include "ann/error.hpp"
#include "apps/configuration/error.hpp"
#include "data/error.hpp"
#include "sim/error.hpp"

namespace stdpscope::apps {
namespace {

/// What printing to a full disk throws, among others.
bool is_write_failure(const std::error_code& code) {
    return code == std::errc::no_space_on_device || code == std::errc::io_error || code == std::errc::file_too_large;
}

}  // namespace

Failure failure_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const UsageError& mistake) {
        return {ExitCode::usage, mistake.what()};
    } catch (const data::BadSpecification& mistake) {
        return {ExitCode::usage, mistake.what()};
    } catch (const ConfigError& mistake) {
        return {ExitCode::bad_configuration, mistake.what()};
    } catch (const ann::InvalidParameter& mistake) {
        return {ExitCode::bad_configuration, mistake.what()};
    } catch (const sim::InvalidParameter& mistake) {
        return {ExitCode::bad_configuration, mistake.what()};
    } catch (const data::BadData& mistake) {
        return {ExitCode::bad_data, mistake.what()};
    } catch (const analysis::DamagedTrace& mistake) {
        return {ExitCode::bad_data, mistake.what()};
    } catch (const data::MissingInput& mistake) {
        return {ExitCode::no_input, mistake.what()};
    } catch (const analysis::MissingTrace& mistake) {
        return {ExitCode::no_input, mistake.what()};
    } catch (const analysis::CannotCreate& mistake) {
        return {ExitCode::cannot_create, mistake.what()};
    } catch (const analysis::WriteFailed& mistake) {
        return {ExitCode::input_output, mistake.what()};
    } catch (const std::system_error& mistake) {
        return {is_write_failure(mistake.code()) ? ExitCode::input_output : ExitCode::failure, mistake.what()};
    } catch (const std::bad_alloc&) {
        return {ExitCode::failure, "out of memory"};
    } catch (const std::exception& mistake) {
        return {ExitCode::failure, mistake.what()};
    } catch (...) {
        return {ExitCode::failure, "unknown error"};
    }
}

}  // namespace stdpscope::apps
