#!/usr/bin/python3
"""Trains a network in PyTorch with every plasticity event counted, as one would write it there today.

    accounting.py [--network NAME] [--threads N] [--batch N] [--seconds S] [--file FILE] [--json] | --check

Hooks keep each layer's activations and derivatives; tensors of signs give the exact histograms of docs/theory.md: events over
(transmitter, receptor, timing, response), updates over (receptor, timing, change), untimed updates apart. Every 100 steps they go
to an HDF5 file. The sums of |update|, moments and dead units that stdpscope keeps too are left out here. With --check the
counts of some steps are compared with those of a plain loop over samples, positions and synapses.
"""
import argparse
import os
import sys
import tempfile

import environment
import stopwatch


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    stopwatch.add_options(parser)
    parser.add_argument("--file", help="HDF5 file to write (a temporary one, removed afterwards)")
    parser.add_argument("--check", action="store_true", help="compare with a plain loop on small batches, and measure nothing")
    return parser.parse_args()


def main():
    options = parse()
    environment.require("torch", "h5py", "numpy")
    environment.restart_tuned(options.threads)
    import training

    if options.check:
        import naive_count

        sys.exit(0 if naive_count.check(options) else 1)
    with tempfile.TemporaryDirectory(prefix="accounting-") as folder:
        training.run_accounting(options, options.file or os.path.join(folder, "trace.h5"))


if __name__ == "__main__":
    main()
