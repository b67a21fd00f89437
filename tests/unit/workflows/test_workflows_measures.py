"""From a coded extract with flags to the measures by month, and what Home says of them."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
import shapely

from command_line import peelian
from peelian import reports
from peelian.offences import MEASURES
from peelian.store import open_store
from peelian.terms import Areas, CoverageError, DataError
from peelian.workflows import BulletinSettings, Cells, CountSettings, ingest, overview, run
from peelian.workflows.public.measures import measures_held, misdated, monthly
from store_samples import make_extract

NOW = datetime(2020, 4, 2, 9, tzinfo=UTC)
MONTHS = np.arange("2018-01", "2020-03", dtype="datetime64[M]")  # 26, one a leap February
KNIFE = np.array([12, 9, 14, 11, 13, 8, 12, 10, 15, 11, 9, 12, 13] * 2)
MAPPING = """
name = "force"
whole_months = true
[place]
x = "Easting"
y = "Northing"
crs = "EPSG:27700"
area = "LSOA"
[time]
start = "From"
recorded = "Recorded"
formats = ["%Y-%m-%d"]
[offence]
column = "Class"
list = "home-office"
[knife]
column = "Blade"
yes = ["Y"]
no = ["N"]
[event]
id = "Number"
"""


def month_file(folder, month, knife, *extra):
    """One month's export: robberies with a blade, one without, one unflagged, one 8N."""
    rows = [("34B", "Y")] * knife + [("34B", "N"), ("34B", ""), ("8N", "N"), ("10D", "Y")]
    lines = ["Number,Class,Easting,Northing,LSOA,From,Recorded,Blade"]
    for number, (code, blade) in enumerate([*rows, *extra]):
        east, lsoa = (570_000, "E1") if number % 2 else (571_000, "E2")
        lines.append(
            f"{month}/{number},{code},{east},206000,{lsoa},{month}-05,{month}-06,{blade}"
        )
    path = folder / f"{month}.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def coded(tmp_path_factory):
    """A force's own store: 26 months, coded, flagged."""
    folder = tmp_path_factory.mktemp("coded")
    (folder / "force.toml").write_text(MAPPING)
    files = [month_file(folder, str(m), n) for m, n in zip(MONTHS, KNIFE, strict=True)]
    store = open_store(folder / "store", create=True)
    ingest(store, files, now=NOW, mapping=folder / "force.toml")
    return store


def areas_of(store):
    boxes = [shapely.box(569_500, 205_000, 570_500, 207_000),
             shapely.box(570_500, 205_000, 571_500, 207_000)]  # fmt: skip
    store.save_layer(
        "areas",
        Areas(("E1", "E2"), ("One", "Two"), ("West", "East"), np.array([5e4, 5e4]),
              np.array(boxes)),
        now=NOW,
    )  # fmt: skip


def test_the_thread_from_an_extract_to_homes_sentence(coded):
    seen = overview(coded, now=NOW)
    knife, violence, robbery, possession = seen.figures
    assert knife.title == "Knife-enabled offences"
    assert knife.number == KNIFE.sum()
    assert knife.sentence.startswith(f"{KNIFE.sum()} in the 26 months held. ")
    new, old = KNIFE[-12:].sum(), KNIFE[-24:-12].sum()
    assert (
        f"{new} offences in the 12 months to 29 February 2020 against {old} in the previous "
        "12 months (exposure 366 against 365): " in knife.sentence
    )
    assert "95 % interval" in knife.sentence
    assert knife.sentence.endswith("This comparison alone does not show why.")
    assert knife.notes[0] == "Counted: knife-enabled flag-2012."
    assert knife.notes[1].startswith("26 more offences of these classes carry no flag")
    assert (violence.title, violence.number) == ("Violence with injury", 26)
    assert (robbery.number, possession.number) == (KNIFE.sum() + 52, 26)
    assert violence.notes == ("Counted: Home Office classes of violence with injury: 8N.",)
    assert len(seen.misdated) == 0


