"""Throughput of a training loop: the median of parts of equal time, after a warm-up."""
import argparse
import json
import statistics
import sys
import time

PARTS = 5


def add_options(parser):
    parser.add_argument("--network", choices=("lenet", "lenet5", "mlp"), default="lenet")
    parser.add_argument("--threads", type=positive, default=2)
    parser.add_argument("--batch", type=positive, default=100)
    parser.add_argument("--seconds", type=positive_seconds, default=5.0, help="time to measure (5), after a fifth more to warm up")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--on-request", action="store_true",
                        help="for every line on stdin measure once and print one line of JSON (used by compare)")


def positive(text):
    value = int(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text} must be > 0")
    return value


def positive_seconds(text):
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} must be > 0")
    return value


def measure(step, batch, seconds):
    """step() trains one batch. Samples a second: median, slowest and fastest part, and the number of steps."""
    warm = time.perf_counter() + seconds / PARTS
    while time.perf_counter() < warm:
        step()
    speeds = []
    steps = 0
    for _ in range(PARTS):
        begin = now = time.perf_counter()
        first = steps
        while now < begin + seconds / PARTS:
            step()
            steps += 1
            now = time.perf_counter()
        speeds.append((steps - first) * batch / (now - begin))
    return {"samples_per_second": statistics.median(speeds), "slowest_samples_per_second": min(speeds),
            "fastest_samples_per_second": max(speeds), "steps": steps}


def report(step, options, facts):
    """Measures and prints as the options say; facts stand in the JSON beside the figures."""
    if options.on_request:
        for _ in sys.stdin:
            print(json.dumps({**facts, **measure(step, options.batch, options.seconds)}), flush=True)
        return
    result = {**facts, **measure(step, options.batch, options.seconds)}
    if options.json:
        print(json.dumps(result, indent=2))
        return
    print(f"{result['what']}: {result['network']} network, batch {options.batch}, {options.threads} thread(s)")
    print(f"  {result['samples_per_second']:.0f} samples/s (median of {PARTS} parts, {result['slowest_samples_per_second']:.0f} to "
          f"{result['fastest_samples_per_second']:.0f}; {result['steps']} steps)")
