"""What the reader must be told: of the events, what was left out of them and why."""

from collections import Counter

from peelian import offences, sources
from peelian.terms import Extract

MONTH_ONLY_NOTE = (
    "The data give the month and a displaced place, so cells are 500 m or more and any time "
    "of day is an assumption, not a finding."
)


def training_notes(training: offences.TrainingSet, monthly: bool) -> tuple[str, ...]:
    """What the reader must be told about the offences, and what the data cannot say."""
    chosen = training.offence_set
    notes = [f"Offences: {chosen.label} ({chosen.name}, version {chosen.version})."]
    if training.left_out:
        codes = ", ".join(one.code.partition(":")[2] for one in training.left_out)
        notes.append(f"Left out of training: {codes}. Each {training.left_out[0].reason}.")
    return (MONTH_ONLY_NOTE, *notes) if monthly else tuple(notes)


def sink_notes(n: int) -> tuple[str, ...]:
    """How many events were left out because of the point they are recorded at."""
    if not n:
        return ()
    kinds = ", ".join(sink.kind for sink in sources.read_sinks())
    return (
        f"Left out: {n:,} events at points where offences are recorded rather than committed "
        f"({kinds}).",
    )


def refusal_notes(extract: Extract) -> tuple[str, ...]:
    """How many rows of a file could not be used, and why."""
    if not len(extract.refused):
        return ()
    n = len(extract.refused)
    return (
        f"Refused: {n:,} of {extract.read:,} rows of {extract.file}: {refused_text(extract)}.",
    )


def refused_text(extract: Extract) -> str:
    """Reasons, the column of each, and how many rows: ``no-coordinates in lon (12)``."""
    counted = Counter(
        zip(
            extract.refused["reason"].to_pylist(),
            extract.refused["field"].to_pylist(),
            strict=True,
        )
    )
    return ", ".join(f"{why} in {field} ({n:,})" for (why, field), n in counted.most_common())


def taken_back_notes(n: int, unmatched: int) -> tuple[str, ...]:
    """How many events were taken back by a row of negative weight."""
    if not n and not unmatched:
        return ()
    rest = f"; {unmatched:,} such rows found none and are left out" if unmatched else ""
    return (f"Taken back: {n:,} events, by rows of negative weight{rest}.",)
