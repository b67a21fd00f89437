"""Print how ours compares with the best peers, measured in this run, as a Markdown table.

``python bench/run.py`` runs every module beside this one that has a ``run``;
``python bench/run.py gi_star kde`` those named.
"""

import importlib
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HERE = Path(__file__).parent
PACKAGES = ("peelian", "numpy", "scipy", "esda", "libpysal", "KDEpy")


def main() -> None:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # before numpy is imported: one thread
    sys.path.insert(0, str(HERE))
    names = sys.argv[1:] or sorted(
        p.stem for p in HERE.glob("*.py") if "\ndef run(" in p.read_text()
    )
    print(f"{_machine()}. {_versions()}.")
    print("Medians of interleaved repetitions, CPU seconds, one thread, warmed up.")
    print("A ratio above 1 means that ours takes less.\n")
    print("| what | ours, s | peer | peer, s | ratio | note |")
    print("|---|---|---|---|---|---|")
    for name in names:
        print(f"measuring {name} ...", file=sys.stderr)
        for row in importlib.import_module(name).run():
            print(
                f"| {row[0]} | {row[1]:.4f} | {row[2]} | {row[3]:.4f} | "
                f"{row[4]:.1f} | {row[5]} |",
                flush=True,
            )


def _machine() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    model = models[0] if models else platform.processor() or platform.machine()
    return f"{model}, {os.cpu_count()} cores, {platform.system()}"


def _versions() -> str:
    found = [f"Python {platform.python_version()}"]
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"{package} missing")
    return ", ".join(found)


if __name__ == "__main__":
    main()
