#pragma once

#include <utility>
#include <vector>

#include "analysis/trace/segment_writer.hpp"

namespace stdpscope::tests {

/// A sink that keeps rows, to hand them to a segment.
struct KeptRows : analysis::RecordSink {
    void append(analysis::Record row) override { rows.emplace_back(std::move(row)); }
    void append(analysis::SampledStep row) override { rows.emplace_back(std::move(row)); }
    void append(analysis::PlanesStep row) override { rows.emplace_back(std::move(row)); }
    void append(analysis::UpdatesStep row) override { rows.emplace_back(std::move(row)); }
    void append(analysis::EventRows row) override { rows.emplace_back(std::move(row)); }
    std::vector<analysis::TraceRow> rows;
};

}  // namespace stdpscope::tests
