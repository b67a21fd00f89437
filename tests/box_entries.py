"""Entries about boxes for the tests, in days from a first one, on plane squares."""

import numpy as np
import shapely

from peelian.terms import BoxAction, BoxEntry, BoxKind, StudyArea

FIRST = np.datetime64("2018-01-01T06:00:00", "s")
DAY = np.timedelta64(86_400, "s")
AREA = StudyArea("Squareshire", shapely.box(0, 0, 2_000, 2_000))


def entry(
    box, action=BoxAction.ADD, *, at, since=None, until=None, kind=BoxKind.DRAWN,
    polygon=None, replaces=None,
):  # fmt: skip
    """One entry, written ``at`` and holding from ``since``, in days."""
    return BoxEntry(
        box=box,
        action=action,
        kind=kind,
        name="Market",
        polygon=shapely.box(0, 0, 100, 100) if polygon is None else polygon,
        replaces=replaces,
        reason="Fights after closing",
        role="analyst",
        at=FIRST + at * DAY,
        since=FIRST + (at if since is None else since) * DAY,
        until=np.datetime64("NaT", "s") if until is None else FIRST + until * DAY,
    )
