"""Events of the store weighed by harm, through the commands that count them in cells."""

import re
from datetime import UTC, datetime

import numpy as np
import pytest

from peelian import sources
from peelian.reports.sentences import ordinal, rank_sentence
from peelian.store import open_store
from peelian.terms import Areas, NotFound, ParameterError, Table
from peelian.workflows import run
from peelian.workflows.harm import why_not_harm
from peelian.workflows.settings import (
    BacktestSettings,
    Cells,
    CountSettings,
    EventsFile,
    ExplainSettings,
    ForecastSettings,
    GiStarSettings,
    KdeSettings,
    KnoxSettings,
    LeakSettings,
    MapSettings,
    NearRepeatSettings,
    PlanSettings,
    ScanSettings,
)
from store_samples import make_extract
from workbooks_made import made_workbook

NOW = datetime(2026, 11, 22, tzinfo=UTC)
INDEX = sources.harm_index("cchi-2026-essex").days


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Ninety-nine shopliftings in one area, two robberies in another, all in one month."""
    held = open_store(tmp_path_factory.mktemp("harm") / "store", create=True)
    areas = sources.essex_areas()
    first = areas.polygons[0].representative_point()
    at = next(i for i, d in enumerate(areas.district) if d != areas.district[0])
    other = areas.polygons[at].representative_point()
    held.save_layer("areas", areas, now=NOW)
    codes = ["police-uk:shoplifting"] * 99 + ["police-uk:robbery"] * 2
    x, y = ([a] * 99 + [b] * 2 for a, b in ((first.x, other.x), (first.y, other.y)))
    month = {
        "start": ["2018-01-01T00:00:00"] * 101,
        "end": ["2018-02-01T00:00:00"] * 101,
    }
    held.save(make_extract(101, offence=codes, x=np.array(x), y=np.array(y), **month), now=NOW)
    return held


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """Four robberies a month for a year, in three areas in turn, where two teams can start."""
    held = open_store(tmp_path_factory.mktemp("harm-year") / "store", create=True)
    areas = sources.essex_areas()
    held.save_layer("areas", areas, now=NOW)
    held.save_layer("bases", one_base(areas.polygons[0].representative_point()), now=NOW)
    firsts = [areas.district.index(d) for d in sorted(set(areas.district))]
    points = [areas.polygons[firsts[n]].representative_point() for n in (0, 0, 1, 2)] * 12
    months = np.repeat(np.arange("2018-01", "2019-01", dtype="datetime64[M]"), 4)
    times = {
        "start": months.astype("datetime64[s]").astype(str),
        "end": (months + 1).astype("datetime64[s]").astype(str),
    }
    codes = ["police-uk:robbery"] * 48
    x, y = (np.array([getattr(p, of) for p in points]) for of in "xy")
    slices = [f"essex/{month}" for month in months.astype(str)]
    held.save(make_extract(48, offence=codes, x=x, y=y, slices=slices, **times), now=NOW)
    return held


def one_base(point):
    return Areas(("A",), ("A",), ("",), np.full(1, np.nan), np.array([point], dtype=object))


def asked(harm="cchi-2026", **forecast):
    cells = Cells(harm=harm, offence_set="police-uk:robbery", cell_size=5000)
    return ForecastSettings(cells=cells, **forecast)


def counted(store, by, harm="cchi-2026-essex", offences="all"):
    cells = Cells(harm=harm, offence_set=offences, cell_size=2000)
    return run("count", store, CountSettings(cells=cells, by=by), now=NOW)


def test_events_and_their_harm_stand_side_by_side(store):
    outcome = counted(store, "district")
    c = outcome.table.columns
    assert c["n"].sum() == 101
    assert (
        c["harm"].sum() == 99 * INDEX["police-uk:shoplifting"] + 2 * INDEX["police-uk:robbery"]
    )
    most = c["harm"].argmax()
    assert c["n"][most] == 2
    # two events carry that sum: its interval is as wide as theirs
    assert c["high"][most] / c["rate"][most] == pytest.approx(7.2247 / 2, rel=1e-3)
    said = " ".join(outcome.provenance.notes)
    assert "February 2026" in said
    assert "aggregates, not the offence-level index" in said


def test_without_an_index_nothing_has_changed(store):
    outcome = counted(store, "district", harm="")
    assert "harm" not in outcome.table.columns
    assert "Harm" not in " ".join(outcome.provenance.notes)


@pytest.mark.parametrize("by", ["cell", "month"])
def test_events_and_days_of_harm_are_told_apart(store, by):
    outcome = counted(store, by)
    units, columns = outcome.table.units, outcome.table.columns
    assert (units["n"], units["harm"]) == ("events", "days")
    assert np.nansum(columns["n"]) == 101
    assert np.nansum(columns["harm"]) == 99 + 2 * 365
    assert any("left whole" in note for note in outcome.provenance.notes)


def test_a_hotspot_method_is_told_of_days_with_the_largest_brought_down(store):
    cells = Cells(harm="cchi-2026-essex", offence_set="all", cell_size=2000)
    outcome = run("hotspots gi-star", store, GiStarSettings(cells=cells), now=NOW)
    assert outcome.table.units["harm"] == "days"
    assert outcome.table.columns["n"].sum() == 101
    assert outcome.table.columns["harm"].sum() == 99 + 2 * 365  # two of 101 are no hundredth
    assert any("days of harm" in note for note in outcome.provenance.notes)
    assert outcome.view.title.startswith("Getis-Ord Gi* of harm")
    assert outcome.view.subtitle.endswith("weighed by harm, in days")


def test_a_density_of_harm_is_said_in_days(store):
    cells = Cells(harm="cchi-2026-essex", offence_set="all", cell_size=2000)
    outcome = run("hotspots kde", store, KdeSettings(cells=cells), now=NOW)
    assert outcome.table.units["density"] == "days of harm per km2"
    assert outcome.view.layer.title == "Days of harm per km²"
    assert re.search("they hold [0-9.]+% of the harm", outcome.view.subtitle)


def test_a_map_of_harm_says_days_wherever_it_would_say_events(year):
    outcome = run("report map", year, MapSettings(asked(), draws=50), now=NOW)
    view, units = outcome.view, outcome.table.units
    assert view.title.startswith("Where harm is likely")
    assert view.layer.title.startswith("Expected days of harm per km²")
    assert units["expected"].startswith("days of harm in")
    assert (units["all"], units["harm"]) == ("events held", "days held")
    assert view.table.units == units
    columns = outcome.table.columns
    assert columns["all"][0] == 24
    assert columns["harm"][0] == 24 * 365
    assert "% of the harm that followed" in view.score
    assert "sum of past harm" in view.score
    assert dict(outcome.tables)["scores"].units["hits"] == "days of harm"
    for notes in (view.notes, outcome.provenance.notes):
        assert any("aggregates, not the offence-level index" in note for note in notes)


def test_limits_of_counts_are_not_given_to_harm(year):
    counted = run("report map", year, MapSettings(asked(harm=""), draws=50), now=NOW)
    weighed = run("report map", year, MapSettings(asked(), draws=50), now=NOW)
    assert {"low", "high"} <= set(counted.table.columns)
    assert not {"low", "high"} & set(weighed.table.columns)


def test_harm_is_no_count_even_where_it_is_whole(year):
    settings = BacktestSettings(cells=asked().cells, models="ewma", draws=50)
    table = run("backtest", year, settings, now=NOW).table.columns
    assert "weights, not whole events" in str(table["unscored"][0])
    assert np.isnan(table["calibration_low"][0]).all()


def test_a_plan_for_harm_says_so_on_its_pages_and_in_its_tables(year):
    settings = PlanSettings(forecast=asked(model="count"), teams=1, rounds=20)
    outcome = run("plan", year, settings, now=NOW, keep=False)
    assert outcome.pack is not None
    assert any("offence-level index" in note for note in outcome.pack.notes)
    assert any("that harm falls alike is assumed" in note for note in outcome.pack.notes)
    tables = dict(outcome.tables)
    assert tables["draw"].units["worth"] == "expected days of harm"
    assert "days of harm expected" in " ".join(tables["worth"].columns["measure"])
    assert tables["districts"].units["per_event"] == "minutes per 1,000 expected days of harm"


@pytest.mark.parametrize(
    ("job", "settings", "why"),
    [
        ("hotspots knox", KnoxSettings(Cells(harm="cchi-2026")), "pairs of events"),
        ("hotspots near-repeats", NearRepeatSettings(Cells(harm="cchi-2026")), "chains"),
        ("explain", ExplainSettings(Cells(harm="cchi-2026")), "counts of events"),
        (
            "evaluate leaks",
            LeakSettings(BacktestSettings(Cells(harm="cchi-2026"))),
            "whole events",
        ),
        (
            "hotspots scan",
            ScanSettings(Cells(harm="cchi-2026"), model="bernoulli"),
            "controls",
        ),
        (
            "report map",
            MapSettings(ForecastSettings(Cells(harm="cchi-2026"), model="self-exciting")),
            "one by one",
        ),
        (
            "backtest",
            BacktestSettings(Cells(harm="cchi-2026"), models="ewma, self-exciting"),
            "one by one",
        ),
    ],
)
def test_what_only_counts_refuses_harm_and_says_why(job, settings, why):
    with pytest.raises(ParameterError, match=f"{why}.*Count events, or choose another"):
        run(job, None, settings, now=NOW)


def test_a_scan_adds_up_days_of_harm(tmp_path):
    held = open_store(tmp_path / "store", create=True)
    point = sources.essex_areas().polygons[0].representative_point()
    days = np.arange("2018-01-01", "2018-03-01", dtype="datetime64[D]")
    start = [f"{day}T12:00:00" for day in days.astype(str)] + ["2018-02-10T12:00:00"] * 3
    end = [at.replace("T12", "T13") for at in start]
    codes = ["police-uk:shoplifting", "police-uk:robbery"] * (len(days) // 2 + 1)
    codes = [*codes[: len(days)], *["police-uk:robbery"] * 3]
    x = np.append(point.x + 40.0 * np.arange(len(days)), [point.x + 9000.0] * 3)
    slices = [f"essex/{at[:7]}" for at in start]
    held.save(
        make_extract(
            len(x), offence=codes, x=x, y=point.y, start=start, end=end, slices=slices
        ),
        now=NOW,
    )
    cells = Cells(harm="cchi-2026", offence_set="all", period="week")
    found = run("hotspots scan", held, ScanSettings(cells, runs=19, max_days=7), now=NOW)
    assert found.table.columns["observed"][0] > 365  # days: there are 62 events
    assert any("counts for its weight" in said for said in found.chosen)


def test_whatever_else_takes_cells_takes_harm():
    assert why_not_harm("hotspots gi-star") == ""
    assert why_not_harm("hotspots scan", "permutation") == ""
    assert why_not_harm("backtest", "ewma,prospective") == ""


def test_an_own_list_is_among_what_went_in(store, tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("code,days,version\npolice-uk:robbery,400,2023\n")
    outcome = counted(store, "district", harm=f"cambridge={path}")
    assert outcome.table.columns["harm"].sum() == 800
    assert str(path) in [i.name for i in outcome.provenance.ingredients]
    assert "99 events that the index has no value for" in " ".join(outcome.provenance.notes)


def test_an_official_workbook_weighs_events_and_tells_what_it_left(tmp_path):
    held = open_store(tmp_path / "store", create=True)
    areas = sources.essex_areas()
    held.save_layer("areas", areas, now=NOW)
    point = areas.polygons[0].representative_point()
    codes = ["home-office:8N", "home-office:34B", "home-office:34B"]
    month = {"start": ["2018-01-01T00:00:00"] * 3, "end": ["2018-02-01T00:00:00"] * 3}
    held.save(make_extract(3, offence=codes, x=point.x, y=point.y, **month), now=NOW)
    rows = [["8N", 20, "Assault"], ["34B", 365, "Robbery"], ["", 5, "By-law"]]
    sheet = [["CCHI 2026"], ["Code", "Days", "Offence"], *rows]
    path = made_workbook(tmp_path / "cchi.xlsx", {"Values": sheet})
    outcome = counted(held, "district", harm=f"cambridge={path}")
    assert outcome.table.columns["harm"].sum() == 20 + 2 * 365
    said = " ".join(outcome.provenance.notes)
    assert "Harm: Cambridge Crime Harm Index, CCHI 2026." in said
    assert "1 without a Home Office code (such as 'By-law')" in said
    assert str(path) in [i.name for i in outcome.provenance.ingredients]


def test_what_cannot_be_is_refused(store):
    with pytest.raises(NotFound):
        counted(store, "cell", harm="guess")
    with pytest.raises(ParameterError, match="--weight"):
        cells = Cells(source=EventsFile(events="a.csv"), harm="cchi-2026")
        run("count", None, CountSettings(cells=cells), now=NOW)


@pytest.fixture(scope="module")
def close_store(tmp_path_factory):
    """Ten violent crimes in one district against four robberies in the next."""
    held = open_store(tmp_path_factory.mktemp("harm-close") / "store", create=True)
    areas = sources.essex_areas()
    held.save_layer("areas", areas, now=NOW)
    firsts = [areas.district.index(d) for d in sorted(set(areas.district))][:2]
    points = [areas.polygons[n].representative_point() for n in firsts]
    at = [points[0]] * 10 + [points[1]] * 4
    codes = ["police-uk:violent-crime"] * 10 + ["police-uk:robbery"] * 4
    month = {"start": ["2018-01-01T00:00:00"] * 14, "end": ["2018-02-01T00:00:00"] * 14}
    x, y = (np.array([getattr(p, of) for p in at]) for of in "xy")
    held.save(make_extract(14, offence=codes, x=x, y=y, **month), now=NOW)
    return held


def test_districts_have_the_ranks_that_the_weights_decide(close_store):
    index = sources.harm_index("cchi-2026")
    violence = "police-uk:violent-crime"
    assert 10 * index.low[violence] < 4 * 365 < 10 * index.days[violence]
    outcome = counted(close_store, "district", harm="cchi-2026")
    c = outcome.table.columns
    assert c["rank"][:2].tolist() == [1, 2]
    assert list(zip(c["rank_low"][:3], c["rank_high"][:3], strict=True)) == [
        (1, 2),
        (1, 2),
        (3, 3),
    ]
    assert outcome.provenance.seed == CountSettings().seed
    name = c["district"][0]
    assert (
        f"{name} is 1st; between 1st and 2nd as the weights range"
        in outcome.provenance.notes[-1]
    )
    assert "Of 14 districts 2 can change rank" in outcome.provenance.notes[-1]


def test_one_value_an_offence_leaves_one_rank(close_store, tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(
        "code,days,version\npolice-uk:robbery,400,2023\npolice-uk:violent-crime,20,2023\n"
    )
    outcome = counted(close_store, "district", harm=f"cambridge={path}")
    c = outcome.table.columns
    assert c["rank"][:2].tolist() == [2, 1]
    assert c["rank_low"].tolist() == c["rank"].tolist() == c["rank_high"].tolist()
    assert "Of 14 districts none can change rank" in outcome.provenance.notes[-1]


def test_counts_have_no_ranks_and_no_seed(close_store):
    outcome = counted(close_store, "district", harm="")
    assert "rank" not in outcome.table.columns
    assert outcome.provenance.seed is None


@pytest.mark.parametrize(
    ("n", "said"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"),
     (21, "21st"), (102, "102nd"), (111, "111th")],
)  # fmt: skip
def test_ranks_are_said_as_people_say_them(n, said):
    assert ordinal(n) == said


def test_no_district_is_no_rank():
    none = dict.fromkeys(("district", "rank", "rank_low", "rank_high"), np.array([]))
    assert rank_sentence(Table(none)) == "No district has a rank."
