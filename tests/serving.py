"""The workbench as a user starts it, for tests in a browser."""

import subprocess
import sys
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe

from peelian.records import remove_server

DESK = {"width": 1400, "height": 900}
PHONE = {"width": 390, "height": 844}
SERVE = """
import sys
from peelian import web
from peelian.workflows.settings import NarrativeFiles, ReviewSettings
store, narratives, text, sample = sys.argv[1:]
files = ReviewSettings(NarrativeFiles(narratives, text), int(sample)) if narratives else None
web.serve(store, port=0, narratives=files, ready=print)
"""

DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def axe(page):
    """What axe-core finds once the page has drawn itself at its present size.

    Tables that scroll take the keyboard's focus when they are measured: in the next frame.
    """
    page.evaluate(DRAWN)
    return Axe().run(page)


@contextmanager
def serving(store, *, narratives="", text="", sample=0, log=None):
    """The workbench over a store, in a process of its own; gives its address.

    What it writes to standard error goes to the file ``log``, if there is one.
    """
    command = [sys.executable, "-u", "-W", "ignore", "-c", SERVE, str(store)]
    command += [str(narratives), text, str(sample)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process:
        try:
            yield process.stdout.readline().strip().rstrip("/")
        finally:
            process.terminate()
            process.wait(30)
            remove_server(store.with_name(f"{store.name}-workbench") / "database")
