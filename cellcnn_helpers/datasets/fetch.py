"""Files of the registry: find them on this machine, or download, verify and only then put them in place."""

import functools
import hashlib
import os
import sys
import tempfile
import time
from email.utils import parsedate_to_datetime
from pathlib import Path

from .. import _files

DATA_VARIABLE = "CELLCNN_DATA"
CONNECT_TIMEOUT_S = 10
READ_TIMEOUT_S = 30
LONGEST_WAIT_S = 60  # a server that asks for more is not tried again
STALE_AFTER_S = 3600


def cache_folder():
    """The folder of downloaded files; the system's usual place for a user's cache."""
    import pooch

    return Path(pooch.os_cache("cellcnn"))


def place(record, *, cache=None):
    """Return where the file of `record` lies on this machine, without reading it, or None.

    Parameters
    ----------
    record : DataFile
    cache : Path, optional
        In place of `cache_folder()`.
    """
    folder = os.environ.get(DATA_VARIABLE)
    folders = ([Path(folder)] if folder else []) + [cache or cache_folder()]
    return next((folder / record.name for folder in folders if (folder / record.name).is_file()), None)


def searched_places(*, cache=None):
    """Say where files are looked for, and whether the folder of ``$CELLCNN_DATA`` is there.

    Parameters
    ----------
    cache : Path, optional
        In place of `cache_folder()`.
    """
    folder = os.environ.get(DATA_VARIABLE)
    state = "not set" if not folder else folder if Path(folder).is_dir() else f"{folder}, which is no folder"
    return f"in ${DATA_VARIABLE} ({state}), then in {cache or cache_folder()}"


def find(record, *, cache=None):
    """Return the verified file of `record` on this machine, or None.

    Parameters
    ----------
    record : DataFile
    cache : Path, optional
        In place of `cache_folder()`.

    Raises
    ------
    ValueError
        If the file is there but is not the one that the record describes.
    """
    path = place(record, cache=cache)
    if path is not None:
        _verify(path, record)
    return path


def find_or_download(record, *, cache=None, progress=True):
    """Return the verified file of `record`, downloading it where it is not on this machine.

    Parameters
    ----------
    record : DataFile
    cache : Path, optional
        In place of `cache_folder()`.
    progress : bool
        Show a bar.

    Raises
    ------
    FileNotFoundError
        If the file is not here and there is no address, downloads are switched off, or every address failed.
    ValueError
        If a file is here but damaged.
    OSError
        If the file cannot be written, for example because the disk is full.
    """
    path = find(record, cache=cache)
    if path is not None:
        return path
    target = (cache or cache_folder()) / record.name
    absent = f"{record.name} is not on this machine (looked {searched_places(cache=cache)})"
    if not record.urls:
        raise FileNotFoundError(f"{absent}, and it cannot be downloaded.\n{_by_hand(record, target)}")
    if _files.offline():
        raise FileNotFoundError(
            f"{absent}, and {_files.OFFLINE_VARIABLE}=1 forbids downloads.\n"
            f"Unset {_files.OFFLINE_VARIABLE}, or: {_by_hand(record, target)}"
        )
    return download(record, target, progress=progress)


def download(
    record,
    target,
    *,
    progress=True,
    connect_timeout_s=CONNECT_TIMEOUT_S,
    read_timeout_s=READ_TIMEOUT_S,
    rounds=2,
    pause_s=1.0,
):
    """Download the file of `record` to `target`: to a temporary file first, moved only when it is verified.

    Parameters
    ----------
    record : DataFile
    target : Path
    progress : bool
        Show a bar.
    connect_timeout_s, read_timeout_s : float
        How long to wait for an answer, and between two pieces of the file.
    rounds : int
        How often all addresses are tried in turn.
    pause_s : float
        Wait between two rounds; longer where a server asks for it, up to a minute.

    Returns
    -------
    Path
        `target`.

    Notes
    -----
    A busy server may say in `Retry-After` when to come again. One that asks for more than a minute is not
    asked again.
    """
    import pooch

    reader = pooch.HTTPDownloader(progressbar=progress, timeout=(connect_timeout_s, read_timeout_s))
    failures, waits_s = [], dict.fromkeys(record.urls, 0.0)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_stale(target)
        for attempt in range(rounds):
            if attempt:
                _wait(record, max(waits_s.values()), pause_s, progress)
            for url in list(waits_s):
                failure, waits_s[url] = _try(reader, url, record, target)
                if failure is None:
                    return target
                failures.append(f"  {url}: {failure}")
            waits_s = {url: wait_s for url, wait_s in waits_s.items() if wait_s <= LONGEST_WAIT_S}
            if not waits_s:
                break
    except OSError as error:
        size = f"{record.num_bytes / 1e6:.0f} MB" if record.num_bytes else "the file"
        raise OSError(
            error.errno,
            f"{record.name} cannot be written to {target.parent}: {error.strerror}. Nothing was kept.\n"
            f"Make room for {size} or choose another folder with XDG_CACHE_HOME, then try again.",
        ) from error
    raise FileNotFoundError(
        f"{record.name} could not be downloaded; nothing was kept. Tried:\n"
        + "\n".join(dict.fromkeys(failures))
        + f"\nCheck the connection and try again later, or: {_by_hand(record, target)}"
    )


