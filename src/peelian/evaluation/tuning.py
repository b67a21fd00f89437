"""Each model's settings, and the baseline, chosen before the first origin that is reported."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from peelian.evaluation.backtest import do_pieces, find_origins, require_budget
from peelian.evaluation.pieces import Failed, Work, join, one_by_one, split
from peelian.evaluation.tally import Frame
from peelian.terms import CoverageError, DataError, Forecaster, History, Instants, Table


@dataclass(frozen=True, eq=False)
class Tuning:
    """What was chosen, and on what grounds.

    Attributes
    ----------
    origins : array of datetime64[s], shape (n_origins,)
        Start of each period scored to choose by; all ended before the test. UTC
    chosen : mapping of name to Forecaster
    table : Table
        ``forecaster, settings, hits, chosen``: one row a candidate. [events]
    """

    origins: Instants
    chosen: Mapping[str, Forecaster]
    table: Table

    def best(self, names: Iterable[str]) -> str:
        """The one of these models whose chosen settings had most hits; the first of equals."""
        model, hits = (self.table.columns[name] for name in ("forecaster", "hits"))
        of = {name: float(np.nanmax(hits[model == name])) for name in names}
        return max(of, key=lambda name: of[name])


def tune(
    history: History,
    candidates: Mapping[str, Sequence[Forecaster]],
    *,
    test_from: np.datetime64,
    area_budget: float,
    min_history: int,
    horizon: int = 1,
    work: Work = one_by_one,
    progress: Callable[[int, int], None] | None = None,
) -> Tuning:
    """Choose for each model the settings that caught most before the test begins.

    Parameters
    ----------
    history : History
    candidates : mapping of name to sequence of Forecaster
        Settings to choose from; of those that catch as many the first is chosen.
    test_from : datetime64
        Nothing that ends or comes on record after it is used. UTC
    area_budget : float
        Area each may flag at each origin, the same as in the test. [m2]
    min_history, horizon : int
        As in `backtest`. [periods]
    work, progress : callable
        As in `backtest`.

    Returns
    -------
    Tuning

    Raises
    ------
    CoverageError
        If no origin lies before the test, or a forecaster gives NaN at one.
    DataError
        If every candidate of a model fails.
    ParameterError
        If a setting is out of range.

    Notes
    -----
    Hits are averaged over the order of tied cells and summed over origins. The more the
    candidates, the more the best of them owes to chance here; what it is worth is for the
    test to say.
    """
    require_budget(history, area_budget)
    n = int(np.searchsorted(history.periods.end, test_from, side="right"))
    try:
        before = history.until(n)
        origins = find_origins(before, min_history, horizon)
    except CoverageError as error:
        raise CoverageError(
            f"nothing to choose settings by before {test_from}: {error}"
        ) from None
    frame = Frame.of(before, origins, area_budget, horizon)
    labels = [(name, i) for name, several in candidates.items() for i in range(len(several))]
    pieces = [
        piece
        for name, i in labels
        for piece in split(
            f"{name}, candidate {i + 1}", candidates[name][i], before, frame, None
        )
    ]
    scored = join(pieces, do_pieces(pieces, work, progress))
    found = list(scored.values())
    hits = [np.nan if isinstance(one, Failed) else float(one.hits.sum()) for one in found]

    chosen, flags = {}, np.zeros(len(labels), dtype=bool)
    for name, several in candidates.items():
        own = [k for k, (of, _) in enumerate(labels) if of == name]
        if np.isnan([hits[k] for k in own]).all():
            why = ", ".join(dict.fromkeys(str(getattr(found[k], "reason", "")) for k in own))
            raise DataError(f"every candidate of {name} failed before {test_from}: {why}")
        best = own[int(np.nanargmax([hits[k] for k in own]))]
        chosen[name], flags[best] = several[best - own[0]], True
    columns = {
        "forecaster": np.array([name for name, _ in labels]),
        "settings": np.array([repr(candidates[name][i]) for name, i in labels]),
        "hits": np.array(hits),
        "chosen": flags,
    }
    title = f"Settings tried on {len(origins)} origins before {test_from}"
    return Tuning(
        before.periods.start[origins], chosen, Table(columns, title, {"hits": "events"})
    )
