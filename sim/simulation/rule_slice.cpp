#include "sim/simulation/rule_slice.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace stdpscope::sim {

namespace {

template <class Rule>
constexpr bool kReadsMembrane = std::is_same_v<Rule, VoltageStdp>;

/// Whether the weight moves between spikes.
template <class Rule>
constexpr bool kDrifts = kReadsMembrane<Rule> || std::is_same_v<Rule, CalciumPlasticity> ||
                         std::is_same_v<Rule, RateDerivative> || std::is_same_v<Rule, RewardStdp>;

/// Whether spikes of one step form a pair.
struct TieOf {
    template <class Model>
    Tie operator()(const Model& /*model*/) const {
        return Tie::no_pair;
    }
    Tie operator()(const PairStdpParams& model) const { return model.tie; }
    Tie operator()(const TableStdpParams& /*model*/) const { return Tie::pre_first; }
    Tie operator()(const RateDerivativeParams& /*model*/) const { return Tie::pre_first; }
};

/// A forced spike as the membrane shows it, for rules that read it.
struct SpikeShape {
    double v_mv = 0.0;
    double rest_mv = 0.0;
    Step width_steps = 0;
};

template <class Model>
SpikeShape spike_shape(const Model& model, const TimeGrid& grid) {
    if constexpr (std::is_same_v<Model, VoltageModel>) {
        return {.v_mv = model.spike_v_mv,
                .rest_mv = model.rule.rest_mv,
                .width_steps = grid.whole_steps(model.spike_width_ms, "spike_width_ms")};
    } else {
        return {};
    }
}

/// In a network only the nearest pair is named: the times of all would cost memory at every synapse.
template <class Model>
Model without_listing(Model model) {
    if constexpr (requires { model.listing; }) model.listing = PairListing::off;
    return model;
}

/// The sums of one post neuron's synapses.
struct UpdateSums {
    double pre_post_potentiation = 0.0;
    double pre_post_depression = 0.0;
    double post_pre_potentiation = 0.0;
    double post_pre_depression = 0.0;
    double untimed = 0.0;
};

constexpr Step kNever = -1;

template <class Model>
class SliceOf final : public RuleSlice {
public:
    using Rule = decltype(rule_of(std::declval<const Model&>(), 0.0));

    SliceOf(std::size_t projection, const ProjectionSpec& spec, RowTable rows, PostRange range, const TimeGrid& grid,
            const RandomStream& random)
        : projection_(projection),
          model_(without_listing(std::get<Model>(*spec.plasticity))),
          tie_(TieOf{}(model_)),
          spike_shape_(spike_shape(model_, grid)),
          counting_(spec.counting),
          range_(range),
          grid_(grid),
          rows_(std::move(rows)),
          last_visits_(rows_.posts.size(), kNever),
          last_pre_steps_(rows_.lengths.size(), kNever),
          last_post_steps_(range.size(), kNever),
          arrived_marks_(range.size(), 0),
          sums_(range.size()) {
        make_rules(spec.weight, random);
        make_columns();
    }

    void surround(const StepSurroundings& surroundings) override { surroundings_ = surroundings; }

    void begin_step(Step step) override { now_ = step; }

    void post_arrivals(Step /*step*/, std::span<const std::uint32_t> posts) override {
        arrived_posts_ = posts;
        for (const std::uint32_t post : posts) arrived_marks_[post] = 1;
    }

    void pre_arrivals(Step /*step*/, std::span<const std::uint32_t> pres, std::uint32_t offset,
                      float* target) override {
        for (const std::uint32_t from : pres) {
            const std::uint32_t pre = from + offset;
            arrived_pres_.push_back(pre);
            for (std::uint64_t k = rows_.begins[pre]; k < rows_.begins[pre + 1]; ++k) {
                const std::uint32_t post = rows_.posts[k];
                visit({pre, post, k}, {.pre_spike = true, .post_spike = arrived_marks_[post] != 0}, target);
            }
        }
    }

