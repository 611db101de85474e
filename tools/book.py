"""Build the book into _build/html: `make book` calls this.

Jupyter Book turns _config.yml and _toc.yml into a configuration and runs Sphinx on it. Each warning is an
error, only what needs attention is printed, and the exit code says how it went.
"""

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

# Read by the chapters' kernels when they start: quiet TensorFlow, no download.
ENVIRONMENT = {"TF_CPP_MIN_LOG_LEVEL": "2", "CELLCNN_OFFLINE": "1"}
# What libraries write past Python goes to the log; Python's own warnings still stand below their cell. What a
# cell prints comes in one piece: on a busy machine it came in several, and myst-nb puts line breaks between.
KERNEL_CONFIG = """from ipykernel.iostream import OutStream

OutStream.flush_interval = 3600  # seconds; the end of a cell flushes in any case
c = get_config()
c.IPKernelApp.capture_fd_output = False
"""


def prepare_kernels(folder):
    """Settings that the kernels inherit. Their own profile keeps a user's start-up files out of the book."""
    profile = folder / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(KERNEL_CONFIG)
    os.environ.update(ENVIRONMENT, IPYTHONDIR=str(profile.parent))
    # Our own messages keep the terminal; processes that we start write into the log.
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    with open(folder / "kernels.log", "w") as log:
        os.dup2(log.fileno(), 2)


def build(root):
    """Build `root/book` into `root/_build/html`; true if there was nothing to complain about."""
    from jupyter_book.sphinx import build_sphinx
    from sphinx.util.console import nocolor

    if not sys.stderr.isatty():
        nocolor()
    out = root / "_build" / "html"
    shutil.rmtree(out, ignore_errors=True)  # no page may stay whose chapter is gone
    overrides = {
        "external_toc_path": str(root / "_toc.yml"),
        "nitpicky": True,
        "latex_individualpages": False,
    }
    result = build_sphinx(
        root / "book",
        out,
        noconfig=True,
        path_config=root / "_config.yml",
        confoverrides=overrides,
        warningiserror=True,
        keep_going=True,
        freshenv=True,
        quiet=True,
    )
    return result == 0


def main():
    parser = argparse.ArgumentParser(description="Build the book.")
    here = Path(__file__).resolve().parent.parent
    parser.add_argument("root", nargs="?", type=Path, default=here, help="the checkout (default: this one)")
    root = parser.parse_args().root.resolve()
    prepare_kernels(root / "_build")
    start = time.monotonic()
    if not build(root):
        sys.exit("book: not built. Each line above names a file and line, and what is wrong there.")
    print(f"book: built in {time.monotonic() - start:.0f} s. Open {root / '_build/html/index.html'}")


if __name__ == "__main__":
    main()
