"""A command as a user types it, run in this process so that the suite stays quick."""

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple
from unittest.mock import patch

from peelian.cli import main


class Ended(NamedTuple):
    """How a command ended: its exit code, and what it wrote where."""

    code: int
    out: str
    err: str


def peelian(*words: object) -> Ended:
    """Run ``peelian WORDS`` and tell how it ended; an error of ours escapes to the test."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with (
        patch.object(sys, "argv", ["peelian", *map(str, words)]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ending:
            code = ending.code
    return Ended(code if isinstance(code, int) else 0, out.getvalue(), err.getvalue())
