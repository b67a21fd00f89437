from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from peelian.spacetime import (
    day_periods,
    month_periods,
    month_span,
    policing_day,
    to_local,
    to_utc,
    week_periods,
)
from peelian.terms import ParameterError

LONDON = ZoneInfo("Europe/London")


def instants(*texts):
    return np.array(texts, dtype="M8[s]")


def test_months_are_local_and_keep_their_own_lengths():
    periods = month_periods("2018-01", "2018-11")
    assert len(periods) == 11
    assert periods.start[0] == np.datetime64("2018-01-01T00:00:00")
    assert periods.start[6] == np.datetime64("2018-06-30T23:00:00")  # July, summer time
    assert periods.days[1] == 28
    np.testing.assert_allclose(periods.days[[2, 9]] * 24, [31 * 24 - 1, 31 * 24 + 1])
    assert periods.held.all()


def test_months_not_held_are_marked():
    held = {"2018-01", "2018-03", "2031-01"}
    assert month_periods("2018-01", "2018-03", held=held).held.tolist() == [True, False, True]
    assert not month_periods("2018-01", "2018-03", held=set()).held.any()


@pytest.mark.parametrize("text", ["2018-13", "2018", "2018-1", "January", "2018-01-01", ""])
def test_what_is_not_a_month_is_refused(text):
    with pytest.raises(ParameterError, match="is not a month; give it as 2018-01"):
        month_span(text)


def test_months_must_run_forward():
    with pytest.raises(ParameterError, match="comes before"):
        month_periods("2018-03", "2018-02")


def test_month_span_is_the_period_of_that_month():
    start, end = month_span("2018-10")
    assert start == np.datetime64("2018-09-30T23:00:00")
    assert end == np.datetime64("2018-11-01T00:00:00")


def test_policing_days_have_23_24_or_25_hours():
    periods = day_periods(date(2018, 1, 1), date(2018, 12, 31))
    hours = periods.days * 24
    assert len(periods) == 365
    assert sorted(set(hours)) == [23, 24, 25]
    # The clocks went forward on 25 March at 01:00, within the policing day of 24 March.
    assert periods.start[np.flatnonzero(hours == 23)[0]] == np.datetime64(
        "2018-03-24T06:00:00"
    )
    assert periods.start[np.flatnonzero(hours == 25)[0]] == np.datetime64(
        "2018-10-27T05:00:00"
    )


def test_a_day_may_start_at_another_hour_and_in_another_zone():
    midnight = np.timedelta64(0, "h")
    periods = day_periods(date(2018, 7, 1), date(2018, 7, 1), day_starts=midnight)
    assert periods.start[0] == np.datetime64("2018-06-30T23:00:00")
    portland = day_periods(date(2018, 7, 1), date(2018, 7, 1), zone="America/Los_Angeles")
    assert portland.start[0] == np.datetime64("2018-07-01T13:00:00")


def test_days_held():
    periods = day_periods(date(2018, 1, 1), date(2018, 1, 3), held={date(2018, 1, 2)})
    assert periods.held.tolist() == [False, True, False]


def test_weeks_are_seven_policing_days():
    periods = week_periods(date(2018, 3, 19), date(2018, 4, 3), held={date(2018, 3, 26)})
    assert len(periods) == 2  # the days from 2 April are no whole week
    assert (periods.days * 24).tolist() == [167, 168]
    assert periods.held.tolist() == [False, True]
    with pytest.raises(ParameterError, match="no whole period of 7 days"):
        week_periods(date(2018, 3, 19), date(2018, 3, 24))


def test_policing_day_starts_at_six_in_winter_and_summer():
    times = instants(
        "2018-01-10T05:59:59",
        "2018-01-10T06:00:00",
        "2018-07-10T04:59:59",
        "2018-07-10T05:00:00",
    )
    expected = ["2018-01-09", "2018-01-10", "2018-07-09", "2018-07-10"]
    assert policing_day(times).astype(str).tolist() == expected


def test_policing_day_of_nothing_and_of_nat():
    assert len(policing_day(instants())) == 0
    assert np.isnat(policing_day(instants("NaT", "2018-01-01"))).tolist() == [True, False]


@pytest.mark.parametrize("start", ["00:00", "01:30", "02:00", "06:00", "23:59"])
def test_policing_day_agrees_with_day_periods(start):
    hours, minutes = map(int, start.split(":"))
    day_starts = np.timedelta64(hours * 60 + minutes, "m")
    periods = day_periods(date(2018, 3, 20), date(2018, 11, 5), day_starts=day_starts)
    times = np.arange(periods.start[0], periods.end[-1], np.timedelta64(450, "s"))
    first = np.datetime64("2018-03-20")
    expected = first + (np.searchsorted(periods.start, times, side="right") - 1)
    assert np.array_equal(policing_day(times, day_starts=day_starts), expected)


def test_the_hour_that_occurs_twice_means_its_first_time_and_the_one_skipped_runs_on():
    repeated, skipped = to_utc(instants("2018-10-28T01:30:00", "2018-03-25T01:30:00"))
    assert repeated == np.datetime64("2018-10-28T00:30:00")
    assert skipped == np.datetime64("2018-03-25T01:30:00")


@pytest.mark.parametrize(
    "zone", ["Europe/London", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kolkata"]
)
def test_clock_agrees_with_zoneinfo(zone):
    rng = np.random.default_rng(5)
    seconds = rng.integers(0, 60 * 365 * 86400, 2000)
    near_changes = int(np.datetime64("2018-03-25T01:00:00", "s").astype(int))
    seconds = np.append(seconds, near_changes + np.arange(-7200, 7200, 599))
    utc, tz = seconds.astype("M8[s]"), ZoneInfo(zone)
    epoch = datetime(1970, 1, 1)  # noqa: DTZ001 - wall-clock times have no zone
    walls = [
        datetime.fromtimestamp(int(s), UTC).astimezone(tz).replace(tzinfo=None)
        for s in seconds
    ]
    expected = np.array([(wall - epoch) // timedelta(seconds=1) for wall in walls])
    assert np.array_equal(to_local(utc, zone=zone).astype(int), expected)
    back = [int(wall.replace(tzinfo=tz).timestamp()) for wall in walls]
    assert np.array_equal(to_utc(expected.astype("M8[s]"), zone=zone).astype(int), back)


def test_london_kept_summer_time_through_the_winter_of_1969():
    assert to_utc(instants("1969-01-15T12:00:00"))[0] == np.datetime64("1969-01-15T11:00:00")


def test_unknown_zone_and_impossible_settings_are_refused():
    with pytest.raises(ParameterError, match="'Europe/Clacton' is not a known time zone"):
        to_utc(instants("2018-01-01"), zone="Europe/Clacton")
    with pytest.raises(ParameterError, match="cannot start at"):
        day_periods(date(2018, 1, 1), date(2018, 1, 2), day_starts=np.timedelta64(24, "h"))
    with pytest.raises(ParameterError, match="no whole period"):
        day_periods(date(2018, 1, 2), date(2018, 1, 1))
    with pytest.raises(ParameterError, match="outside the calendar"):
        to_utc(instants("0001-01-01"))


def test_inputs_are_not_modified():
    times = instants("2018-07-01T12:00:00")
    to_local(times)
    to_utc(times)
    policing_day(times)
    assert times[0] == np.datetime64("2018-07-01T12:00:00")
