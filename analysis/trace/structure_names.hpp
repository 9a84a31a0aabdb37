#pragma once

#include <array>
#include <stdexcept>
#include <string>
#include <utility>

#include "analysis/trace/hdf5/dataset.hpp"
#include "analysis/trace/trace_options.hpp"

/// What writing and reading a file's structure share: the words by which attributes name enumerators, and a table.
namespace stdpscope::analysis::detail {

inline constexpr std::array<std::pair<TraceLevel, const char*>, 5> kLevelNames{{{TraceLevel::off, "off"},
                                                                                {TraceLevel::counts, "counts"},
                                                                                {TraceLevel::samples, "samples"},
                                                                                {TraceLevel::planes, "planes"},
                                                                                {TraceLevel::full, "full"}}};
inline constexpr std::array<std::pair<UpdateTiming, const char*>, 2> kTimingNames{
    {{UpdateTiming::pairs, "pairs"}, {UpdateTiming::integral, "integral"}}};
inline constexpr std::array<std::pair<ann::SynapseKind, const char*>, 2> kKindNames{
    {{ann::SynapseKind::dense, "dense"}, {ann::SynapseKind::convolution, "convolution"}}};
inline constexpr std::array<std::pair<ann::PopulationRule, const char*>, 3> kRuleNames{
    {{ann::PopulationRule::layer, "layer"},
     {ann::PopulationRule::unit, "unit"},
     {ann::PopulationRule::element, "element"}}};

inline constexpr std::array<std::pair<Sign, const char*>, 2> kTransmitterNames{{{1, "excitatory"}, {-1, "inhibitory"}}};
inline constexpr std::array<std::pair<Sign, const char*>, 2> kReceptorNames{{{1, "normal"}, {-1, "opposite"}}};
inline constexpr const char* kSimulation = "simulation";

template <class Names, class Value>
std::string name_in(const Names& names, Value value) {
    for (const auto& [known, name] : names) {
        if (known == value) return name;
    }
    throw std::logic_error("enumerator without a name");
}

template <class Names>
auto value_in(const Names& names, const std::string& attribute, const std::string& text) {
    std::string all;
    for (const auto& [value, name] : names) {
        if (text == name) return value;
        all += (all.empty() ? "" : ", ") + std::string(name);
    }
    throw hdf5::Hdf5Error("attribute " + attribute + " = " + text + ", must be one of " + all);
}

inline hdf5::DatasetSpec sampled_synapse_spec(const ann::SynapseLayer& layer) {
    return {"layers/" + layer.name + "/samples/synapse",
            hdf5::Element::u64,
            {2},
            "synapse,end",
            "1",
            "row (post) and column (pre) in the weight matrix of each synapse of this group"};
}

}  // namespace stdpscope::analysis::detail
