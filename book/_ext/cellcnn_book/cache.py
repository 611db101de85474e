"""Where outputs of executed chapters are kept, so that a chapter runs again only when it must.

myst-nb finds stored outputs by the code cells of a page. The same cells give other outputs when the helper
package, a locked library, the interpreter or the data at hand changes; so each such state has its own folder.
"""

import hashlib
import os
import shutil
import sys
from pathlib import Path

KEPT = 3  # folders: going back and forth, as between with and without real data, executes nothing again


def package_files(root):
    """The files that a chapter's outputs depend on."""
    package = (path for path in (root / "cellcnn_helpers").rglob("*") if path.is_file())
    return [root / "requirements.lock", *sorted(path for path in package if path.suffix != ".pyc")]


def data_files(folder):
    """Name, size and time of each data file; reading them all would cost more than the builds it saves."""
    files = [p for p in Path(folder).rglob("*") if p.is_file()] if folder else []
    return sorted(f"{p.relative_to(folder)} {p.stat().st_size} {p.stat().st_mtime_ns}" for p in files)


def state(root):
    """A digest of all that outputs depend on, besides the code cells themselves."""
    digest = hashlib.sha256(sys.version.encode())
    for path in package_files(root):
        digest.update(f"\0{path.relative_to(root)}\0".encode() + path.read_bytes())
    for line in data_files(os.environ.get("CELLCNN_DATA")):
        digest.update(f"\0{line}".encode())
    return digest.hexdigest()[:16]


def prune(folder, kept=KEPT):
    """Remove all but the folders used last."""
    old = sorted((p for p in folder.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime, reverse=True)
    for path in old[kept:]:
        shutil.rmtree(path, ignore_errors=True)


def choose_folder(app, config):
    root = Path(app.srcdir).parent
    folder = Path(app.outdir).parent / "executed" / state(root)
    folder.mkdir(parents=True, exist_ok=True)
    folder.touch()  # "used last" is its time
    prune(folder.parent)
    config.nb_execution_cache_path = str(folder)


def setup(app):
    app.connect("config-inited", choose_folder)
