"""Laws of the store: it counts as numpy counts, and what it keeps it returns."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peelian import spacetime
from peelian.store import open_store
from peelian.terms import Areas, CoverageError, Grid, Periods, StudyArea
from store_samples import JANUARY, NOW, make_extract

SLOW = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
WEST, SOUTH, SIDE = 580_000.0, 205_000.0, 2_000.0
AREA = StudyArea(
    "square", shapely.box(WEST + 130, SOUTH + 70, WEST + SIDE, SOUTH + SIDE - 310)
)
CODES = ("a:1", "a:2")
PLACES = (None, "Airport", "Quay")


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Squares of round and of awkward sizes, hexagons, and overlapping polygons."""
    size = draw(st.sampled_from([100.0, 250.0, 0.1 * 3_000, 333.3, 500 / 3, 1_999.0]))
    kind = draw(st.sampled_from(["square", "square", "square", "hexagon", "polygons"]))
    if kind == "hexagon":
        return spacetime.hexagon_grid(AREA, size)
    if kind == "square":
        return spacetime.square_grid(AREA, size)
    boxes = [shapely.box(WEST, SOUTH, WEST + 900, SOUTH + SIDE)]
    boxes.append(shapely.box(WEST + 900, SOUTH, WEST + SIDE, SOUTH + SIDE))
    return spacetime.polygon_grid(
        Areas(("E1", "E2"), ("One", "Two"), ("", ""), np.full(2, np.nan), np.array(boxes))
    )


@st.composite
def spans(draw: st.DrawFn) -> Periods:
    """Periods of uneven length, some not held."""
    lengths = draw(st.lists(st.integers(3_600, 3 * 86_400), min_size=1, max_size=5))
    held = draw(
        st.lists(
            st.sampled_from([True, True, False]), min_size=len(lengths), max_size=len(lengths)
        )
    )
    edges = JANUARY + np.cumsum([draw(st.integers(0, 86_400)), *lengths]).astype("m8[s]")
    return Periods(edges[:-1], edges[1:], np.array(held))


