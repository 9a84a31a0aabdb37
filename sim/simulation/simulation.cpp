#include "sim/simulation/simulation.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <set>
#include <thread>

#include "sim/error.hpp"
#include "sim/simulation/network_plan.hpp"
#include "sim/simulation/spike_exchange.hpp"
#include "sim/simulation/spin_barrier.hpp"
#include "sim/simulation/worker.hpp"

namespace stdpscope::sim {

namespace {

/// The order of announcements, which does not depend on threads.
void sort_by_step(std::vector<SynapseChange>& changes) {
    std::stable_sort(changes.begin(), changes.end(), [](const SynapseChange& a, const SynapseChange& b) {
        if (a.step != b.step) return a.step < b.step;
        if (a.projection != b.projection) return a.projection < b.projection;
        if (a.pre != b.pre) return a.pre < b.pre;
        return a.post < b.post;
    });
}

}  // namespace

class Simulation::Engine {
public:
    Engine(const Network& network, const SimulationOptions& options)
        : network_(network), grid_(options.dt_ms), seed_(options.seed), threads_(options.threads) {
        if (threads_ < 1 || threads_ > 256) {
            throw InvalidParameter("threads", std::to_string(threads_), "must lie in [1, 256]");
        }
        plan_ = plan_network(network_, grid_);
        plan_exchange();
        workers_.resize(static_cast<std::size_t>(threads_));
        on_every_thread([this](int thread) {
            workers_[static_cast<std::size_t>(thread)] = build_worker(network_, plan_, grid_, seed_, thread, threads_);
        });
    }

    void add_observer(Observer& observer) { observers_.push_back(&observer); }

    void sample(const SampledSynapse& synapse) {
        const std::size_t projections = network_.projections().size();
        if (synapse.projection >= projections) {
            throw InvalidParameter("projection", std::to_string(synapse.projection),
                                   "must be below " + std::to_string(projections));
        }
        const ProjectionSpec& spec = network_.projections()[synapse.projection];
        if (!spec.plasticity) throw InvalidParameter("projection", spec.name, "must be plastic to be sampled");
        const ProjectionPlan& plan = plan_.projections[synapse.projection];
        if (synapse.pre >= network_.populations()[plan.pre].size) {
            throw InvalidParameter("pre", std::to_string(synapse.pre), "must be a neuron of " + spec.pre);
        }
        std::size_t found = 0;
        for (Worker& worker : workers_) {
            found += plan.kind == Synapses::general
                         ? worker.general[synapse.projection]->sample(synapse.pre, synapse.post)
                         : worker.pairs[synapse.projection]->sample(synapse.pre, synapse.post);
        }
        if (found == 0) {
            throw InvalidParameter("synapse", std::to_string(synapse.pre) + " to " + std::to_string(synapse.post),
                                   "must exist in " + spec.name);
        }
    }

    void run(Step steps) {
        if (steps > std::numeric_limits<std::int32_t>::max() - next_step_) {
            throw InvalidParameter("steps", std::to_string(steps), "must keep the clock below 2^31 steps");
        }
        const Step to = next_step_ + steps;
        SpinBarrier barrier(threads_);
        failed_ = false;
        on_every_thread([&](int thread) { work(thread, next_step_, to, barrier); });
        if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
        announce_changes(0);
        announce_changes(1);
        next_step_ = to;
    }

    [[nodiscard]] const TimeGrid& grid() const { return grid_; }
    [[nodiscard]] Step steps() const { return next_step_; }

    [[nodiscard]] std::uint64_t spike_count(std::size_t population) const {
        std::uint64_t sum = 0;
        for (const Worker& worker : workers_) sum += worker.populations.at(population).spike_count();
        return sum;
    }

    [[nodiscard]] std::uint64_t synapse_count(std::size_t projection) const {
        std::uint64_t sum = 0;
        for (const Worker& worker : workers_) sum += worker.rows(projection).synapses();
        return sum;
    }

