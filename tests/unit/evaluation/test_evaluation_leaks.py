"""The leak check: sound models pass it, and whoever peeks is caught."""

from dataclasses import replace

import numpy as np
import pytest

from peelian.evaluation import LEAKS, backtest, leak_check
from peelian.evaluation.leaks import delayed_world, noise_world, shuffled_world
from peelian.forecasts import EWMA, GammaPoissonEWMA, KernelEWMA, LongWindowCount
from peelian.spacetime import count_events, late_events, square_grid
from peelian.terms import (
    Events,
    History,
    Late,
    ParameterError,
    Periods,
    PlatformError,
    RiskSurface,
    StudyArea,
)

WEEK = np.timedelta64(7 * 86_400, "s")


def history_of(n_periods=12, *, seed=1, dated=False, gap=False):
    import shapely

    rng = np.random.default_rng(seed)
    grid = square_grid(StudyArea("here", shapely.Point(583_000, 206_000).buffer(1_100)), 250.0)
    rates = rng.gamma(0.4, 0.6, grid.n_cells)
    counts = rng.poisson(rates, (n_periods, grid.n_cells)).astype(float)
    held = np.ones(n_periods, bool)
    if gap:
        held[5] = False
        counts[5] = np.nan
    edges = np.datetime64("2018-01-01T00:00:00") + np.arange(n_periods + 1) * WEEK
    periods = Periods(edges[:-1], edges[1:], held)
    texts = np.array([""])
    events = None
    if dated:  # one is enough to ask for events in the worlds
        events = Events(
            grid.x[:1], grid.y[:1], edges[:1], edges[:1], np.ones(1), texts, texts, texts
        )
    return History(counts, grid, periods, events)


def scored(history, forecasters):
    return backtest(
        history,
        {"count": LongWindowCount(), **forecasters},
        area_budget=0.1 * history.grid.area.sum(),
        min_history=4,
        draws=1,
        rng=np.random.default_rng(1),
    )


def verdicts(pipeline, history=None, **settings):
    settings = {"runs": 8, "rng": np.random.default_rng(2)} | settings
    table = leak_check(history or history_of(), pipeline, **settings)
    keys = zip(table.columns["world"], table.columns["forecaster"], strict=True)
    return dict(zip(keys, table.columns["verdict"] == LEAKS, strict=True)), table


class Known:
    """Says what it was given beforehand, at every origin."""

    def __init__(self, risk):
        self.risk = risk

    def forecast(self, history, horizon):
        return RiskSurface(self.risk[len(history.periods)][None], history.grid, self)


def test_sound_models_pass():
    sound = {"ewma": EWMA(60), "shrunk": GammaPoissonEWMA(), "smooth": KernelEWMA()}
    leaks, table = verdicts(lambda history: scored(history, sound))
    assert not any(leaks.values())
    assert len(leaks) == 7
    assert table.columns["threshold"][0] == pytest.approx(0.05 / 7)
    assert {"world", "forecaster", "hits", "yardstick", "bound", "p"} <= set(table.columns)


def test_whoever_knows_the_future_is_caught_in_both_worlds():
    leaks, _ = verdicts(lambda h: scored(h, {"seer": Known(h.counts + 0.01)}))
    assert leaks["noise", "seer"]
    assert leaks["shuffled", "seer"]
    assert not leaks["noise", "count"]


def test_two_sided_smoothing_over_time_is_caught():
    """As packages do that smooth a whole series first and then hold some of it out."""

    def pipeline(history):
        padded = np.pad(history.counts, ((2, 2), (0, 0)), mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, 5, axis=0)
        return scored(history, {"smoothed": Known(windows.mean(axis=-1))})

    leaks, _ = verdicts(pipeline)
    assert leaks["noise", "smoothed"]


def test_a_walk_that_peeks_between_its_ends_is_caught():
    class Sly(LongWindowCount):
        def walk(self, history, origins):
            for origin, risk in zip(origins, super().walk(history, origins), strict=True):
                honest = origin in (origins[0], origins[-1])
                yield risk if honest else risk + 0.2 * history.counts[origin]

    leaks, _ = verdicts(lambda history: scored(history, {"sly": Sly()}))
    assert leaks["noise", "sly"]
    assert leaks["shuffled", "sly"]


def test_a_walk_that_peeks_at_its_ends_is_stopped_at_once():
    class Peeks(LongWindowCount):
        def walk(self, history, origins):
            return iter(history.counts[origins])

    with pytest.raises(PlatformError, match="walk and forecast disagree"):
        verdicts(lambda history: scored(history, {"peeks": Peeks()}))


