"""Events against others, now against then, and residents: what the jobs make of a file."""

import json

import numpy as np
import pytest
import shapely

from factories import DATED, NOW, SIDE, SOUTH, WEST, dated_csv
from peelian import hotspots
from peelian.store import open_store
from peelian.terms import CoverageError, DataError, ParameterError
from peelian.workflows import from_flat, run
from peelian.workflows.jobs import JOBS


@pytest.fixture
def events(tmp_path):
    """448 events of 112 days, their harm 1, 2, 3, 1, ... days."""
    return dated_csv(tmp_path / "dated.csv")


@pytest.fixture
def do(events):
    """The outcome of a hotspots job on that file, or another."""

    def done(job, file=events, **given):
        given = {"events": file, "cell_size": 1000, **DATED, **given}
        kind = JOBS[f"hotspots {job}"].settings
        given = {key: str(value) for key, value in given.items()}
        return run(f"hotspots {job}", None, from_flat(kind, given), now=NOW)

    return done


def areas_file(path, *, population=(100, 200, 300, 400)):
    """Four squares that quarter the sample, with residents."""
    half = SIDE / 2
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"A{i}", "people": people},
            "geometry": shapely.geometry.mapping(
                shapely.box(
                    WEST + half * (i % 2),
                    SOUTH + half * (i // 2),
                    WEST + half * (i % 2 + 1),
                    SOUTH + half * (i // 2 + 1),
                )
            ),
        }
        for i, people in enumerate(population)
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    path.write_text(
        json.dumps({"type": "FeatureCollection", "crs": crs, "features": features})
    )
    return path


def test_two_kinds_of_one_file_share_cells_that_hold_them_both(do):
    made = do(
        "dual-kde",
        where="harm = 1",
        reference_where="harm > 1",
        permutations=19,
        bandwidth=1500,
    )
    columns = made.table.columns
    assert (columns["n"].sum(), columns["n_reference"].sum()) == (150, 298)
    assert np.nanmin(columns["p"]) >= 2 / 20
    assert "150 events against 298" in made.chosen


def test_the_reference_may_be_another_file_elsewhere(do, events, tmp_path):
    moved = tmp_path / "moved.csv"
    rows = events.read_text().splitlines()
    east = [f"{float(r.split(',')[0]) + 9000},{r.split(',', 1)[1]}" for r in rows[1:]]
    moved.write_text("\n".join([rows[0], *east]) + "\n")
    columns = do("dual-kde", reference=moved, permutations=19).table.columns
    assert columns["n"].sum() == columns["n_reference"].sum() == 448
    assert columns["n"][columns["x"] > WEST + SIDE + 1000].sum() == 0
    assert columns["n_reference"][columns["x"] < WEST].sum() == 0


def test_the_same_events_twice_differ_nowhere(do, events):
    columns = do("dual-kde", reference=events, permutations=19).table.columns
    near = ~np.isnan(columns["relative_risk"])
    np.testing.assert_allclose(columns["relative_risk"][near], 1)


def test_a_bad_condition_on_the_reference_is_called_by_its_own_name(do):
    with pytest.raises(ParameterError, match=r"^reference: --reference-where 'harm >': "):
        do("dual-kde", reference_where="harm >")
    with pytest.raises(ParameterError, match=r"^--where 'harm <': "):
        do("dual-kde", where="harm <", reference_where="harm > 1")
    with pytest.raises(DataError, match=r"^reference: "):
        do("dual-kde", reference_where="harm > 99")


def test_without_a_reference_it_says_how_to_give_one(do, small_store):
    with pytest.raises(ParameterError, match=r"--reference FILE, or --reference-where"):
        do("dual-kde")
    settings = JOBS["hotspots dual-kde"].settings()
    with pytest.raises(ParameterError, match="--reference-set"):
        run("hotspots dual-kde", open_store(small_store), settings, now=NOW)


def test_a_split_gives_the_rates_of_the_days_before_and_after(do):
    made = do("change", split="2018-01-29")  # 28 days, then 84, at four a day
    columns = made.table.columns
    assert (columns["before"].sum(), columns["after"].sum()) == (28 * 4, 84 * 4)
    np.testing.assert_array_equal(columns["n"], columns["before"] + columns["after"])
    np.testing.assert_allclose(columns["expected"], columns["before"] * 3)
    plain = hotspots.change(columns["before"], columns["after"], exposure=(28, 84))
    np.testing.assert_array_equal(columns["p"], plain.p)
    assert "28 days held from 2018-01-01 to 2018-01-28" in made.chosen[-1]


def test_two_ranges_leave_out_what_lies_between_and_later(do):
    made = do("change", before="2018-01-01..2018-01-07", after="2018-02-01..2018-02")
    columns = made.table.columns
    assert (columns["before"].sum(), columns["after"].sum()) == (7 * 4, 28 * 4)
    shares = do("change", before="2018-01..2018-01", after="2018-02..2018-02", share=True)
    at = shares.table.columns
    np.testing.assert_allclose(at["expected"], at["before"] * 112 / 124)


def test_harm_widens_the_interval(do):
    plain, harm = (
        do("change", split="2018-02-26", weight=weight).table.columns
        for weight in ("", "harm")
    )
    busiest = np.argmax(plain["n"])
    width = [np.log(c["high"][busiest] / c["low"][busiest]) for c in (plain, harm)]
    assert width[1] > width[0]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "give --split, or both --before and --after"),
        ({"before": "2018-01..2018-02"}, "give --split, or both"),
        ({"split": "2018-01-01"}, "there is no day"),
        ({"split": "2019-01-01"}, "there is no day"),
        ({"split": "soon"}, "'soon'"),
        ({"before": "2018-01", "after": "2018-02..2018-03"}, "write it like"),
        ({"before": "2018-01..2018-02", "after": "2018-02..2018-03"}, "must begin after"),
    ],
)
def test_periods_that_cannot_be_compared(do, given, said):
    with pytest.raises(ParameterError, match=said):
        do("change", **given)


