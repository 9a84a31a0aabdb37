#pragma once

#include <string>
#include <vector>

#include "analysis/ledger/records.hpp"

namespace stdpscope::tests {

/// A sink that keeps everything, and the order in which it came: r(ecord), s(ampled), p(lanes), u(pdates).
class KeptRecords : public analysis::RecordSink {
public:
    void append(analysis::Record record) override {
        order += 'r';
        records.push_back(std::move(record));
    }
    void append(analysis::SampledStep step) override {
        order += 's';
        sampled.push_back(std::move(step));
    }
    void append(analysis::PlanesStep step) override {
        order += 'p';
        planes.push_back(std::move(step));
    }
    void append(analysis::UpdatesStep step) override {
        order += 'u';
        updates.push_back(std::move(step));
    }

    std::string order;
    std::vector<analysis::Record> records;
    std::vector<analysis::SampledStep> sampled;
    std::vector<analysis::PlanesStep> planes;
    std::vector<analysis::UpdatesStep> updates;
};

}  // namespace stdpscope::tests