    void end_step(Step step) override {
        for (const std::uint32_t post : arrived_posts_) {
            for (std::uint64_t c = column_begins_[post]; c < column_begins_[post + 1]; ++c) {
                const Place place{columns_[c].pre, post, columns_[c].place};
                if (last_visits_[place.place] != step) visit(place, {.post_spike = true}, nullptr);
            }
        }
        if (kReadsMembrane<Rule> || surroundings_.reward != 0.0) visit_the_rest();
        for (const std::uint32_t post : arrived_posts_) {
            arrived_marks_[post] = 0;
            last_post_steps_[post] = step;
        }
        for (const std::uint32_t pre : arrived_pres_) last_pre_steps_[pre] = step;
        arrived_posts_ = {};
        arrived_pres_.clear();
        surroundings_ = {};
    }

    [[nodiscard]] double weight(std::uint64_t place) const override {
        return kDrifts<Rule> ? settled(place).first.weight() : rules_[place].weight();
    }

    void add_counts(PlasticityCounts& counts) const override {
        if (counting_ == Counting::off) return;
        PlasticityCounts mine = counts_;
        std::vector<UpdateSums> sums = sums_;
        if constexpr (kDrifts<Rule>) {
            for (std::uint64_t k = 0; k < rules_.size(); ++k) {
                count(settled(k).second, {}, mine, sums[rows_.posts[k]]);
            }
        }
        counts += mine;
        for (const UpdateSums& sum : sums) {
            counts.pre_post_potentiation_sum += sum.pre_post_potentiation;
            counts.pre_post_depression_sum += sum.pre_post_depression;
            counts.post_pre_potentiation_sum += sum.post_pre_potentiation;
            counts.post_pre_depression_sum += sum.post_pre_depression;
            counts.untimed_sum += sum.untimed;
        }
    }

    [[nodiscard]] const RowTable& rows() const override { return rows_; }

    [[nodiscard]] std::size_t sample(std::uint32_t pre, std::uint32_t post) override {
        if (post < range_.begin || post >= range_.end) return 0;
        std::size_t found = 0;
        sampled_.resize(rules_.size(), 0);
        for (std::uint64_t k = rows_.begins[pre]; k < rows_.begins[pre + 1]; ++k) {
            if (rows_.posts[k] != post - range_.begin) continue;
            sampled_[k] = 1;
            ++found;
        }
        return found;
    }

    void write_changes_to(std::vector<SynapseChange>* changes) override { changes_ = changes; }

    void append_unsettled_changes(std::vector<SynapseChange>& changes) const override {
        if (!kDrifts<Rule> || sampled_.empty()) return;
        for (std::uint32_t pre = 0; pre < rows_.lengths.size(); ++pre) {
            for (std::uint64_t k = rows_.begins[pre]; k < rows_.begins[pre + 1]; ++k) {
                if (sampled_[k] == 0) continue;
                const auto [rule, drift] = settled(k);
                append_parts({pre, rows_.posts[k], k}, rule, {}, rules_[k].weight(), drift, changes);
            }
        }
    }

private:
    struct Place {
        std::uint32_t pre;
        std::uint32_t post;   ///< from 0 in the slice
        std::uint64_t place;  ///< in rows_.posts
    };
    struct ColumnEntry {
        std::uint32_t pre;
        std::uint64_t place;
    };
    /// Spikes that met an earlier one of the other neuron.
    struct Meetings {
        bool at_pre_spike = false;
        bool at_post_spike = false;
        bool same_step = false;
    };

    void make_rules(const InitialWeight& weight, const RandomStream& random) {
        const WeightBounds bounds = bounds_of(model_);
        rules_.reserve(rows_.posts.size());
        for (std::uint32_t pre = 0; pre < rows_.lengths.size(); ++pre) {
            for (std::uint64_t k = rows_.begins[pre]; k < rows_.begins[pre + 1]; ++k) {
                const double initial = rows_.listed_weights.empty()
                                           ? initial_weight(weight, pre, range_.begin + rows_.posts[k], random)
                                           : static_cast<double>(rows_.listed_weights[k]);
                // A listed weight is a float, and may have been rounded out of the bounds.
                rules_.push_back(rule_of(model_, std::clamp(initial, bounds.min, bounds.max)));
            }
        }
        rows_.listed_weights = {};
    }

