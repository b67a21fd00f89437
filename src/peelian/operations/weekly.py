"""Visits a week: what a spot is owed, and what is left of its maximum."""

import numpy as np

from peelian.terms import Floats, Ints, Needs

WEEK = 7  # days before the shift in which visits are counted
NO_LIMIT = np.iinfo(np.int64).max


def owed_share(needs: Needs) -> Floats:
    """Share of its weekly minimum that each spot is owed, shape (n_spots,); 0 without one.

    Parameters
    ----------
    needs : Needs
    """
    owed = np.clip(needs.minimum - needs.recent, 0, None)
    share: Floats = owed / np.maximum(needs.minimum, 1)
    return share


def draw_weights(worth: Floats, needs: Needs) -> Floats:
    """What a spot's chance to be drawn is proportional to: its worth and what it is owed.

    Parameters
    ----------
    worth : array, shape (n_spots,)
        Above zero. [events, or days of harm]
    needs : Needs

    Returns
    -------
    array, shape (n_spots,)
        ``worth + owed share x largest worth``: a spot that had none of its visits counts for
        as much as the spot with most worth, and its own worth besides. [as worth]

    Notes
    -----
    Chances stay known, so the draw can still be evaluated; but spots that are owed visits are
    drawn more often, and a small spot's minimum is paid by visits to larger ones.
    """
    own = np.asarray(worth, dtype=float)
    weights: Floats = own + owed_share(needs) * own.max(initial=0.0)
    return weights


def visits_left(recent: Ints, maximum: Ints) -> Ints:
    """Visits that each spot may still get, shape (n_spots,); NO_LIMIT without a maximum.

    Parameters
    ----------
    recent : array of int, shape (n_spots,)
        Visits of the last seven days.
    maximum : array of int, shape (n_spots,)
        Visits in seven days; 0: none is set.
    """
    left: Ints = np.where(maximum > 0, np.clip(maximum - recent, 0, None), NO_LIMIT)
    return left
