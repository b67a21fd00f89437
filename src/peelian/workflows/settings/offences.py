"""Choices of the jobs that read narratives."""

from dataclasses import dataclass

from peelian.workflows.options import option
from peelian.workflows.settings.common import SEED


@dataclass(frozen=True)
class NarrativeFiles:
    """Narratives of crimes, what people coded of them, and the dictionary."""

    narratives: str = option("", "CSV of narratives, one crime a row", page=False)
    text: str = option("", "column of the free text", page=False)
    offence: str = option(
        "", "column of the Home Office class, such as 8N; empty: not used", page=False
    )
    words: str = option("", "file of another dictionary; empty: ours", page=False)


@dataclass(frozen=True)
class ClassifySettings:
    """Knife, not or review, for each narrative."""

    source: NarrativeFiles = NarrativeFiles()
    id: str = option(
        "", "column of the crime number, to take labels into a store; empty: none", page=False
    )
    coded_in_store: bool = option(
        False, "where people decided in the workbench, their label", page=False
    )


@dataclass(frozen=True)
class EvaluateNarrativesSettings:
    """How good the labels are, on narratives that people coded."""

    source: NarrativeFiles = NarrativeFiles()
    label: str = option("", "column of the code: knife or not", page=False)
    second: str = option("", "column of a second coder, for kappa", page=False)
    codes: str = option(
        "", "file of codes by row, as offences review writes it, not columns", page=False
    )
    coded_in_store: bool = option(
        False, "codes are those given in the workbench and compared there", page=False
    )
    model: str = option("rules", "what is judged", choices=("rules", "linear", "both"))
    seed: int = option(SEED, "seed of every random draw")


@dataclass(frozen=True)
class ReviewSettings:
    """Rows for people to read."""

    source: NarrativeFiles = NarrativeFiles()
    sample: int = option(0, "rows drawn at random for two coders, beside the uncertain")
    seed: int = option(SEED, "seed of the draw")


@dataclass(frozen=True)
class NarrativeEntriesSettings:
    """Which entries about narratives to list."""

    file_hash: str = option("", "how the hash of one file begins; empty: all", page=False)
