#pragma once

namespace stdpscope::sim {

/// Which spikes form pairs (Morrison, Diesmann & Gerstner 2008, Biol. Cybern. 98:459, figure 7).
enum class Pairing {
    all_to_all,           ///< every pre spike with every post spike
    nearest_symmetric,    ///< each spike with the latest one of the other neuron
    nearest_pre_centred,  ///< each pre spike with the latest post spike before it and the first one after it
    nearest_reduced,      ///< as nearest_symmetric, and no other spike of either neuron lies between the two
};

/// What spikes that arrive in the same step make of each other.
enum class Tie {
    no_pair,    ///< no pair: both updates read the memories as they were before either spike entered them
    pre_first,  ///< a pair of delta 0 on the pre-post side, as Table 5's "A first or same time"
};

/// Enters the spikes of a step into two memories of spikes, `Memory` having clear() and add(now_ms), and calls
/// read_post() at a pre spike and read_pre() at a post spike at the right moment. Coinciding spikes under Tie::no_pair
/// neither meet nor hide one another: each stays free for a later partner.
template <class Memory, class ReadPost, class ReadPre>
void pair_spikes(Pairing pairing, Tie tie, bool pre_spike, bool post_spike, double now_ms, Memory& pre_memory,
                 Memory& post_memory, ReadPost&& read_post, ReadPre&& read_pre) {
    const auto enter_pre = [&] {
        if (pairing == Pairing::nearest_symmetric || pairing == Pairing::nearest_reduced) pre_memory.clear();
        pre_memory.add(now_ms);
    };
    const bool meet = tie == Tie::pre_first;
    if (pre_spike) {
        read_post();
        if (pairing == Pairing::nearest_reduced) post_memory.clear();
        if (meet) enter_pre();
    }
    if (post_spike) {
        read_pre();
        if (pairing == Pairing::nearest_reduced || pairing == Pairing::nearest_pre_centred) pre_memory.clear();
    }
    if (pre_spike && !meet) enter_pre();
    if (post_spike) {
        if (pairing != Pairing::all_to_all) post_memory.clear();
        post_memory.add(now_ms);
    }
}

}  // namespace stdpscope::sim
