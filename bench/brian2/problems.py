#!/usr/bin/python3
"""One published problem in Brian2, compiled to C++ (standalone mode) and run once.

    problems.py s1|s2|kernel --seconds T [--threads N] [--seed N]

Prints one JSON document: the seconds of the simulation loop alone as the compiled program measures them, biological seconds, rates and
the mean weight in parts of the largest. docs/cli.md of stdpscope (bench) tells what the problems are.
"""
import argparse
import json
import shutil
import tempfile

import brian2
import numpy
from brian2 import Hz, defaultclock, mV, ms, second

# Spikes that meet in one step form no pair, as in stdpscope: on_post reads x as it was before a pre spike of its own step, of which
# lastupdate tells (Brian2 runs on_pre first). With Brian2's own order, which makes such pairs strengthen, S1 fires a fifth too fast.
X_BEFORE = "(x - int(lastupdate == t))"
SYNAPSE = """w : 1
             dx/dt = -x / tau_plus : 1 (event-driven)
             dy/dt = -y / tau_minus : 1 (event-driven)"""
TRACES = {"tau_plus": 20 * ms, "tau_minus": 20 * ms}


def song():
    """S1: one neuron with 1000 plastic Poisson inputs."""
    largest = 0.01
    names = {"tau_m": 10 * ms, "e_leak": -74 * mV, "e_excitatory": 0 * mV, "tau_e": 5 * ms, "threshold": -54 * mV, "reset": -60 * mV}
    inputs = brian2.PoissonGroup(1000, rates=15 * Hz)
    neuron = brian2.NeuronGroup(1, """dv/dt = (g * (e_excitatory - v) + e_leak - v) / tau_m : volt
                                      dg/dt = -g / tau_e : 1""",
                                threshold="v > threshold", reset="v = reset", method="euler", namespace=names)
    neuron.v = -60 * mV
    synapses = brian2.Synapses(inputs, neuron, SYNAPSE,
                               on_pre="g += w; w = clip(w - a_minus * y, 0, largest); x += 1",
                               on_post=f"w = clip(w + a_plus * {X_BEFORE}, 0, largest); y += 1",
                               namespace={**TRACES, "a_plus": 0.01 * largest, "a_minus": 1.05 * 0.01 * largest, "largest": largest})
    synapses.connect()
    synapses.w = "rand() * largest"
    return [inputs, neuron, synapses], {"inputs": inputs, "neuron": neuron}, synapses, largest


def vogels_abbott():
    """S2: recurrent network with conductances, excitatory to excitatory plastic."""
    weight, largest = 0.4, 0.8
    names = {"tau_m": 20 * ms, "tau_e": 5 * ms, "tau_i": 10 * ms}
    neurons = brian2.NeuronGroup(4000, """dv/dt = ((-60*mV - v) + ge * (0*mV - v) + gi * (-80*mV - v) + 20*mV) / tau_m : volt (unless refractory)
                                          dge/dt = -ge / tau_e : 1
                                          dgi/dt = -gi / tau_i : 1""",
                                 threshold="v > -50*mV", reset="v = -60*mV", refractory=5 * ms, method="euler", namespace=names)
    neurons.v = "-60*mV + rand() * 10*mV"
    excitatory, inhibitory = neurons[:3200], neurons[3200:]
    plastic = brian2.Synapses(excitatory, excitatory, SYNAPSE, delay=0.8 * ms,
                              on_pre="ge_post += w; w = clip(w - a_minus * y, 0, largest); x += 1",
                              on_post=f"w = clip(w + a_plus * {X_BEFORE}, 0, largest); y += 1",
                              namespace={**TRACES, "a_plus": 0.001 * largest, "a_minus": 1.05 * 0.001 * largest, "largest": largest})
    plastic.connect(condition="i != j", p=0.02)
    plastic.w = weight
    fixed = brian2.Synapses(excitatory, inhibitory, on_pre="ge_post += 0.4", delay=0.8 * ms)
    fixed.connect(p=0.02)
    inhibition = brian2.Synapses(inhibitory, neurons, on_pre="gi_post += 5.1", delay=0.8 * ms)
    inhibition.connect(p=0.02)
    return [neurons, plastic, fixed, inhibition], {"excitatory": excitatory, "inhibitory": inhibitory}, plastic, largest


def kernel():
    """S4: plastic synapses between sources, all to all; nothing is transmitted."""
    pre = brian2.PoissonGroup(1000, rates=20 * Hz)
    post = brian2.PoissonGroup(1000, rates=20 * Hz)
    synapses = brian2.Synapses(pre, post, SYNAPSE,
                               on_pre="w = clip(w - a_minus * y, 0, 1); x += 1",
                               on_post=f"w = clip(w + a_plus * {X_BEFORE}, 0, 1); y += 1",
                               namespace={**TRACES, "a_plus": 0.001, "a_minus": 0.00105})
    synapses.connect()
    synapses.w = 0.5
    return [pre, post, synapses], {"pre": pre, "post": post}, synapses, 1.0


PROBLEMS = {"s1": song, "s2": vogels_abbott, "kernel": kernel}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("problem", choices=sorted(PROBLEMS))
    parser.add_argument("--seconds", type=float, required=True, help="biological time")
    parser.add_argument("--threads", type=int, default=1, help="1: without OpenMP (1)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="stdpscope-brian2-")
    try:
        brian2.set_device("cpp_standalone", directory=folder, build_on_run=False)
        brian2.prefs.devices.cpp_standalone.openmp_threads = options.threads if options.threads > 1 else 0
        brian2.prefs.codegen.cpp.extra_compile_args_gcc = ["-w", "-O3", "-ffast-math", "-march=native", "-std=c++11"]
        brian2.seed(options.seed)
        defaultclock.dt = 0.1 * ms
        parts, groups, synapses, largest = PROBLEMS[options.problem]()
        synapses.lastupdate = -1 * second  # no pre spike in step 0
        counters = {name: brian2.SpikeMonitor(group, record=False) for name, group in groups.items()}
        network = brian2.Network(parts, list(counters.values()))
        network.run(options.seconds * second)
        brian2.device.build(directory=folder, compile=True, run=True, debug=False)
        wall = float(brian2.device._last_run_time)
        rates = {name: float(counter.num_spikes) / len(groups[name]) / options.seconds for name, counter in counters.items()}
        weights = numpy.asarray(synapses.w)
        print(json.dumps({"problem": options.problem, "wall_seconds": wall, "biological_seconds": options.seconds, "threads": options.threads,
                          "rates_hz": rates, "mean_weight": float(weights.mean() / largest), "synapses": int(weights.size),
                          "brian2": brian2.__version__}))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