def _try(reader, url, record, target):
    """One attempt: what went wrong in a few words, or None, and how long the server asks to wait, in seconds.

    The temporary file never outlives it.
    """
    import requests

    handle, part = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    os.close(handle)
    try:
        reader(url, part, None)
        if not _matches(part, record.checksum):
            return f"what came has the wrong checksum ({os.path.getsize(part):,} bytes)", 0.0
        os.chmod(part, 0o644)  # mkstemp makes files that only their owner can read
        os.replace(part, target)
        return None, 0.0
    except requests.HTTPError as error:
        wait_s = _asked_wait_s(error.response.headers)
        asks = f" and asks to wait {wait_s:.0f} s" if wait_s else ""
        return f"the server answered {error.response.status_code}{asks}", wait_s
    except requests.exceptions.ChunkedEncodingError:
        return "the connection broke off in the middle", 0.0
    except requests.RequestException as error:
        late = "timed out" in str(error).lower()
        return "the server did not answer in time" if late else "no connection", 0.0
    finally:
        Path(part).unlink(missing_ok=True)


def _asked_wait_s(headers):
    """Return how long `Retry-After` asks to wait: seconds as they stand, or until a date; else 0."""
    asked = headers.get("Retry-After", "")
    if asked.isdecimal():
        return float(asked)
    try:  # by the clock of the server: that of this machine may be wrong
        wait = parsedate_to_datetime(asked) - parsedate_to_datetime(headers["Date"])
    except (ValueError, TypeError, KeyError):
        return 0.0
    return max(0.0, wait.total_seconds())


def _wait(record, asked_s, pause_s, progress):
    if asked_s > pause_s and progress:
        print(f"{record.name}: the server is busy; trying again in {asked_s:.0f} s", file=sys.stderr)
    time.sleep(max(asked_s, pause_s))


def _remove_stale(target):
    """Remove what a killed download left behind; a running one has written within the hour."""
    for part in target.parent.glob(f".{target.name}.*.part"):
        if time.time() - part.stat().st_mtime > STALE_AFTER_S:
            part.unlink(missing_ok=True)


def _verify(path, record):
    state = path.stat()
    if not _matches_cached(path, record.checksum, state.st_size, state.st_mtime_ns):
        raise ValueError(
            f"{path} is not the file it should be: got {state.st_size:,} bytes with another checksum than "
            f"{record.checksum}.\nIt is damaged or of another version. Delete it and load again; if you put "
            "it there "
            f"yourself, copy it again."
        )


@functools.lru_cache(maxsize=64)
def _matches_cached(path, checksum, num_bytes, modified_ns):
    """As `_matches`; a file of unchanged size and time is read once, not for every part of a data set."""
    return _matches(path, checksum)


def _matches(path, checksum):
    kind, _, digest = checksum.partition(":")
    with open(path, "rb") as file:
        return hashlib.file_digest(file, kind).hexdigest() == digest


def _by_hand(record, target):
    """How to bring the file to this machine without a download from here."""
    put = f"put {record.name} ({record.checksum}) into the folder that {DATA_VARIABLE} names, or into"
    origin = f"get it on another machine from {record.urls[0]} and" if record.urls else "If you have it,"
    return f"{origin} {put} {target.parent}."
