"""Which kernels of OpenBLAS are fastest here. For a processor newer than itself it may choose those of a much older one."""
import functools
import os
import subprocess
import sys

# A processor's name in this variable overrules OpenBLAS's choice. It may be a slow one, too: images of machines set it at times.
VARIABLE = "OPENBLAS_CORETYPE"

# Names that may be faster than its own choice, and flags in /proc/cpuinfo that their kernels need.
NEEDED_FLAGS = {"SkylakeX": {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}, "Haswell": {"avx2", "fma"}}

ROUNDS = 3  # in which all choices take turns

# Prints the least seconds that the largest product of the networks takes.
PRODUCT = """
import time
import numpy
weights, input = numpy.ones((800, 800), numpy.float32), numpy.ones((800, 100), numpy.float32)
fastest, end = 1e9, time.perf_counter() + 0.2
while time.perf_counter() < end:
    begin = time.perf_counter()
    weights @ input
    fastest = min(fastest, time.perf_counter() - begin)
print(fastest)
"""


def processor_flags():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as description:
            return set(next((line.split(":")[1].split() for line in description if line.startswith("flags")), []))
    except OSError:
        return set()


def product_seconds(environment):
    """Infinite where it cannot be measured."""
    run = subprocess.run([sys.executable, "-c", PRODUCT], capture_output=True, text=True, env=environment)
    return float(run.stdout) if run.returncode == 0 else float("inf")


@functools.lru_cache(maxsize=None)
def _fastest(environment):
    own = dict(environment)
    given = own.pop(VARIABLE, None)
    flags = processor_flags()
    names = {given, *(name for name, needed in NEEDED_FLAGS.items() if needed <= flags)} - {None}
    turns = [(product_seconds({**own, VARIABLE: name} if name else own), name) for _ in range(ROUNDS) for name in [None, *sorted(names)]]
    return min(turns, key=lambda turn: turn[0])[1]


def fastest_kernels(environment):
    """The value of VARIABLE with which a matrix product takes least time in such an environment; None for OpenBLAS's own
    choice, without it. A value that is set already is one of those tried."""
    return _fastest(tuple(sorted(environment.items())))
