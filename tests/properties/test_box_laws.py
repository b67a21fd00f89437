"""A backtest with boxes knows of each origin what was written by then, and nothing else."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from box_entries import DAY, FIRST, entry
from forecast_histories import dated_history, events_of, squares
from peelian.evaluation import Drawn, score_judgement
from peelian.forecasts import FORECASTERS
from peelian.operations import area_of, box_changes, shares_within, standing_boxes
from peelian.terms import BoxAction, BoxKind, StudyArea

GRID = squares(3, 3)
AREA = StudyArea("All", shapely.box(0, 0, 300, 300), GRID.crs)


@st.composite
def journals(draw):
    """Entries in the order written, of up to three boxes."""
    at, found = 0, []
    for _ in range(draw(st.integers(0, 8))):
        at += draw(st.integers(0, 3))
        since = draw(st.one_of(st.none(), st.integers(-3, 12)))
        until = draw(st.one_of(st.none(), st.integers(-3, 14)))
        corner = draw(st.integers(0, 220))
        found.append(
            entry(
                draw(st.integers(1, 3)),
                draw(st.sampled_from(list(BoxAction))),
                at=at,
                since=since,
                until=until,
                kind=draw(st.sampled_from(list(BoxKind))),
                polygon=shapely.box(corner, 0, corner + 60, 80),
            )
        )
    return found


def said(boxes):
    return [(b.number, b.edits, b.drawn, id(b.last)) for b in boxes]


@given(journals(), st.integers(0, 15))
def test_entries_written_later_change_nothing(entries, day):
    instant = FIRST + day * DAY
    known = [e for e in entries if e.at <= instant]
    assert said(standing_boxes(entries, instant)) == said(standing_boxes(known, instant))


@given(journals(), st.integers(0, 15), st.booleans())
def test_between_changes_the_same_boxes_stand(entries, day, dated):
    instant = FIRST + day * DAY
    changes = box_changes(entries, dated=dated)
    before = changes[changes <= instant]
    then = before[-1] if len(before) else FIRST - 100 * DAY
    now, earlier = (said(standing_boxes(entries, at, dated=dated)) for at in (instant, then))
    assert now == earlier


@given(journals(), st.integers(0, 15))
def test_no_place_counts_twice_and_shares_add_up(entries, day):
    boxes = [b for b in standing_boxes(entries, FIRST + day * DAY) if b.sends]
    covered = area_of(boxes)
    shares = shares_within(covered, GRID, AREA)
    assert shares.min() >= 0
    assert shares.max() <= 1
    np.testing.assert_allclose((shares * GRID.area).sum(), covered.area, atol=1e-6)
    assert covered.area <= sum(b.last.polygon.area for b in boxes) + 1e-6


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(1, 8))
def test_boxes_that_are_the_models_cells_score_as_the_model_does(seed, n_flagged):
    """Judgement that copies the model is worth exactly as much, alone and joined to it."""
    rng = np.random.default_rng(seed)
    n = 200
    x, y = rng.uniform(0, 300, (2, n))
    history = dated_history(events_of(x, y, rng.uniform(0, 6, n)), GRID, 6)
    model = FORECASTERS["count"]()
    origins, drawn = [3, 4, 5], []
    for origin in origins:
        risk = model.forecast(history.until(origin), 1).risk[0]
        if len(np.unique(risk)) < len(risk):
            return  # ties are averaged by the model and cannot be drawn
        flagged = np.zeros(9, dtype=bool)
        flagged[np.argsort(-risk)[:n_flagged]] = True
        counts = history.counts[origin] * flagged
        drawn.append(
            Drawn(
                n_flagged * 1e4, counts.sum(), flagged * 1.0, counts, np.zeros(9, dtype=bool)
            )
        )
    table = score_judgement(
        history, {"count": model}, origins, drawn, area_budget=n_flagged * 1e4,
        draws=20, rng=np.random.default_rng(1),
    )  # fmt: skip
    np.testing.assert_allclose(table.columns["hits"], table.columns["hits_against"])
    np.testing.assert_allclose(table.columns["difference"], 0, atol=1e-9)