    void visit_rows(std::size_t projection, const std::function<void(const SynapseRow&)>& visit) const {
        std::vector<std::function<double(std::uint64_t)>> weight_at;
        for (const Worker& worker : workers_) weight_at.push_back(worker.weights_of(projection));
        std::vector<std::uint32_t> posts;
        std::vector<double> weights;
        const std::uint32_t pres = network_.populations()[plan_.projections[projection].pre].size;
        for (std::uint32_t pre = 0; pre < pres; ++pre) {
            posts.clear();
            weights.clear();
            for (std::size_t thread = 0; thread < workers_.size(); ++thread) {
                const Worker& worker = workers_[thread];
                const RowTable& rows = worker.rows(projection);
                const std::uint32_t first = worker.populations[plan_.projections[projection].post].range().begin;
                for (std::uint64_t k = rows.begins[pre]; k < rows.begins[pre] + rows.lengths[pre]; ++k) {
                    posts.push_back(first + rows.posts[k]);
                    weights.push_back(weight_at[thread](k));
                }
            }
            if (!posts.empty()) visit({pre, posts, weights});
        }
    }

    [[nodiscard]] std::vector<Synapse> synapses(std::size_t projection) const {
        std::vector<Synapse> all;
        all.reserve(synapse_count(projection));
        visit_rows(projection, [&](const SynapseRow& row) {
            for (std::size_t k = 0; k < row.posts.size(); ++k) all.push_back({row.pre, row.posts[k], row.weights[k]});
        });
        return all;
    }

    [[nodiscard]] std::vector<SynapseChange> unsettled_changes() const {
        std::vector<SynapseChange> changes;
        for (const Worker& worker : workers_) {
            for (const auto& slice : worker.pairs) {
                if (slice) slice->append_unsettled_changes(changes);
            }
            for (const auto& slice : worker.general) {
                if (slice) slice->append_unsettled_changes(changes);
            }
        }
        sort_by_step(changes);
        return changes;
    }

    [[nodiscard]] PlasticityCounts counts(std::size_t projection) const {
        PlasticityCounts counts;
        PairTally sum;
        switch (plan_.projections.at(projection).kind) {
            case Synapses::fixed:
                break;
            case Synapses::general:
                for (const Worker& worker : workers_) worker.general[projection]->add_counts(counts);
                break;
            case Synapses::additive_pair:
                for (const Worker& worker : workers_) {
                    PairTally tally;
                    static_cast<void>(worker.pairs[projection]->settled_weights(tally));
                    sum += tally;
                }
                counts = counts_of(sum, std::get<AdditivePairParams>(*network_.projections()[projection].plasticity));
        }
        return counts;
    }

    [[nodiscard]] std::vector<float> v_mv(std::size_t population) const {
        std::vector<float> all;
        for (const Worker& worker : workers_) {
            const auto& neurons = worker.populations.at(population).neurons();
            if (neurons) all.insert(all.end(), neurons->v_mv().begin(), neurons->v_mv().end());
        }
        return all;
    }

private:
    /// One thread reads its own neurons' spikes where they are.
    void plan_exchange() {
        if (threads_ == 1) return;
        std::set<std::size_t> heard;
        for (const ProjectionPlan& plan : plan_.projections) {
            heard.insert(plan.pre);
            if (plan.reward) heard.insert(plan.reward->population);
        }
        std::erase_if(heard, [this](std::size_t population) {
            return std::holds_alternative<StimulusModel>(network_.populations()[population].model);
        });
        exchange_ = SpikeExchange({heard.begin(), heard.end()}, network_.populations().size(), threads_,
                                  plan_.horizon.history_steps);
    }

    /// Runs the task for each thread's number, the first on the calling thread; the first error is thrown again.
    template <typename Task>
    void on_every_thread(const Task& task) {
        std::vector<std::exception_ptr> errors(static_cast<std::size_t>(threads_));
        const auto guarded = [&](int thread) {
            try {
                task(thread);
            } catch (...) {
                errors[static_cast<std::size_t>(thread)] = std::current_exception();
            }
        };
        {
            std::vector<std::jthread> others;
            for (int thread = 1; thread < threads_; ++thread) others.emplace_back(guarded, thread);
            guarded(0);
        }
        for (const std::exception_ptr& error : errors) {
            if (error) std::rethrow_exception(error);
        }
    }

