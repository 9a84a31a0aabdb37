#include "analysis/ledger/spiking_ledger.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <tuple>
#include <utility>

#include "analysis/trace/event_places.hpp"
#include "sim/error.hpp"
#include "sim/random_stream.hpp"

namespace stdpscope::analysis {

namespace {

/// Spikes of one population that wait for a row of the sink.
constexpr std::size_t kMostWaiting = 65536;

struct ModelName {
    const char* operator()(const sim::LifConductanceParams& /*model*/) const { return "lif_conductance"; }
    const char* operator()(const sim::LifCurrentParams& /*model*/) const { return "lif_current"; }
    const char* operator()(const sim::AdexParams& /*model*/) const { return "adex"; }
    const char* operator()(const sim::IzhikevichParams& /*model*/) const { return "izhikevich"; }
    const char* operator()(const sim::PoissonParams& /*model*/) const { return "poisson"; }
    const char* operator()(const sim::InhomogeneousPoissonParams& /*model*/) const { return "inhomogeneous_poisson"; }
    const char* operator()(const sim::RegularParams& /*model*/) const { return "regular"; }
    const char* operator()(const sim::RecordedParams& /*model*/) const { return "recorded"; }
    template <class... Models>
    const char* operator()(const std::variant<Models...>& model) const {
        return std::visit(*this, model);
    }
};

struct RuleName {
    const char* operator()(const sim::AdditivePairParams& /*rule*/) const { return "additive_pair"; }
    const char* operator()(const sim::PairStdpParams& /*rule*/) const { return "pair"; }
    const char* operator()(const sim::TableStdpParams& /*rule*/) const { return "table"; }
    const char* operator()(const sim::TripletStdpParams& /*rule*/) const { return "triplet"; }
    const char* operator()(const sim::VoltageModel& /*rule*/) const { return "voltage"; }
    const char* operator()(const sim::CalciumPlasticityParams& /*rule*/) const { return "calcium"; }
    const char* operator()(const sim::PrePostModel& /*rule*/) const { return "pre_post_factors"; }
    const char* operator()(const sim::RateDerivativeParams& /*rule*/) const { return "rate_derivative"; }
    const char* operator()(const sim::InhibitoryStdpParams& /*rule*/) const { return "inhibitory"; }
    const char* operator()(const sim::RewardModel& /*rule*/) const { return "reward"; }
};

/// Signs of what a rule asks of a number of receptors on either side of its window, where they are the same throughout.
struct AskedSigns {
    Sign pre_post = 0;
    Sign post_pre = 0;
};

AskedSigns asked_signs(const sim::PlasticityModel& model) {
    if (const auto* rule = std::get_if<sim::AdditivePairParams>(&model)) {
        return {sign_of(rule->a_plus), -sign_of(rule->a_minus)};
    }
    if (const auto* rule = std::get_if<sim::PairStdpParams>(&model)) {
        const auto side = [](const sim::Quadrant& up, const sim::Quadrant& down) {
            const bool is_mixed = up.amplitude > 0.0 && down.amplitude > 0.0;
            return is_mixed ? 0 : sign_of(up.amplitude) - sign_of(down.amplitude);
        };
        return {side(rule->pre_post_potentiation, rule->pre_post_depression),
                side(rule->post_pre_potentiation, rule->post_pre_depression)};
    }
    return {};
}

Sign sign_of_transmitter(sim::Transmitter transmitter) {
    return transmitter == sim::Transmitter::excitatory ? 1 : -1;
}

std::vector<std::size_t> kept_projections(const sim::Network& network, const TraceOptions& options) {
    std::vector<std::size_t> kept;
    std::vector<std::string> plastic;
    for (std::size_t k = 0; k < network.projections().size(); ++k) {
        const sim::ProjectionSpec& spec = network.projections()[k];
        if (!spec.plasticity) continue;
        plastic.push_back(spec.name);
        const bool is_named =
            std::find(options.layers.begin(), options.layers.end(), spec.name) != options.layers.end();
        if (options.layers.empty() || is_named) kept.push_back(k);
    }
    if (plastic.empty()) {
        throw sim::InvalidParameter("network", "without a plastic projection", "must have one to be traced");
    }
    for (const std::string& name : options.layers) {
        if (std::find(plastic.begin(), plastic.end(), name) != plastic.end()) continue;
        std::string all;
        for (const std::string& known : plastic) all += (all.empty() ? "" : ", ") + known;
        throw sim::InvalidParameter("layers", name, "must be among the plastic projections " + all);
    }
    return kept;
}

/// `count` different synapses of a projection as (post, pre), all where there are no more; ascending by pre, then post.
std::vector<std::array<std::uint64_t, 2>> draw_synapses(const sim::Simulation& simulation, std::size_t projection,
                                                        std::uint64_t count, std::uint64_t seed) {
    const std::uint64_t synapses = simulation.synapse_count(projection);
    const std::uint64_t chosen = std::min(count, synapses);
    const sim::RandomStream random(seed, sim::RandomPurpose::synapse_sample, static_cast<std::uint16_t>(projection));
    // Floyd's algorithm: every subset of this size is equally likely.
    std::set<std::uint64_t> places;
    for (std::uint64_t last = synapses - chosen; last < synapses; ++last) {
        const std::uint64_t drawn = random.below(last + 1, last);
        places.insert(places.contains(drawn) ? last : drawn);
    }
    std::vector<std::array<std::uint64_t, 2>> sampled;
    std::uint64_t first = 0;
    auto place = places.begin();
    simulation.visit_rows(projection, [&](const sim::SynapseRow& row) {
        for (; place != places.end() && *place < first + row.posts.size(); ++place) {
            sampled.push_back({row.posts[*place - first], row.pre});
        }
        first += row.posts.size();
    });
    // A pair of neurons that is joined more than once is sampled as one.
    sampled.erase(std::unique(sampled.begin(), sampled.end()), sampled.end());
    return sampled;
}

ann::SynapseLayer layer_of(const sim::Network& network, const sim::ProjectionSpec& spec) {
    const sim::PopulationSpec& pre = network.populations()[network.population_of(spec.pre, "pre")];
    const sim::PopulationSpec& post = network.populations()[network.population_of(spec.post, "post")];
    ann::SynapseLayer layer;
    layer.name = spec.name;
    layer.activation = model_name(post);
    layer.geometry.pre_shape = {pre.size, 1, 1};
    layer.geometry.post_shape = {post.size, 1, 1};
    layer.population_rule = ann::PopulationRule::unit;
    layer.populations = {post.name};
    layer.population_of_unit.assign(post.size, 0);
    return layer;
}

/// Columns of an event stream from vectors of one length.
template <class... Values>
EventRows rows_of(std::size_t stream, const std::vector<Values>&... columns) {
    EventRows rows{.stream = stream, .rows = std::get<0>(std::tie(columns...)).size(), .columns = {}, .last = false};
    const auto add = [&](const auto& values) {
        const auto* bytes = reinterpret_cast<const std::byte*>(values.data());
        rows.columns.emplace_back(bytes, bytes + values.size() * sizeof(values[0]));
    };
    (add(columns), ...);
    return rows;
}

/// Moments of signed weights, and their histogram by size.
class WeightSummary {
public:
    WeightSummary(Sign receptor, double w_max) : receptor_(receptor), w_max_(w_max) {}

