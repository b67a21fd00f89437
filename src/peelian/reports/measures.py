"""What a measure counted, and what a reader must know of it, in sentences."""

from collections.abc import Sequence

from peelian.offences import DefinitionChange, Measure
from peelian.reports.numbers import with_commas


def measure_notes(
    measure: Measure,
    *,
    unflagged: float = 0.0,
    read_flags: int = 0,
    mixed: bool = False,
    flags: Sequence[DefinitionChange] = (),
) -> tuple[str, ...]:
    """What was counted, how much cannot be said, and where the series changes its meaning.

    Parameters
    ----------
    measure : Measure
    unflagged : float
        Events of its codes of which it cannot be said whether they count. [events]
    read_flags : int
        Flags that were read from narratives. [events]
    mixed : bool
        Whether others were not.
    flags : sequence of DefinitionChange
        Within the series.
    """
    notes = [f"Counted: {measure.definition}."]
    if measure.reason:
        notes.append(measure.reason)
    if unflagged:
        notes.append(
            f"{with_commas(unflagged)} more offences of these classes carry no flag, or a "
            "class that did not exist that day, so the number is the least there were, and a "
            "change may be one of flagging."
        )
    if read_flags:
        notes.append(
            f"{with_commas(read_flags)} flags, yes or no, were read from narratives and not "
            "made by officers: do not compare with series whose flags are officers'."
        )
    if mixed:
        notes.append("Other flags are officers', so no change from a year before is told.")
    notes += [
        f"From {one.day.day} {one.day:%B %Y} counted as {one.new}, before as {one.old}: not "
        f"comparable. {one.reason}"
        for one in flags
    ]
    return tuple(notes)