    void work(int thread, Step from, Step to, SpinBarrier& barrier) {
        Worker& worker = workers_[static_cast<std::size_t>(thread)];
        unsigned parity = 0;
        worker.write_changes(parity);
        for (Step begin = from; begin < to;) {
            if (begin >= worker.windows_filled) {
                if (!plan_.deliver_each_step)
                    barrier.meet(thread);  // others may still read the window that is written now
                fill_windows(worker);
                barrier.meet(thread);
                if (failed_) return;
            }
            const Step end = std::min({to, begin + plan_.block_steps, worker.windows_filled});
            for (Step step = begin; step < end; ++step) {
                for (PopulationSlice& population : worker.populations) population.advance(step);
                if (plan_.deliver_each_step) deliver(thread, step);
            }
            if (threads_ > 1) {
                exchange_.send(thread, worker.populations, begin, end);
                barrier.meet(thread);
                exchange_.receive(thread, begin, end);
            }
            if (failed_) return;
            parity ^= 1U;
            worker.write_changes(parity);
            if (thread == 0 && !observers_.empty()) announce(begin, end, parity ^ 1U);
            if (!plan_.deliver_each_step) {
                for (Step step = begin; step < end; ++step) deliver(thread, step);
            }
            begin = end;
        }
    }

    /// A source may find that its rate cannot be; the others then learn it at the barrier.
    void fill_windows(Worker& worker) {
        guard([&] {
            for (PopulationSlice& population : worker.populations) population.fill_window(worker.windows_filled);
        });
        worker.windows_filled += plan_.horizon.window_steps;
    }

    template <typename Task>
    void guard(const Task& task) {
        try {
            task();
        } catch (...) {
            if (!failing_.test_and_set()) error_ = std::current_exception();
            failed_ = true;
        }
    }

    void deliver(int thread, Step step) {
        Worker& worker = workers_[static_cast<std::size_t>(thread)];
        for (std::size_t k = 0; k < plan_.projections.size(); ++k) {
            const ProjectionPlan& plan = plan_.projections[k];
            PopulationSlice& post = worker.populations[plan.post];
            float* target = post.target(plan.channel, step, plan.dendritic_steps);
            switch (plan.kind) {
                case Synapses::fixed:
                    deliver_rows(thread, *worker.fixed[k], plan, step, target);
                    break;
                case Synapses::additive_pair:
                    deliver_plastic(thread, *worker.pairs[k], plan, post, step, target);
                    break;
                case Synapses::general:
                    worker.general[k]->surround(surroundings(thread, plan, post, step));
                    deliver_plastic(thread, *worker.general[k], plan, post, step, target);
            }
        }
    }

    template <typename Slice>
    void deliver_plastic(int thread, Slice& slice, const ProjectionPlan& plan, const PopulationSlice& post, Step step,
                         float* target) {
        slice.begin_step(step);
        slice.post_arrivals(step, post.spikes(step - plan.dendritic_steps));
        deliver_rows(thread, slice, plan, step, target);
        slice.end_step(step);
    }

    [[nodiscard]] StepSurroundings surroundings(int thread, const ProjectionPlan& plan, const PopulationSlice& post,
                                                Step step) const {
        StepSurroundings all;
        if (plan.reads_membrane) all.post_v_mv = post.v_mv(std::max<Step>(step - 1 - plan.dendritic_steps, 0));
        if (plan.reward) {
            std::size_t spikes = 0;
            visit_spikes(thread, plan.reward->population, step - plan.reward->delay_steps,
                         [&](std::span<const std::uint32_t> some, std::uint32_t /*first*/) { spikes += some.size(); });
            all.reward = plan.reward->per_spike * static_cast<double>(spikes);
        }
        return all;
    }

