#!/usr/bin/python3
"""Trains one of stdpscope's built-in networks in PyTorch, as fast as Debian's PyTorch can, logging nothing.

    train.py [--network NAME] [--threads N] [--batch N] [--seconds S] [--plain] [--json]

Random images in memory, single precision: forward, loss, backward and SGD with momentum and weight decay. Each network runs in
what was found fastest for it (training.py); --plain is PyTorch as installed, with torch.optim.SGD.
"""
import argparse

import environment
import stopwatch


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    stopwatch.add_options(parser)
    parser.add_argument("--plain", action="store_true", help="nothing tuned: neither layout, update, allocator nor BLAS")
    return parser.parse_args()


def main():
    options = parse()
    environment.require("torch", "numpy")
    if not options.plain:
        environment.restart_tuned(options.threads)
    import training

    training.run(options)


if __name__ == "__main__":
    main()