def recorded_late(**kinds):
    """A history whose first event came on record late."""
    history = history_of(**kinds)
    first = history.counts[0].argmax()
    many = int(history.counts[0, first])
    late = Late(
        np.zeros(many, int), np.full(many, first), np.ones(many), history.periods.end[:many]
    )
    return replace(history, late=late)


def test_records_that_came_late_are_kept_back():
    sound = {"ewma": EWMA(5), "shrunk": GammaPoissonEWMA(), "smooth": KernelEWMA()}
    leaks, table = verdicts(lambda history: scored(history, sound), recorded_late())
    assert not any(leaks.values())
    assert len(leaks) == 11
    delayed = table.columns["world"] == "delayed"
    assert set(table.columns["yardstick"][delayed]) == {"area share"}


def test_reading_what_was_not_on_record_is_caught():
    """The pipeline forgets when events came on record; no other world shows it."""

    def pipeline(history):
        return scored(replace(history, late=None), {"ewma": EWMA(5)})

    leaks, _ = verdicts(pipeline, recorded_late())
    assert leaks["delayed", "ewma"]
    assert not leaks["noise", "ewma"]
    assert not leaks["shuffled", "ewma"]


@pytest.mark.parametrize("gap", [False, True])
def test_a_delayed_world_tells_on_record_nothing_of_what_comes(gap):
    history = recorded_late(dated=True, gap=gap)
    world = delayed_world(history, np.random.default_rng(3))
    np.testing.assert_array_equal(world.counts.sum(axis=1), history.counts.sum(axis=1))
    held = np.flatnonzero(history.periods.held)
    for one, after in zip(held[::2], held[1::2], strict=False):
        assert (world.counts[one][world.counts[after] > 0] > 0).all()
        known = world.until(int(after))
        assert known.counts[one].sum() == 0
        assert known.events.where(known.events.start >= history.periods.start[one]).x.size == 0
    whole = world.until(len(history.periods))
    np.testing.assert_array_equal(whole.counts[held[:-1]], world.counts[held[:-1]])
    again = late_events(world.events, world.grid, world.periods)
    assert len(again.period) == len(world.late.period) == np.nansum(world.counts)


@pytest.mark.parametrize("make", [noise_world, shuffled_world, delayed_world])
@pytest.mark.parametrize("gap", [False, True])
def test_worlds_keep_what_they_must(make, gap):
    history = history_of(dated=True, gap=gap)
    world = make(history, np.random.default_rng(3))
    held = history.periods.held
    np.testing.assert_array_equal(world.counts.sum(axis=1), history.counts.sum(axis=1))
    np.testing.assert_array_equal(np.isnan(world.counts).all(axis=1), ~held)
    if make is shuffled_world:
        np.testing.assert_array_equal(
            np.sort(world.counts[held].sum(axis=0)), np.sort(history.counts[held].sum(axis=0))
        )
    assert np.ptp(world.grid.area) == 0
    again = count_events(world.events, world.grid, world.periods)
    np.testing.assert_array_equal(again, world.counts)
    assert not np.array_equal(world.counts[held], history.counts[held])


def test_equal_seeds_find_the_same():
    def found(seed):
        pipeline = lambda history: scored(history, {"ewma": EWMA(30)})  # noqa: E731
        return (
            verdicts(pipeline, runs=6, rng=np.random.default_rng(seed))[1]
            .columns["hits"]
            .tolist()
        )

    assert found(5) == found(5) != found(6)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"runs": 3}, "give 5 runs or more"),
        ({"runs": 0}, "runs is 0"),
        ({"runs": 21}, "1 to 20"),
        ({"error_rate": 0.0}, "error rate is 0"),
    ],
)
def test_what_cannot_be_asked(settings, message):
    with pytest.raises(ParameterError, match=message):
        verdicts(lambda history: scored(history, {}), **settings)


def test_weights_are_refused():
    history = history_of()
    weighted = History(history.counts * 1.5, history.grid, history.periods)
    with pytest.raises(ParameterError, match="weights"):
        verdicts(lambda h: scored(h, {}), weighted)


@pytest.mark.nightly
def test_sound_models_are_seldom_called_leaking():
    """The error rate stated, over 200 whole checks of three models."""
    sound = {"ewma": EWMA(60), "smooth": KernelEWMA()}
    alarms = 0
    for seed in range(200):
        leaks, _ = verdicts(
            lambda history: scored(history, sound),
            history_of(seed=seed),
            rng=np.random.default_rng(seed),
        )
        alarms += any(leaks.values())
    assert alarms / 200 < 0.09  # 5 % and three standard errors
