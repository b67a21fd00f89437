"""Data on standard output, everything else on standard error."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from peelian.workflows import Outcome, Progress

BAR_AFTER = 2.0  # [s]


def say(message: str, *, quiet: bool = False) -> None:
    """A message for the person, on standard error."""
    if not quiet:
        sys.stderr.write(f"{message}\n")


def print_data(text: str) -> None:
    """Data, on standard output, with one newline at its end.

    When whoever read it has stopped reading, so do we, without a word.
    """
    try:
        sys.stdout.write(text.rstrip("\n") + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None


def deliver(outcome: "Outcome", *, form: str, output: Path | None, quiet: bool) -> None:
    """Announce what was chosen, then print the data or write the file."""
    from peelian import workflows

    for sentence in (*outcome.chosen, *outcome.provenance.notes):
        say(sentence, quiet=quiet)
    if output is None:
        print_data(workflows.as_text(outcome, form))
        if form == "table" and outcome.tables:  # other forms promise one table and no more
            print_data(f"\n{workflows.further_text(outcome)}")
        return
    for path in workflows.write(outcome, output):
        say(f"wrote {path}", quiet=quiet)


@contextmanager
def progress_bar(quiet: bool) -> Iterator["Progress"]:
    """A progress callable; on a terminal its bar appears after two seconds of the job."""
    from rich.console import Console
    from rich.progress import Progress as Bar

    hidden = quiet or not sys.stderr.isatty()
    bar = Bar(console=Console(stderr=True), transient=True, disable=hidden)
    task = bar.add_task("working", total=1.0)
    began = time.monotonic()

    def progress(share: float, message: str) -> None:
        bar.update(task, completed=share, description=message)
        if not bar.live.is_started and time.monotonic() - began > BAR_AFTER:
            bar.start()

    try:
        yield progress
    finally:
        if bar.live.is_started:
            bar.stop()
