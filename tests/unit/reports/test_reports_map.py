"""The map file: what is in it, what cannot get into it."""

import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
import shapely

from peelian import reports
from peelian.reports import (
    district_shapes,
    diverging_layer,
    map_panel,
    named_layer,
    read_provenance,
    render_map,
)
from peelian.reports.scales import ABOVE, BELOW, COLOURS, density_classes, density_layer
from peelian.terms import Areas, CoordinateError, ParameterError, Table
from report_samples import sample_grid, sample_provenance, sample_view

HOSTILE = "</script><img src=x onerror=alert(1)>\u2028'\"&"
STATIC = Path(reports.__file__).parent / "static"


def page(**changes: object) -> str:
    return render_map(sample_view(**changes)).decode()


def test_the_same_view_gives_the_same_bytes():
    assert render_map(sample_view()) == render_map(sample_view())


def test_the_map_carries_its_record(tmp_path):
    path = tmp_path / "map.html"
    path.write_bytes(render_map(sample_view()))
    assert read_provenance(path) == sample_provenance()


def test_the_page_says_what_when_where_how_good_and_what_to_beware_of():
    text = page()
    for words in (
        "<title>Where serious violence is most likely, December 2018: Sample area",
        "PAI 21.3 (95 % interval 18.9 to 23.6)",
        "Places are moved to the nearest of a fixed list of points.",
        "Expected events per km² a month",
        ": 17,050 rows read, 68 refused, sha256",
        "Made by Peelian 0.1.0",
        'lang="en-GB"',
    ):
        assert words in text


def test_every_listed_cell_is_in_the_table_and_on_the_map():
    text = page()
    assert re.findall(r'<tr role="row" data-cell="(\d+)" data-rank', text) == [
        "33",
        "34",
        "7",
        "44",
        "45",
    ]
    assert ">5.500</td>" in text
    assert ">0.9700</td>" in text
    assert len(re.findall(r"<(?:path|circle)[^>]* data-cell=", text)) == 6


