"""Statistics as maps: what stands out is outlined, listed first and said in words."""

from colorsys import rgb_to_hls
from functools import cache

import numpy as np
import pytest

from factories import NOW
from peelian import workflows
from peelian.hotspots.emerging import KINDS
from peelian.terms import Table
from peelian.workflows import JOBS, as_bytes, open_store, run
from peelian.workflows.maps.drawn import COLD, HOT, PATTERNS, QUADRANTS, SURFACES
from peelian.workflows.options import on_pages


@pytest.fixture(scope="module")
def made(small_store, weekly_store):
    """The outcome of a hotspot job, made once: monthly unless ``dated``."""

    @cache
    def outcome(word, dated=False, **changes):
        name = f"hotspots {word}"
        settings = workflows.from_flat(JOBS[name].settings, dict(changes))
        return run(name, open_store(weekly_store if dated else small_store), settings, now=NOW)

    return outcome


@pytest.mark.parametrize("word", ["kde", "gi-star", "local-moran", "stability"])
def test_a_statistic_of_cells_can_be_seen(made, word):
    view = made(word).view
    listed = view.table.columns["cell"]
    first = listed[: int(view.flagged.sum())]
    assert view.flagged[first].all()
    assert not view.flagged[listed[len(first) :]].any()
    assert view.subtitle.startswith("2018-01 to 2018-10, 8 of 10 periods held; ")
    assert {"rank", "place", "n"} <= set(view.table.columns)
    assert not {"x", "y"} & set(view.table.columns)
    assert as_bytes(made(word), ".html").startswith(b"<!doctype html>")


def test_what_stands_out_is_what_the_test_says(made):
    outcome = made("gi-star", null="normal")
    view = outcome.view
    assert view.flagged.any()
    assert np.array_equal(view.flagged, outcome.table.columns["p_fdr"] <= 0.05)
    assert f"{int(view.flagged.sum())} of {view.grid.n_cells} cells stand out" in view.subtitle
    assert np.all(np.diff(view.table.columns["p_fdr"]) >= 0)
    assert "p, adjusted" in view.layer.note


def test_without_a_test_the_highest_stand_out(made):
    view = made("kde").view
    density = made("kde").table.columns["density"]
    assert density[view.flagged].min() >= density[~view.flagged].max()


def test_where_nothing_stands_out_it_says_so_and_lists_the_first(made):
    view = made("gi-star").view
    assert not view.flagged.any()
    assert "no cell of" in view.subtitle
    assert "none of them outlined" in view.table.title
    assert len(view.table) == 10


def test_every_class_has_a_colour_and_none_is_red():
    kinds = [f"{kind} {word}spot" for kind in KINDS for word in ("hot", "cold")]
    assert set(kinds) <= set(PATTERNS)
    for _, colour in [*PATTERNS.values(), *QUADRANTS.values()]:
        hue, *_ = rgb_to_hls(*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)))
        assert 20 < 360 * hue < 340
    assert len({*HOT, *COLD}) == 8


def test_dated_events_can_be_seen_as_chains(made):
    outcome = made("near-repeats", dated=True)
    chains = dict(outcome.tables)["chains"]
    view = outcome.view
    assert len(view.table) == min(len(chains), 100)
    assert view.table.columns["n"][0] == chains.columns["n"].max()
    assert view.flagged.all()
    assert as_bytes(outcome, ".html")


def test_the_legend_of_shapes_speaks_of_no_flag(made):
    layer = made("near-repeats", dated=True).view.layer
    assert not any("flagged" in label for label in layer.classes.labels)
    assert layer.note == "Each line joins an event and one that followed it."


def test_a_cluster_is_a_circle_of_its_own_radius(made):
    outcome = made("scan", dated=True, runs=9)
    view, columns = outcome.view, outcome.table.columns
    wide = columns["radius"] > 50
    area = np.pi * columns["radius"][wide] ** 2
    assert np.allclose(view.grid.area[wide], area, rtol=0.02)
    assert np.array_equal(view.flagged, columns["p"] <= 0.05)


def test_a_table_without_a_surface_has_no_map(made):
    assert made("concentration").view is None
    assert "measure" not in SURFACES


def test_the_same_command_is_reproduced_with_its_map(made, small_store, tmp_path):
    path = tmp_path / "gi.html"
    workflows.write(made("gi-star"), path)
    _, difference = workflows.reproduce(path, folder=small_store)
    assert difference is None


def test_no_page_offers_a_file_of_the_machine_or_a_condition():
    for job in JOBS.values():
        if not job.name.startswith(("hotspots ", "backtest", "report map", "plan")):
            continue  # on no page
        offered = on_pages(job.settings)
        for name, _, _, text in workflows.flat_fields(job.settings):
            spoken = text.lower()
            if any(word in spoken for word in ("file", "folder", "sql", "column")):
                assert name not in offered, name


def test_choices_hold_the_default():
    for job in JOBS.values():
        choices = on_pages(job.settings)
        for name, _, default, _ in workflows.flat_fields(job.settings):
            if choices.get(name):
                assert default in choices[name], name


def test_a_map_is_drawn_when_asked_for_and_once():
    calls = []
    outcome = workflows.Outcome(Table({}), None, draw=lambda: calls.append(1))
    assert calls == []
    assert outcome.view is outcome.view
    assert calls == [1]
