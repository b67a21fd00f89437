"""Pings from CSV and GPX: each row accepted, or refused with its reason and its number."""

import gzip
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely

from peelian import sources
from peelian.spacetime import unproject
from peelian.terms import (
    CoordinateError,
    CoverageError,
    DataError,
    SchemaError,
    Shift,
    StudyArea,
)

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SHIFT = Shift(datetime(2026, 11, 22, 14, tzinfo=UTC), datetime(2026, 11, 22, 22, tzinfo=UTC))
AREA = StudyArea("Town", shapely.box(570_000, 200_000, 578_000, 208_000))


def degrees(x, y):
    lon, lat = unproject(np.array([x]), np.array([y]), crs=AREA.crs)
    return round(float(lon[0]), 6), round(float(lat[0]), 6)


IN = degrees(574_000, 204_000)


def csv_of(path, rows, header="unit,time,longitude,latitude"):
    path.write_text(header + "\n" + "".join(",".join(map(str, r)) + "\n" for r in rows))
    return path


def read(path, **given):
    columns = sources.PingColumns(**given)
    (found,) = sources.read_pings(path, columns, shift=SHIFT, study_area=AREA, now=NOW)
    assert found.read == len(found.pings) + sum(found.refused.values())
    return found


def at(minute, second=0):
    return f"2026-11-22T14:{minute:02d}:{second:02d}Z"


def good(n=20, unit="EA1"):
    return [(unit, at(m), *IN) for m in range(n)]


def test_rows_are_read_in_metres_and_utc(tmp_path):
    found = read(csv_of(tmp_path / "p.csv", good(3)))
    assert found.pings.unit.tolist() == ["EA1"] * 3
    assert str(found.pings.time[0]) == "2026-11-22T14:00:00"
    assert abs(found.pings.x[0] - 574_000) < 0.2
    assert abs(found.pings.y[0] - 204_000) < 0.2
    assert not found.assumed_zone
    assert found.refused == {}


SEA = degrees(590_000, 190_000)
NORTH = degrees(574_000, 207_900)
BAD = {
    "outside-study-area": ("EA1", at(5), *SEA),
    "future-date": ("EA1", "2026-11-23T14:00:00Z", *IN),
    "before-shift": ("EA1", "2026-11-22T13:59:59Z", *IN),
    "after-shift": ("EA1", "2026-11-22T22:00:01Z", *IN),
    "clock-jumped": ("EA1", at(3), *IN),
    "too-fast": ("EA1", at(10, 10), *NORTH),
    "no-unit": ("", at(5), *IN),
    "no-date": ("EA1", "", *IN),
    "bad-date": ("EA1", "2026-11-22", *IN),
    "no-coordinates": ("EA1", at(5), "", ""),
    "bad-coordinates": ("EA1", at(5), "51..5", 0.7),
}


@pytest.mark.parametrize("reason", BAD)
def test_a_bad_row_is_refused_for_its_reason_and_the_others_stand(tmp_path, reason):
    rows = [*good(11), BAD[reason], *good(20)[11:]]
    found = read(csv_of(tmp_path / "p.csv", rows))
    assert found.refused == {reason: 1}
    assert found.rows == {reason: (12,)}
    assert len(found.pings) == 20


def test_a_clock_that_ran_ahead_for_a_while_costs_only_the_rows_that_did(tmp_path):
    rows = good(30)
    ahead = [("EA1", f"2026-11-22T17:{m:02d}:00Z", *IN) for m in range(3)]
    found = read(csv_of(tmp_path / "p.csv", [*rows[:20], *ahead, *rows[20:]]))
    assert found.refused == {"clock-jumped": 3}
    assert found.rows["clock-jumped"] == (21, 22, 23)


def test_newest_first_is_an_order_and_no_order_says_nothing_of_clocks(tmp_path):
    assert read(csv_of(tmp_path / "p.csv", good(20)[::-1])).refused == {}
    rows = good(40)
    np.random.default_rng(1).shuffle(rows)
    assert read(csv_of(tmp_path / "q.csv", rows)).refused == {}


def test_a_stretch_out_of_reach_is_refused_whole_and_the_longer_one_kept(tmp_path):
    far = degrees(570_100, 200_100)
    jump = [("EA1", at(10, s), *far) for s in (10, 20, 30)]
    found = read(csv_of(tmp_path / "p.csv", [*good(11), *jump, *good(20)[11:]]))
    assert found.refused == {"too-fast": 3}


def test_a_car_at_speed_and_a_device_that_wanders_are_kept(tmp_path):
    car = [("EA1", at(0, s), *degrees(571_000 + 40 * s, 204_000)) for s in range(0, 60, 10)]
    still = [("EA2", at(0, s), *degrees(574_000 + 40 * (s % 2), 204_000)) for s in range(20)]
    assert read(csv_of(tmp_path / "p.csv", car + still)).refused == {}


