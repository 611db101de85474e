"""Run the student notebooks as Colab would, with its versions and its way to get the package.

`make test-colab` runs it. An environment with Colab's versions is made in `_build/colab`. The archive of the
current commit is served locally the way GitHub serves it, and each notebook installs it from there with its
own setup cell. Every run must add our package and change nothing else, a second run must fetch nothing, and
no cell may fail.
"""

import argparse
import contextlib
import http.server
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbclient
import nbformat

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from cellcnn_book.address import Address  # noqa: E402

# What Colab's GPU image of 2026-08-19 has. It has the last three too, in versions we need not match.
PYTHON = "3.13"
PACKAGES = """
anywidget==0.9.21 ipywidgets==7.7.1 keras==3.13.2 matplotlib==3.10.0 numpy==2.1.3 pandas==2.2.3 pooch==1.9.0
scikit-image==0.25.2 scipy==1.16.3 tensorflow==2.20.0 opencv-python-headless>=4,<5
threadpoolctl ipykernel tqdm
""".split()
OURS = "cellcnn-helpers"
UV = Path(sys.executable).parent / "uv"
ENVIRONMENT = ROOT / "_build" / "colab"
INTERPRETER = ENVIRONMENT / "bin" / "python"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="which (all in notebooks/)")
    paths = parser.parse_args().notebooks or sorted((ROOT / "notebooks").glob("*.ipynb"))
    if not paths:
        stop("there is no notebook in notebooks/. Run `make notebooks` first.")
    make_environment()
    address = Address.read(ROOT)
    with archive_server(address, commit_archive(address)) as server:
        for path in paths:
            start = time.monotonic()
            check_notebook(path, address.archive_url, server)
            print(f"test-colab: {path.name} passed in {time.monotonic() - start:.0f} s", flush=True)
    print(f"test-colab: {len(paths)} passed, 0 failed")


def stop(message):
    sys.exit(f"test-colab: {message}")


# The environment


def make_environment():
    """Make `_build/colab` unless it is there, from this Python and with the packages it was made with."""
    python = find_python()
    stamp = ENVIRONMENT / ".ready"
    if not (stamp.exists() and INTERPRETER.exists() and stamp.read_text() == state(python)):
        print("test-colab: making an environment with Colab's versions in _build/colab", flush=True)
        # --seed: %pip needs pip
        run(UV, "venv", "--quiet", "--clear", "--seed", "--python", python, ENVIRONMENT)
        run(UV, "pip", "install", "--quiet", "--python", INTERPRETER, *PACKAGES)
        run(INTERPRETER, "-m", "ipykernel", "install", "--prefix", ENVIRONMENT, "--name", "colab")
        stamp.write_text(state(python))
    version = run(INTERPRETER, "-c", "import platform; print(platform.python_version())").strip()
    note = "" if version.startswith(f"{PYTHON}.") else f" (Colab has {PYTHON}, which this machine has not)"
    print(f"test-colab: Python {version}{note}", flush=True)


def find_python():
    """Colab's Python where the machine has it, on the path or from pyenv; else the one that runs this."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for python in (f"python{PYTHON}", *sorted(pyenv.glob(f"{PYTHON}.*/bin/python"))):
        with contextlib.suppress(OSError):
            if subprocess.run([python, "-c", "import venv"], capture_output=True).returncode == 0:
                return str(python)
    return sys.executable


def run(*command):
    """The output of a command that must succeed."""
    result = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True)
    if result.returncode != 0:
        stop(f"`{' '.join(map(str, command))}` failed:\n{result.stdout}{result.stderr}")
    return result.stdout


def installed():
    """The packages of the environment, by name, each with its version or where it came from."""
    lines = run(UV, "pip", "freeze", "--python", INTERPRETER).splitlines()
    return {line.replace(" @ ", "==").split("==")[0]: line for line in lines}


def state(python):
    """What the environment is made of and what it holds, but for our package."""
    others = [line for name, line in sorted(installed().items()) if name != OURS]
    return "\n".join([python, *PACKAGES, "", *others])


# What GitHub does


def commit_archive(address):
    """The zip of the current commit, with all files under `NAME-REF/` as GitHub packs it."""
    if run("git", "status", "--porcelain", "cellcnn_helpers", "pyproject.toml"):
        print("test-colab: changes of the package that are not committed are not tested", flush=True)
    folder = f"{address.repository.split('/')[1]}-{address.ref.replace('/', '-')}/"
    command = ["git", "archive", f"--prefix={folder}", "--format=zip", "HEAD"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout


@contextlib.contextmanager
def archive_server(address, archive):
    """Serve the archive as GitHub does: its address leads on to one that does not end in `.zip`."""
    asked = Path(address.archive_url.removeprefix("https://github.com")).as_posix()
    packed = f"/codeload/{address.repository}/zip/{address.ref}"

    class GitHub(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.requests.append(self.path)
            if self.path == asked:
                self.send_response(302)
                self.send_header("Location", packed)
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif self.path == packed:
                self.send_response(200)
                self.send_header("Content-Type", "application/zip")
                self.send_header("Content-Length", str(len(archive)))
                self.end_headers()
                self.wfile.write(archive)
            else:
                self.send_error(404)

        def log_message(self, *arguments):
            """Keep quiet: pip's own messages tell more."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), GitHub) as server:
        server.requests = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


