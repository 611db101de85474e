"""Run the tests of what uses Keras on another backend: JAX or PyTorch, on the CPU.

`make test-jax` and `make test-torch` run it. An environment without TensorFlow is made in `_build/jax` or
`_build/torch`, with the versions of requirements.lock and the backend added.
"""

import argparse
import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BACKENDS = {"jax": "jax==0.10.2", "torch": "torch==2.13.0"}
PARTS = ["models", "training", "explain"]
# What the tests import; tests/conftest.py counts what the processes of xdist did.
PACKAGES = ["keras", "onnx", "onnxruntime", "hypothesis", "pytest", "pytest-xdist"]
KERAS_WARNS = "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"  # of itself
TESTED = [f"{folder}/{part}" for part in PARTS for folder in ("cellcnn_helpers", "tests")]
UV = Path(sys.executable).parent / "uv"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("backend", choices=BACKENDS)
    backend = parser.parse_args().backend
    python = make_environment(backend, ROOT / "_build" / backend)
    print(f"test-{backend}: {' '.join(TESTED)}", flush=True)
    tests = [python, "-m", "pytest", "-q", "-W", KERAS_WARNS, "-m", "not tensorflow", *TESTED]
    sys.exit(subprocess.run(tests, cwd=ROOT, env=os.environ | {"KERAS_BACKEND": backend}).returncode)


def make_environment(backend, folder):
    """Make the folder unless it is there, from this Python and these packages; return its Python."""
    python = folder / "bin" / "python"
    packages = ["-r", "pyproject.toml", "-c", "requirements.lock", *PACKAGES, BACKENDS[backend]]
    stamp = folder / ".ready"
    if not (python.exists() and stamp.exists() and stamp.read_text() == state(packages)):
        print(
            f"test-{backend}: making an environment with {BACKENDS[backend]} in _build/{backend}", flush=True
        )
        run(backend, "venv", "--quiet", "--clear", "--python", sys.executable, folder)
        run(backend, "pip", "install", "--quiet", "--python", python, *packages)
        stamp.write_text(state(packages))
    return python


def state(packages):
    """What the environment is made of."""
    digest = hashlib.sha256(sys.version.encode())
    for name in ("pyproject.toml", "requirements.lock"):
        digest.update((ROOT / name).read_bytes())
    return " ".join([*packages, digest.hexdigest()])


def run(backend, *command):
    # Where pip looks for wheels of the machine's own, uv looks too: on Linux PyTorch for the CPU alone can be
    # only there; the one that everybody gets brings all of CUDA.
    wheels = os.environ.get("PIP_FIND_LINKS", "").replace(" ", ",")
    if subprocess.run([UV, *command], cwd=ROOT, env={"UV_FIND_LINKS": wheels} | os.environ).returncode != 0:
        sys.exit(f"test-{backend}: `uv {command[0]}` failed (see above).")


if __name__ == "__main__":
    main()
