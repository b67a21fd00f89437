"""Routing problems that others bring: solved, and answers checked."""

import os
import time
from pathlib import Path

from peelian import operations, sources
from peelian.terms import ParameterError
from peelian.workflows.outcome import Progress, silent
from peelian.workflows.settings import SEED, generator


def solve_problem(
    path: Path, *, seconds: float, seed: int = SEED, progress: Progress = silent
) -> str:
    """The best routes found within so many seconds, on every core, as JSON.

    The clock decides how far a search gets, so two runs may differ.
    """
    if not 0 < seconds < 86_400:
        raise ParameterError(f"seconds is {seconds:g}: give more than 0, at most a day")
    problem = sources.read_problem(path)
    routes = operations.solve(
        problem,
        iterations=0,
        seconds=seconds,
        clock=time.monotonic,
        searches=os.cpu_count() or 1,
        rng=generator(seed),
        progress=lambda done, of: progress(done / max(of, 1), "looking for routes"),
    )
    value = operations.check_routes(problem, routes)
    return sources.answer_json(problem, routes, value)


def check_answer(path: Path, answer: Path) -> float:
    """Value of an answer to a problem; DataError with the first violation."""
    problem = sources.read_problem(path)
    return operations.check_routes(problem, sources.read_answer(answer, problem))
