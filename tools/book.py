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
ENVIRONMENT = {"TF_ENABLE_ONEDNN_OPTS": "0", "TF_CPP_MIN_LOG_LEVEL": "2", "CELLCNN_OFFLINE": "1"}
# ipykernel warns each time that it talks over TCP, and a user's own start-up files do not belong in the book.
KERNEL_CONFIG = "c = get_config()\nc.IPKernelApp.log_level = 40\n"


def set_environment(root):
    """Settings that the kernels inherit."""
    profile = root / "_build" / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(KERNEL_CONFIG)
    os.environ.update(ENVIRONMENT, IPYTHONDIR=str(profile.parent))


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
    set_environment(root)
    start = time.monotonic()
    if not build(root):
        sys.exit("book: not built. Each line above names a file and line, and what is wrong there.")
    print(f"book: built in {time.monotonic() - start:.0f} s. Open {root / '_build/html/index.html'}")


if __name__ == "__main__":
    main()
