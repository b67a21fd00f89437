"""Choices of the running sheet, the close-down pack and the return of a week of action."""

from dataclasses import dataclass

from peelian.workflows.options import option


@dataclass(frozen=True)
class ListSettings:
    """What is held."""

    operation: str = option("", "an operation, to list its entries; empty: all operations")


@dataclass(frozen=True)
class SheetSettings:
    """One day of an operation."""

    operation: str = option("", "short name of the operation; empty: the latest")
    day: str = option("", "day of the sheet, YYYY-MM-DD; empty: today, or the last day")
    part: str = option(
        "done", "which table comes first: what was done, or found", choices=("done", "found")
    )


@dataclass(frozen=True)
class CloseSettings:
    """A whole operation."""

    operation: str = option("", "short name of the operation; empty: the latest")
    residents: str = option(
        "", "residents by ethnic group, such as white=1600000,black=40000; empty: no rates"
    )


@dataclass(frozen=True)
class ReturnSettings:
    """A funder's return of an operation."""

    operation: str = option("", "short name of the operation; empty: the latest")
    layout: str = option(
        "example-return", "columns of the return: a TOML file, or a bundled name", page=False
    )