def test_accuracy_when_asked_for_must_be_given_and_good_enough(tmp_path):
    header = "unit,time,longitude,latitude,acc"
    rows = [(*r, a) for r, a in zip(good(4), (5, "", 50, 51), strict=True)]
    path = csv_of(tmp_path / "p.csv", rows, header)
    assert read(path).refused == {}
    assert read(path, accuracy="acc").refused == {"no-accuracy": 1, "inaccurate": 1}


def test_times_without_an_offset_are_of_the_zone_said(tmp_path):
    rows = [("EA1", "2026-11-22 15:30:00", *IN), ("EA1", "22/11/2026 15:31", *IN)]
    path = csv_of(tmp_path / "p.csv", rows)
    london, paris = read(path), read(path, zone="Europe/Paris")
    assert london.assumed_zone
    assert str(london.pings.time[0]) == "2026-11-22T15:30:00"
    assert str(paris.pings.time[0]) == "2026-11-22T14:30:00"


def test_eastings_and_other_names(tmp_path):
    header = "callsign,when,e,n"
    path = csv_of(tmp_path / "p.csv", [("EA1", at(1), 574_000, 204_000)], header)
    found = read(path, unit="callsign", time="when", x="e", y="n", crs="EPSG:27700")
    assert found.pings.x.tolist() == [574_000]
    with pytest.raises(SchemaError, match="callsign"):
        read(path, time="when", x="e", y="n")


GPX = """<?xml version="1.0"?><g:gpx xmlns:g="http://www.topografix.com/GPX/1/1" version="1.1">
<g:metadata><g:time>2026-11-22T23:00:00Z</g:time></g:metadata>
<g:wpt lat="51.7" lon="0.5"><g:name>Base</g:name></g:wpt>
<g:trk><g:name>EA7</g:name><g:trkseg>
{points}
</g:trkseg></g:trk></g:gpx>"""


def point(minute):
    return f'<g:trkpt lat="{IN[1]}" lon="{IN[0]}"><g:time>{at(minute)}</g:time></g:trkpt>'


def gpx_of(path, *minutes):
    path.write_text(GPX.format(points="\n".join(map(point, minutes))))
    return path


def test_gpx_tracks_have_their_name_as_unit(tmp_path):
    found = read(gpx_of(tmp_path / "track.gpx", *range(20)))
    assert set(found.pings.unit.tolist()) == {"EA7"}
    assert len(found.pings) == 20
    jumped = read(gpx_of(tmp_path / "jump.gpx", *range(15), 2, *range(15, 20)))
    assert jumped.refused == {"clock-jumped": 1}
    packed = tmp_path / "track.gpx.gz"
    packed.write_bytes(gzip.compress((tmp_path / "track.gpx").read_bytes()))
    assert len(read(packed).pings) == 20


def test_a_track_without_a_name_is_called_after_its_file(tmp_path):
    path = tmp_path / "EA9.gpx"
    path.write_text(GPX.format(points=point(1)).replace("<g:name>EA7</g:name>", ""))
    assert read(path).pings.unit.tolist() == ["EA9"]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><gpx>&b;</gpx>'
OUTSIDE = '<!DOCTYPE gpx SYSTEM "file:///etc/passwd"><gpx></gpx>'


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (BOMB, DataError, "document type"),
        (OUTSIDE, DataError, "document type"),
        ("<gpx><trk>", DataError, "cut off"),
        ("<kml></kml>", SchemaError, "not GPX"),
        ("<gpx></gpx>", CoverageError, "no track point"),
        ("", DataError, "empty"),
        ("unit,time,longitude,latitude\n", CoverageError, "p.gpx"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused_whole(tmp_path, text, error, words):
    path = tmp_path / "p.gpx"
    path.write_text(text)
    with pytest.raises(error, match=words):
        read(path)


def test_every_ping_in_the_sea_or_in_the_future_is_an_error(tmp_path):
    with pytest.raises(CoordinateError, match="not one of 3 points lies in"):
        read(csv_of(tmp_path / "p.csv", [("A", at(m), *SEA) for m in range(3)]))
    with pytest.raises(DataError, match="every date lies in the future"):
        read(csv_of(tmp_path / "q.csv", [("A", "2027-01-01T14:00:00Z", *IN)]))


def test_a_folder_is_every_file_in_it(tmp_path):
    csv_of(tmp_path / "a.csv", good(2))
    gpx_of(tmp_path / "b.gpx", 1, 2, 3)
    (tmp_path / "notes.md").write_text("not pings")
    found = sources.read_pings(
        tmp_path, sources.PingColumns(), shift=SHIFT, study_area=AREA, now=NOW
    )
    assert [(f.file, f.read) for f in found] == [("a.csv", 2), ("b.gpx", 3)]
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(CoverageError, match="no file of pings"):
        sources.read_pings(empty, sources.PingColumns(), shift=SHIFT, study_area=AREA, now=NOW)
