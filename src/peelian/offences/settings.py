"""Public place apart from domestic and indoor, as far as the data say."""

from dataclasses import dataclass

import numpy as np

from peelian.terms import Bools, Setting, Texts


@dataclass(frozen=True, eq=False)
class PublicPlace:
    """Which events a street patrol could have met, and what the data could not say.

    ``chosen`` has shape (n,); ``note`` is the sentence to show beside any figure made of it.
    """

    chosen: Bools
    n_unknown: int
    note: str


def public_place(settings: Texts, *, keep_unknown: bool = True) -> PublicPlace:
    """Events in public places: domestic and indoor ones are set aside where the data say.

    Parameters
    ----------
    settings : array of str, shape (n,)
        Values of ``terms.Setting``.
    keep_unknown : bool
        Whether an event whose setting is not given counts as public. data.police.uk never
        gives it, so leaving the unknown out leaves nothing.

    Returns
    -------
    PublicPlace
        Nothing chosen, and a note that says so, for no events.

    References
    ----------
    .. [1] College of Policing, hot spots policing guidance: patrol serves street-visible
       offences in public places.
    """
    settings = np.asarray(settings)
    unknown = settings == Setting.UNKNOWN.value
    aside = np.isin(settings, (Setting.DOMESTIC.value, Setting.INDOOR.value))
    chosen = ~aside & (keep_unknown | ~unknown)
    n, n_unknown = len(settings), int(unknown.sum())
    return PublicPlace(chosen, n_unknown, _note(n, n_unknown, int(aside.sum()), keep_unknown))


def _note(n: int, n_unknown: int, n_aside: int, keep_unknown: bool) -> str:
    if n == 0:
        return "No events."
    kept = "kept as if public" if keep_unknown else "left out"
    if n_unknown == n:
        return (
            "The data do not say whether an event was in a public place, domestic or indoors: "
            f"all {n:,} are {kept}."
        )
    said = f"{n_aside:,} domestic or indoor events of {n:,} are set aside"
    if n_unknown:
        return f"{said}; for {n_unknown:,} the data do not say, and they are {kept}."
    return f"{said}."