    void add(double weight) {
        if (count_ == 0) {
            first_ = weight;
            least_ = most_ = weight;
        }
        ++count_;
        const double beyond = weight - first_;  // less is lost where all are alike
        sum_ += beyond;
        squares_ += beyond * beyond;
        least_ = std::min(least_, weight);
        most_ = std::max(most_, weight);
        const double bin = weight / w_max_ * static_cast<double>(kWeightBins);  // 0 where there is no largest weight
        ++histogram_[std::min(kWeightBins - 1, static_cast<std::size_t>(std::max(0.0, bin)))];
    }

    [[nodiscard]] Moments moments() const {
        if (count_ == 0) return {};
        const auto count = static_cast<double>(count_);
        const double mean = first_ + sum_ / count;
        const double variance = std::max(0.0, squares_ / count - (sum_ / count) * (sum_ / count));
        return {.mean = receptor_ * mean,
                .deviation = std::sqrt(variance),
                .minimum = receptor_ > 0 ? least_ : -most_,
                .maximum = receptor_ > 0 ? most_ : -least_,
                .mean_absolute = mean};
    }
    [[nodiscard]] const std::array<std::uint64_t, kWeightBins>& histogram() const { return histogram_; }

private:
    Sign receptor_;
    double w_max_;
    std::uint64_t count_ = 0;
    double first_ = 0.0;
    double sum_ = 0.0;
    double squares_ = 0.0;
    double least_ = 0.0;
    double most_ = 0.0;
    std::array<std::uint64_t, kWeightBins> histogram_{};
};

sim::PlasticityCounts difference(const sim::PlasticityCounts& now, const sim::PlasticityCounts& before) {
    sim::PlasticityCounts change;
    change.pre_post_potentiation = now.pre_post_potentiation - before.pre_post_potentiation;
    change.pre_post_depression = now.pre_post_depression - before.pre_post_depression;
    change.post_pre_potentiation = now.post_pre_potentiation - before.post_pre_potentiation;
    change.post_pre_depression = now.post_pre_depression - before.post_pre_depression;
    change.same_time = now.same_time - before.same_time;
    change.pre_post_unchanged = now.pre_post_unchanged - before.pre_post_unchanged;
    change.post_pre_unchanged = now.post_pre_unchanged - before.post_pre_unchanged;
    change.untimed = now.untimed - before.untimed;
    change.pre_post_potentiation_sum = now.pre_post_potentiation_sum - before.pre_post_potentiation_sum;
    change.pre_post_depression_sum = now.pre_post_depression_sum - before.pre_post_depression_sum;
    change.post_pre_potentiation_sum = now.post_pre_potentiation_sum - before.post_pre_potentiation_sum;
    change.post_pre_depression_sum = now.post_pre_depression_sum - before.post_pre_depression_sum;
    change.untimed_sum = now.untimed_sum - before.untimed_sum;
    return change;
}

}  // namespace

std::string model_name(const sim::PopulationSpec& population) {
    return std::visit(ModelName{}, population.model);
}

TraceHeader spiking_header(const sim::Network& network, const sim::Simulation& simulation, double dt_ms,
                           const TraceOptions& options, std::uint64_t seed) {
    TraceHeader header;
    header.options = options;
    header.seed = seed;
    header.batch_size = 1;
    SpikingHeader& spiking = header.spiking.emplace();
    spiking.dt_ms = dt_ms;
    for (const sim::PopulationSpec& population : network.populations()) {
        spiking.populations.push_back(
            {population.name, population.size, model_name(population), sign_of_transmitter(population.transmitter)});
    }
    for (const std::size_t projection : kept_projections(network, options)) {
        const sim::ProjectionSpec& spec = network.projections()[projection];
        header.layers.push_back(layer_of(network, spec));
        header.layer_indices.push_back(static_cast<std::uint32_t>(projection));
        SpikingProjection& kept = spiking.projections.emplace_back();
        kept.pre_population = spec.pre;
        kept.post_population = spec.post;
        kept.receptor = spec.receptor == sim::Receptor::normal ? 1 : -1;
        kept.rule = std::visit(RuleName{}, *spec.plasticity);
        kept.w_max = bounds_of(*spec.plasticity).max;
        kept.synapses = simulation.synapse_count(projection);
        kept.axonal_delay_ms = spec.axonal_delay_ms;
        kept.dendritic_delay_ms = spec.dendritic_delay_ms;
        if (options.level >= TraceLevel::samples) {
            kept.sampled = draw_synapses(simulation, projection, options.sample_synapses, seed);
        }
    }
    return header;
}

EventCounts event_counts(const sim::PlasticityCounts& counts, const SpikingSigns& signs) {
    EventCounts events;
    const auto add = [&](Sign timing, Sign strengthened, std::uint64_t count) {
        // The change of the signed weight is receptor x strengthened, and is transmitter x timing x response.
        const Sign response = signs.transmitter * timing * signs.receptor * strengthened;
        events.histogram[EventCounts::place(axis_of(signs.transmitter), axis_of(signs.receptor), axis_of(timing),
                                            axis_of(response))] += count;
    };
    add(1, 1, counts.pre_post_potentiation);
    add(1, -1, counts.pre_post_depression);
    add(1, signs.asked_pre_post, counts.pre_post_unchanged);
    add(-1, 1, counts.post_pre_potentiation);
    add(-1, -1, counts.post_pre_depression);
    add(-1, signs.asked_post_pre, counts.post_pre_unchanged);
    return events;
}

UpdateCounts update_counts(const sim::PlasticityCounts& counts, const SpikingSigns& signs) {
    UpdateCounts updates;
    const auto add = [&](Sign timing, Sign strengthened, std::uint64_t count, double sum) {
        const std::size_t place =
            UpdateCounts::place(axis_of(signs.receptor), axis_of(timing), axis_of(signs.receptor * strengthened));
        updates.histogram[place] += count;
        updates.absolute_update[place] += sum;
    };
    add(1, 1, counts.pre_post_potentiation, counts.pre_post_potentiation_sum);
    add(1, -1, counts.pre_post_depression, counts.pre_post_depression_sum);
    add(1, 0, counts.pre_post_unchanged, 0.0);
    add(-1, 1, counts.post_pre_potentiation, counts.post_pre_potentiation_sum);
    add(-1, -1, counts.post_pre_depression, counts.post_pre_depression_sum);
    add(-1, 0, counts.post_pre_unchanged, 0.0);
    updates.untimed = counts.untimed;
    updates.untimed_absolute_update = counts.untimed_sum;
    return updates;
}

SpikingLedger::SpikingLedger(const TraceHeader& header, const sim::Network& network, sim::Simulation& simulation,
                             RecordSink& sink)
    : header_(header), simulation_(simulation), sink_(sink), changes_(header.layers.size()) {
    for (const sim::PopulationSpec& population : network.populations()) {
        spikes_.emplace_back().of_neuron.resize(population.size);
    }
    for (std::size_t layer = 0; layer < header_.layers.size(); ++layer) {
        const SpikingProjection& kept = header_.spiking->projections[layer];
        const std::size_t projection = header_.layer_index(layer);
        const sim::ProjectionSpec& spec = network.projections()[projection];
        const std::size_t pre = network.population_of(kept.pre_population, "pre");
        const AskedSigns asked = asked_signs(*spec.plasticity);
        layers_.push_back({.projection = projection,
                           .post = network.population_of(kept.post_population, "post"),
                           .signs = {.transmitter = header_.spiking->populations[pre].transmitter,
                                     .receptor = kept.receptor,
                                     .asked_pre_post = asked.pre_post,
                                     .asked_post_pre = asked.post_pre},
                           .before = {}});
        for (std::uint32_t place = 0; place < kept.sampled.size(); ++place) {
            const auto post_neuron = static_cast<std::uint32_t>(kept.sampled[place][0]);
            const auto pre_neuron = static_cast<std::uint32_t>(kept.sampled[place][1]);
            sampled_.push_back({projection, pre_neuron, post_neuron, layer, place});
            simulation_.sample({projection, pre_neuron, post_neuron});
        }
    }
    std::sort(sampled_.begin(), sampled_.end(), [](const Sampled& a, const Sampled& b) {
        return std::tie(a.projection, a.pre, a.post) < std::tie(b.projection, b.pre, b.post);
    });
    simulation_.add_observer(*this);
    if (header_.options.level >= TraceLevel::full) {
        write_synapses();
        write_weights();
    }
}

void SpikingLedger::spikes(sim::Step step, std::size_t population, std::span<const std::uint32_t> neurons) {
    Spikes& spikes = spikes_[population];
    for (const std::uint32_t neuron : neurons) ++spikes.of_neuron[neuron];
    if (header_.options.level < TraceLevel::samples) return;
    spikes.timestamps.insert(spikes.timestamps.end(), neurons.size(),
                             static_cast<double>(step) * header_.spiking->dt_ms);
    spikes.node_ids.insert(spikes.node_ids.end(), neurons.begin(), neurons.end());
    if (spikes.node_ids.size() >= kMostWaiting) flush_spikes(population);
}

void SpikingLedger::weight_changed(const sim::SynapseChange& change) {
    const auto before = [](const Sampled& one, const sim::SynapseChange& other) {
        return std::tie(one.projection, one.pre, one.post) < std::tie(other.projection, other.pre, other.post);
    };
    const auto found = std::lower_bound(sampled_.begin(), sampled_.end(), change, before);
    const double dt_ms = header_.spiking->dt_ms;
    const double receptor = layers_[found->layer].signs.receptor;
    const bool is_timed = change.attribution == sim::Attribution::pair;
    const double no_ms = std::numeric_limits<double>::quiet_NaN();
    changes_[found->layer].push_back({.step = change.step,
                                      .synapse = found->place,
                                      .pre_ms = is_timed ? static_cast<double>(change.pre_step) * dt_ms : no_ms,
                                      .post_ms = is_timed ? static_cast<double>(change.post_step) * dt_ms : no_ms,
                                      .weight = receptor * change.weight_before,
                                      .weight_update = receptor * (change.weight_after - change.weight_before)});
}

void SpikingLedger::end_record() {
    if (simulation_.steps() == first_step_) return;
    if (header_.options.level >= TraceLevel::samples) {
        for (std::size_t population = 0; population < spikes_.size(); ++population) flush_spikes(population);
        for (std::size_t layer = 0; layer < layers_.size(); ++layer) flush_changes(layer);
    }
    if (header_.options.level >= TraceLevel::full && simulation_.steps() >= next_weights_) write_weights();
    Record record;
    record.first_step = static_cast<std::uint64_t>(first_step_);
    record.end_step = static_cast<std::uint64_t>(simulation_.steps());
    record.learning_rate = 1.0;
    record.samples = record.end_step - record.first_step;
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) record.layers.push_back(layer_record(layer));
    for (Spikes& spikes : spikes_) std::fill(spikes.of_neuron.begin(), spikes.of_neuron.end(), 0);
    first_step_ = simulation_.steps();
    sink_.append(std::move(record));
}

