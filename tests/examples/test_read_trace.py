"""examples/read_trace.py gives the table that was counted event by event when the trace was written.

usage: test_read_trace.py WRITE_EXAMPLE_TRACE READ_TRACE
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

WRITER, READER = sys.argv[1:3]


def write_trace(folder, segment_bytes):
    """The expected counts: (level, measure, timing, layer, category) -> count."""
    lines = subprocess.run([WRITER, folder, str(segment_bytes)], check=True, capture_output=True, text=True).stdout
    return {tuple(key.split("/")): int(count) for key, count in (line.split() for line in lines.splitlines())}


def read_table(path, *options):
    command = ["/usr/bin/python3", READER, str(path), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


class ReadTrace(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def require_expected(self, expected, path):
        for level in ("event", "update"):
            for measure in ("magnitude", "signed"):
                for timing in ("descent", "gradient"):
                    result = read_table(path, "--level", level, "--measure", measure, "--timing", timing, "--json")
                    self.assertEqual(result.returncode, 0, result.stderr)
                    found = json.loads(result.stdout)
                    self.assertEqual(list(found["layers"]), ["mixed", "last"])
                    for layer, counts in found["layers"].items():
                        for category, count in counts.items():
                            key = (level, measure, timing, layer, category)
                            self.assertEqual(count, expected.get(key, 0), key)

    def test_one_segment(self):
        self.require_expected(write_trace(self.folder, 1 << 30), self.folder)

    def test_segments_shown_as_one(self):
        expected = write_trace(self.folder, 1)
        self.assertGreater(len(list(self.folder.glob("trace-*.h5"))), 1)
        self.require_expected(expected, self.folder)

    def test_segments_without_run_file(self):
        expected = write_trace(self.folder, 1)
        os.remove(self.folder / "run.h5")
        self.require_expected(expected, self.folder)

    def test_rows_beyond_the_commit_do_not_count(self):
        import h5py

        write_trace(self.folder, 1 << 30)
        os.remove(self.folder / "run.h5")
        with h5py.File(self.folder / "trace-0001.h5", "r+") as file:
            file["commit"][()] = 1
        result = read_table(self.folder, "--level", "update", "--json")
        layers = json.loads(result.stdout)["layers"]
        # One record of two populations of 500 updates each, and one of one.
        self.assertEqual(sum(layers["mixed"].values()), 1000)
        self.assertEqual(sum(layers["last"].values()), 500)

    def test_text_names_layers_and_categories(self):
        write_trace(self.folder, 1 << 30)
        text = read_table(self.folder).stdout
        for word in ("mixed", "last", "pre_post_potentiation", "post_pre_depression", "unchanged", "%"):
            self.assertIn(word, text)

    def test_a_folder_without_trace_is_reported(self):
        result = read_table(self.folder)
        self.assertEqual(result.returncode, 1)
        self.assertIn("holds no trace", result.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
