"""A history cut at an origin holds what was on record by then, and nothing else."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast_histories import DAY, START, dated_history, events_of, squares
from peelian.spacetime import count_events, late_events
from peelian.terms import Events, History

GRID = squares(2, 3)
N_PERIODS = 5


def with_record(events, days):
    """The same events, each recorded so many days after it happened; None: not said."""
    delay = [
        np.timedelta64("NaT") if d is None else np.timedelta64(d * 3600, "s") for d in days
    ]
    recorded = events.end + np.array(delay, "m8[s]")
    columns = {name: getattr(events, name) for name in events.__dataclass_fields__}
    return Events(**{**columns, "recorded": recorded.astype("M8[s]")})


def known_history(events):
    """A history that knows its late events; they are its companion too."""
    plain = dated_history(events, GRID, N_PERIODS)
    late = late_events(events, GRID, plain.periods)
    return History(
        plain.counts,
        GRID,
        plain.periods,
        events,
        late=late,
        companions={"same": plain.counts},
        late_companions={} if late is None else {"same": late},
    )


@st.composite
def worlds(draw):
    n = draw(st.integers(0, 12))
    numbers = st.floats(-20, 320)
    x, y = (draw(st.lists(numbers, min_size=n, max_size=n)) for _ in "xy")
    day = draw(st.lists(st.floats(-1, N_PERIODS + 1), min_size=n, max_size=n))
    weight = draw(st.lists(st.sampled_from([1.0, -1.0, 0.1, 0.7]), min_size=n, max_size=n))
    delays = st.one_of(st.none(), st.integers(-5, 80))
    hours = draw(st.lists(delays, min_size=n, max_size=n))
    return with_record(events_of(x, y, day, weight=weight), hours)


@settings(deadline=None, max_examples=200)
@given(worlds(), st.integers(1, N_PERIODS), st.integers(0, N_PERIODS))
def test_a_history_cut_holds_exactly_what_was_on_record(events, n, fewer):
    history = known_history(events)
    cut = history.until(n)
    cutoff = START + n * DAY
    on_record = np.isnat(events.recorded) | ~(events.recorded > cutoff)
    expected = count_events(events.where(on_record), GRID, history.periods)[:n]
    np.testing.assert_array_equal(cut.counts, expected)  # to the last bit: no trace is left
    np.testing.assert_array_equal(cut.companions["same"], expected)
    assert (cut.events.known <= cutoff).all()
    again, at_once = cut.until(min(n, fewer)), history.until(min(n, fewer))
    np.testing.assert_array_equal(again.counts, at_once.counts)
    np.testing.assert_array_equal(again.companions["same"], at_once.companions["same"])


@settings(deadline=None, max_examples=50)
@given(worlds())
def test_without_dates_of_record_nothing_is_late(events):
    columns = {name: getattr(events, name) for name in events.__dataclass_fields__}
    assert late_events(Events(**{**columns, "recorded": None}), GRID, None) is None
    in_time = np.minimum(events.recorded, events.end)
    early = Events(**{**columns, "recorded": in_time})
    assert known_history(early).late is None
