"""The four measures a force is asked about: what each is, from the offence codes held."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from peelian.offences.definitions import class_problem, definition_on, knife_enabled
from peelian.terms import (
    ClassValidity,
    Events,
    Floats,
    KnifeDefinition,
    OffenceClass,
    ParameterError,
    Table,
)

KNIFE, VIOLENCE, ROBBERY, POSSESSION = MEASURES = (
    "knife-enabled", "violence-with-injury", "robbery", "possession-of-weapons",
)  # fmt: skip
WIDER = "violence-and-sexual-offences"  # the nearest that data.police.uk has to VIOLENCE
LABELS = {
    KNIFE: "Knife-enabled offences",
    VIOLENCE: "Violence with injury",
    ROBBERY: "Robbery",
    POSSESSION: "Possession of weapons",
    WIDER: "Violence and sexual offences",
}
GROUPS = {
    VIOLENCE: ("Violence with injury",),
    ROBBERY: ("Robbery of business property", "Robbery of personal property"),
    POSSESSION: ("Possession of weapons offences",),
}
CATEGORIES = {
    VIOLENCE: "police-uk:violent-crime",
    ROBBERY: "police-uk:robbery",
    POSSESSION: "police-uk:possession-of-weapons",
}


@dataclass(frozen=True)
class Measure:
    """What is counted for one of MEASURES, as near as the codes held come to it.

    Attributes
    ----------
    asked : str
        One of MEASURES.
    key : str
        What is counted: ``asked``, or WIDER.
    label : str
        Its name, as a heading.
    codes : tuple of str
        The codes held that it counts; empty where the data do not say.
    definition : str
        What every figure of it carries.
    exact : bool
        Whether it is what was asked.
    reason : str
        Why it is not exact, as a sentence; empty when it is.
    """

    asked: str
    key: str
    label: str
    codes: tuple[str, ...]
    definition: str
    exact: bool
    reason: str = ""


def measures_of(
    held: Collection[str],
    classes: Sequence[OffenceClass],
    validity: Mapping[str, ClassValidity],
    definitions: Sequence[KnifeDefinition],
    *,
    flagged: bool,
) -> tuple[Measure, ...]:
    """The four measures, in the order of MEASURES, from the codes that are held.

    Parameters
    ----------
    held : collection of str
        Codes of the events held.
    classes : sequence of OffenceClass
    validity : mapping of code to ClassValidity
        A class that ended belongs to the group of a class that replaced it.
    definitions : sequence of KnifeDefinition
        Those in use over the time held.
    flagged : bool
        Whether any event of their classes says if a knife was used.

    Notes
    -----
    Home Office classes come before categories of data.police.uk, so that a store with both
    never counts an offence twice.
    """
    found = [_knife(held, definitions, flagged=flagged)]
    for asked, groups in GROUPS.items():
        named = {one.code for one in classes if one.group in groups}
        before = {one.code for one in validity.values() if named & set(one.replaced_by)}
        codes = tuple(sorted((named | before) & set(held)))
        if codes:
            short = ", ".join(code.partition(":")[2] for code in codes)
            said = f"Home Office classes of {LABELS[asked].lower()}: {short}"
            found.append(Measure(asked, asked, LABELS[asked], codes, said, exact=True))
        else:
            found.append(_category(asked, held))
    return tuple(found)


def _knife(
    held: Collection[str], definitions: Sequence[KnifeDefinition], *, flagged: bool
) -> Measure:
    codes = tuple(sorted({c for one in definitions for c in one.codes} & set(held)))
    names = " and ".join(one.name for one in definitions)
    if codes and flagged:
        return Measure(KNIFE, KNIFE, LABELS[KNIFE], codes, names, exact=True)
    why = "no class of the knife or sharp instrument collection is among their codes."
    if codes:
        why = (
            "no event says whether a knife or sharp instrument was used or threatened. Name "
            "the column that does, or read the narratives (peelian offences classify)."
        )
    elif any(code.startswith("police-uk:") for code in held):
        why = "the categories of data.police.uk carry no knife flag."
    reason = f"The data held do not say: {why}"
    return Measure(KNIFE, KNIFE, LABELS[KNIFE], (), names, exact=False, reason=reason)


def _category(asked: str, held: Collection[str]) -> Measure:
    code = CATEGORIES[asked]
    if code not in held:
        reason = f"The data held do not say: no offence of {LABELS[asked].lower()} is held."
        return Measure(asked, asked, LABELS[asked], (), "", exact=False, reason=reason)
    key = WIDER if asked == VIOLENCE else asked
    said = f"data.police.uk category {LABELS[key].lower()}"
    if key == asked:
        return Measure(asked, key, LABELS[key], (code,), said, exact=True)
    reason = (
        "Wider than violence with injury, which data.police.uk does not tell apart: it also "
        "holds violence without injury, harassment and sexual offences."
    )
    return Measure(asked, key, LABELS[key], (code,), said, exact=False, reason=reason)


def knife_flags(
    events: Events,
    day: Any,
    definitions: Sequence[KnifeDefinition],
    validity: Mapping[str, ClassValidity],
    *,
    adopted: date | None = None,
) -> Floats:
    """Whether each event is knife-enabled, under the definition of its day.

    Parameters
    ----------
    events : Events
    day : array of datetime64[D], shape (n,)
        Day on which each was recorded.
    definitions, validity
        As `knife_enabled`.
    adopted : date, optional
        As `definition_changes`.

    Returns
    -------
    array, shape (n,)
        1 or 0; NaN where it cannot be said: no flag, a class or a definition not of that day.
    """
    found = np.full(len(events), np.nan)
    if events.knife is None or not len(events):
        return found
    state = np.nan_to_num(events.knife, nan=-1).astype(np.int64)
    names, code = np.unique(events.offence, return_inverse=True)
    number = day.astype("datetime64[D]").astype(np.int64)
    kinds, kind = np.unique(
        np.column_stack([code, number, state]), axis=0, return_inverse=True
    )
    said = [
        _flag(str(names[c]), np.datetime64(int(d), "D").astype(date), s, definitions, validity,
              adopted)
        for c, d, s in kinds
    ]  # fmt: skip
    enabled: Floats = np.array(said)[kind.ravel()]
    return enabled


def _flag(
    offence: str,
    day: date,
    state: int,
    definitions: Sequence[KnifeDefinition],
    validity: Mapping[str, ClassValidity],
    adopted: date | None,
) -> float:
    try:
        definition = definition_on(definitions, day, adopted)
    except ParameterError:  # before the first of them
        return np.nan
    knife = None if state < 0 else bool(state)
    enabled = knife_enabled(offence, day, knife, definition, validity).enabled
    return np.nan if enabled is None else float(enabled)


def misdated_classes(offence: Any, day: Any, validity: Mapping[str, ClassValidity]) -> Table:
    """Classes that did not exist on the day recorded, and what to do, a row a class.

    Parameters
    ----------
    offence : array of str, shape (n,)
    day : array of datetime64[D], shape (n,)
        Day on which each was recorded.
    validity : mapping of code to ClassValidity

    Returns
    -------
    Table
        ``offence, n, first, last, what_to_do``: how many, on which days. Empty when all is
        well. Such rows are kept: the class, or the day, is wrong, and only the force can tell.
    """
    rows = []
    for code in sorted(set(np.unique(offence).tolist()) & set(validity)):
        days, n = np.unique(day[offence == code].astype("datetime64[D]"), return_counts=True)
        said = [class_problem(code, one, validity) for one in days.tolist()]
        wrong = np.array([one is not None for one in said], dtype=bool)
        # Before its first day and after its last are two mistakes.
        late = days > np.datetime64(validity[code].valid_until or date.max)
        for chosen in (wrong & ~late, wrong & late):
            if chosen.any():
                at = np.flatnonzero(chosen)
                rows.append((code, n[at].sum(), days[at[0]], days[at[-1]], said[at[0]]))
    kinds = {"offence": "U", "n": "i8", "first": "M8[D]", "last": "M8[D]", "what_to_do": "U"}
    return Table(
        {
            name: np.array([row[i] for row in rows], dtype=kind)
            for i, (name, kind) in enumerate(kinds.items())
        },
        "Classes that did not exist on the day recorded",
    )