    void make_columns() {
        column_begins_.assign(std::size_t{range_.size()} + 1, 0);
        for (const std::uint32_t post : rows_.posts) ++column_begins_[post + 1];
        for (std::size_t post = 0; post < range_.size(); ++post) column_begins_[post + 1] += column_begins_[post];
        columns_.resize(rows_.posts.size());
        std::vector<std::uint64_t> next(column_begins_.begin(), column_begins_.end() - 1);
        for (std::uint32_t pre = 0; pre < rows_.lengths.size(); ++pre) {
            for (std::uint64_t k = rows_.begins[pre]; k < rows_.begins[pre + 1]; ++k) {
                columns_[next[rows_.posts[k]]++] = {pre, k};
            }
        }
    }

    void visit_the_rest() {
        for (std::uint32_t pre = 0; pre < rows_.lengths.size(); ++pre) {
            for (std::uint64_t k = rows_.begins[pre]; k < rows_.begins[pre + 1]; ++k) {
                if (last_visits_[k] != now_) visit({pre, rows_.posts[k], k}, {}, nullptr);
            }
        }
    }

    /// Held during the step that ends now.
    [[nodiscard]] double membrane_mv(std::uint32_t post) const {
        const Step spike = last_post_steps_[post];
        if (spike != kNever && now_ - 1 < spike + spike_shape_.width_steps) return spike_shape_.v_mv;
        return surroundings_.post_v_mv == nullptr ? spike_shape_.rest_mv
                                                  : static_cast<double>(surroundings_.post_v_mv[post]);
    }

    [[nodiscard]] double ms_since_visit(std::uint64_t place) const {
        return grid_.ms_of(now_ - std::max<Step>(last_visits_[place], 0));
    }

    void visit(const Place& at, SynapseInput input, float* target) {
        Rule& rule = rules_[at.place];
        double dt_ms = ms_since_visit(at.place);
        last_visits_[at.place] = now_;
        if constexpr (kReadsMembrane<Rule>) input.post_v_mv = membrane_mv(at.post);
        if constexpr (kDrifts<Rule>) {
            const double before = rule.weight();
            const WeightChange drift = rule.step(dt_ms, {.post_v_mv = input.post_v_mv});
            if (rule.weight() != before) note(at, {}, before, drift);
            dt_ms = 0.0;
            if (!input.pre_spike && !input.post_spike && surroundings_.reward == 0.0) return;
        }
        const double before = rule.weight();
        if (target != nullptr) target[at.post] += static_cast<float>(before);
        input.reward = surroundings_.reward;
        note(at, input, before, rule.step(dt_ms, input));
    }

    void note(const Place& at, const SynapseInput& input, double before, const WeightChange& change) {
        const bool same_step = tie_ == Tie::pre_first && input.pre_spike && input.post_spike;
        const Meetings meetings{
            .at_pre_spike = !kDrifts<Rule> && input.pre_spike && last_post_steps_[at.post] != kNever,
            .at_post_spike = !kDrifts<Rule> && input.post_spike && (same_step || last_pre_steps_[at.pre] != kNever),
            .same_step = same_step};
        if (counting_ == Counting::on) count(change, meetings, counts_, sums_[at.post]);
        if (!sampled_.empty() && sampled_[at.place] != 0) {
            append_parts(at, rules_[at.place], meetings, before, change, *changes_);
        }
    }

    static void count(const WeightChange& change, const Meetings& meetings, PlasticityCounts& counts,
                      UpdateSums& sums) {
        count_part(change.pre_first, meetings.at_post_spike, counts.pre_post_potentiation, counts.pre_post_depression,
                   counts.pre_post_unchanged, sums.pre_post_potentiation, sums.pre_post_depression);
        count_part(change.post_first, meetings.at_pre_spike, counts.post_pre_potentiation, counts.post_pre_depression,
                   counts.post_pre_unchanged, sums.post_pre_potentiation, sums.post_pre_depression);
        if (meetings.same_step && change.pre_first != 0.0) ++counts.same_time;
        if (change.unpaired != 0.0) ++counts.untimed;
        sums.untimed += std::abs(change.unpaired);
    }

    static void count_part(double update, bool met, std::uint64_t& potentiation, std::uint64_t& depression,
                           std::uint64_t& unchanged, double& potentiation_sum, double& depression_sum) {
        if (update > 0.0) {
            ++potentiation;
            potentiation_sum += update;
        } else if (update < 0.0) {
            ++depression;
            depression_sum -= update;
        } else if (met) {
            ++unchanged;
        }
    }

