"""Is an event knife-enabled? The collection's versions, and the days on which each holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from peelian.terms import ClassValidity, KnifeDefinition, ParameterError


@dataclass(frozen=True)
class KnifeFinding:
    """Whether one event counts, under which definition, and why.

    ``enabled`` is None where it cannot be said: ``reason`` then tells what to do. ``series``
    is ``knife-enabled``, ``possession`` (separate, flag or none) or ``neither``.
    """

    enabled: bool | None
    series: str
    definition: str
    reason: str


@dataclass(frozen=True)
class DefinitionChange:
    """From ``day`` on, figures of a series mean something else."""

    day: date
    old: str
    new: str
    reason: str


def class_problem(
    offence: str, day: date, validity: Mapping[str, ClassValidity]
) -> str | None:
    """Why a class cannot stand on that day, and what to do; None when it can.

    Parameters
    ----------
    offence : str
        Code of the class, such as ``home-office:8N``.
    day : date
        Day on which the offence was recorded.
    validity : mapping of code to ClassValidity

    Returns
    -------
    str or None
        None also where no source gives the class's days.
    """
    known = validity.get(offence)
    if known is None:
        return None
    if known.valid_from is not None and day < known.valid_from:
        before = [one.code for one in validity.values() if offence in one.replaced_by]
        use = (
            f"then it was {' or '.join(before)}" if before else "correct the date or the class"
        )
        return f"class {offence} was not in use before {known.valid_from}, {day} given: {use}"
    if known.valid_until is not None and day > known.valid_until:
        use = " or ".join(known.replaced_by) or "the class that followed it"
        return f"class {offence} ended on {known.valid_until}, {day} given: use {use}"
    return None


def knife_enabled(
    offence: str,
    day: date,
    knife: bool | None,
    definition: KnifeDefinition,
    validity: Mapping[str, ClassValidity],
) -> KnifeFinding:
    """Whether one event is knife-enabled crime under a version of the collection.

    Parameters
    ----------
    offence : str
        Code of the Home Office class.
    day : date
        Day on which the offence was recorded.
    knife : bool or None
        Whether a knife or sharp instrument was used or threatened; None where nobody has said.
    definition : KnifeDefinition
    validity : mapping of code to ClassValidity

    Returns
    -------
    KnifeFinding
        ``enabled`` is None for a class or a definition that does not hold on that day, and for
        a missing flag in a class that the collection covers.

    Notes
    -----
    Not for possession: an article carried and found is a separate series, which follows how
    much police search.
    """

    def finding(enabled: bool | None, series: str, reason: str) -> KnifeFinding:
        return KnifeFinding(enabled, series, definition.name, reason)

    problem = class_problem(offence, day, validity)
    if problem:
        return finding(None, "neither", problem)
    if not holds_on(definition, day):
        until = definition.valid_until or "today"
        return finding(
            None,
            "neither",
            f"{definition.name} holds from {definition.valid_from} to {until}, {day} given: "
            "choose the version of that day",
        )
    if offence in definition.possession:
        return finding(False, "possession", "possession is a separate series")
    if offence not in definition.codes:
        return finding(False, "neither", f"{offence} is not in the collection")
    if knife is None:
        return finding(
            None, "neither", "no flag: read the narrative (peelian offences classify)"
        )
    if not knife:
        return finding(False, "neither", "no knife or sharp instrument used or threatened")
    return finding(True, "knife-enabled", "a knife or sharp instrument used or threatened")


def holds_on(definition: KnifeDefinition, day: date) -> bool:
    """Whether a definition holds on a day; its first and last days are in."""
    ended = definition.valid_until is not None and day > definition.valid_until
    return definition.valid_from <= day and not ended


def definition_changes(
    definitions: Sequence[KnifeDefinition],
    first_day: date,
    last_day: date,
    *,
    adopted: date | None = None,
) -> tuple[DefinitionChange, ...]:
    """The days within a span from which a knife series means something else.

    Parameters
    ----------
    definitions : sequence of KnifeDefinition
    first_day, last_day : date
        Of the series, both in it.
    adopted : date, optional
        When the force moved to the National Data Quality Improvement Service; None if never.

    Returns
    -------
    tuple of DefinitionChange
        In order. A change on ``first_day`` is none: the whole series is after it. Empty for a
        series of one meaning.

    Raises
    ------
    ParameterError
        If the span ends before it begins, or some day of it has no definition.

    Notes
    -----
    A year on year comparison across such a day is of two things. Tell it, or do not make it.
    """
    if last_day < first_day:
        raise ParameterError(f"last day {last_day} is before first day {first_day}: swap them")
    edges = {one.valid_from for one in definitions} | ({adopted} if adopted else set())
    days = sorted({first_day} | {day for day in edges if first_day < day <= last_day})
    used = [definition_on(definitions, day, adopted) for day in days]
    return tuple(
        DefinitionChange(day, old.name, new.name, new.note)
        for day, old, new in zip(days[1:], used[:-1], used[1:], strict=True)
        if old != new
    )


def definition_on(
    definitions: Sequence[KnifeDefinition], day: date, adopted: date | None
) -> KnifeDefinition:
    """The one definition of a day, by the method in use then.

    Raises
    ------
    ParameterError
        If none holds.
    """
    by_service = adopted is not None and day >= adopted
    for one in definitions:
        if holds_on(one, day) and (one.method == "NDQIS") == by_service:
            return one
    raise ParameterError(
        f"no knife definition holds on {day}: begin the series later, or add a version"
    )
