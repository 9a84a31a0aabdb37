#include "analysis/report/thesis_tables.hpp"

#include <algorithm>

namespace stdpscope::analysis {
namespace {

constexpr ThesisRow kMnist[] = {
    {0, 0.0092, 0.0000}, {1, 0.0095, 0.0012}, {2, 0.0102, 0.0015},  {3, 0.0122, 0.0034},
    {4, 0.0114, 0.0036}, {5, 0.0126, 0.0048}, {6, 0.0143, 0.0061},  {7, 0.0145, 0.0085},
    {8, 0.0253, 0.0129}, {9, 0.0268, 0.0209}, {10, 0.9020, 0.9013},
};
constexpr ThesisRow kCifar[] = {
    {0, 0.2019, 0.1136}, {0.25, 0.2028, 0.1295}, {0.5, 0.2028, 0.1443},
    {1, 0.2036, 0.1556}, {2, 0.2115, 0.1757},    {3, 0.9000, 0.9000},
};
constexpr ThesisErrors kErrors[] = {
    {"mnist", "lenet", "Table 6", "Table 7", kMnist},
    {"cifar10", "lenet5", "Table 9", "Table 10", kCifar},
};
constexpr ThesisEpochs kFirstEpochs[] = {
    {"ReLU", 0, {0.0207, 0.0154, 0.0146, 0.0130, 0.0118, 0.0109, 0.0113, 0.0131, 0.0103}},
    {"MixLU 1 %", 1, {0.0222, 0.0145, 0.0152, 0.0128, 0.0112, 0.0129, 0.0128, 0.0115, 0.0109}},
};

}  // namespace

std::span<const ThesisErrors> thesis_errors() {
    return kErrors;
}

const ThesisErrors* thesis_errors_of(std::string_view data, std::string_view network) {
    const auto found = std::find_if(std::begin(kErrors), std::end(kErrors), [&](const ThesisErrors& table) {
        return table.data == data && table.network == network;
    });
    return found == std::end(kErrors) ? nullptr : found;
}

const ThesisRow* thesis_row_of(const ThesisErrors& table, double percent_neglu) {
    const auto found = std::find_if(table.rows.begin(), table.rows.end(),
                                    [&](const ThesisRow& row) { return row.percent_neglu == percent_neglu; });
    return found == table.rows.end() ? nullptr : &*found;
}

std::span<const ThesisEpochs> thesis_first_epochs() {
    return kFirstEpochs;
}

}  // namespace stdpscope::analysis