    template <typename Slice>
    void deliver_rows(int thread, Slice& slice, const ProjectionPlan& plan, Step step, float* target) {
        visit_spikes(thread, plan.pre, step - plan.axonal_steps,
                     [&](std::span<const std::uint32_t> spikes, std::uint32_t first) {
                         slice.pre_arrivals(step, spikes, first, target);
                     });
    }

    /// The spikes of a population as this thread may read them: neurons ascending, their numbers less `first`.
    template <typename Visit>
    void visit_spikes(int thread, std::size_t population, Step step, const Visit& visit) const {
        if (exchange_.has(population)) {
            const auto spikes = exchange_.spikes(thread, population, step);
            if (!spikes.empty()) visit(spikes, 0);
            return;
        }
        for (const Worker& worker : workers_) {
            const PopulationSlice& slice = worker.populations[population];
            const auto spikes = slice.spikes(step);
            if (!spikes.empty()) visit(spikes, slice.range().begin);
        }
    }

    void announce(Step begin, Step end, unsigned parity) {
        guard([&] {
            std::vector<std::uint32_t> neurons;
            for (Step step = begin; step < end; ++step) {
                for (std::size_t population = 0; population < network_.populations().size(); ++population) {
                    neurons.clear();
                    for (const Worker& worker : workers_) {
                        const PopulationSlice& slice = worker.populations[population];
                        for (const std::uint32_t neuron : slice.spikes(step)) {
                            neurons.push_back(slice.range().begin + neuron);
                        }
                    }
                    if (neurons.empty()) continue;
                    for (Observer* observer : observers_) observer->spikes(step, population, neurons);
                }
            }
            announce_changes(parity);
        });
    }

    void announce_changes(unsigned parity) {
        std::vector<SynapseChange> changes;
        for (Worker& worker : workers_) {
            changes.insert(changes.end(), worker.changes[parity].begin(), worker.changes[parity].end());
            worker.changes[parity].clear();
        }
        sort_by_step(changes);
        for (const SynapseChange& change : changes) {
            for (Observer* observer : observers_) observer->weight_changed(change);
        }
    }

    Network network_;
    TimeGrid grid_;
    std::uint64_t seed_;
    int threads_;
    NetworkPlan plan_;
    SpikeExchange exchange_;
    std::vector<Worker> workers_;
    std::vector<Observer*> observers_;
    Step next_step_ = 0;
    std::atomic<bool> failed_ = false;
    std::atomic_flag failing_;
    std::exception_ptr error_;
};

Simulation::Simulation(const Network& network, const SimulationOptions& options)
    : engine_(std::make_unique<Engine>(network, options)) {}
Simulation::~Simulation() = default;
Simulation::Simulation(Simulation&&) noexcept = default;
Simulation& Simulation::operator=(Simulation&&) noexcept = default;

void Simulation::add_observer(Observer& observer) {
    engine_->add_observer(observer);
}

void Simulation::sample(const SampledSynapse& synapse) {
    engine_->sample(synapse);
}

void Simulation::run_ms(double duration_ms) {
    run_steps(engine_->grid().whole_steps(duration_ms, "duration_ms"));
}

void Simulation::run_steps(Step steps) {
    engine_->run(steps);
}

Step Simulation::steps() const {
    return engine_->steps();
}

std::uint64_t Simulation::spike_count(std::size_t population) const {
    return engine_->spike_count(population);
}

std::uint64_t Simulation::synapse_count(std::size_t projection) const {
    return engine_->synapse_count(projection);
}

std::vector<Synapse> Simulation::synapses(std::size_t projection) const {
    return engine_->synapses(projection);
}

void Simulation::visit_rows(std::size_t projection, const std::function<void(const SynapseRow&)>& visit) const {
    engine_->visit_rows(projection, visit);
}

std::vector<SynapseChange> Simulation::unsettled_changes() const {
    return engine_->unsettled_changes();
}

PlasticityCounts Simulation::counts(std::size_t projection) const {
    return engine_->counts(projection);
}

std::vector<float> Simulation::v_mv(std::size_t population) const {
    return engine_->v_mv(population);
}

}  // namespace stdpscope::sim
