#!/usr/bin/env python3
"""scripts/fetch-data against a server on loopback: python3 test_fetch_data.py PATH_OF_FETCH_DATA"""

import hashlib
import http.server
import io
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import threading
import unittest

FETCH_DATA = pathlib.Path(sys.argv.pop(1)).resolve()

MNIST = ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
         "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"]
BATCHES = [f"data_batch_{batch}.bin" for batch in range(1, 6)] + ["test_batch.bin", "batches.meta.txt"]


def archive(names):
    """A tar.gz of files in one folder; each file holds its name."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name in names:
            entry = tarfile.TarInfo("cifar-10-batches-bin/" + name)
            entry.size = len(name)
            tar.addfile(entry, io.BytesIO(name.encode()))
    return buffer.getvalue()


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves server.files; honours `Range: bytes=N-` while server.ranges is true; notes each request."""

    def do_GET(self):
        name = self.path.lstrip("/")
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.server.requests.append((name, start))
        content = self.server.files.get(name)
        if content is None:
            self.send_error(404)
            return
        if start and self.server.ranges and start >= len(content):
            self.send_error(416)
            return
        partial = start > 0 and self.server.ranges
        body = content[start:] if partial else content
        self.send_response(206 if partial else 200)
        if partial:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:self.server.break_after])

    def log_message(self, *arguments):
        pass