@st.composite
def tables(draw: st.DrawFn, grid: Grid, periods: Periods) -> dict[str, Any]:
    """Rows inside, outside and exactly on the edges of cells and of periods.

    Half of the rows are drawn by a seed, so that many kinds of row meet in one table.
    """
    n = draw(st.integers(0, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n_edge = n // 2
    step = grid.cell_size if np.isfinite(grid.cell_size) else 450.0
    west, south = grid.origin if np.isfinite(grid.cell_size) else (WEST, SOUTH)

    def along(start: float) -> Any:
        steps = int(SIDE // step) + 3
        on_edge = start + rng.integers(-1, steps, n_edge) * step
        return np.concatenate([on_edge, start + rng.uniform(-0.3, 1.2, n - n_edge) * SIDE])

    edges = np.concatenate([periods.start, periods.end])
    first, last = periods.start[0] - 7_200, periods.end[-1] + 7_200
    within = first + rng.integers(0, (last - first).astype(int), n).astype("m8[s]")
    on_edge = edges[rng.integers(0, len(edges), n)] + rng.integers(-1, 2, n).astype("m8[s]")
    middle = np.where(rng.random(n) < 0.5, on_edge, within)
    longest = draw(st.sampled_from([0, 2, 3_600, 3_600, 2 * 86_400]))
    half = rng.integers(0, longest // 2 + 1, n)
    odd = rng.integers(0, 2, n) * (longest > 0)
    return {
        "n": n,
        "x": along(west),
        "y": along(south),
        "start": list(middle - half.astype("m8[s]")),
        "end": list(middle + (half + odd).astype("m8[s]")),
        "offence": rng.choice(CODES, n).tolist(),
        "place": [PLACES[i] for i in rng.integers(0, len(PLACES), n)],
        "weight": rng.choice([1.0, 1.0, -1.0, 0.5, 1825.0], n),
    }


@SLOW
@given(st.data())
def test_the_store_counts_as_numpy_counts(data: st.DataObject) -> None:
    grid, periods = data.draw(grids()), data.draw(spans())
    rows = data.draw(tables(grid, periods))
    offences = data.draw(st.sampled_from([None, CODES, CODES[:1], ()]))
    excluded = data.draw(st.sampled_from([(), ("Airport",)]))
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(folder, create=True)
        store.save(make_extract(**rows), now=NOW)
        events = store.events(offences=offences, excluded_places=excluded)

        def ours() -> Any:
            return store.count_events(
                grid, periods, offences=offences, excluded_places=excluded
            )

        try:
            expected = spacetime.count_events(events, grid, periods)
        except CoverageError as error:
            with pytest.raises(CoverageError) as raised:
                ours()
            assert str(raised.value) == str(error)
            return
        np.testing.assert_array_equal(ours(), expected)


@SLOW
@given(st.data())
def test_what_the_store_keeps_it_returns(data: st.DataObject) -> None:
    periods = Periods(np.array([JANUARY]), np.array([JANUARY + 1]), np.array([True]))
    rows = data.draw(tables(spacetime.square_grid(AREA, 500.0), periods))
    text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
    rows["place"] = data.draw(st.lists(text, min_size=rows["n"], max_size=rows["n"]))
    refused = [(900 + n, "no-date", "F", t) for n, t in enumerate(data.draw(st.lists(text)))]
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(folder, create=True)
        extract = make_extract(**rows, refused=refused)
        batch, _ = store.save(extract, now=NOW)
        assert batch.read == extract.read == batch.accepted + batch.refused
        events = open_store(folder).events()
        for name in ("x", "y", "weight"):
            np.testing.assert_array_equal(getattr(events, name), rows[name])
        np.testing.assert_array_equal(events.start, np.array(rows["start"], "M8[s]"))
        np.testing.assert_array_equal(events.end, np.array(rows["end"], "M8[s]"))
        assert events.place.tolist() == [p.rstrip("\0") for p in rows["place"]]
        assert events.offence.tolist() == rows["offence"]
        assert store.read_quarantine(batch.batch)["original"].to_pylist() == [
            original for *_, original in refused
        ]
        assert store.save(extract, now=NOW) == (batch, True)


@st.composite
def deliveries(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Files in the order they come: whole months, rolling extracts, two providers."""
    files = []
    for number in range(draw(st.integers(2, 7))):
        n = draw(st.integers(1, 4))
        months = ["s/2018-01", "s/2018-02"]
        ids = draw(st.lists(st.sampled_from([None, *"abc"]), min_size=n, max_size=n))
        seen: set[str | None] = set()
        ids = [i if i not in seen and not seen.add(i) else None for i in ids]  # type: ignore[func-returns-value]
        files.append(
            {
                "n": n,
                "file": draw(st.sampled_from(["one.csv", "two.csv", f"{number}.csv"])),
                "source": draw(st.sampled_from([*"pppppq"])),
                "slices": draw(st.lists(st.sampled_from(months), min_size=n, max_size=n)),
                "complete": draw(st.sampled_from([(), (), tuple(months[:1]), tuple(months)])),
                "ids": ids,
                "x": np.arange(n) + 100.0 * number,
            }
        )
    return files


def standing_rows(files: list[dict[str, Any]]) -> list[float]:
    """The rule said plainly: which rows count after all files have come."""
    rows = [
        (number, slice_, id_, x)
        for number, f in enumerate(files)
        for slice_, id_, x in zip(f["slices"], f["ids"], f["x"], strict=True)
    ]

    def replaced(number: int, slice_: str) -> bool:
        mine = files[number]
        return any(
            slice_ in f["complete"] or (not f["complete"] and f["file"] == mine["file"])
            for f in files[number + 1 :]
            if f["source"] == mine["source"]
        )

    kept = [row for row in rows if not replaced(row[0], row[1])]
    return [
        x
        for number, _, id_, x in kept
        if id_ is None
        or not any(
            other[2] == id_
            and other[0] > number
            and files[other[0]]["source"] == files[number]["source"]
            for other in kept
        )
    ]


@SLOW
@given(deliveries())
def test_later_files_replace_earlier_ones_by_the_stated_rule(
    files: list[dict[str, Any]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(folder, create=True)
        versions = []
        new = []
        for file in files:
            if not store.save(make_extract(**file), now=NOW)[1]:
                new.append(file)
            versions.append(
                (store.latest_version, list(new), [b.batch for b in store.batches()])
            )
        for version, held, batches in versions:
            expected = standing_rows(held)
            assert open_store(folder, version=version).events().x.tolist() == expected
            assert open_store(folder, batches=batches).events().x.tolist() == expected
        live = [b.batch for b in store.live_batches()]
        assert open_store(folder, batches=live).events().x.tolist() == standing_rows(new)


def test_points_on_an_edge_belong_to_the_cell_north_and_east(tmp_path: Path) -> None:
    """A literal case of the law, for the reader."""
    grid = spacetime.square_grid(
        StudyArea("two cells", shapely.box(WEST, SOUTH, WEST + 200, SOUTH + 100)), 100.0
    )
    store = open_store(tmp_path, create=True)
    x, y = [WEST, WEST + 100, WEST + 200, WEST + 199.9], [SOUTH, SOUTH, SOUTH, SOUTH + 100]
    store.save(make_extract(4, x=x, y=y), now=NOW)
    periods = Periods(
        np.array([JANUARY, JANUARY + 1]),
        np.array([JANUARY + 1, JANUARY + 2]),
        np.array([True, False]),
    )
    counts = store.count_events(grid, periods)
    np.testing.assert_array_equal(counts, [[1, 1], [np.nan, np.nan]])
