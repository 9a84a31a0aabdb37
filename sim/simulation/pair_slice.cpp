#include "sim/simulation/pair_slice.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "sim/error.hpp"
#include "sim/number_text.hpp"

namespace stdpscope::sim {

namespace {

constexpr double kRescaleTaus = 16.0;
/// A trace this small (against scaled shares of at most exp(32)) changes no weight.
constexpr float kForgotten = 1e-30F;

/// The last one falls out. Through a copy of known size: for moves within an array compilers call a library.
template <std::size_t count>
void put_first(float (&values)[count], float value) {
    std::array<float, count> moved;
    moved[0] = value;
    std::copy_n(values, count - 1, moved.begin() + 1);
    std::copy_n(moved.begin(), count, values);
}

}  // namespace

PairSlice::PairSlice(std::size_t projection, const ProjectionSpec& spec, RowTable rows, PostRange range,
                     const TimeGrid& grid, const RandomStream& random)
    : projection_(projection),
      rule_(std::get<AdditivePairParams>(*spec.plasticity)),
      counting_(spec.counting == Counting::on),
      range_(range),
      dt_ms_(grid.dt_ms()),
      kernels_(kernel::active_kernels()),
      rows_(std::move(rows)),
      weights_(rows_.posts.size(), 1),  // padding lies at no bound
      weight_unit_(rule_.w_max / kernel::kFullWeight),
      units_a_plus_(static_cast<float>(rule_.a_plus / weight_unit_)),
      units_a_minus_(static_cast<float>(-rule_.a_minus / weight_unit_)),
      half_step_up_(static_cast<float>(std::exp(0.5 * dt_ms_ / rule_.tau_plus_ms))),
      half_step_down_(static_cast<float>(std::exp(-0.5 * dt_ms_ / rule_.tau_plus_ms))),
      row_states_(rows_.lengths.size()),
      untraced_posts_(range.size()),
      log_values_(16),
      log_previous_(16),
      log_newest_(range.size(), 0),
      active_in_degree_(std::size_t{range.size()} + 1, 0),
      arrived_marks_(std::size_t{range.size()} + 1, 0) {
    const double shorter_ms = std::min(rule_.tau_plus_ms, rule_.tau_minus_ms);
    const double longer_ms = std::max(rule_.tau_plus_ms, rule_.tau_minus_ms);
    const double steps = std::floor(kRescaleTaus * shorter_ms / dt_ms_);
    if (!(steps >= 1.0) || !(longer_ms <= 2e4 * dt_ms_)) {
        throw InvalidParameter("tau_plus_ms, tau_minus_ms",
                               number_text(rule_.tau_plus_ms) + ", " + number_text(rule_.tau_minus_ms),
                               "must lie between a sixteenth of a step and 20000 steps");
    }
    for (double k = 0.0; k < steps; k += 1.0) {
        scales_.push_back({static_cast<float>(std::exp(k * dt_ms_ / rule_.tau_plus_ms)),
                           static_cast<float>(std::exp(-k * dt_ms_ / rule_.tau_plus_ms)),
                           static_cast<float>(std::exp(k * dt_ms_ / rule_.tau_minus_ms)),
                           static_cast<float>(std::exp(-k * dt_ms_ / rule_.tau_minus_ms))});
    }
    constexpr float kNever = std::numeric_limits<float>::infinity();
    kernel::PostRecord none{.trace = 0.0F, .spikes = {}};
    std::fill(std::begin(none.spikes), std::end(none.spikes), kNever);
    records_.assign(std::size_t{range.size()} + 1, none);
    kernel::OlderSpikes none_older{};
    std::fill(std::begin(none_older.spikes), std::end(none_older.spikes), kNever);
    older_.assign(std::size_t{range.size()} + 1, none_older);

    std::uint32_t longest = 0;
    for (std::uint32_t pre = 0; pre < rows_.lengths.size(); ++pre) {
        longest = std::max(longest, rows_.lengths[pre]);
        for (std::uint64_t k = rows_.begins[pre]; k < rows_.begins[pre] + rows_.lengths[pre]; ++k) {
            const double weight = rows_.listed_weights.empty()
                                      ? initial_weight(spec.weight, pre, range.begin + rows_.posts[k], random)
                                      : static_cast<double>(rows_.listed_weights[k]);
            const double units = std::round(weight / weight_unit_);
            weights_[k] = std::min(kernel::kFullWeight, static_cast<std::int32_t>(units));
            initial_sum_ += weights_[k];
        }
    }
    rows_.listed_weights = {};
    if (longest <= 1) drop_padding();
    bound_places_.resize(longest + kernel::kRowUnit);
    bound_weights_.resize(longest + kernel::kRowUnit);
    work_ = {.records = records_.data(),
             .older = older_.data(),
             .post_bound = rule_.a_plus < 0.0 ? 0 : kernel::kFullWeight,
             .pre_bound = rule_.a_minus < 0.0 ? kernel::kFullWeight : 0,
             .unit = static_cast<float>(weight_unit_),
             .sum_vectors = 1,
             .bound = bound_places_.data(),
             .bound_weights = bound_weights_.data()};
    show_log();
}

/// Rows of one synapse are visited without lanes: padded, they would fill caches with nothing.
void PairSlice::drop_padding() {
    std::uint64_t place = 0;
    for (std::uint32_t pre = 0; pre < rows_.lengths.size(); ++pre) {
        const std::uint64_t from = std::exchange(rows_.begins[pre], place);
        if (rows_.lengths[pre] == 0) continue;
        rows_.posts[place] = rows_.posts[from];
        weights_[place++] = weights_[from];
    }
    rows_.begins.back() = place;
    rows_.posts.resize(place);
    weights_.resize(place);
}

void PairSlice::begin_step(Step step) {
    if (step - base_ >= static_cast<Step>(scales_.size())) rescale();
}

void PairSlice::post_arrivals(Step step, std::span<const std::uint32_t> posts) {
    arrived_ = posts;
    if (rule_.tie != Tie::no_pair) return;
    for (const std::uint32_t post : posts) {
        count_post_spike(post);
        enter_spike(post, scales(step).plus_down);
    }
}

void PairSlice::pre_arrivals(Step step, std::span<const std::uint32_t> pres, std::uint32_t offset, float* target) {
    for (std::size_t k = 0; k < pres.size(); ++k) {
        const std::uint32_t pre = pres[k] + offset;
        if (rows_.lengths[pre] == 1 && samples_.empty()) {
            visit_single(pre, step, target);
            continue;
        }
        if (k + 1 < pres.size()) prefetch(pres[k + 1] + offset);
        visit(pre, step, target);
    }
}

/// Rows lie scattered in memory, and short ones are over before the processor has seen where they lead.
void PairSlice::prefetch(std::uint32_t pre) const {
    constexpr std::uint64_t kLine = 64 / sizeof(std::int32_t);
    constexpr std::uint64_t kMost = 8 * kLine;
    const std::uint64_t begin = rows_.begins[pre];
    const std::uint64_t end = std::min(rows_.begins[pre + 1], begin + kMost);
    for (std::uint64_t k = begin; k < end; k += kLine) {
        __builtin_prefetch(rows_.posts.data() + k);
        __builtin_prefetch(weights_.data() + k, 1);
    }
}

void PairSlice::end_step(Step step) {
    if (!arrived_.empty()) {
        const Scales& now = scales(step);
        if (!visited_.empty()) count_same_step();
        for (const std::uint32_t post : arrived_) {
            if (rule_.tie == Tie::pre_first) {
                count_post_spike(post);
                enter_spike(post, now.plus_down);
            }
            if (records_[post].trace == 0.0F) --untraced_posts_;
            records_[post].trace += now.minus_up;
            largest_trace_ = std::max(largest_trace_, records_[post].trace);
            if (!samples_.empty()) last_post_steps_[post] = step;
        }
        arrived_ = {};
    }
    visited_.clear();
}

void PairSlice::count_post_spike(std::uint32_t post) {
    tally_.post_updates += active_in_degree_[post];
}

void PairSlice::set_active(std::uint32_t pre, bool active) {
    const std::uint64_t begin = rows_.begins[pre];
    for (std::uint64_t k = begin; k < begin + rows_.lengths[pre]; ++k) {
        active_in_degree_[rows_.posts[k]] += active ? 1U : ~0U;
    }
}

void PairSlice::enter_spike(std::uint32_t post, float share) {
    auto& spikes = records_[post].spikes;
    put_first(older_[post].spikes, spikes[kernel::kRecentSpikes - 1]);
    put_first(spikes, share);

    if (log_size_ == log_values_.size()) {
        const auto old_mask = static_cast<std::uint32_t>(log_values_.size() - 1);
        std::vector<float> values(2 * log_values_.size());
        std::vector<std::uint32_t> previous(values.size());
        const auto mask = static_cast<std::uint32_t>(values.size() - 1);
        for (std::uint32_t k = log_begin_; k != log_begin_ + log_size_; ++k) {
            values[k & mask] = log_values_[k & old_mask];
            previous[k & mask] = log_previous_[k & old_mask];
        }
        log_values_.swap(values);
        log_previous_.swap(previous);
    }
    const auto mask = static_cast<std::uint32_t>(log_values_.size() - 1);
    const std::uint32_t entry = log_begin_ + log_size_++;
    log_values_[entry & mask] = share;
    log_previous_[entry & mask] = log_newest_[post];
    log_newest_[post] = entry;
    show_log();
}

void PairSlice::aim(kernel::PairRow& row, std::uint32_t pre, std::int32_t* weights) const {
    const Row& state = row_states_[pre];
    row.posts = rows_.posts.data() + rows_.begins[pre];
    row.weights = weights;
    row.length = rows_.lengths[pre];
    row.after = state.trace > 0.0F ? state.after : -1.0F;
    row.post_scale = units_a_plus_ * state.trace;
    row.all_traced = untraced_posts_ == 0;
}

kernel::PairRow PairSlice::settlement(std::uint32_t pre, std::int32_t* weights) const {
    kernel::PairRow row = work_;
    aim(row, pre, weights);
    row.pre_scale = 0.0F;
    row.target = nullptr;
    row.sum_vectors = 1;
    return row;
}

/// The history may have moved or been cut.
void PairSlice::show_log() {
    work_.log = {.values = log_values_.data(),
                 .previous = log_previous_.data(),
                 .newest = log_newest_.data(),
                 .mask = static_cast<std::uint32_t>(log_values_.size() - 1),
                 .begin = log_begin_,
                 .size = log_size_};
}

void PairSlice::visit(std::uint32_t pre, Step step, float* target) {
    const Scales& now = scales(step);
    Row& state = row_states_[pre];
    if (rows_.lengths[pre] > 0) {
        kernel::PairRow& row = work_;
        aim(row, pre, weights_.data() + rows_.begins[pre]);
        row.pre_scale = units_a_minus_ * now.minus_down;
        row.target = target;
        if (!samples_.empty()) write_post_changes(pre, row);
        if (counting_) {
            if (row.length > kernel::kGroup) row.sum_vectors = sum_vectors(row.pre_scale);
            kernels_.pair_row_counted(row, counts_);
            if (counts_.bounds > 0) sort_out_bounds(pre, row, counts_.bounds, tally_);
            tally_.pre_changes += row.length;
            if (rule_.tie == Tie::pre_first) visited_.push_back(pre);
            if (state.trace == 0.0F) set_active(pre, true);
        } else {
            kernels_.pair_row(row);
        }
        if (!samples_.empty()) write_pre_change(pre, step);
    }
    enter_pre_spike(state, now);
    if (!last_pre_steps_.empty()) last_pre_steps_[pre] = step;
}

void PairSlice::enter_pre_spike(Row& state, const Scales& now) const {
    state.trace += now.plus_up;
    state.strictly_after = now.plus_down * half_step_down_;
    state.after = rule_.tie == Tie::no_pair ? state.strictly_after : now.plus_down * half_step_up_;
}

/// As visit() does it for a row of one synapse, without the lanes: the same operations in the same order.
void PairSlice::visit_single(std::uint32_t pre, Step step, float* target) {
    const Scales& now = scales(step);
    Row& state = row_states_[pre];
    const std::uint64_t place = rows_.begins[pre];
    const std::uint32_t post = rows_.posts[place];
    const kernel::PostRecord& record = records_[post];
    const float after = state.trace > 0.0F ? state.after : -1.0F;
    const float post_scale = units_a_plus_ * state.trace;
    const float pre_scale = units_a_minus_ * now.minus_down;
    // Over all, since how many are new cannot be foreseen: a wrong guess costs more.
    float sum = 0.0F;
    for (const float share : record.spikes) sum += share < after ? share : 0.0F;
    if (record.spikes[kernel::kRecentSpikes - 1] < after) sum = sum_of_log(post, after);
    const std::int32_t before = weights_[place];
    const std::int32_t settled = bounded_change(before, sum, post_scale);
    const std::int32_t left = bounded_change(settled, record.trace, pre_scale);
    weights_[place] = left;
    if (target != nullptr) target[post] += static_cast<float>(settled) * work_.unit;
    if (counting_) {
        counts_.pre_sum[0] += pre_scale < 0.0F ? settled - left : left - settled;
        const auto is_traced = static_cast<std::int64_t>(record.trace != 0.0F);
        counts_.untraced[0] += 1 - is_traced;
        counts_.stuck += is_traced & static_cast<std::int64_t>(settled == work_.pre_bound);
        if (settled == work_.post_bound && record.spikes[0] < after) {
            bound_places_[0] = 0;
            bound_weights_[0] = before;
            kernel::PairRow& row = work_;
            aim(row, pre, weights_.data() + place);
            sort_out_bounds(pre, row, 1, tally_);
        }
        ++tally_.pre_changes;
        if (rule_.tie == Tie::pre_first) visited_.push_back(pre);
        if (state.trace == 0.0F) set_active(pre, true);
    }
    enter_pre_spike(state, now);
}

/// The shares of a post neuron's spikes that came after the last settlement, newest first.
float PairSlice::sum_of_log(std::uint32_t post, float after) const {
    const kernel::SpikeLog& log = work_.log;
    float sum = 0.0F;
    std::uint32_t entry = log.newest[post];
    while (entry - log.begin < log.size && log.values[entry & log.mask] < after) {
        sum += log.values[entry & log.mask];
        entry = log.previous[entry & log.mask];
    }
    return sum;
}

std::uint32_t PairSlice::sum_vectors(float pre_scale) const {
    // A change is at most this, and never more than the full weight, 2^30.
    const float largest = std::abs(pre_scale) * largest_trace_ * 1.001F + 1.0F;
    return largest < 1e4F ? 1U << 18 : std::max(3U, static_cast<std::uint32_t>(0x1p32F / largest));
}

void PairSlice::settle_without_spike(std::uint32_t pre) {
    if (rows_.lengths[pre] == 0) return;
    const kernel::PairRow row = settlement(pre, weights_.data() + rows_.begins[pre]);
    if (!samples_.empty()) write_post_changes(pre, row);
    kernel::PairRowCounts counts;
    kernels_.pair_row_counted(row, counts);
    if (counting_) sort_out_bounds(pre, row, counts.bounds, tally_);
}

void PairSlice::rescale() {
    const auto steps = static_cast<double>(scales_.size());
    for (std::uint32_t pre = 0; pre < row_states_.size(); ++pre) {
        Row& state = row_states_[pre];
        // Rows whose last settlement lies at the base or before.
        if (state.trace > 0.0F && state.after >= 0.9999F * half_step_up_) {
            settle_without_spike(pre);
            state.after = static_cast<float>(std::exp(-(steps - 0.5) * dt_ms_ / rule_.tau_plus_ms));
            state.strictly_after = state.after;
        }
    }
    const auto mask = static_cast<std::uint32_t>(log_values_.size() - 1);
    while (log_size_ > 0 && log_values_[log_begin_ & mask] > half_step_up_) {
        ++log_begin_;
        --log_size_;
    }

    const auto share_factor = static_cast<float>(std::exp(steps * dt_ms_ / rule_.tau_plus_ms));
    const auto pre_factor = static_cast<float>(std::exp(-steps * dt_ms_ / rule_.tau_plus_ms));
    const auto post_factor = static_cast<float>(std::exp(-steps * dt_ms_ / rule_.tau_minus_ms));
    for (std::uint32_t k = 0; k < log_size_; ++k) log_values_[(log_begin_ + k) & mask] *= share_factor;
    for (kernel::PostRecord& record : records_) {
        record.trace *= post_factor;
        if (!(record.trace > kForgotten)) record.trace = 0.0F;
        for (float& share : record.spikes) share *= share_factor;
    }
    untraced_posts_ = static_cast<std::uint32_t>(
        std::count_if(records_.begin(), records_.begin() + range_.size(),
                      [](const kernel::PostRecord& record) { return record.trace == 0.0F; }));
    for (kernel::OlderSpikes& older : older_) {
        for (float& share : older.spikes) share *= share_factor;
    }
    for (Row& state : row_states_) {
        if (state.trace > 0.0F && !(state.trace * pre_factor > kForgotten) && counting_) {
            set_active(static_cast<std::uint32_t>(&state - row_states_.data()), false);
        }
        state.trace *= pre_factor;
        if (!(state.trace > kForgotten)) state.trace = 0.0F;
        state.after *= share_factor;
        state.strictly_after *= share_factor;
    }
    largest_trace_ *= post_factor * 1.001F;
    show_log();
    base_ += static_cast<Step>(scales_.size());
}

}  // namespace stdpscope::sim
