#pragma once

#include <filesystem>

#include "analysis/ledger/ledger.hpp"
#include "analysis/trace/trace_writer.hpp"
#include "ann/network.hpp"
#include "ann/trainer.hpp"
#include "apps/configuration/resolved_configuration.hpp"
#include "apps/vector_instructions.hpp"

/// From a resolved configuration to what trains and what listens.
namespace stdpscope::apps {

/// Draws the network's weights. Throws UsageError or ConfigError, by where the value came from, for what the training
/// core refuses; build_trainer likewise.
[[nodiscard]] ann::Network build_network(const ResolvedConfiguration& resolved);
[[nodiscard]] ann::Trainer build_trainer(const ResolvedConfiguration& resolved, ann::Network& network,
                                         const ann::ExampleSet& training, const ann::ExampleSet* test,
                                         const ann::TrainerOptions& options);

/// Throws UsageError or ConfigError unless trace.layers names layers of synapses of the network and the batch is small
/// enough for the ledger.
void check_traceable(const ResolvedConfiguration& resolved, const ann::Network& network);

[[nodiscard]] analysis::TraceHeader trace_header(const ResolvedConfiguration& resolved, const ann::Network& network,
                                                 arma::uword training_samples);

/// The ledger of a run and the files that it goes to.
class TracedRun {
public:
    TracedRun(const std::filesystem::path& folder, const analysis::TraceHeader& header)
        : writer_(folder, header), ledger_(header.options, writer_, ledger_instructions()) {}
    [[nodiscard]] ann::Observer& listener() { return ledger_; }
    void close() { writer_.close(); }

private:
    analysis::TraceWriter writer_;
    analysis::Ledger ledger_;
};

}  // namespace stdpscope::apps
