"""Time of `import cellcnn_helpers` and `import cellcnn_helpers.nn`, each in a fresh process.

python benchmarks/import_time.py
"""

import statistics
import subprocess
import sys

REPEATS = 5
PROMISED_S = 0.3

CODE = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"


def import_time(module):
    """Return the median time in seconds that a fresh Python takes to import `module`."""
    command = [sys.executable, "-c", CODE.format(module)]
    return statistics.median(
        float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        for _ in range(REPEATS)
    )


if __name__ == "__main__":
    for module in "numpy", "cellcnn_helpers", "cellcnn_helpers.nn":
        seconds = import_time(module)
        verdict = "" if module == "numpy" else f", promised {PROMISED_S} s"
        print(f"import {module}: {seconds:.3f} s{verdict}")
