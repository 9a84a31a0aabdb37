#!/usr/bin/env python3
"""bench/pytorch without PyTorch: help, mistakes and instructions.

    test_compare.py FOLDER PROGRAM
"""
import os
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

FOLDER, PROGRAM = (os.path.abspath(argument) for argument in sys.argv[1:3])
sys.path.insert(0, FOLDER)
sys.dont_write_bytecode = True

import openblas  # noqa: E402  (a module of FOLDER)


def run(script, *arguments, modules=None):
    """The finished process; `modules` is a folder whose modules hide those of the system."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    if modules:
        environment["PYTHONPATH"] = modules
    return subprocess.run([sys.executable, os.path.join(FOLDER, script), *arguments], capture_output=True, text=True, env=environment)


class Help(unittest.TestCase):
    def test_every_script_has_help_without_pytorch(self):
        for script in ("compare", "train.py", "accounting.py"):
            with self.subTest(script=script), tempfile.TemporaryDirectory() as modules:
                hide_torch(modules)
                result = run(script, "--help", modules=modules)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertIn("--threads", result.stdout)

    def test_install_says_what_it_would_install(self):
        result = subprocess.run([os.path.join(FOLDER, "install"), "--help"], capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("python3-torch", result.stdout)

    def test_pytorch_is_no_package_of_the_project(self):
        with open(os.path.join(FOLDER, "..", "..", "scripts", "packages.txt"), encoding="utf-8") as packages:
            self.assertNotIn("torch", packages.read())


class Mistakes(unittest.TestCase):
    def test_unknown_network(self):
        result = run("compare", "--networks", "lenet,vgg")
        self.assertEqual(result.returncode, 2)
        self.assertIn("vgg is none of lenet, lenet5, mlp", result.stderr)

    def test_values_out_of_bounds(self):
        for option in ("--threads", "--batch", "--seconds", "--repetitions"):
            with self.subTest(option=option):
                result = run("compare", option, "0")
                self.assertEqual(result.returncode, 2)
                self.assertIn(option, result.stderr)


class WhatIsMissing(unittest.TestCase):
    def test_the_program(self):
        result = run("compare", "--program", "/nowhere/stdpscope")
        self.assertEqual(result.returncode, 1)
        self.assertIn("/nowhere/stdpscope: no such program; build it with", result.stderr)

    def test_pytorch(self):
        for script, arguments in (("compare", ["--program", PROGRAM]), ("train.py", []), ("accounting.py", [])):
            with self.subTest(script=script), tempfile.TemporaryDirectory() as modules:
                hide_torch(modules)
                result = run(script, *arguments, modules=modules)
                self.assertEqual(result.returncode, 1)
                self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
                self.assertIn("bench/pytorch/install", result.stderr)


SLOW_NUMPY = """
import os
import time
float32 = None
class Matrix:
    def __matmul__(self, other):
        time.sleep({"SkylakeX": 0.001, "Haswell": 0.005}.get(os.environ.get("OPENBLAS_CORETYPE"), 0.025))
def ones(shape, kind):
    return Matrix()
"""


class KernelsOfOpenblas(unittest.TestCase):
    """Of the choices that a processor has, the fastest is taken; numpy's products only sleep here."""

    def fastest(self, flags, numpy=SLOW_NUMPY, **environment):
        with tempfile.TemporaryDirectory() as modules, unittest.mock.patch("openblas.processor_flags", lambda: set(flags.split())):
            with open(os.path.join(modules, "numpy.py"), "w", encoding="utf-8") as module:
                module.write(numpy)
            return openblas.fastest_kernels({"PYTHONPATH": modules, "PYTHONDONTWRITEBYTECODE": "1", **environment})

    def test_of_all_that_the_processor_can_run(self):
        self.assertEqual(self.fastest("avx2 fma avx512f avx512cd avx512bw avx512dq avx512vl"), "SkylakeX")

    def test_kernels_that_it_cannot_run_are_left_out(self):
        self.assertEqual(self.fastest("avx2 fma avx512f"), "Haswell")
        self.assertIsNone(self.fastest("sse2"))

    def test_a_choice_in_the_environment_is_taken_where_it_is_the_fastest(self):
        self.assertEqual(self.fastest("avx2 fma", OPENBLAS_CORETYPE="SkylakeX"), "SkylakeX")
        self.assertEqual(self.fastest("avx2 fma", OPENBLAS_CORETYPE="Zen"), "Haswell")
        fast_by_itself = SLOW_NUMPY.replace("0.025", "0.0001")
        self.assertIsNone(self.fastest("avx2 fma", numpy=fast_by_itself, OPENBLAS_CORETYPE="Haswell"))

    def test_without_numpy_the_choice_is_openblas_own(self):
        self.assertIsNone(self.fastest("avx2 fma", numpy="raise ModuleNotFoundError"))


def hide_torch(folder):
    with open(os.path.join(folder, "torch.py"), "w", encoding="utf-8") as module:
        module.write("raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')\n")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
