"""A real server on this machine, with the faults that downloads meet."""

import dataclasses
import hashlib
import http.server
import importlib
import io
import threading
import time

import numpy as np
import pytest

from cellcnn_helpers.datasets import registry


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch):
    """What one test was told, the next has not heard."""
    monkeypatch.setattr(importlib.import_module("cellcnn_helpers.datasets.load"), "_told", {})


def npz_bytes():
    """A small file in MedMNIST layout."""
    rng = np.random.default_rng(0)
    arrays = {}
    for split, num_images in (("train", 6), ("val", 2), ("test", 3)):
        arrays[f"{split}_images"] = rng.integers(0, 256, (num_images, 28, 28, 3)).astype(np.uint8)
        arrays[f"{split}_labels"] = (np.arange(num_images) % 8).astype(np.uint8)[:, np.newaxis]
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


GOOD = npz_bytes()


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by the path: /good, /truncated, /other, /404, /500, /silent, /stops, /slow, /busy, /file/NAME.

    /zenodo is as Zenodo was seen to be on a bad day: busy (503) at first, then it sends to another address.
    /busy gives the headers of `server.busy` with a 503 at first. A HEAD is refused everywhere, and so is a
    part of a file.
    """

    def do_HEAD(self):
        self.server.requested.append("HEAD")
        self.send_error(405)

    def do_GET(self):
        kind, _, rest = self.path[1:].partition("/")
        self.server.requested.append(kind)
        if "Range" in self.headers:
            self.send_error(416)
            return
        self.server.times.append(time.monotonic())
        if kind == "zenodo":
            self.answer_as_zenodo()
            return
        if kind == "busy" and self.server.requested.count("busy") == 1:
            self.answer_busy(self.server.busy)
            return
        if kind in ("404", "500"):
            self.send_error(int(kind))
            return
        if kind == "silent":
            self.server.released.wait(20)
            return
        body = {"other": b"<html>Please log in</html>", "file": self.server.files.get(rest)}.get(kind, GOOD)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if kind in ("truncated", "stops"):
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            if kind == "stops":
                self.server.released.wait(20)
            return
        if kind == "slow":
            for start in range(0, len(body), 1 + len(body) // 10):
                self.wfile.write(body[start : start + 1 + len(body) // 10])
                self.wfile.flush()
                time.sleep(0.05)
            return
        self.wfile.write(body)

    def answer_as_zenodo(self):
        if self.server.requested.count("zenodo") == 1:
            self.answer_busy({"Retry-After": "1"})
            return
        self.send_response(302)
        self.send_header("Location", "/slow/moved.npz?download=1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def answer_busy(self, headers):
        self.send_response_only(503)
        for name, value in ({"Content-Length": "0"} | headers).items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *arguments):
        """Stay quiet."""


@pytest.fixture
def server():
    """The running server; `server.url(kind)` is an address with that behavior."""
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.requested, running.times, running.released = [], [], threading.Event()
    running.files = {}
    running.root = f"http://127.0.0.1:{running.server_port}"
    running.url = lambda kind: f"{running.root}/{kind}/cells.npz"
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield running
    running.released.set()
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def record_for(server):
    """Make the record of a file that lies at addresses of these kinds."""

    def make(*kinds, checksum=None):
        return registry.DataFile(
            dataset="cells",
            name="cells.npz",
            size=28,
            urls=tuple(kind if "://" in kind else server.url(kind) for kind in kinds),
            checksum=checksum or f"md5:{hashlib.md5(GOOD).hexdigest()}",
            class_names=registry.BLOOD_CELL_CLASSES,
            source="Cells of the test",
            license="CC0",
            citation="none",
            num_bytes=len(GOOD),
        )

    return make


@pytest.fixture
def online(monkeypatch, tmp_path):
    """Downloads allowed, no $CELLCNN_DATA, the cache in a folder of the test; returns that folder."""
    monkeypatch.delenv("CELLCNN_OFFLINE", raising=False)
    monkeypatch.delenv("CELLCNN_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "cellcnn"


@pytest.fixture
def good_bytes():
    """The bytes of the file that the records describe."""
    return GOOD


@pytest.fixture
def publish(server, online, monkeypatch):
    """Put small files on the server in place of the official ones; the records then point to them."""

    def make(files):
        """`files`: bytes by the name of the record, such as "BBBC039/images.zip"."""
        changed = []
        for record in registry._RECORDS:
            body = files.get(record.name)
            if body is not None:
                server.files[record.name] = body
                digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
                address = f"{server.root}/file/{record.name}"
                record = dataclasses.replace(record, urls=(address,), checksum=digest, num_bytes=len(body))
            changed.append(record)
        monkeypatch.setattr(registry, "_RECORDS", tuple(changed))
        monkeypatch.setattr(registry, "FILES", {record.name: record for record in changed})
        return {record.name: record for record in changed if record.name in files}

    return make