# A notebook


def check_notebook(path, archive_url, server):
    """Run a notebook on a machine that has not got the package, then its setup cell on one that has."""
    notebook = nbformat.read(path, as_version=4)
    local = archive_url.replace("https://github.com", f"http://127.0.0.1:{server.server_port}")
    setup = [cell for cell in notebook.cells if cell.cell_type == "code" and archive_url in cell.source]
    if len(setup) != 1:
        stop(
            f"{path.name}: one cell should install {archive_url}, but {len(setup)} do. Run `make notebooks`."
        )
    setup[0].source = setup[0].source.replace(archive_url, local)

    if OURS in installed():
        run(UV, "pip", "uninstall", "--quiet", "--python", INTERPRETER, OURS)
    before, requests = installed(), len(server.requests)
    execute(path, notebook)
    after = installed()
    if len(server.requests) == requests:
        stop(f"{path.name}: the setup cell did not fetch the archive.")
    if OURS not in after:
        stop(f"{path.name}: the setup cell did not install {OURS}.")
    if {name: line for name, line in after.items() if name != OURS} != before:
        changed = sorted(set(before.values()) ^ set(after.values()) - {after[OURS]})
        stop(f"{path.name}: the setup cell changed other packages: {', '.join(changed)}.")
    run(UV, "pip", "check", "--quiet", "--python", INTERPRETER)  # our lower bounds hold for Colab's versions

    requests = len(server.requests)
    execute(path, nbformat.v4.new_notebook(cells=setup))
    if len(server.requests) != requests or installed() != after:
        stop(f"{path.name}: the setup cell installs again where the package is there.")


def execute(path, notebook):
    """Run all cells in an empty folder, as a new Colab session has it: no checkout, no data, no cache."""
    with tempfile.TemporaryDirectory() as folder:
        ours = ("PYTHONPATH", "CELLCNN_DATA", "MPLBACKEND")
        environment = {name: value for name, value in os.environ.items() if name not in ours}
        environment |= {"XDG_CACHE_HOME": folder, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        environment["TF_CPP_MIN_LOG_LEVEL"] = "3"  # what TensorFlow says about a missing GPU is no finding
        os.environ["JUPYTER_PATH"] = str(ENVIRONMENT / "share" / "jupyter")
        client = nbclient.NotebookClient(
            notebook,
            kernel_name="colab",
            timeout=600,
            resources={"metadata": {"path": folder}},
            extra_arguments=["--log-level=ERROR"],
        )
        try:
            client.execute(env=environment)
        except (nbclient.exceptions.CellExecutionError, nbclient.exceptions.CellTimeoutError) as error:
            stop(f"{path.name}: {error}")
    for cell in notebook.cells:
        expected = "raises-exception" in cell.metadata.get("tags", [])
        for output in cell.get("outputs", []):
            if output.output_type == "error" and not expected:
                stop(f"{path.name}: {output.ename}: {output.evalue} in\n{cell.source}")


if __name__ == "__main__":
    main()
