#!/usr/bin/env python3
"""Measures the tables of docs/performance.md with `stdpscope bench` and prints them in Markdown.

    performance_tables.py PROGRAM levels  [--network N]... [--threads N] [--seconds S]   trace levels
    performance_tables.py PROGRAM layers  [--network N]    [--threads N] [--seconds S]   a step by layer
    performance_tables.py PROGRAM threads [--network N]... [--rounds N]  [--seconds S]   1 thread and 2
    performance_tables.py PROGRAM batch   [--network N]    [--threads N] [--seconds S]   batch sizes
    performance_tables.py PROGRAM width                    [--threads N] [--seconds S]   widths of an mlp
    performance_tables.py PROGRAM node    [--network N]...               [--seconds S]   cost of a run

Seconds are those of one `stdpscope bench`.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

NETWORKS = ["lenet", "lenet5", "mlp"]
EXAMPLES = {"lenet": 60000, "lenet5": 50000, "mlp": 60000}
EPOCHS = {"lenet": 20, "lenet5": 45, "mlp": 20}


class Failure(Exception):
    """What went wrong."""


def bench(options, *arguments):
    command = [options.program, "bench", "--json", *map(str, arguments)]
    try:
        run = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise Failure(f"{options.program}: {error.strerror}") from None
    if run.returncode != 0:
        message = (run.stderr.strip().splitlines() or ["no message"])[-1]
        raise Failure(f"{' '.join(command)}: exit code {run.returncode}: {message}")
    return json.loads(run.stdout)


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def head(*cells):
    row(*cells)
    row(*["---"] * len(cells))


def count(number):
    return f"{number:,.0f}"


def share(number):
    return f"{100 * number:.1f} %"


def levels(options):
    head("network", "trace", "samples/s", "to off", "GFLOP/s", "of the FMA peak", "of sgemm", "memory")
    notes = []
    for network in options.networks:
        document = bench(options, "--all", "--network", network, "--threads", options.threads, "--seconds", options.seconds)
        result = document["networks"][0]
        for level in result["levels"]:
            row(network, level["trace"], count(level["samples_per_second"]), f"{level['ratio']:.3f}",
                f"{level['gflop_per_second']:.1f}", share(level["fma_share"]), share(level["sgemm_share"]),
                f"{result['peak_memory_bytes'] / 1e6:.0f} MB" if level["trace"] == "off" else "")
        full = result["levels"][-1]
        bound = "bounded by the disk" if full["bounded_by_disk"] else "not bounded by the disk"
        notes.append(f"{network}: FMA peak {result['fma_gflop_per_second']:.1f}, sgemm {result['sgemm_gflop_per_second']:.1f} "
                     f"GFLOP/s, memory {result['memory_gbyte_per_second']:.1f} GB/s; full {bound}: "
                     f"{full['update_bytes_per_second'] / 1e6:.0f} MB/s, waited {share(full['waited_share'])} "
                     f"(plain file {document['disk_bytes_per_second'] / 1e6:.0f} MB/s)")
    print("\n" + "\n".join(notes))


PARTS = ["forward", "weight_gradient", "data_gradient", "update", "ledger"]


def layers(options):
    document = bench(options, "--network", options.network, "--threads", options.threads, "--seconds", options.seconds,
                     "--by-layer")
    steps = document["by_layer"]
    peak = document["fma_gflop_per_second"] * 1e9

    def cell(layer, part):
        seconds = layer[part + "_seconds"]
        if seconds is None:
            return ""
        text = f"{1e3 * seconds:.3f}"
        if layer["flop"] and part not in ("update", "ledger"):
            text += f" ({100 * layer['flop'] / seconds / peak:.0f} %)"
        return text

    head("ms a step (share of the FMA peak)", *[part.replace("_", " ") for part in PARTS])
    for layer in steps["layers"]:
        row(layer["layer"], *[cell(layer, part) for part in PARTS])
    sums = [sum(layer[part + "_seconds"] or 0.0 for layer in steps["layers"]) for part in PARTS]
    row("all layers", *[f"{1e3 * seconds:.3f}" for seconds in sums])
    row("share of the sum", *[share(seconds / steps["sum_seconds"]) for seconds in sums])
    print(f"\nbatch {1e3 * steps['input_seconds']:.3f} ms, loss {1e3 * steps['loss_seconds']:.3f} ms, records "
          f"{1e3 * steps['records_seconds']:.3f} ms; sum {1e3 * steps['sum_seconds']:.2f} ms, a step of training "
          f"{1e3 * steps['step_seconds']:.2f} ms; the trace's writer {share(document['writer_share'])} of a core; "
          f"FMA peak {document['fma_gflop_per_second']:.1f} GFLOP/s, memory {document['memory_gbyte_per_second']:.1f} GB/s")


def threads(options):
    """Both in turn, so that noise hits both alike."""
    head("network", "1 thread", "2 threads", "ratio", "1 thread, of the FMA peak", "2 threads")
    for network in options.networks:
        runs = {1: [], 2: []}
        for _ in range(options.rounds):
            for number, found in runs.items():
                found.append(bench(options, "--network", network, "--threads", number, "--seconds", options.seconds))
        speeds = {number: [run["samples_per_second"] for run in found] for number, found in runs.items()}
        ratio = statistics.median(two / one for one, two in zip(speeds[1], speeds[2]))
        shares = {number: share(statistics.median(run["fma_share"] for run in found)) for number, found in runs.items()}
        row(network, count(statistics.median(speeds[1])), count(statistics.median(speeds[2])), f"{ratio:.2f}", shares[1], shares[2])


def one_level(options, *arguments):
    result = bench(options, "--threads", options.threads, "--seconds", options.seconds, *arguments)
    return [count(result["off_samples_per_second"]), count(result["samples_per_second"]), share(result["ledger_share"]),
            share(result["fma_share"]), f"{result['peak_memory_bytes'] / 1e6:.0f} MB"]


COLUMNS = ["samples/s, off", "samples/s, counts", "ledger's share", "of the FMA peak", "memory"]


def batch(options):
    head("batch", *COLUMNS)
    for size in (16, 32, 64, 100, 128, 256):
        row(size, *one_level(options, "--network", options.network, "--batch", size))


WIDTH = """name = "width"
input = [1, 28, 28]
[[layer]]
type = "dense"
units = {width}
[[layer]]
type = "activation"
kind = "relu"
[[layer]]
type = "dense"
units = {width}
[[layer]]
type = "activation"
kind = "relu"
[[layer]]
type = "dense"
units = 10
"""


def width(options):
    head("width", *COLUMNS)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "width.toml")
        for units in (100, 200, 400, 800, 1600):
            with open(path, "w", encoding="utf-8") as file:
                file.write(WIDTH.format(width=units))
            row(units, *one_level(options, "--network", path))


def node(options):
    head("network", "epochs", "samples/s, one core", "core-hours a run")
    for network in options.networks:
        result = bench(options, "--network", network, "--threads", 1, "--seconds", options.seconds)
        speed = result["samples_per_second"]
        row(network, EPOCHS[network], count(speed), f"{EPOCHS[network] * EXAMPLES[network] / speed / 3600:.3f}")


def positive(kind):
    def parse(text):
        value = kind(text)
        if not 0 < value < float("inf"):
            raise argparse.ArgumentTypeError(f"{text} must be > 0")
        return value
    return parse


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0], epilog=__doc__.split("\n\n", 1)[1],
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", metavar="PROGRAM", help="stdpscope to measure")
    tables = parser.add_subparsers(dest="table", required=True, metavar="TABLE")
    for table in (levels, layers, threads, batch, width, node):
        own = tables.add_parser(table.__name__)
        own.set_defaults(measure=table)
        own.add_argument("--seconds", type=positive(float), default=5, help="of one `stdpscope bench` (5)")
        if table in (levels, threads, node):
            own.add_argument("--network", dest="networks", action="append", choices=NETWORKS, help="may be repeated (all)")
        if table in (layers, batch):
            own.add_argument("--network", choices=NETWORKS, default=NETWORKS[0], help=f"({NETWORKS[0]})")
        if table in (levels, layers, batch, width):
            own.add_argument("--threads", type=positive(int), default=2, help="(2)")
        if table is threads:
            own.add_argument("--rounds", type=positive(int), default=5, help="of 1 and 2 threads in turn (5)")
    return parser.parse_args()


def main():
    options = parse()
    if getattr(options, "networks", "") is None:
        options.networks = NETWORKS
    try:
        options.measure(options)
    except Failure as failure:
        sys.exit(f"performance_tables.py: {failure}")


if __name__ == "__main__":
    main()
