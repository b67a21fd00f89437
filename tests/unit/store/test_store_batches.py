"""What the store keeps, what it replaces, and what it says of both."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely

from peelian.store import Store, open_store
from peelian.terms import (
    Areas,
    CoordinateError,
    NotAllowedNow,
    NotFound,
    ParameterError,
    SchemaError,
    StoreError,
    StudyArea,
)
from store_samples import JANUARY, NOW, make_extract


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "store", create=True)


def test_an_extract_comes_back_whole(store: Store) -> None:
    refused = [
        (2, "no-coordinates", "Longitude", "a,,,b"),
        (5, "bad-date", "Month", "2018-13"),
    ]
    batch, already_held = store.save(make_extract(4, refused=refused), now=NOW)

    assert not already_held
    assert (batch.read, batch.accepted, batch.refused) == (6, 4, 2)
    assert batch.refused_by_reason == {"no-coordinates": 1, "bad-date": 1}
    assert batch.slices == ("essex/2018-01",)
    assert batch.superseded == ()
    assert batch.added == NOW
    assert store.batches() == (batch,)
    assert len(store.events()) == 4
    quarantined = store.read_quarantine(batch.batch)
    assert quarantined["row"].to_pylist() == [2, 5]
    assert quarantined["original"].to_pylist() == ["a,,,b", "2018-13"]
    assert batch.quarantine is not None
    assert (
        (store.path / batch.quarantine)
        .read_text(encoding="utf-8")
        .startswith("file,row,reason")
    )


def test_events_keep_every_value_in_file_order(store: Store) -> None:
    store.save(
        make_extract(
            2,
            x=[580_000.1, 580_000.2],
            y=[205_000.3, 205_000.4],
            start=[JANUARY, JANUARY + 60],
            end=[JANUARY + 1, JANUARY + 60],
            offence=["police-uk:robbery", "police-uk:drugs"],
            place=[None, "On or near Quay"],
            weight=[1, -1],
            recorded=[None, JANUARY + 90],
        ),
        now=NOW,
    )
    events = store.events()
    assert events.crs == "EPSG:27700"
    np.testing.assert_array_equal(events.x, [580_000.1, 580_000.2])
    np.testing.assert_array_equal(events.y, [205_000.3, 205_000.4])
    np.testing.assert_array_equal(events.start, np.array([JANUARY, JANUARY + 60]))
    np.testing.assert_array_equal(events.end, np.array([JANUARY + 1, JANUARY + 60]))
    assert events.start.dtype == np.dtype("datetime64[s]")
    assert events.offence.tolist() == ["police-uk:robbery", "police-uk:drugs"]
    assert events.place.tolist() == ["", "On or near Quay"]
    assert events.area_code.tolist() == ["E01021234", "E01021234"]
    assert events.weight.tolist() == [1, -1]
    np.testing.assert_array_equal(events.recorded, np.array(["NaT", JANUARY + 90], "M8[s]"))


def test_the_same_content_is_held_once_under_any_name(store: Store) -> None:
    first, _ = store.save(make_extract(), now=NOW)
    again, held = store.save(make_extract(), now=NOW)
    renamed, held_too = store.save(make_extract(file="copy of january.csv"), now=NOW)
    assert held
    assert held_too
    assert first == again == renamed
    assert renamed.file == "2018-01-essex-street.csv"
    assert store.latest_version == 1


def test_a_corrected_month_replaces_the_month_and_nothing_else(store: Store) -> None:
    both = make_extract(
        4,
        file="essex.csv",
        slices=["essex/2018-01", "essex/2018-01", "essex/2018-02", "essex/2018-02"],
        complete=("essex/2018-01", "essex/2018-02"),
    )
    corrected = make_extract(
        1, file="jan.csv", x=600_000.0, y=200_000.0, complete=("essex/2018-01",)
    )
    store.save(both, now=NOW)
    store.save(corrected, now=NOW)
    old, new = store.batches()
    assert old.superseded == ("essex/2018-01",)
    assert new.superseded == ()
    np.testing.assert_array_equal(store.events().x, [580_020, 580_030, 600_000])
    assert [b.batch for b in store.live_batches()] == [old.batch, new.batch]


def test_another_provider_replaces_nothing(store: Store) -> None:
    store.save(make_extract(2, complete=("essex/2018-01",)), now=NOW)
    store.save(make_extract(3, source="other", complete=("essex/2018-01",)), now=NOW)
    assert len(store.events()) == 5


def test_a_file_without_whole_slices_replaces_the_file_of_its_name(store: Store) -> None:
    store.save(make_extract(3, file="export.csv", slices="custody"), now=NOW)
    store.save(make_extract(2, file="export.csv", slices="custody"), now=NOW)
    store.save(make_extract(4, file="other.csv", slices="custody"), now=NOW)
    assert len(store.events()) == 6
    assert [bool(b.superseded) for b in store.batches()] == [True, False, False]
    assert len(store.live_batches()) == 2


def test_an_old_file_offered_again_does_not_turn_the_clock_back(store: Store) -> None:
    old, new = (
        make_extract(3, complete=("essex/2018-01",)),
        make_extract(2, complete=("essex/2018-01",)),
    )
    for extract in (old, new, old):
        store.save(extract, now=NOW)
    assert len(store.events()) == 2
    assert store.latest_version == 2


def test_an_empty_month_is_held_and_replaces(store: Store) -> None:
    store.save(make_extract(3, complete=("essex/2018-01",)), now=NOW)
    store.save(make_extract(0, complete=("essex/2018-01",)), now=NOW)
    assert len(store.events()) == 0
    assert store.held_months() == {"2018-01"}


def test_an_event_told_again_counts_once_in_its_later_version(store: Store) -> None:
    monday = make_extract(3, file="mon.csv", slices="log", ids=["a", "b", None], x=[1, 2, 3])
    tuesday = make_extract(
        3, file="tue.csv", slices="log", ids=["b", "c", None], x=[20, 30, 40]
    )
    store.save(monday, now=NOW)
    store.save(tuesday, now=NOW)
    assert store.events().x.tolist() == [1, 3, 20, 30, 40]


def test_an_event_comes_back_when_what_took_it_over_is_replaced(store: Store) -> None:
    store.save(
        make_extract(2, file="mon.csv", slices="log", ids=["a", "b"], x=[1, 2]), now=NOW
    )
    store.save(make_extract(1, file="tue.csv", slices="log", ids=["b"], x=20), now=NOW)
    store.save(make_extract(1, file="wed.csv", slices="log", ids=["b"], x=30), now=NOW)
    assert store.events().x.tolist() == [1, 30]
    store.save(make_extract(1, file="wed.csv", slices="log", ids=["z"], x=31), now=NOW)
    assert store.events().x.tolist() == [1, 20, 31]
    store.save(make_extract(1, file="tue.csv", slices="log", ids=["y"], x=21), now=NOW)
    assert store.events().x.tolist() == [1, 2, 31, 21]


def test_an_event_comes_back_when_only_its_month_of_the_later_file_is_replaced(
    store: Store,
) -> None:
    march = make_extract(1, file="mar.csv", slices="essex/2018-03", ids=["b"], x=3)
    months = ["essex/2018-01", "essex/2018-02"]
    winter = make_extract(2, file="winter.csv", slices=months, ids=["b", "c"], x=[1, 2])
    january = make_extract(1, slices=months[0], complete=months[:1], ids=["d"], x=10)
    store.save(march, now=NOW)
    store.save(winter, now=NOW)
    assert store.events().x.tolist() == [1, 2]
    store.save(january, now=NOW)
    assert store.events().x.tolist() == [3, 2, 10]


def test_identifiers_of_two_providers_do_not_meet(store: Store) -> None:
    store.save(make_extract(1, file="a.csv", ids=["1"]), now=NOW)
    store.save(make_extract(1, file="b.csv", ids=["1"], source="other"), now=NOW)
    assert len(store.events()) == 2


def test_the_past_can_be_reopened_and_not_written(store: Store) -> None:
    store.save(make_extract(3, complete=("essex/2018-01",)), now=NOW)
    then = [b.batch for b in store.live_batches()]
    store.save(make_extract(2, complete=("essex/2018-01",)), now=NOW)

    as_it_stood = open_store(store.path, version=1)
    pinned = open_store(store.path, batches=then)
    assert len(as_it_stood.events()) == len(pinned.events()) == 3
    assert pinned.batches()[0].superseded == ()
    assert len(open_store(store.path, version=0).events()) == 0
    assert len(store.events()) == 2
    for past in (as_it_stood, pinned):
        with pytest.raises(NotAllowedNow, match="to read"):
            past.save(make_extract(1), now=NOW)
    with pytest.raises(NotFound, match="versions 0 to 2, not 3"):
        open_store(store.path, version=3)
    with pytest.raises(NotFound, match="does not hold batch abc"):
        open_store(store.path, batches=["abc"])


def test_history_lists_every_change(store: Store) -> None:
    store.save(make_extract(1), now=NOW)
    store.save_layer("study-area", StudyArea("A", shapely.box(0, 0, 1, 1)), now=NOW)
    history = store.history()
    assert history.columns["version"].tolist() == [1, 2]
    assert history.columns["change"].tolist() == ["batch", "study-area"]
    assert history.columns["file"].tolist() == ["2018-01-essex-street.csv", "study-area"]


def test_months_held_are_those_every_series_holds(store: Store) -> None:
    for month in ("01", "03"):
        piece = f"essex/2018-{month}"
        store.save(
            make_extract(1, file=f"{month}.csv", slices=piece, complete=(piece,)), now=NOW
        )
    store.save(make_extract(1, file="k.csv", slices="kent/2018-03", weight=2), now=NOW)
    assert store.coverage() == {
        "police-uk/essex": {"2018-01", "2018-03"},
        "police-uk/kent": {"2018-03"},
    }
    assert store.held_months() == {"2018-03"}
    fresh = store.freshness().columns
    assert fresh["series"].tolist() == ["police-uk/essex", "police-uk/kent"]
    assert fresh["first_month"].tolist() == ["2018-01", "2018-03"]
    assert fresh["last_month"].tolist() == ["2018-03", "2018-03"]
    assert fresh["months"].tolist() == [2, 1]
    assert fresh["added"].tolist() == ["2019-01-02T03:04:05+00:00"] * 2
    assert store.held_months(["police-uk/essex"]) == {"2018-01", "2018-03"}
    with pytest.raises(NotFound, match="no series 'surrey'"):
        store.held_months(["surrey"])


def test_a_slice_without_a_month_covers_from_its_first_event_to_its_last(store: Store) -> None:
    # 31 March 23:30 UTC is already April in London.
    days = [np.datetime64("2018-01-31T10:00:00"), np.datetime64("2018-03-31T23:30:00")]
    store.save(make_extract(2, slices="log", source="force", start=days), now=NOW)
    assert store.coverage() == {"force/log": {"2018-01", "2018-02", "2018-03", "2018-04"}}
    assert store.coverage(zone="UTC") == {"force/log": {"2018-01", "2018-02", "2018-03"}}


def test_an_empty_store_answers_everything(store: Store) -> None:
    assert len(store.events()) == 0
    assert store.held_months() == set()
    assert len(store.offence_counts()) == 0
    assert len(store.monthly_counts()) == 0
    assert len(store.repeated_points()) == 0
    assert len(store.refusals()) == 0
    assert len(store.freshness()) == 0
    assert len(store.history()) == 0
    assert store.batches() == ()


def test_events_are_chosen_by_offence_place_setting_and_time(store: Store) -> None:
    store.save(
        make_extract(
            4,
            offence=["a:1", "a:2", "a:1", "a:1"],
            place=["Airport", None, "Quay", "Airport"],
            setting=["public", "domestic", "unknown", "public"],
            start=[JANUARY + day * 86_400 for day in range(4)],
        ),
        now=NOW,
    )
    assert len(store.events(offences=["a:1"])) == 3
    assert len(store.events(offences=[])) == 0
    assert store.events(excluded_places=["Airport"]).place.tolist() == ["", "Quay"]
    assert len(store.events(settings=["public", "unknown"])) == 3
    chosen = store.events(start=JANUARY + 86_400, end=JANUARY + 3 * 86_400)
    assert chosen.start.tolist() == [d.item() for d in (JANUARY + 86_400, JANUARY + 172_800)]


def test_summaries_count_what_stands(store: Store) -> None:
    store.save(
        make_extract(
            5,
            offence=["a:1", "a:2", "a:2", "a:2", "a:1"],
            x=[1, 2, 2, 2, 1],
            y=0,
            place="Airport",
            complete=("essex/2018-01",),
        ),
        now=NOW,
    )
    march = [np.datetime64("2018-03-01T00:00:00")]
    store.save(
        make_extract(1, file="m.csv", start=march, slices="essex/2018-03", offence="a:1"),
        now=NOW,
    )
    assert store.offence_counts().columns["offence"].tolist() == ["a:1", "a:2"]
    assert store.offence_counts().columns["n"].tolist() == [3, 3]
    monthly = store.monthly_counts().columns
    assert monthly["month"].tolist() == ["2018-01", "2018-01", "2018-03", "2018-03"]
    assert monthly["offence"].tolist() == ["a:1", "a:2", "a:1", "a:2"]
    assert monthly["n"].tolist() == [2, 3, 1, 0]
    assert store.monthly_counts(offences=["a:2"]).columns["n"].tolist() == [3, 0]
    points = store.repeated_points().columns
    assert points["n"].tolist() == [3, 2]
    assert points["x"].tolist() == [2, 1]
    assert points["place"].tolist() == ["Airport", "Airport"]
    assert len(store.repeated_points(offences=["a:2"])) == 1


def test_refusals_are_counted_by_reason(store: Store) -> None:
    refused = [
        (1, "no-date", "Month", ""),
        (2, "no-date", "Month", ""),
        (3, "bad-date", "M", "x"),
    ]
    store.save(make_extract(1, refused=refused), now=NOW)
    table = store.refusals().columns
    assert dict(zip(table["reason"].tolist(), table["n"].tolist(), strict=True)) == {
        "no-date": 2,
        "bad-date": 1,
    }


def test_quarantine_of_a_clean_batch_is_empty(store: Store) -> None:
    batch, _ = store.save(make_extract(1), now=NOW)
    assert batch.quarantine is None
    assert len(store.read_quarantine(batch.batch)) == 0
    with pytest.raises(NotFound, match="does not hold batch nothing"):
        store.read_quarantine("nothing")


def test_layers_come_back_as_they_went_in(store: Store) -> None:
    area = StudyArea("Essex", shapely.MultiPolygon([shapely.box(0, 0, 2, 1)]))
    areas = Areas(
        code=("E1", "E2"),
        name=("One", "Two"),
        district=("Colchester", "Colchester"),
        population=np.array([1000.0, np.nan]),
        polygons=np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]),
    )
    store.save_layer("study-area", area, now=NOW)
    digest = store.save_layer("areas", areas, now=NOW)
    assert store.save_layer("areas", areas, now=NOW) == digest
    assert store.latest_version == 2
    assert store.read_study_area().polygon.equals_exact(area.polygon)
    assert (store.read_study_area().name, store.read_study_area().crs) == ("Essex", area.crs)
    back = store.read_areas()
    assert (back.code, back.name, back.district) == (areas.code, areas.name, areas.district)
    np.testing.assert_array_equal(back.population, areas.population)
    assert all(a.equals_exact(b) for a, b in zip(back.polygons, areas.polygons, strict=True))
    with pytest.raises(NotFound, match="named areas, not a study area"):
        store.read_study_area("areas")
    with pytest.raises(NotFound, match="study area, not named areas"):
        store.read_areas("study-area")
    with pytest.raises(NotFound, match="no layer 'wards'"):
        store.read_layer("wards")


def test_a_new_layer_of_a_name_leaves_the_old_in_history(store: Store) -> None:
    for width in (1, 2):
        store.save_layer("study-area", StudyArea("A", shapely.box(0, 0, width, 1)), now=NOW)
    assert store.read_study_area().polygon.area == 2
    assert open_store(store.path, version=1).read_study_area().polygon.area == 1


def test_layers_open_in_other_tools(store: Store) -> None:
    import geopandas

    digest = store.save_layer("study-area", StudyArea("A", shapely.box(0, 0, 1, 1)), now=NOW)
    frame = geopandas.read_parquet(store.path / "layers" / f"{digest}.parquet")
    assert frame.crs == "EPSG:27700"
    assert frame.geometry[0].area == 1


def test_artefacts_are_kept_once_and_whole(store: Store) -> None:
    files = {"plan.json": b"{}", "draw.json": b"[1]"}
    artefact = store.save_artefact("plan", "tomorrow", files, now=NOW)
    later = NOW.replace(year=2020)
    assert store.save_artefact("plan", "tomorrow", files, now=later) == artefact
    other = store.save_artefact("plan", "tomorrow", {"plan.json": b"[]"}, now=later)
    forecast = store.save_artefact("forecast", "march", {"risk.bin": b"\0"}, now=NOW)
    assert store.artefacts("plan") == (artefact, other)
    assert set(store.artefacts()) == {artefact, other, forecast}
    record, kept = store.read_artefact(artefact.artefact)
    assert record == artefact
    assert kept == files
    with pytest.raises(NotFound, match="no artefact abc"):
        store.read_artefact("abc")


@pytest.mark.parametrize(
    ("kind", "files", "message"),
    [
        ("Plan!", {"a": b""}, "small letters"),
        ("plan", {"../a": b""}, "use letters"),
        ("plan", {"artefact.json": b""}, "use letters"),
        ("plan", {}, "no files"),
    ],
)
def test_artefacts_have_plain_names(
    store: Store, kind: str, files: dict[str, bytes], message: str
) -> None:
    with pytest.raises(ParameterError, match=message):
        store.save_artefact(kind, "x", files, now=NOW)
    assert store.artefacts() == ()


def test_a_store_has_one_crs(tmp_path: Path) -> None:
    made = open_store(tmp_path, create=True, crs="EPSG:2193")
    assert made.crs == open_store(tmp_path).crs == open_store(tmp_path, create=True).crs
    assert open_store(tmp_path, crs="EPSG:2193").crs == "EPSG:2193"
    with pytest.raises(ParameterError, match="in EPSG:2193, not EPSG:27700"):
        open_store(tmp_path, crs="EPSG:27700")


@pytest.mark.parametrize("address", ["postgresql://host/db", "spark://host:7077"])
def test_only_folders_are_supported(address: str) -> None:
    with pytest.raises(ParameterError, match="give one, such as"):
        open_store(address, create=True)


def test_a_folder_without_a_store_is_said_to_have_none(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no store here"):
        open_store(tmp_path / "nowhere")
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(StoreError, match=r"holds 'letter\.txt' and is no store"):
        open_store(tmp_path, create=True)
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


def _broken(name: str, values: pa.Array | None) -> pa.Table:
    events = make_extract(2).events
    at = events.column_names.index(name) if name in events.column_names else None
    if values is None:
        return events.drop_columns([name])
    return (
        events.append_column(name, values)
        if at is None
        else events.set_column(at, name, values)
    )


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("weight", None, "lacks \\['weight'\\]"),
        ("surname", pa.array(["x", "y"]), "\\['surname'\\] too many"),
        ("x", pa.array([1.0, None]), "x is null"),
        ("y", pa.array([1.0, np.inf]), "y is not finite"),
        ("row", pa.array([2, 2]), "file order"),
        ("weight", pa.array(["one", "two"]), "mistyped"),
        ("end", pa.array([0, 0]).cast(pa.timestamp("s", "UTC")), "ends before it starts"),
    ],
)
def test_an_extract_that_breaks_a_promise_is_not_kept(
    store: Store, name: str, values: pa.Array | None, message: str
) -> None:
    from dataclasses import replace

    with pytest.raises(SchemaError, match=message):
        store.save(replace(make_extract(2), events=_broken(name, values)), now=NOW)
    assert store.latest_version == 0


def test_degrees_are_not_taken_for_metres(store: Store) -> None:
    with pytest.raises(CoordinateError, match="look like longitude and latitude"):
        store.save(make_extract(2, x=[0.5, 0.6], y=[51.7, 51.8]), now=NOW)


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(ParameterError, match="without a time zone"):
        store.save(make_extract(1), now=datetime(2019, 1, 1))  # noqa: DTZ001
    assert store.latest_version == 0
    assert not list((store.path / "events").glob("*"))