void SpikingLedger::end() {
    if (!sampled_.empty()) {
        for (const sim::SynapseChange& change : simulation_.unsettled_changes()) weight_changed(change);
    }
    end_record();
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) flush_changes(layer);
}

LayerRecord SpikingLedger::layer_record(std::size_t layer) {
    Layer& state = layers_[layer];
    const sim::PlasticityCounts now = simulation_.counts(state.projection);
    const sim::PlasticityCounts counts = difference(now, state.before);
    state.before = now;
    LayerRecord record;
    record.events.push_back(event_counts(counts, state.signs));
    record.updates.push_back(update_counts(counts, state.signs));
    WeightSummary weights(state.signs.receptor, header_.spiking->projections[layer].w_max);
    simulation_.visit_rows(state.projection, [&](const sim::SynapseRow& row) {
        for (const double weight : row.weights) weights.add(weight);
    });
    record.updates.front().weights = weights.moments();
    record.spiking = {.same_time = counts.same_time, .weight_histogram = weights.histogram()};
    for (const std::uint64_t spikes : spikes_[state.post].of_neuron) {
        record.unit_response.insert(record.unit_response.end(), {0, 0, spikes});
        record.dead_units += spikes == 0 ? 1 : 0;
    }
    return record;
}

void SpikingLedger::flush_spikes(std::size_t population) {
    Spikes& spikes = spikes_[population];
    if (spikes.node_ids.empty()) return;
    sink_.append(rows_of(spikes_stream(header_, population), spikes.timestamps, spikes.node_ids));
    spikes.timestamps.clear();
    spikes.node_ids.clear();
}

