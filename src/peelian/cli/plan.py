"""``peelian plan`` for a routing problem in a file: solve it, or check an answer."""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from peelian.cli.show import print_data, progress_bar
from peelian.terms import DataError

PROBLEM = typer.Option(help="plan this routing problem instead (JSON), within --seconds")
SECONDS = typer.Option(help="how long to look for routes; only with --problem [s]")
CHECK = typer.Option(
    help="a routing problem and an answer: print its value, or the first violation"
)


def with_problems(plan: Callable[..., None]) -> Callable[..., None]:
    """The command that plans a shift, which also takes a routing problem."""
    from peelian import workflows

    @functools.wraps(plan)
    def command(
        *,
        problem: Path | None,
        seconds: float,
        check: tuple[Path, Path] | None,
        **given: Any,
    ) -> None:
        if check:
            try:
                value = workflows.check_answer(*check)
            except DataError as error:
                print_data(f"not valid: {error}")
                raise typer.Exit(1) from error
            print_data(f"{value:.10g}")
        elif problem:
            with progress_bar(given["quiet"]) as progress:
                answer = workflows.solve_problem(
                    problem, seconds=seconds, seed=given["seed"], progress=progress
                )
            print_data(answer)
        else:
            plan(**given)

    added = {
        "problem": (Annotated[Path | None, PROBLEM], None),
        "seconds": (Annotated[float, SECONDS], 30.0),
        "check": (Annotated[tuple[Path, Path] | None, CHECK], None),
    }
    own = inspect.signature(plan).parameters.values()
    parameters = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind
        )
        for name, (kind, default) in added.items()
    ]
    command.__signature__ = inspect.Signature([*own, *parameters])  # type: ignore[attr-defined]
    command.__annotations__ |= {name: kind for name, (kind, _) in added.items()}
    return command