    void append_parts(const Place& at, const Rule& rule, const Meetings& meetings, double before,
                      const WeightChange& change, std::vector<SynapseChange>& changes) const {
        double weight = before;
        SynapseChange next{.projection = projection_,
                           .pre = at.pre,
                           .post = range_.begin + at.post,
                           .step = now_,
                           .pre_step = 0,
                           .post_step = 0,
                           .weight_before = before,
                           .weight_after = before};
        const std::size_t first = changes.size();
        const auto add = [&](double update) {
            next.weight_before = weight;
            weight += update;
            next.weight_after = weight;
            changes.push_back(next);
        };
        if (change.post_first != 0.0 || meetings.at_pre_spike) {
            next.pre_step = now_;
            next.post_step = last_post_steps_[at.post];
            name_pair(rule, -1, next);
            add(change.post_first);
        }
        if (change.pre_first != 0.0 || meetings.at_post_spike) {
            next.pre_step = meetings.same_step ? now_ : last_pre_steps_[at.pre];
            next.post_step = now_;
            name_pair(rule, 1, next);
            add(change.pre_first);
        }
        if (change.unpaired != 0.0) {
            next.pre_step = next.post_step = now_;
            next.attribution = Attribution::untimed;
            add(change.unpaired);
        }
        // The parts add up to the update but for rounding.
        if (changes.size() > first) changes.back().weight_after = rule.weight();
    }

    /// The pair to which the rule puts a side's change down, where it tells.
    void name_pair(const Rule& rule, int side, SynapseChange& change) const {
        for (const PairShare& share : rule.pairs()) {
            if ((share.pair.delta_ms() >= 0.0) != (side > 0)) continue;
            change.pre_step = grid_.nearest_step(share.pair.pre_ms);
            change.post_step = grid_.nearest_step(share.pair.post_ms);
        }
    }

    /// The synapse as of now, and what happened to its weight since the last visit.
    [[nodiscard]] std::pair<Rule, WeightChange> settled(std::uint64_t place) const {
        Rule rule = rules_[place];
        WeightChange drift;
        if constexpr (kDrifts<Rule> && !kReadsMembrane<Rule>) drift = rule.step(ms_since_visit(place), {});
        return {rule, rule.weight() == rules_[place].weight() ? WeightChange{} : drift};
    }

    std::size_t projection_;
    Model model_;
    Tie tie_;
    SpikeShape spike_shape_;
    Counting counting_;
    PostRange range_;
    TimeGrid grid_;
    RowTable rows_;
    std::vector<Rule> rules_;        ///< as rows_.posts
    std::vector<Step> last_visits_;  ///< likewise
    std::vector<std::uint64_t> column_begins_;
    std::vector<ColumnEntry> columns_;  ///< the synapses of each post neuron, by pre neuron

    Step now_ = 0;
    StepSurroundings surroundings_;
    std::vector<Step> last_pre_steps_;  ///< before this step
    std::vector<Step> last_post_steps_;
    std::span<const std::uint32_t> arrived_posts_;
    std::vector<std::uint8_t> arrived_marks_;
    std::vector<std::uint32_t> arrived_pres_;

    PlasticityCounts counts_;       ///< without its sums
    std::vector<UpdateSums> sums_;  ///< per post neuron
    std::vector<std::uint8_t> sampled_;
    std::vector<SynapseChange>* changes_ = nullptr;
};

}  // namespace

std::unique_ptr<RuleSlice> make_rule_slice(std::size_t projection, const ProjectionSpec& spec, RowTable rows,
                                           PostRange range, const TimeGrid& grid, const RandomStream& random) {
    return std::visit(
        [&]<class Model>(const Model& /*model*/) -> std::unique_ptr<RuleSlice> {
            if constexpr (std::is_same_v<Model, AdditivePairParams>) {
                throw std::logic_error("additive pairs have a slice of their own");
            } else {
                return std::make_unique<SliceOf<Model>>(projection, spec, std::move(rows), range, grid, random);
            }
        },
        *spec.plasticity);
}

}  // namespace stdpscope::sim