def test_twelve_months_to_each_month_that_has_them(coded):
    year = overview(coded, now=NOW).figures[0].series.columns["twelve_months"]
    assert np.isnan(year[:11]).all()
    assert year[11] == KNIFE[:12].sum()
    assert year[-1] == KNIFE[-12:].sum()


def test_districts_add_up_to_the_whole(coded, tmp_path):
    coded = open_store(shutil.copytree(coded.path, tmp_path / "store"))
    measure = measures_held(coded)[0]
    with pytest.raises(CoverageError, match="ingest --areas"):
        monthly(coded, measure, by_district=True)
    areas_of(coded)
    whole = monthly(coded, measure)
    districts = monthly(coded, measure, by_district=True)
    assert (whole.areas, whole.counts.shape) == (("",), (1, 26))
    assert districts.areas == ("East", "West")
    np.testing.assert_array_equal(districts.counts.sum(axis=0), whole.counts[0])
    np.testing.assert_array_equal(districts.counts[0], (KNIFE + 1) // 2)
    assert whole.days[[1, 25]].tolist() == [28, 29]
    assert whole.unflagged == 26
    assert whole.last_day == date(2020, 2, 29)


def test_the_public_pages_tell_a_forces_own_series(coded, tmp_path):
    """Its rate and change, rounded; its definition; how many carry no flag."""
    shutil.copytree(coded.path, tmp_path / "store")
    store = open_store(tmp_path / "store")
    areas_of(store)
    outcome = run("report bulletin", store, BulletinSettings(draft=True), now=NOW)
    knife = outcome.bulletin.topics[0]
    new, old = KNIFE[-12:].sum(), KNIFE[-24:-12].sum()
    assert abs(knife.latest.n - new) <= 2
    assert knife.latest.n % 5 == 0
    assert knife.change.found.old == 5 * round(old / 5)
    assert knife.change.last_day == date(2020, 2, 29)
    assert knife.change.found.exposure_new == 366
    (table,) = (t for t in knife.tables if t.by == "month")
    assert "knife-enabled" in table.definition
    assert table.unsaid == 25  # one a month, rounded
    page = reports.render_bulletin(outcome.bulletin)["knife-enabled.html"].decode()
    assert f"Counted by: {table.definition}." in page
    assert "Of about 25 more offences nobody has said" in page


def test_a_month_not_held_is_unknown_and_takes_the_comparison_with_it(tmp_path):
    (tmp_path / "force.toml").write_text(MAPPING)
    files = [
        month_file(tmp_path, str(m), n)
        for m, n in zip(MONTHS, KNIFE, strict=True)
        if str(m) not in ("2018-10", "2018-03")
    ]
    store = open_store(tmp_path / "store", create=True)
    ingest(store, files, now=NOW, mapping=tmp_path / "force.toml")
    found = monthly(store, measures_held(store)[0])
    assert np.flatnonzero(np.isnan(found.counts[0])).tolist() == [2, 9]
    assert (
        found.year_change.months == 4
    )  # November to February; the October before is not held
    knife = overview(store, now=NOW).figures[0]
    assert "offences in the 4 months to 29 February 2020 against " in knife.sentence
    assert "in the same months a year before" in knife.sentence


def test_nothing_is_said_of_change_across_a_change_of_method(coded):
    moved = date(2019, 7, 1)
    measure = measures_held(coded, adopted=moved)[0]
    assert measure.definition == "knife-enabled flag-2012 and knife-enabled ndqis-2012"
    found = monthly(coded, measure, adopted=moved)
    assert [one.day for one in found.flags] == [moved]
    assert found.year_change is None
    assert monthly(coded, measure).year_change.months == 12
    before = monthly(coded, measure, adopted=date(2018, 3, 1))
    assert before.year_change.months == 12  # all that is compared comes after it


def test_classes_out_of_their_days_are_kept_counted_and_told(tmp_path):
    (tmp_path / "force.toml").write_text(MAPPING)
    store, told = open_store(tmp_path / "store", create=True), []
    path = month_file(tmp_path, "2018-01", 3, ("8G", "Y"), ("8G", "Y"))
    (report,) = ingest(
        store, [path], now=NOW, mapping=tmp_path / "force.toml", notice=told.append
    )
    assert (report["accepted"], report["refused"]) == (9, 0)
    (said,) = told
    assert said.startswith("2018-01.csv: 2 rows kept, but class home-office:8G ended on 2012")
    table = misdated(store.events()).columns
    assert (table["n"].tolist(), table["first"].astype(str).tolist()) == ([2], ["2018-01-06"])
    seen = overview(store, now=NOW)
    assert seen.figures[0].number == 3
    assert seen.figures[1].number == 3  # 8N and the two 8G, which nobody lost
    assert len(seen.misdated) == 1


def test_the_day_recorded_alone_is_that_day(tmp_path):
    """Recorded on 31 March 2012, the last day of 8G: known by midnight, not a day later."""
    (tmp_path / "force.toml").write_text(MAPPING)
    path = tmp_path / "a.csv"
    path.write_text(
        "Number,Class,Easting,Northing,LSOA,From,Recorded,Blade\n"
        "1,8G,570000,206000,E1,2012-03-30,2012-03-31,Y\n"
        "2,8G,570000,206000,E1,2012-03-30,2012-04-01,Y\n"
    )
    store = open_store(tmp_path / "store", create=True)
    ingest(store, [path], now=NOW, mapping=tmp_path / "force.toml")
    assert misdated(store.events()).columns["n"].tolist() == [1]
    assert monthly(store, measures_held(store)[0]).counts.tolist() == [[1]]


def test_months_before_the_first_definition_are_not_known(tmp_path):
    store = open_store(tmp_path / "store", create=True)
    for month in ("2008-03", "2008-04"):
        day = np.datetime64(f"{month}-10")
        store.save(
            make_extract(
                3, file=f"{month}.csv", slices=f"force/{month}", offence="home-office:34B",
                start=[day] * 3, end=[day] * 3, knife=[True, True, False],
            ),
            now=NOW,
        )  # fmt: skip
    found = monthly(store, measures_held(store)[0])
    np.testing.assert_array_equal(found.counts, [[np.nan, 2]])
    assert found.unflagged == 3


def test_police_uk_keeps_the_wider_name(small_store):
    store = open_store(small_store)
    assert [one.asked for one in measures_held(store)] == list(MEASURES)
    knife, violence, *_ = overview(store, now=NOW).figures
    assert "no knife flag" in knife.sentence
    assert violence.title == "Violence and sexual offences"
    assert violence.notes[1].startswith("Wider than violence with injury")
    assert "against" not in violence.sentence  # ten months have no month a year before
    none = monthly(store, measures_held(store)[0])
    assert np.isnan(none.counts).all()
    assert none.year_change is None


def test_from_narratives_to_the_measure_by_commands(tmp_path):
    """Read narratives, take the labels in, and the figure says where its flags come from."""
    (tmp_path / "force.toml").write_text(MAPPING)
    rows = [("", "stabbed the victim with a knife"), ("", "took the phone by force"),
            ("Y", "took the phone by force"), ("", "said he had a knife")]  # fmt: skip
    export, narratives = tmp_path / "2018-01.csv", tmp_path / "mo.csv"
    export.write_text(
        "Number,Class,Easting,Northing,LSOA,From,Recorded,Blade\n"
        + "".join(
            f"N{n},34B,570000,206000,E1,2018-01-05,2018-01-06,{blade}\n"
            for n, (blade, _) in enumerate(rows)
        )
    )
    narratives.write_text(
        "number,mo\n" + "".join(f"N{n},suspect {mo}\n" for n, (_, mo) in enumerate(rows))
    )
    store, mapping = tmp_path / "store", tmp_path / "force.toml"
    read_plain = ("ingest", export, "--mapping", mapping, "--store", store, "--quiet")
    assert peelian(*read_plain).code == 0
    before = open_store(store)
    assert monthly(before, measures_held(before)[0]).counts.tolist() == [[1]]
    flags = tmp_path / "flags.csv"
    peelian("offences", "classify", narratives, "--text", "mo", "--id", "number",
            "--output", flags)  # fmt: skip
    ended = peelian(*read_plain[:-1], "--knife", flags)
    assert ended.code == 0
    assert "2 events took the flag read from their narrative; of 1 the file" in ended.err
    found = monthly(before, measures_held(before)[0])
    assert (found.counts.tolist(), found.unflagged, found.read_flags) == ([[2]], 1, 2)
    assert found.mixed
    assert any(note.startswith("2 flags, yes or no, were read from") for note in found.notes)
    assert "Other flags are officers', so no change from a year before is told." in found.notes
    then = open_store(store, version=1)
    assert monthly(then, measures_held(then)[0]).read_flags == 0
    assert peelian(*read_plain[:-1], "--knife", flags).code == 0  # offered again: held already
    assert monthly(before, measures_held(before)[0]).read_flags == 2


def test_labels_of_other_events_are_refused_and_nothing_is_kept(tmp_path):
    (tmp_path / "force.toml").write_text(MAPPING)
    flags = tmp_path / "flags.csv"
    flags.write_text("event_id,label\nelsewhere,knife\n")
    store = open_store(tmp_path / "store", create=True)
    path = month_file(tmp_path, "2018-01", 2)
    with pytest.raises(DataError, match="no event of these files takes a flag from its 1"):
        ingest(store, [path], now=NOW, mapping=tmp_path / "force.toml", knife=flags)
    assert store.batches() == ()


def test_maps_and_counts_of_the_set_take_flagged_events_alone(coded, tmp_path):
    of_set = CountSettings(cells=Cells(offence_set="knife-enabled"))
    found = run("count", coded, of_set, now=NOW)
    assert found.table.columns["n"].sum() == KNIFE.sum()
    assert any("knife-enabled, version home-office-2" in n for n in found.provenance.notes)
    every = replace(of_set, cells=Cells(offence_set="knife-enabled@home-office-1"))
    assert run("count", coded, every, now=NOW).table.columns["n"].sum() == KNIFE.sum() + 78
    store = open_store(tmp_path / "store", create=True)
    store.save(make_extract(offence="home-office:34B"), now=NOW)
    with pytest.raises(CoverageError, match="name the column that does in the mapping"):
        run("count", store, of_set, now=NOW)


def months_of_robbery(folder, flags_of):
    """A store of 26 months with 20 robberies each; ``flags_of`` gives a month's flags."""
    store = open_store(folder / "store", create=True)
    for n, month in enumerate(MONTHS.astype(str)):
        day = np.datetime64(f"{month}-10")
        store.save(
            make_extract(
                20, file=f"{month}.csv", slices=f"force/{month}", offence="home-office:34B",
                start=[day] * 20, end=[day] * 20, knife=flags_of(n),
            ),
            now=NOW,
        )  # fmt: skip
    return store


def test_months_without_any_flag_are_not_known_to_be_zero(tmp_path):
    """The flag began after six months: a rise from nothing must not be told."""
    store = months_of_robbery(tmp_path, lambda n: None if n < 6 else [True] * 8 + [False] * 12)
    found = monthly(store, measures_held(store)[0])
    assert np.isnan(found.counts[0, :6]).all()
    assert (found.counts[0, 6:] == 8).all()
    assert found.unflagged == 120
    assert found.year_change.months == 8  # as far back as there are flags


@pytest.mark.parametrize(("without", "told"), [(2, True), (3, False)])
def test_a_change_is_told_only_where_few_carry_no_flag(tmp_path, without, told):
    flags = [True] * 8 + [None] * without + [False] * (12 - without)
    store = months_of_robbery(tmp_path, lambda n: flags)
    found = monthly(store, measures_held(store)[0])
    assert (found.year_change is not None) == told
    assert (
        monthly(store, measures_held(store)[2]).year_change is not None
    )  # robbery needs none
