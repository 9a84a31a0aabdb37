"""The environment in which Debian's PyTorch is fastest. It must stand before the process starts."""
import os
import sys

import openblas

MARK = "STDPSCOPE_BENCH_PYTORCH_TUNED"

INSTRUCTIONS = "install what it needs with bench/pytorch/install, and run it with Debian's /usr/bin/python3"


def openblas_folder():
    """Of the OpenMP build of OpenBLAS, which shares PyTorch's own threads; the system's choice of a BLAS is left alone."""
    return f"/usr/lib/{os.uname().machine}-linux-gnu/openblas-openmp"


def tuned(threads):
    """os.environ with what PyTorch's processes should have."""
    environment = dict(os.environ)
    libraries = [openblas_folder(), *filter(None, [environment.get("LD_LIBRARY_PATH")])]
    environment.update({
        MARK: "1",
        "LD_LIBRARY_PATH": os.pathsep.join(libraries),
        "OMP_NUM_THREADS": str(threads),
        # Threads spin for a shorter while than by default before they sleep: many small operations do not suffer from it, and
        # a thread that spins does not keep the processor from one that works.
        "GOMP_SPINCOUNT": "20000",
        # Buffers of one step stay in the process for the next one.
        "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
        "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
        "MALLOC_TOP_PAD_": str(1 << 28),
    })
    kernels = openblas.fastest_kernels(environment)
    environment.pop(openblas.VARIABLE, None)
    return {**environment, openblas.VARIABLE: kernels} if kernels else environment


def restart_tuned(threads):
    """Starts this program anew in the tuned environment, unless it runs there already."""
    if MARK not in os.environ:
        sys.stdout.flush()
        os.execve(sys.executable, [sys.executable, *sys.argv], tuned(threads))


def openblas_is_there():
    return os.path.exists(os.path.join(openblas_folder(), "libblas.so.3"))


def require(*modules):
    """Ends the program with instructions where a module is missing."""
    for module in modules:
        try:
            __import__(module)
        except ImportError as error:
            sys.exit(f"{os.path.basename(sys.argv[0])}: {error}; {INSTRUCTIONS}")