void SpikingLedger::flush_changes(std::size_t layer) {
    std::vector<Change>& changes = changes_[layer];
    if (changes.empty()) return;
    // Which changes are known at a record's end depends on nothing but the spikes; in which order they came does.
    std::stable_sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
        return std::tie(a.step, a.synapse) < std::tie(b.step, b.synapse);
    });
    std::vector<std::uint32_t> synapse;
    std::vector<double> time_ms;
    std::vector<double> pre_ms;
    std::vector<double> post_ms;
    std::vector<double> weight;
    std::vector<double> weight_update;
    for (const Change& change : changes) {
        synapse.push_back(change.synapse);
        time_ms.push_back(static_cast<double>(change.step) * header_.spiking->dt_ms);
        pre_ms.push_back(change.pre_ms);
        post_ms.push_back(change.post_ms);
        weight.push_back(change.weight);
        weight_update.push_back(change.weight_update);
    }
    sink_.append(rows_of(changes_stream(header_, layer), synapse, time_ms, pre_ms, post_ms, weight, weight_update));
    changes.clear();
}

void SpikingLedger::write_synapses() {
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
        std::vector<std::uint32_t> pres;
        std::vector<std::uint32_t> posts;
        const auto write = [&](bool last) {
            EventRows rows = rows_of(synapses_stream(header_, layer), pres, posts);
            rows.last = last;
            sink_.append(std::move(rows));
            pres.clear();
            posts.clear();
        };
        simulation_.visit_rows(layers_[layer].projection, [&](const sim::SynapseRow& row) {
            pres.insert(pres.end(), row.posts.size(), row.pre);
            posts.insert(posts.end(), row.posts.begin(), row.posts.end());
            if (pres.size() >= kMostWaiting) write(false);
        });
        write(true);
    }
}

void SpikingLedger::write_weights() {
    next_weights_ = simulation_.steps() + static_cast<sim::Step>(header_.options.updates_every);
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
        std::vector<float> block;
        std::uint64_t first = 0;
        const auto write = [&] {
            first += block.size();
            const std::vector<std::uint64_t> first_synapse{first - block.size()};
            block.resize(kWeightBlock, std::numeric_limits<float>::quiet_NaN());
            EventRows rows =
                rows_of(weights_stream(header_, layer),
                        std::vector<std::uint64_t>{static_cast<std::uint64_t>(simulation_.steps())}, first_synapse);
            const auto* bytes = reinterpret_cast<const std::byte*>(block.data());
            rows.columns.emplace_back(bytes, bytes + block.size() * sizeof(float));
            sink_.append(std::move(rows));
            block.clear();
        };
        const double receptor = layers_[layer].signs.receptor;
        simulation_.visit_rows(layers_[layer].projection, [&](const sim::SynapseRow& row) {
            for (const double weight : row.weights) {
                block.push_back(static_cast<float>(receptor * weight));
                if (block.size() == kWeightBlock) write();
            }
        });
        if (!block.empty()) write();
    }
}

}  // namespace stdpscope::analysis