def test_months_of_a_store_count_only_the_days_held(small_store):
    kind = JOBS["hotspots change"].settings
    store = open_store(small_store)  # ten months but June and September
    made = run("hotspots change", store, from_flat(kind, {"split": "2018-06"}), now=NOW)
    assert "93 days held from 2018-06-01 to 2018-10-31" in made.chosen[-1]
    with pytest.raises(ParameterError, match="whole months"):
        run("hotspots change", store, from_flat(kind, {"split": "2018-06-15"}), now=NOW)
    ranges = {"before": "2018-01..2018-05", "after": "2018-06..2018-06"}
    with pytest.raises(CoverageError, match="no day from 2018-06-01 to 2018-06-30 is held"):
        run("hotspots change", store, from_flat(kind, ranges), now=NOW)


def test_the_list_of_the_highest_is_as_long_as_asked(do):
    made = do("stability", top=5, draws=200)
    columns = made.table.columns
    assert columns["stability"].sum() == pytest.approx(5)
    assert columns["rank"].min() == 1
    busiest = columns["stability"] > 0.9
    assert (columns["rank"][busiest] <= 5).all()
    assert made.chosen[-1] == "the 5 highest of 66 cells; 16 periods drawn again"


def test_on_a_screen_the_list_is_by_rank(do):
    made = do("stability", top=5, draws=200)
    shown, every = made.summary.columns, made.table.columns
    assert np.array_equal(every["cell"], np.arange(66))
    assert np.array_equal(shown["rank"], np.sort(every["rank"][every["stability"] > 0]))
    for name, values in shown.items():
        assert np.array_equal(values, every[name][shown["cell"]])
    tied = np.diff(shown["rank"]) == 0
    assert (np.diff(shown["stability"])[tied] <= 0).all()


