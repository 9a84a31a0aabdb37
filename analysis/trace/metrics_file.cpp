#include "analysis/trace/metrics_file.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

#include "analysis/trace/durable_file.hpp"
#include "analysis/trace/error.hpp"
#include "analysis/trace/run_folder.hpp"

namespace stdpscope::analysis {

namespace {

constexpr const char* kHeaderLine =
    "epoch,learning_rate,training_loss,training_error,full_training_error,test_loss,test_error,seconds,"
    "samples_per_second";

constexpr std::array kNumbers = {&ann::EpochMetrics::learning_rate,  &ann::EpochMetrics::training_loss,
                                 &ann::EpochMetrics::training_error, &ann::EpochMetrics::full_training_error,
                                 &ann::EpochMetrics::test_loss,      &ann::EpochMetrics::test_error,
                                 &ann::EpochMetrics::seconds,        &ann::EpochMetrics::samples_per_second};

std::string text_of(double value) {
    if (std::isnan(value)) return "nan";
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

template <class Number>
Number parse(const std::filesystem::path& path, std::size_t line_number, const std::string& field) {
    Number value{};
    const char* const end = field.data() + field.size();
    const auto [stop, error] = std::from_chars(field.data(), end, value);
    if (error != std::errc{} || stop != end) {
        throw DamagedTrace(path.string(),
                           "line " + std::to_string(line_number) + ": \"" + field + "\" must be a number");
    }
    return value;
}

ann::EpochMetrics parse_line(const std::filesystem::path& path, std::size_t line_number, const std::string& line) {
    std::istringstream fields(line + ",");
    std::vector<std::string> texts;
    for (std::string field; std::getline(fields, field, ',');) texts.push_back(field);
    if (texts.size() != kNumbers.size() + 1) {
        throw DamagedTrace(path.string(), "line " + std::to_string(line_number) + " has " +
                                              std::to_string(texts.size()) + " fields, must have " +
                                              std::to_string(kNumbers.size() + 1));
    }
    ann::EpochMetrics metrics;
    metrics.epoch = parse<arma::uword>(path, line_number, texts[0]);
    for (std::size_t place = 0; place < kNumbers.size(); ++place) {
        metrics.*kNumbers[place] = parse<double>(path, line_number, texts[place + 1]);
    }
    return metrics;
}

}  // namespace

void append_metrics(const std::filesystem::path& run_folder, const ann::EpochMetrics& metrics) {
    const std::filesystem::path path = run_folder / kMetricsFile;
    std::string text;
    if (std::filesystem::exists(path)) {
        std::ifstream file(path, std::ios::binary);
        text.assign(std::istreambuf_iterator<char>(file), {});
        if (!file) throw WriteFailed(path.string(), WriteFailure::input_output, "its earlier lines cannot be read");
    } else {
        text = std::string(kHeaderLine) + "\n";
    }
    text += std::to_string(metrics.epoch);
    for (const auto number : kNumbers) text += "," + text_of(metrics.*number);
    write_file_durably(path, text + "\n");
}

std::vector<ann::EpochMetrics> read_metrics(const std::filesystem::path& run_folder) {
    const std::filesystem::path path = run_folder / kMetricsFile;
    std::ifstream file(path);
    if (!file) throw MissingTrace(path.string(), "cannot be opened, must be the metrics of a run");
    std::string line;
    std::getline(file, line);
    if (line != kHeaderLine) throw DamagedTrace(path.string(), "line 1 must be \"" + std::string(kHeaderLine) + "\"");
    std::vector<ann::EpochMetrics> epochs;
    for (std::size_t line_number = 2; std::getline(file, line); ++line_number) {
        epochs.push_back(parse_line(path, line_number, line));
    }
    return epochs;
}

}  // namespace stdpscope::analysis
