#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

/// Figures printed in T. Maharaj's MSc thesis (Bishop's University, 2015), for reports to show beside ours. Errors are
/// fractions; accuracies of its Tables 9 and 10 are given as errors.
namespace stdpscope::analysis {

struct ThesisRow {
    double percent_neglu = 0.0;
    double test_error = 0.0;
    double training_error = 0.0;  ///< running over the epoch, as MatConvNet reports it
};

/// Final errors by percentage of NegLU units.
struct ThesisErrors {
    std::string_view data;     ///< "mnist", "cifar10"
    std::string_view network;  ///< our name of its network: "lenet", "lenet5"
    std::string_view test_source;
    std::string_view training_source;
    std::span<const ThesisRow> rows;
};

/// Tables 6 and 7 (MNIST, LeNet), 9 and 10 (CIFAR-10, LeNet-5).
[[nodiscard]] std::span<const ThesisErrors> thesis_errors();

/// The table for this data set and network, if the thesis has one.
[[nodiscard]] const ThesisErrors* thesis_errors_of(std::string_view data, std::string_view network);
/// The row of this percentage, if there is one.
[[nodiscard]] const ThesisRow* thesis_row_of(const ThesisErrors& table, double percent_neglu);

/// Table 8: test error after epochs 1 to 9 on MNIST.
struct ThesisEpochs {
    std::string_view name;
    double percent_neglu = 0.0;
    std::array<double, 9> test_error{};
};
[[nodiscard]] std::span<const ThesisEpochs> thesis_first_epochs();

}  // namespace stdpscope::analysis
