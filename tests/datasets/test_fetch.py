"""Downloads from a real server: on failure nothing half-written stays, and the message helps."""

import hashlib
import multiprocessing
import os
import resource
import socket
import time

import pytest

from cellcnn_helpers.datasets import fetch

QUICK = {"progress": False, "connect_timeout_s": 0.5, "read_timeout_s": 0.5, "pause_s": 0.0}


def files_in(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_downloads_verifies_and_puts_in_place(record_for, online, good_bytes, server):
    path = fetch.find_or_download(record_for("good"), progress=False)
    assert path == online / "cells.npz"
    assert path.read_bytes() == good_bytes
    assert files_in(online) == ["cells.npz"]
    assert fetch.find_or_download(record_for("good"), progress=False) == path
    assert server.requested == ["good"]  # the second time it was found in the cache


def test_shows_progress(record_for, online, capfd):
    fetch.find_or_download(record_for("slow"))
    assert "100%" in capfd.readouterr().err


def test_data_folder_comes_before_cache_and_download(
    record_for, online, good_bytes, server, monkeypatch, tmp_path
):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "cells.npz").write_bytes(good_bytes)
    monkeypatch.setenv("CELLCNN_DATA", str(folder))
    assert fetch.find_or_download(record_for("good")) == folder / "cells.npz"
    assert server.requested == []


def test_takes_the_mirror_after_an_error(record_for, online, server):
    for kind in ("404", "500", "other", "truncated", "silent"):
        path = fetch.download(record_for(kind, "good"), online / f"{kind}.npz", **QUICK)
        assert path.exists()
        assert server.requested[-2:] == [kind, "good"]
    assert len(files_in(online)) == 5


def test_a_server_that_is_busy_first_and_then_sends_elsewhere(record_for, online, good_bytes, server):
    path = fetch.download(record_for("zenodo"), online / "cells.npz", **QUICK)
    assert path.read_bytes() == good_bytes
    assert files_in(online) == ["cells.npz"]
    assert server.requested == ["zenodo", "zenodo", "slow"]  # no HEAD, which Zenodo may refuse


LONG_AGO = "Sat, 01 Jan 2000 00:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "shortest_s"),
    [
        ({"Retry-After": "1"}, 1),
        ({"Retry-After": "Sat, 01 Jan 2000 00:00:01 GMT", "Date": LONG_AGO}, 1),  # by the server's clock
        ({"Retry-After": "Fri, 31 Dec 1999 00:00:00 GMT", "Date": LONG_AGO}, 0),
        ({"Retry-After": LONG_AGO}, 0),
        ({"Retry-After": "soon", "Date": LONG_AGO}, 0),
        ({"Retry-After": "-5"}, 0),
        ({}, 0),
    ],
)
def test_a_busy_server_is_asked_again_when_it_says(record_for, online, server, headers, shortest_s, capfd):
    server.busy = headers
    fetch.download(record_for("busy"), online / "cells.npz", **QUICK | {"progress": True})
    assert server.requested == ["busy", "busy"]
    assert server.times[1] - server.times[0] >= shortest_s
    waits = "cells.npz: the server is busy; trying again in 1 s" in capfd.readouterr().err
    assert waits == (shortest_s == 1)


def test_a_server_that_asks_for_an_hour_is_left_alone(record_for, online, server):
    server.busy = {"Retry-After": "3600"}
    start = time.monotonic()
    with pytest.raises(FileNotFoundError, match="the server answered 503 and asks to wait 3600 s"):
        fetch.download(record_for("busy"), online / "cells.npz", **QUICK)
    assert server.requested == ["busy"]
    server.requested.clear()
    with pytest.raises(FileNotFoundError, match=r"(?s)asks to wait 3600 s.*answered 404"):
        fetch.download(record_for("busy", "404"), online / "cells.npz", **QUICK)
    assert server.requested == ["busy", "404", "404"]  # its mirror goes on
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("404", "the server answered 404"),
        ("500", "the server answered 500"),
        ("other", r"wrong checksum \(26 bytes\)"),
        ("truncated", "broke off in the middle"),
        ("silent", "did not answer in time"),
        ("stops", "did not answer in time"),
    ],
)
def test_a_failed_download_leaves_nothing_and_says_what_to_do(record_for, online, server, kind, said):
    with pytest.raises(
        FileNotFoundError, match=rf"(?s)nothing was kept.*{said}.*put cells.npz \(md5:.*CELLCNN_DATA"
    ):
        fetch.download(record_for(kind), online / "cells.npz", **QUICK)
    assert files_in(online) == []
    assert server.requested == [kind, kind]  # tried again once