class FetchData(unittest.TestCase):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.addCleanup(self.server.server_close)
        self.server.files = {name: (name * 5000).encode() for name in MNIST}
        self.server.files["cifar-10-binary.tar.gz"] = archive(BATCHES)
        self.server.ranges = True
        self.server.break_after = None
        self.server.requests = []
        thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.shutdown)
        folder = tempfile.TemporaryDirectory(prefix="stdpscope-fetch-")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.folder = self.root / "some" / "data set"
        self.sums = self.root / "sums"
        self.write_sums()

    def write_sums(self):
        self.sums.write_text("".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n"
                                     for name, content in self.server.files.items()))

    def fetch(self, *arguments, sums="sums"):
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        environment["STDPSCOPE_FETCH_BASE"] = f"http://127.0.0.1:{self.server.server_address[1]}/"
        environment.pop("STDPSCOPE_FETCH_SUMS", None)
        if sums:
            environment["STDPSCOPE_FETCH_SUMS"] = sums  # from the folder that the script is started in
        return subprocess.run([FETCH_DATA, *arguments], env=environment, cwd=self.root, text=True, capture_output=True,
                              timeout=60)

    def assert_fetched(self, names):
        for name in names:
            self.assertEqual((self.folder / name).read_bytes(), self.server.files[name], name)
        self.assertEqual(list(self.folder.glob("*.part")), [])

    def test_fresh_download(self):
        done = self.fetch("mnist", self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_fetched(MNIST)
        self.assertEqual(sorted(self.server.requests), sorted((name, 0) for name in MNIST))

    def test_good_files_are_kept_and_bad_ones_replaced(self):
        self.fetch("mnist", self.folder)
        self.server.requests.clear()
        (self.folder / MNIST[1]).write_bytes(b"damaged")
        done = self.fetch("mnist", self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_fetched(MNIST)
        self.assertEqual(self.server.requests, [(MNIST[1], 0)])

    def test_resume(self):
        self.folder.mkdir(parents=True)
        (self.folder / (MNIST[0] + ".part")).write_bytes(self.server.files[MNIST[0]][:12345])
        done = self.fetch("mnist", self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_fetched(MNIST)
        self.assertIn((MNIST[0], 12345), self.server.requests)
        self.assertNotIn((MNIST[0], 0), self.server.requests)

    def test_broken_connection_leaves_a_part_to_resume_from(self):
        self.server.break_after = 1000
        done = self.fetch("mnist", self.folder)
        self.assertEqual(done.returncode, 74, done.stderr)
        self.assertIn("run again to resume", done.stderr)
        self.assertFalse((self.folder / MNIST[0]).exists())
        part = (self.folder / (MNIST[0] + ".part")).read_bytes()
        self.assertGreater(len(part), 0)
        self.server.break_after = None
        self.server.requests.clear()
        done = self.fetch("mnist", self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_fetched(MNIST)
        self.assertIn((MNIST[0], len(part)), self.server.requests)

    def test_complete_part_is_taken_without_a_request(self):
        self.folder.mkdir(parents=True)
        (self.folder / (MNIST[0] + ".part")).write_bytes(self.server.files[MNIST[0]])
        done = self.fetch("mnist", self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_fetched(MNIST)
        self.assertNotIn(MNIST[0], [name for name, _ in self.server.requests])

    def test_part_that_is_no_front_of_the_file_starts_again(self):
        content = self.server.files[MNIST[0]]
        self.folder.mkdir(parents=True)
        for part in (content + b"more", b"x" * 12345):
            with self.subTest(length=len(part)):
                (self.folder / MNIST[0]).unlink(missing_ok=True)
                (self.folder / (MNIST[0] + ".part")).write_bytes(part)
                self.server.requests.clear()
                done = self.fetch("mnist", self.folder)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("cannot be resumed, starting again", done.stderr)
                self.assert_fetched(MNIST)
                self.assertEqual(self.server.requests[:2], [(MNIST[0], len(part)), (MNIST[0], 0)])

    def test_server_without_ranges(self):
        self.server.ranges = False
        self.folder.mkdir(parents=True)
        (self.folder / (MNIST[0] + ".part")).write_bytes(self.server.files[MNIST[0]][:12345])
        done = self.fetch("mnist", self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_fetched(MNIST)

    def test_wrong_sum(self):
        self.server.files[MNIST[0]] = b"something else"
        done = self.fetch("mnist", self.folder)
        self.assertEqual(done.returncode, 65)
        self.assertIn(f"{MNIST[0]}: SHA-256 {hashlib.sha256(b'something else').hexdigest()}, want ", done.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_published_sums_refuse_other_files(self):
        done = self.fetch("mnist", self.folder, sums=None)
        self.assertEqual(done.returncode, 65)
        self.assertIn("want 440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", done.stderr)

    def test_file_missing_on_the_server(self):
        del self.server.files[MNIST[0]]
        done = self.fetch("mnist", self.folder)
        self.assertEqual(done.returncode, 66)
        self.assertIn(f"/{MNIST[0]}: not on the server (HTTP status 404)", done.stderr)
        self.assertFalse((self.folder / MNIST[0]).exists())

    def test_no_sum_known(self):
        self.sums.write_text("")
        done = self.fetch("mnist", self.folder)
        self.assertEqual(done.returncode, 65)
        self.assertIn(f"{MNIST[0]}: no SHA-256 sum known", done.stderr)

    def test_cifar10_is_unpacked(self):
        done = self.fetch("cifar10", self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in BATCHES:
            self.assertEqual((self.folder / name).read_text(), name)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()),
                         sorted(BATCHES + ["cifar-10-binary.tar.gz"]))
        self.server.requests.clear()
        (self.folder / "test_batch.bin").unlink()
        done = self.fetch("cifar10", self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.folder / "test_batch.bin").read_text(), "test_batch.bin")
        self.assertEqual(self.server.requests, [])

    def test_cifar10_archive_without_a_batch(self):
        self.server.files["cifar-10-binary.tar.gz"] = archive(BATCHES[1:])
        self.write_sums()
        done = self.fetch("cifar10", self.folder)
        self.assertEqual(done.returncode, 74)
        self.assertIn("holds other files than expected", done.stderr)

    def test_usage(self):
        for arguments in ([], ["imagenet", self.folder], ["mnist"], ["mnist", self.folder, "more"], ["mnist", ""]):
            done = self.fetch(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn("usage: scripts/fetch-data", done.stderr)
        self.assertIn("unknown data set 'imagenet', want mnist or cifar10", self.fetch("imagenet", "x").stderr)
        self.assertFalse(self.folder.exists())
        done = self.fetch("--help")
        self.assertEqual(done.returncode, 0)
        for word in ("usage:", "STDPSCOPE_FETCH_BASE", "STDPSCOPE_FETCH_SUMS", "example:"):
            self.assertIn(word, done.stdout)

    def test_folder_that_cannot_be_made(self):
        (self.root / "file").write_text("")
        done = self.fetch("mnist", self.root / "file" / "folder")
        self.assertEqual(done.returncode, 73)
        self.assertIn("cannot make the folder", done.stderr)

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_folder_that_cannot_be_written(self):
        self.folder.mkdir(parents=True)
        self.folder.chmod(0o500)
        done = self.fetch("mnist", self.folder)
        self.assertEqual(done.returncode, 73)
        self.assertIn("cannot write into the folder", done.stderr)


if __name__ == "__main__":
    unittest.main()
