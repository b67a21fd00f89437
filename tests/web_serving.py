"""The workbench over a store in a process of its own, for the tests in a browser."""

import subprocess
import sys
from contextlib import contextmanager

from peelian.records import remove_server

SERVE = "import sys; from peelian import web; web.serve(sys.argv[1], port=0, ready=print)"


@contextmanager
def serving(store):
    """The workbench over a store; gives its address."""
    command = [sys.executable, "-u", "-W", "ignore", "-c", SERVE, str(store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip().rstrip("/")
        finally:
            process.terminate()
            process.wait(30)
            remove_server(store.with_name(f"{store.name}-workbench") / "database")
