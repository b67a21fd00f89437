"""Which offences a forecast may learn from, and which are left out, with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from peelian.terms import OffenceClass, OffenceSet, ParameterError

FOLLOWS_POLICE = (
    "comes to light mainly because police looked or were there, so its number follows where "
    "police go: a forecast trained on it sends them back to where they were"
)


@dataclass(frozen=True)
class LeftOut:
    """An offence kept out of training, and why; ``str`` gives the sentence to show."""

    code: str
    reason: str

    def __str__(self) -> str:
        return f"left out: {self.code} because it {self.reason}"


@dataclass(frozen=True)
class TrainingSet:
    """The codes to learn from, and every offence of the same lists that is left out."""

    offence_set: OffenceSet
    codes: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def training_set(
    offence_set: OffenceSet, classes: Sequence[OffenceClass], *, keep_discovered: bool = False
) -> TrainingSet:
    """The codes of a set that a forecast may learn from.

    Parameters
    ----------
    offence_set : OffenceSet
    classes : sequence of OffenceClass
        The code lists that the set draws on.
    keep_discovered : bool
        Keep police-discovered offences that are in the set. Only for showing what goes wrong.

    Returns
    -------
    TrainingSet
        ``left_out`` names every discovered offence of the lists that the set draws on, in the
        set or not, in the order of ``classes``; empty with ``keep_discovered``.

    Raises
    ------
    ParameterError
        If a code of the set is in none of the lists, or nothing is left to learn from.

    Notes
    -----
    Do not use a set with discovered offences to choose places: more search finds more, and the
    forecast feeds on itself.

    References
    ----------
    .. [1] D. Ensign et al., "Runaway feedback loops in predictive policing," Proceedings of
       Machine Learning Research, 81, 160-171, 2018.
    .. [2] K. Lum and W. Isaac, "To predict and serve?," Significance, 13(5), 14-19, 2016.
       doi:10.1111/j.1740-9713.2016.00960.x
    """
    by_code = {one.code: one for one in classes}
    unknown = [code for code in offence_set.codes if code not in by_code]
    if unknown:
        raise ParameterError(
            f"offence set {offence_set.name} {offence_set.version}: {', '.join(unknown)} "
            "is in no code list; correct the code or add its class"
        )
    if keep_discovered:
        return TrainingSet(offence_set, offence_set.codes, ())
    codes = tuple(code for code in offence_set.codes if not by_code[code].discovered)
    if not codes:
        raise ParameterError(
            f"offence set {offence_set.name} {offence_set.version}: every offence in it is "
            "police-discovered, so nothing is left to learn from; choose another set"
        )
    lists = {_namespace(code) for code in offence_set.codes}
    left_out = tuple(
        LeftOut(one.code, FOLLOWS_POLICE)
        for one in classes
        if one.discovered and _namespace(one.code) in lists
    )
    return TrainingSet(offence_set, codes, left_out)


def _namespace(code: str) -> str:
    return code.partition(":")[0]
