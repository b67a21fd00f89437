"""The workbench as a user starts it, for tests in a browser."""

import subprocess
import sys
from contextlib import contextmanager

from peelian.records import remove_server

DESK = {"width": 1400, "height": 900}
PHONE = {"width": 390, "height": 844}
SERVE = "import sys; from peelian import web; web.serve(sys.argv[1], port=0, ready=print)"


@contextmanager
def serving(store):
    """The workbench over a store, in a process of its own; gives its address."""
    command = [sys.executable, "-u", "-W", "ignore", "-c", SERVE, str(store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip().rstrip("/")
        finally:
            process.terminate()
            process.wait(30)
            remove_server(store.with_name(f"{store.name}-workbench") / "database")
