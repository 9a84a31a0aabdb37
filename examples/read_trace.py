#!/usr/bin/python3
"""Recomputes the category table of a stdpscope run from its HDF5 trace, with h5py and numpy alone.

    read_trace.py RUN [--level event|update] [--measure magnitude|signed] [--timing descent|gradient] [--json]

RUN is a run folder or one trace file. Every weight update of the training is a plasticity event: who fired first, and was
the synapse strengthened or weakened? The trace holds counts of events by their signs; the category follows from the signs
and from the two conventions, measure and timing (docs/theory.md and docs/schema.md of stdpscope).
"""
import argparse
import glob
import itertools
import json
import os
import sys

import h5py
import numpy

SIGNS = (-1, 0, 1)  # the places 0, 1, 2 along a histogram's axis
CATEGORIES = ("pre_post_potentiation", "pre_post_depression", "post_pre_potentiation", "post_pre_depression")


def consequence(measure, receptor, change):
    """+1 where the synapse is strengthened, -1 where it is weakened, 0 where it is unchanged."""
    if measure == "signed":
        return change
    return abs(change) if receptor == 0 else receptor * change


def category(timing, strengthened):
    """Table 5: the presynaptic unit first, or both at the same time, is pre_post."""
    order = "pre_post" if timing >= 0 else "post_pre"
    return order + ("_potentiation" if strengthened > 0 else "_depression")


def event_table(histogram, measure, reading):
    """Counts of the firing pairs; histogram is (transmitter, receptor, timing, response)."""
    counts = dict.fromkeys((*CATEGORIES, "unchanged"), 0)
    for places in itertools.product(range(3), repeat=4):
        transmitter, receptor, timing, response = (SIGNS[place] for place in places)
        if transmitter == 0 or timing == 0 or response == 0:
            continue  # no firing pair
        change = transmitter * timing * response
        read_timing = timing if reading == "descent" else -timing
        counts[category(read_timing, consequence(measure, receptor, change))] += int(histogram[places])
    return counts


def update_table(histogram, measure, reading):
    """Counts of the weight updates; histogram is (receptor, timing, change)."""
    counts = dict.fromkeys((*CATEGORIES, "unchanged"), 0)
    for places in itertools.product(range(3), repeat=3):
        receptor, timing, change = (SIGNS[place] for place in places)
        strengthened = consequence(measure, receptor, change)
        read_timing = timing if reading == "descent" else -timing
        name = category(read_timing, strengthened) if strengthened else "unchanged"
        counts[name] += int(histogram[places])
    return counts


def open_trace(path):
    """A closed file, or one whose writer is at work or has died: that one opens in SWMR mode only."""
    try:
        return h5py.File(path, "r")
    except OSError:
        return h5py.File(path, "r", libver="latest", swmr=True)


def sources_are_there(path):
    """Whether run.h5 can be read: a virtual dataset shows zeros where a segment is missing."""
    with h5py.File(path, "r") as run:
        dataset = run["records/end_step"]
        names = [source.file_name for source in dataset.virtual_sources()] if dataset.is_virtual else []
    return all(os.path.exists(os.path.join(os.path.dirname(path), name)) for name in names)


def files_of(run):
    """run.h5, which shows all segments as one; where it is not there yet, the segments."""
    if not os.path.isdir(run):
        return [run]
    whole = os.path.join(run, "run.h5")
    if os.path.exists(whole) and sources_are_there(whole):
        return [whole]
    return sorted(glob.glob(os.path.join(run, "trace-*.h5")) + glob.glob(os.path.join(run, "trace-*.h5.part")))


def sum_of_rows(dataset, rows, axis_count):
    """Sum over records and populations, a bounded number of rows at a time: a trace may be larger than memory."""
    total = numpy.zeros((3,) * axis_count, dtype=numpy.uint64)
    for first in range(0, rows, 256):
        total += dataset[first : min(first + 256, rows)].sum(axis=(0, 1), dtype=numpy.uint64)
    return total


def read_tables(run, level, measure, reading):
    """Layer by layer the counts in the categories, over all populations and committed records."""
    files = files_of(run)
    if not files:
        raise FileNotFoundError(f"{run}: holds no trace")
    group, axis_count, table = ("events", 4, event_table) if level == "event" else ("updates", 3, update_table)
    histograms = {}
    for path in files:
        with open_trace(path) as file:
            committed = int(file["commit"][()])  # rows beyond are not durable and do not count
            if os.path.getsize(path) < file["commit_bytes"][()]:
                raise ValueError(f"{path}: has lost its end")
            for name in (name.decode() for name in file.attrs["layers"]):
                rows = sum_of_rows(file[f"layers/{name}/{group}/histogram"], committed, axis_count)
                histograms[name] = histograms.get(name, 0) + rows
    return {name: table(histogram, measure, reading) for name, histogram in histograms.items()}


def print_tables(tables):
    width = max(map(len, tables))
    print(" ".join([" " * width] + [f"{name:>24}" for name in (*CATEGORIES, "unchanged")]))
    for name, counts in tables.items():
        classified = sum(counts[category] for category in CATEGORIES)
        cells = [f"{counts[category]} {counts[category] / classified if classified else 0:7.2%}" for category in CATEGORIES]
        print(" ".join([f"{name:{width}}"] + [f"{cell:>24}" for cell in (*cells, counts["unchanged"])]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("run", help="run folder or trace file")
    parser.add_argument("--level", choices=("event", "update"), default="event")
    parser.add_argument("--measure", choices=("magnitude", "signed"), default="magnitude")
    parser.add_argument("--timing", choices=("descent", "gradient"), default="descent")
    parser.add_argument("--json", action="store_true", help="counts as JSON")
    options = parser.parse_args()
    try:
        tables = read_tables(options.run, options.level, options.measure, options.timing)
    except (OSError, KeyError, ValueError) as error:
        sys.exit(f"read_trace: {error}")
    if options.json:
        json.dump({"level": options.level, "measure": options.measure, "timing": options.timing, "layers": tables}, sys.stdout)
        print()
    else:
        print_tables(tables)


if __name__ == "__main__":
    main()
