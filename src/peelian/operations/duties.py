"""Who may be sent where and when: crews, skills, places of other agencies, single crews."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from peelian.operations.checks import listed, require_unique
from peelian.terms import Bools, Break, Needs, ParameterError, Spots, Team

SINGLE = 1  # officers of a single crew


def no_needs(spots: Spots) -> Needs:
    """Spots that ask nothing of a team, have no limits and had no visits.

    Parameters
    ----------
    spots : Spots
    """
    n = len(spots)
    none = np.zeros(n, dtype=np.int64)
    return Needs(none + 1, ((),) * n, none, none, none, ("",) * n)


def may_serve(teams: Sequence[Team], needs: Needs) -> Bools:
    """Which team may be sent to which spot.

    Parameters
    ----------
    teams : sequence of Team
    needs : Needs

    Returns
    -------
    array of bool, shape (n_teams, n_spots)
        The crew is large enough, the team has the skills, and the spot lies in one of the
        team's places where it is limited to some.

    Raises
    ------
    ParameterError
        If a team is limited to a place of which ``needs`` does not say where it is.
    """
    allowed = np.zeros((len(teams), len(needs.crew)), dtype=np.bool_)
    skilled = [frozenset(skills) for skills in needs.skills]
    for k, team in enumerate(teams):
        able = np.array([skills <= set(team.skills) for skills in skilled], dtype=np.bool_)
        allowed[k] = able & (needs.crew <= team.crew)
        if team.places:
            unknown = [place for place in team.places if place not in needs.within]
            if unknown:
                raise ParameterError(
                    f"team {team.name!r}: place {unknown[0]!r} is not known; there are "
                    f"{listed(list(needs.within)) or 'none'}"
                )
            allowed[k] &= np.any([needs.within[place] for place in team.places], axis=0)
    return allowed


def single_hours(
    teams: Sequence[Team], hours: Sequence[tuple[int, int]]
) -> tuple[tuple[Team, ...], tuple[str, ...]]:
    """Single crews kept to the hours in which they may be out.

    Parameters
    ----------
    teams : sequence of Team
    hours : sequence of (int, int)
        From and to. [minutes into the shift]

    Returns
    -------
    teams : tuple of Team
        A single crew patrols in the longest of these hours within its own, and is back at
        base by their end; its break is left to it where it does not lie in them. A single
        crew without such hours is left out.
    names : tuple of str
        Of the teams left out.
    """
    kept, left = [], []
    for team in teams:
        if team.crew > SINGLE:
            kept.append(team)
            continue
        spans = [(max(team.start, a), min(team.end, b)) for a, b in hours]
        start, end = max(spans, key=lambda span: span[1] - span[0], default=(0, 0))
        if end <= start:
            left.append(team.name)
            continue
        kept.append(replace(team, start=start, end=end, meal=_within(team.meal, start, end)))
    return tuple(kept), tuple(left)


def _within(meal: Break | None, start: int, end: int) -> Break | None:
    """The break as far as it can be taken between these minutes."""
    if meal is None:
        return None
    opens, closes = max(meal.opens, start), min(meal.closes, end - meal.minutes)
    return Break(meal.minutes, opens, closes) if opens <= closes else None


def check_teams(teams: Sequence[Team], minutes: int) -> None:
    """Raise ParameterError unless there are teams, named apart, with hours in the shift.

    Parameters
    ----------
    teams : sequence of Team
    minutes : int
        Length of the shift. [minutes]

    Raises
    ------
    ParameterError
        Naming the team and its hours.
    """
    if not teams:
        raise ParameterError("no teams: a plan needs one team at least")
    require_unique("teams", [team.name for team in teams])
    for team in teams:
        if team.start < 0 or team.end > minutes:
            raise ParameterError(
                f"team {team.name!r}: hours from minute {team.start} to {team.end} leave the "
                f"shift, which has {minutes} minutes; keep them inside 0 to {minutes}"
            )
        if not (np.isfinite(team.base.x) and np.isfinite(team.base.y)):
            raise ParameterError(
                f"team {team.name!r}: base {team.base.name!r} has no coordinates "
                f"({team.base.x}, {team.base.y}); give metres in the plan's projected CRS"
            )