def test_hostile_text_stays_text():
    view = sample_view()
    columns = {**view.table.columns, "place": np.array([HOSTILE] * 5)}
    text = page(
        title=HOSTILE,
        subtitle=HOSTILE,
        score=HOSTILE,
        notes=(HOSTILE,),
        layer=named_layer(
            [HOSTILE] * 80, {HOSTILE: (HOSTILE, "#000")}, view.flagged, HOSTILE, HOSTILE
        ),
        table=Table(columns, title=HOSTILE, units={"place": HOSTILE}),
        districts={HOSTILE: view.districts["Easton"]},
        provenance=sample_provenance(notes=(HOSTILE,), method=HOSTILE),
    )
    assert "<img" not in text
    assert "onerror=alert" not in text.replace("onerror=alert(1)&gt;", "").replace(
        "onerror=alert(1)\\u003e", ""
    )
    assert len(re.findall(r"<script", text)) == 4
    data = re.search(r'id="map-data">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    names = [f["properties"].get("name") for f in json.loads(data[1])["features"]]
    assert HOSTILE in names


def test_nothing_but_the_files_own_scripts_may_run():
    text = page()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    rules = policy[1].replace("&#39;", "'")
    assert rules.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in rules
    assert "http" not in rules


def test_the_geojson_says_what_the_map_draws():
    collection = json.loads(map_panel(sample_view()).geojson)
    cells = [f for f in collection["features"] if f["properties"]["kind"] == "cell"]
    by_cell = {f["id"]: f["properties"] for f in cells}
    assert by_cell[33] == {
        "kind": "cell",
        "cell": 33,
        "colour": COLOURS[-1],
        "flagged": True,
        "hatched": False,
        "value": "22.00",
    }
    assert by_cell[34]["hatched"] is True
    assert sorted(by_cell) == [7, 33, 34, 44, 45, 71]  # the rest are blank and not sent
    names = [f["properties"].get("name") for f in collection["features"]]
    assert names[-3:] == ["Easton", "Weston", "Sample"]


def test_the_map_opens_on_the_flagged_cells_unless_they_fill_the_area():
    grid = sample_grid()
    spread = json.loads(map_panel(sample_view()).geojson)["bounds"]
    assert spread["flagged"] == spread["all"]
    flagged = np.isin(np.arange(grid.n_cells), [33, 34])
    bounds = json.loads(map_panel(sample_view(flagged=flagged)).geojson)["bounds"]
    west, south, east, north = bounds["flagged"]
    assert bounds["all"][0] < west < east < bounds["all"][2]
    assert bounds["all"][1] < south < north < bounds["all"][3]


def test_classes_are_quarters_of_the_flagged_cells():
    density = np.concatenate([np.arange(1.0, 9.0), np.zeros(2), [0.2, 0.3]])
    classes = density_classes(density, density >= 1)
    assert np.bincount(classes.of_cell[:8]).tolist() == [0, 2, 2, 2, 2]
    assert classes.of_cell[8:].tolist() == [-1, -1, -1, 0]
    assert classes.labels[0] == "0.25 to 1.00, not flagged"
    assert classes.labels[-1] == "6.25 or more"
    assert classes.colours == COLOURS


def test_classes_of_equal_densities_and_of_none():
    equal = density_classes(np.ones(4), np.array([True, True, False, False]))
    assert len(equal.low) == 2
    assert equal.of_cell.tolist() == [1, 1, 1, 1]
    assert density_classes(np.zeros(4), np.zeros(4, bool)).of_cell.tolist() == [-1] * 4
    unflagged = density_classes(np.array([1.0, 2.0]), np.zeros(2, bool))
    assert unflagged.of_cell.tolist() == [1, 4]


def test_a_value_about_zero_has_two_hues_and_is_blank_near_zero():
    value = np.array([-9.0, -4.0, -0.1, 0.0, np.nan, 0.1, 4.0, 9.0, 2.0])
    layer = diverging_layer(value, np.abs(value) >= 4, "z", "outlined: p under 0.05")
    classes = layer.classes
    assert classes.of_cell[2:6].tolist() == [-1] * 4
    colours = classes.colour
    assert colours[0] in BELOW and colours[1] in BELOW
    assert colours[6] in ABOVE and colours[7] in ABOVE
    assert BELOW.index(colours[0]) + 1 == len(ABOVE) - ABOVE.index(colours[7])  # alike
    assert len(classes.labels) == len(set(classes.of_cell[classes.of_cell >= 0]))
    assert (classes.labels[0], classes.labels[-1]) == ("-9 or less", "9 or more")
    assert layer.texts[4] == ""


def test_a_value_about_one_keeps_its_middle_blank():
    ratio = np.array([0.5, 1.0, 2.0, 0.0, np.inf, np.nan])
    layer = diverging_layer(ratio, ratio != 1, "ratio", "", ratio=True)
    assert layer.classes.of_cell.tolist() == [0, -1, 1, 0, 1, -1]
    assert layer.classes.labels == ("0.50 or less", "2.00 or more")


def test_nothing_about_zero_has_no_class():
    for nothing in (np.zeros(3), np.full(3, np.nan)):
        layer = diverging_layer(nothing, np.zeros(3, bool), "z", "")
        assert layer.classes.of_cell.tolist() == [-1] * 3
        assert layer.classes.labels == ()


def test_names_share_a_colour_and_only_those_that_occur_are_in_the_legend():
    shown = {
        "new": ("rising", "#111111"),
        "more": ("rising", "#111111"),
        "old": ("gone", "#222222"),
    }
    names = np.array(["more", "new", "none"])
    layer = named_layer(names, shown, np.ones(3, bool), "Class", "")
    assert layer.classes.labels == ("rising",)
    assert layer.classes.of_cell.tolist() == [0, 0, -1]
    assert layer.texts.tolist() == ["more", "new", "none"]


def luminance(colour):
    r, g, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def test_both_hues_grow_darker_away_from_the_middle():
    for hue in (BELOW[::-1], ABOVE):
        assert sorted(hue, key=luminance, reverse=True) == list(hue)


def test_a_file_carries_only_so_many_cells_and_says_so(monkeypatch):
    monkeypatch.setattr("peelian.reports.scales.MAX_DRAWN", 20)
    monkeypatch.setattr("peelian.reports.map.MAX_DRAWN", 20)
    panel = map_panel(sample_view(risk=np.linspace(1, 2, 80)))
    features = json.loads(panel.geojson)["features"]
    cells = [f["id"] for f in features if f["properties"]["kind"] == "cell"]
    assert len(cells) == 6 + 20  # the flagged, and the densest of the rest
    assert set(cells) >= {79, 78, 7}
    assert "only the 20 that stand out most are drawn" in panel.map
    assert "stand out most" not in map_panel(sample_view()).map


def test_colours_run_light_to_dark_and_are_never_red():
    channels = [[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in COLOURS]
    luminance = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in channels]
    assert luminance == sorted(luminance, reverse=True)
    assert all(b >= g >= r for r, g, b in channels)


def test_an_empty_map_says_that_nothing_stands_out():
    grid = sample_grid()
    empty = Table({"cell": np.array([], dtype=int), "rank": np.array([], dtype=int)})
    none = np.zeros(grid.n_cells)
    text = page(table=empty, risk=none, flagged=none > 0, stability=None, districts={})
    assert "No cell is listed" in text
    assert "No cell has anything to show" in text


def test_a_map_needs_a_place_on_the_earth_and_a_cell_column():
    with pytest.raises(CoordinateError, match="plane coordinates"):
        render_map(sample_view(grid=sample_grid(crs="none")))
    with pytest.raises(ParameterError, match="cell column"):
        sample_view(table=Table({"rank": np.arange(3)}))
    three = density_layer(np.ones(3), np.ones(3), np.ones(3, dtype=bool), "events")
    with pytest.raises(ParameterError, match="layer has 3 entries"):
        sample_view(layer=three)


def test_routes_of_a_plan_are_drawn_and_named():
    grid = sample_grid()
    line = shapely.LineString([(grid.x[7], grid.y[7]), (grid.x[33], grid.y[33])])
    panel = map_panel(sample_view(routes={"Team A, Maldon (assumed base)": line}))
    route = json.loads(panel.geojson)["features"][-1]
    assert route["properties"]["name"] == "Team A"
    assert route["geometry"]["type"] == "LineString"
    assert ">Team A</text>" in panel.map
    assert "route of a team" in panel.map
    assert "route of a team" not in map_panel(sample_view()).map


def test_a_cell_may_stand_in_several_rows_and_need_no_rank():
    stops = Table({"cell": np.array([33, 7, 33]), "stop": np.array(["1", "2", "3"])})
    panel = map_panel(sample_view(table=stops))
    assert panel.table.count('data-cell="33"') == 2
    assert "data-rank" not in panel.table
    assert '<g class="map-ranks" text-anchor="middle">\n</g>' in panel.map


def test_intervals_stand_under_their_estimate_and_reasons_under_the_place():
    view = sample_view()
    columns = dict(view.table.columns)
    columns = {
        **{name: columns[name] for name in ("cell", "rank", "place", "expected")},
        "low": np.array([1.0, 2, 3, 4, np.nan]),
        "high": np.array([9.0, 8, 7, 6, np.nan]),
        "why": columns["why"],
    }
    table = map_panel(sample_view(table=Table(columns, units={"expected": "events"}))).table
    assert re.findall(r'"columnheader"[^>]*>(\w+)', table) == ["Rank", "Place", "Expected"]
    assert '<span class="unit">events (95 % interval)</span>' in table
    assert '5.500 <span class="under">1 to 9</span>' in table
    assert 'High Street <span class="under">41 events in 9 months held</span>' in table


def test_districts_are_joined_from_their_areas():
    boxes = np.array([shapely.box(i, 0, i + 1, 1) for i in range(3)], dtype=object)
    areas = Areas(("a", "b", "c"), ("A", "B", "C"), ("X", "X", ""), np.ones(3), boxes)
    shapes = district_shapes(areas)
    assert list(shapes) == ["X"]
    assert shapes["X"].area == 2


def test_the_vendored_script_is_the_one_its_page_names():
    readme = (STATIC / "vendor" / "README.md").read_text(encoding="utf-8")
    digest, name = re.findall(r"^([0-9a-f]{64})  (\S+)$", readme, re.MULTILINE)[0]
    content = (STATIC / "vendor" / name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == digest
    licence = (STATIC / "vendor" / "maplibre-gl.LICENSE.txt").read_text(encoding="utf-8")
    assert "MapLibre contributors" in licence
