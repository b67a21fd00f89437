"""Hour of the week: windows shared out, the week a circle, places shrunk, clocks moved."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast_histories import events_of
from peelian.forecasts import HourOfWeek
from peelian.terms import CoverageError, Events, ParameterError

UTC = HourOfWeek(zone="UTC")


def windows(*pairs, weight=None):
    start, end = (np.array(column, "M8[s]") for column in zip(*pairs, strict=True))
    n, none = len(start), np.full(len(start), "")
    weight = np.ones(n) if weight is None else np.asarray(weight, float)
    return Events(np.zeros(n), np.zeros(n), start, end, weight, none, none, none, "none")


def hours_of(method, start, end):
    _, hour, weight = method.aoristic(np.array([start], "M8[s]"), np.array([end], "M8[s]"))
    return dict(zip(hour.tolist(), weight.tolist(), strict=True))


def test_an_instant_is_in_its_hour():
    assert hours_of(UTC, "2024-01-01T00:00:00", "2024-01-01T00:00:00") == {0: 1.0}
    assert hours_of(UTC, "2024-01-07T23:59:59", "2024-01-07T23:59:59") == {167: 1.0}


def test_a_window_that_ends_on_the_hour_does_not_enter_it():
    found = hours_of(UTC, "2024-01-01T09:00:00", "2024-01-01T11:00:00")
    assert found == {9: 0.5, 10: 0.5}


def test_local_time_and_the_days_on_which_the_clock_changes():
    """In summer 23:30 UTC is past midnight; the last Sunday of March has no 1 a.m."""
    london = HourOfWeek()
    assert hours_of(london, "2024-07-01T23:30:00", "2024-07-01T23:30:00") == {24: 1.0}
    spring = hours_of(london, "2024-03-31T00:30:00", "2024-03-31T01:30:00")
    assert spring == {144: 0.5, 146: 0.5}
    autumn = london.aoristic(
        np.array(["2024-10-27T00:00:00"], "M8[s]"), np.array(["2024-10-27T02:00:00"], "M8[s]")
    )
    assert autumn[1].tolist() == [145, 145]
    assert autumn[2].sum() == 1


def test_a_long_window_counts_for_less_and_is_flagged():
    events = windows(
        ("2024-01-01T00:00:00", "2024-01-03T00:00:00"),
        ("2024-01-01T10:00:00", "2024-01-01T11:00:00"),
        ("2024-01-01T10:00:00", "2024-01-01T12:00:00"),
    )
    profile = UTC.profile(events)
    assert profile.long_windows.tolist() == [True, False, False]
    assert profile.events[0] == pytest.approx(2.5)


@settings(deadline=None)
@given(
    st.integers(0, 10**7),
    st.integers(0, 3 * 86_400),
    st.sampled_from(["UTC", "Europe/London"]),
)
def test_the_weights_of_an_event_sum_to_one_or_to_a_day_over_its_length(first, lasts, zone):
    start = np.datetime64("2024-01-01T00:00:00") + np.timedelta64(first, "s")
    event, hour, weight = HourOfWeek(zone=zone).aoristic(
        np.array([start]), np.array([start + np.timedelta64(lasts, "s")])
    )
    assert weight.sum() == pytest.approx(min(1, 86_400 / max(lasts, 1)))
    assert weight.min() > 0
    assert hour.min() >= 0
    assert hour.max() < 168
    assert not event.any()


@settings(deadline=None)
@given(st.integers(0, 167), st.integers(0, 167), st.floats(0, 12))
def test_turning_the_week_turns_the_profile(first, turn, smoothing_hours):
    method = HourOfWeek(smoothing_hours, zone="UTC")
    one, other = (
        method.profile(events_of(0.0, 0.0, hour / 24)).force for hour in (first, first + turn)
    )
    np.testing.assert_allclose(np.roll(one, turn), other, atol=1e-12)
    assert one.sum() == pytest.approx(1)


def test_smoothing_runs_from_sunday_into_monday():
    force = UTC.profile(events_of(0.0, 0.0, 0.02)).force
    assert np.argmax(force) == 0
    assert force[167] == pytest.approx(force[1])
    assert force[1] / force[0] == pytest.approx(np.exp(-1 / (2 * 1.5**2)))
    plain = HourOfWeek(0, zone="UTC").profile(events_of(0.0, 0.0, 0.02)).force
    assert plain.tolist() == [1.0] + [0.0] * 167


def test_a_place_is_drawn_towards_the_force():
    """A hundred at noon on Monday everywhere, one at midnight here, a thousand there."""
    day = np.concatenate([np.full(100, 0.5), [0.0], np.zeros(1000)])
    place = np.concatenate([np.zeros(100, int), [1], np.full(1000, 2)])
    profile = UTC.profile(events_of(day * 0, day * 0, day), place=place, n_places=4)
    near = np.abs(profile.places - profile.force).sum(axis=1)
    assert near[3] < 1e-12
    assert near[1] < 0.02
    assert near[0] > 0.3
    np.testing.assert_allclose(profile.places.sum(axis=1), 1)
    assert profile.events.tolist() == [100, 1, 1000, 0]
    alone = UTC.profile(events_of(np.zeros(1000), np.zeros(1000), np.zeros(1000)))
    np.testing.assert_allclose(alone.places[0], alone.force)


def test_no_events_are_an_even_week():
    profile = UTC.profile(events_of([], [], []), n_places=2)
    np.testing.assert_allclose(profile.places, 1 / 168)
    assert not profile.events.any()


def test_the_same_in_every_hour_is_an_even_week():
    every = np.arange(168) / 24 + 0.01
    np.testing.assert_allclose(UTC.profile(events_of(every, every, every)).force, 1 / 168)


def test_months_and_dates_alone_are_refused():
    for lasts in (31, 1, 23 / 24):
        with pytest.raises(CoverageError, match="2 of 2 events last 23 hours"):
            UTC.profile(events_of([0, 0], [0, 0], [0, 31], lasts=lasts))
    UTC.profile(events_of([0, 0], [0, 0], [0, 31], lasts=[31, 0.4]))


def test_weights_of_events_count():
    events = windows(("2024-01-01T00:00:00",) * 2, ("2024-01-01T12:00:00",) * 2, weight=[3, 1])
    force = HourOfWeek(0, zone="UTC").profile(events).force
    assert force[[0, 12]].tolist() == [0.75, 0.25]


def test_a_weekly_risk_is_shared_out_over_its_hours():
    profile = UTC.profile(
        events_of([0, 0], [0, 0], [0.5, 1.5]), place=np.array([0, 1]), n_places=2
    )
    risk, place = np.array([2.0, 0.5, 0.0]), np.array([0, 1, 1])
    hourly = profile.hourly_risk(risk, place, np.datetime64("2024-03-06T05:00:00"))
    assert hourly.shape == (168, 3)
    np.testing.assert_allclose(hourly.sum(axis=0), risk)
    assert hourly[0, 0] == pytest.approx(2 * profile.places[0, 2 * 24 + 5])


def test_a_week_in_which_the_clock_changes_skips_or_repeats_an_hour():
    """All of it at 1 a.m. on Sundays: not on the last of March, twice on that of October."""
    profile = HourOfWeek(0, 1e-9).profile(events_of(0.0, 0.0, 6 + 1.5 / 24))
    sums = [
        profile.hourly_risk(np.ones(1), np.zeros(1, int), np.datetime64(monday)).sum()
        for monday in ("2024-03-18T00:00:00", "2024-03-25T00:00:00", "2024-10-20T23:00:00")
    ]
    np.testing.assert_allclose(sums, [1, 0, 2])


def test_what_does_not_fit_is_refused():
    profile = UTC.profile(events_of([], [], []))
    start = np.datetime64("2024-03-06T05:00:00")
    with pytest.raises(ParameterError, match="2 places"):
        profile.hourly_risk(np.ones(1), np.zeros(2, int), start)
    with pytest.raises(ParameterError, match="from 0 to 0"):
        profile.hourly_risk(np.ones(1), np.ones(1, int), start)
    with pytest.raises(ParameterError, match="full hour"):
        profile.hourly_risk(np.ones(1), np.zeros(1, int), start + 60)
    with pytest.raises(ParameterError, match="from 0 to 0"):
        UTC.profile(events_of(0, 0, 0), place=np.array([1]))
    with pytest.raises(ParameterError, match="2 places"):
        UTC.profile(events_of(0, 0, 0), place=np.array([0, 0]))
    for wrong in ({"smoothing_hours": -1}, {"prior_events": 0}):
        with pytest.raises(ParameterError):
            HourOfWeek(**wrong)


def test_there_is_nothing_to_find_in_noise():
    """Even times: the flagged quarter of the week holds a quarter of what follows."""
    rng, inside = np.random.default_rng(3), 0
    for _ in range(200):
        profile = UTC.profile(events_of(*np.zeros((2, 300)), rng.uniform(0, 364, 300)))
        top = np.argsort(-profile.force)[:42]
        inside += np.isin(rng.integers(0, 168, 50), top).sum()
    assert abs(inside / 10_000 - 0.25) < 3 * np.sqrt(0.25 * 0.75 / 10_000)