def test_no_network(record_for, online):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # a port where nobody listens
        record = record_for(f"http://127.0.0.1:{closed.getsockname()[1]}/cells.npz")
        with pytest.raises(FileNotFoundError, match="no connection"):
            fetch.download(record, online / "cells.npz", **QUICK)
    assert files_in(online) == []


def test_a_silent_server_is_given_up_in_time(record_for, online):
    start = time.monotonic()
    with pytest.raises(FileNotFoundError):
        fetch.download(record_for("silent"), online / "cells.npz", **QUICK)
    assert time.monotonic() - start < 5


def test_offline_says_which_file_goes_where(record_for, online, monkeypatch, server):
    monkeypatch.setenv("CELLCNN_OFFLINE", "1")
    with pytest.raises(FileNotFoundError, match="CELLCNN_OFFLINE=1 forbids downloads") as caught:
        fetch.find_or_download(record_for("good"))
    for part in ("cells.npz", server.url("good"), "md5:", "CELLCNN_DATA", str(online)):
        assert part in str(caught.value)
    assert server.requested == []
    monkeypatch.setenv("CELLCNN_OFFLINE", "0")  # 0 means no
    assert fetch.find_or_download(record_for("good"), progress=False).exists()


def test_a_file_without_address_says_so(record_for, online):
    with pytest.raises(FileNotFoundError, match=r"cannot be downloaded.*\n.*If you have it, put cells.npz"):
        fetch.find_or_download(record_for())


def test_a_damaged_file_on_this_machine_is_not_used(record_for, online, good_bytes):
    online.mkdir()
    (online / "cells.npz").write_bytes(good_bytes[:-1])
    with pytest.raises(ValueError, match=rf"(?s)got {len(good_bytes) - 1:,} bytes.*Delete it and load again"):
        fetch.find_or_download(record_for("good"))
    (online / "cells.npz").write_bytes(good_bytes)  # mended: the verdict is not remembered
    assert fetch.find(record_for("good")) == online / "cells.npz"


def test_sha256_is_understood(record_for, online, good_bytes):
    record = record_for("good", checksum=f"sha256:{hashlib.sha256(good_bytes).hexdigest()}")
    assert fetch.find_or_download(record, progress=False).exists()


def test_what_a_killed_download_left_is_cleared_but_a_running_one_is_not(record_for, online):
    online.mkdir()
    old, running = online / ".cells.npz.1.part", online / ".cells.npz.2.part"
    old.write_bytes(b"half")
    running.write_bytes(b"half")
    os.utime(old, (0, 0))
    fetch.find_or_download(record_for("good"), progress=False)
    assert files_in(online) == [".cells.npz.2.part", "cells.npz"]


def _download_with_little_room(record, target, queue):
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
    try:
        fetch.download(record, target, **QUICK)
    except OSError as error:
        queue.put((type(error).__name__, str(error)))


def _download(record, target, queue):
    queue.put(str(fetch.download(record, target, progress=False, pause_s=0)))


def run_processes(function, record, target, number):
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    processes = [context.Process(target=function, args=(record, target, queue)) for _ in range(number)]
    for process in processes:
        process.start()
    answers = [queue.get(timeout=30) for _ in processes]
    for process in processes:
        process.join()
        process.close()
    queue.close()
    queue.join_thread()
    return answers


def test_a_full_disk_leaves_nothing_and_says_how_much_room_is_needed(record_for, online):
    ((name, message),) = run_processes(
        _download_with_little_room, record_for("good"), online / "cells.npz", 1
    )
    assert name == "OSError"
    assert "cannot be written" in message
    assert "Make room" in message
    assert files_in(online) == []


def test_two_processes_at_once_both_get_the_whole_file(record_for, online, good_bytes, server):
    answers = run_processes(_download, record_for("slow"), online / "cells.npz", 2)
    assert answers == [str(online / "cells.npz")] * 2
    assert server.requested == ["slow", "slow"]
    assert (online / "cells.npz").read_bytes() == good_bytes
    assert files_in(online) == ["cells.npz"]


def test_a_folder_that_cannot_be_made_is_named(record_for, online, tmp_path):
    (tmp_path / "taken").write_text("a file, no folder")
    with pytest.raises(OSError, match=r"cells.npz cannot be written to .*taken"):
        fetch.download(record_for("good"), tmp_path / "taken" / "cells.npz", **QUICK)