def test_with_few_periods_totals_are_drawn_and_harm_is_refused(do, events, tmp_path):
    made = do("stability", top=5, draws=50, until="2018-02-04")
    assert "totals drawn from Poisson" in made.chosen[-1]
    file = tmp_path / "halves.csv"
    rows = events.read_text().splitlines()
    file.write_text("\n".join([f"{rows[0]},half", *(f"{row},0.5" for row in rows[1:])]) + "\n")
    with pytest.raises(DataError, match="weighted counts by period"):
        do("stability", file, top=5, until="2018-02-04", weight="half")


def scanned(do, **given):
    return do("scan", model="poisson", runs=19, max_days=14, max_radius=3000, **given)


def test_a_poisson_scan_takes_residents_from_areas(do, tmp_path):
    file = areas_file(tmp_path / "areas.geojson")
    made = scanned(do, areas=file, population="people")
    top = {name: column[0] for name, column in made.table.columns.items()}
    quarter = shapely.box(WEST, SOUTH, WEST + SIDE / 2, SOUTH + SIDE / 2)
    if quarter.contains(shapely.Point(top["x"], top["y"])) and top["cells"] == 1:
        days = (top["end"] - top["start"]).astype(int) + 1
        assert top["expected"] == pytest.approx(448 * 0.1 * days / 112)
    assert top["cells"] <= 4
    assert "448 cases" in made.chosen[-1]


def test_an_area_without_events_is_at_risk_too(do, tmp_path):
    """Where all others live nothing happened, so what did is above its share."""
    crowd = areas_file(tmp_path / "crowd.geojson", population=(1, 10_000, 10_000, 1))
    level = areas_file(tmp_path / "level.geojson", population=(1, 1, 1, 1))
    statistic = [
        scanned(do, areas=file, population="people").table.columns["statistic"].max()
        for file in (crowd, level)
    ]
    assert statistic[0] > statistic[1]


def test_a_poisson_scan_takes_residents_from_a_column(do):
    made = scanned(do, population="harm")
    assert len(made.table) > 0


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({}, ParameterError, "needs residents"),
        ({"population": "when"}, DataError, "bad-number in when"),
        ({"population": "peopel"}, DataError, "peopel"),
    ],
)
def test_residents_that_are_not_there(do, given, error, said):
    with pytest.raises(error, match=said):
        scanned(do, **given)


def test_a_weight_is_harm_unless_rows_stand_for_several(do, tmp_path):
    plain = do("scan", runs=19, max_days=14, max_radius=3000)
    harm = do("scan", runs=19, max_days=14, max_radius=3000, weight="harm")
    assert "448 cases" in plain.chosen[-1]
    assert "448 cases" in harm.chosen[-2]
    assert harm.chosen[-1] == "one event a row, which counts for its weight (0: none)"
    several = {"weight": "harm", "weight_is_count": "on"}
    tallied = do("scan", runs=19, max_days=14, max_radius=3000, **several)
    assert "895 cases" in tallied.chosen[-1]
    residents = {"areas": areas_file(tmp_path / "areas.geojson"), "population": "people"}
    assert "448 cases" in scanned(do, weight="harm", **residents).chosen[-2]
    assert "895 cases" in scanned(do, **several, **residents).chosen[-1]
    with pytest.raises(ParameterError, match="--weight"):
        do("scan", weight_is_count="on")


def test_areas_without_residents_are_refused(do, tmp_path):
    file = areas_file(tmp_path / "areas.geojson", population=(100, None, 300, 400))
    with pytest.raises(DataError, match="residents of 1 of 4 areas are not known"):
        scanned(do, areas=file, population="people")


def test_only_poisson_takes_a_population(do):
    with pytest.raises(ParameterError, match="takes no population"):
        do("scan", model="permutation", population="harm")


def test_areas_of_a_file_are_its_cells(do, tmp_path):
    file = areas_file(tmp_path / "areas.geojson")
    made = do("gi-star", areas=file, cell_kind="areas")
    assert len(made.table) == 4
    assert made.table.columns["n"].sum() == 448
    with pytest.raises(ParameterError, match="--areas"):
        do("gi-star", cell_kind="areas")
