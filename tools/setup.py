"""Make `.venv` what requirements.lock says, or leave it alone when it already is.

Called by every target of the Makefile with the system's Python, so it uses the standard library alone.
The stamp `.venv/.ready` is written last: an interrupted install, a deleted package, a changed lock or another
Python all lead to a repair.
"""

import fcntl
import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / ".ready"
PYTHON = VENV / "bin" / "python"
SYSTEM_PYTHON = Path(sys.executable).resolve()  # also where .venv is activated and its own Python calls this


def stop(message):
    sys.exit(f"set-up: {message}")


def state():
    """What the stamp holds: a hash of all that the set-up depends on, and what lies in site-packages."""
    digest = hashlib.sha256(f"{sys.version} {SYSTEM_PYTHON} {ROOT}".encode())
    for name in ("requirements.lock", "pyproject.toml", "tools/setup.py"):
        digest.update((ROOT / name).read_bytes())
    installed = {path.name for path in VENV.glob("lib/python*/site-packages/*")} - {"__pycache__"}
    return "\n".join([digest.hexdigest(), *sorted(installed)]).encode()


def is_ready():
    try:
        as_left = STAMP.read_bytes() == state()
        return as_left and subprocess.run([PYTHON, "-c", ""], capture_output=True).returncode == 0
    except OSError:  # no stamp, or no Python that runs
        return False


def run(what, *command):
    result = subprocess.run(command, cwd=ROOT)
    if result.returncode != 0:
        stop(f"{what} failed (see above). Mend the cause and run the same command again.")


def install_uv():
    """Put the locked uv into the environment, checked against its hashes like everything else."""
    lock = (ROOT / "requirements.lock").read_text()
    pinned = re.search(r"^uv==(\S+) \\\n(?:.*\\\n)*.*--hash.*\n", lock, flags=re.MULTILINE)
    version = [PYTHON, "-c", "import importlib.metadata as m; print(m.version('uv'))"]
    found = subprocess.run(version, capture_output=True, text=True).stdout.strip()
    if found != pinned[1]:
        only_uv = VENV / "uv.lock"
        only_uv.write_text(pinned[0])
        pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        run("installing uv", *pip, "--require-hashes", "-r", only_uv)


def main():
    if sys.version_info < (3, 11):
        found = sys.version.split()[0]
        stop(f"Python 3.11 or newer is needed, this is {found}. Name another: `make book PYTHON=python3.12`.")
    if not shutil.which("git"):
        stop("git is missing. Install it (Debian: `apt-get install git`).")
    if subprocess.run([SYSTEM_PYTHON, "-c", "import ensurepip, venv"], capture_output=True).returncode != 0:
        stop("this Python has no `venv`. Install it (Debian: `apt-get install python3-venv`).")

    with open(ROOT / ".setup.lock", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # two `make` at once: the second waits, then finds all ready
        if is_ready():
            return
        print("set-up: installing what requirements.lock names into .venv", flush=True)
        # --clear also mends a half-made environment; uv's cache makes doing it over cheap.
        run("making .venv", SYSTEM_PYTHON, "-m", "venv", "--clear", VENV)
        install_uv()
        uv = (VENV / "bin" / "uv", "pip")
        quiet = ("--quiet", "--python", PYTHON)
        run("installing packages", *uv, "sync", *quiet, "--require-hashes", "requirements.lock")
        as_it_is = ("--no-deps", "--no-build-isolation", "--editable", ".")
        run("installing cellcnn_helpers", *uv, "install", *quiet, *as_it_is)
        STAMP.write_bytes(state())


if __name__ == "__main__":
    main()
