import sys

import numpy as np
import pytest

from peelian.hotspots import scan, scan_of_events
from peelian.terms import CoverageError, DataError, Events, ParameterError

SETTINGS = {"max_radius": 300.0, "max_days": 5, "runs": 19}


def noise(n=60, seed=1, *, side=1000, last_day=40):
    rng = np.random.default_rng(seed)
    return *rng.uniform(0, side, (2, n)), rng.integers(0, last_day, n)


def planted(seed=2):
    """300 events, 15 of them within 100 m and three days."""
    x, y, day = noise(300, seed, side=10_000, last_day=200)
    rng = np.random.default_rng(seed)
    x[:15], y[:15] = 4000 + rng.uniform(-60, 60, (2, 15))
    day[:15] = 100 + np.arange(15) % 3
    return x, y, day


def run(x, y, day, seed=1, **kinds):
    return scan(x, y, day, rng=np.random.default_rng(seed), **SETTINGS | kinds)


def events_of(x, y, day, hours=0, weight=None):
    start = np.datetime64("2020-01-01T12:00", "s") + day * np.timedelta64(1, "D")
    text = np.full(len(x), "")
    end = start + np.asarray(hours) * np.timedelta64(1, "h")
    return Events(
        x, y, start, end, np.ones(len(x)) if weight is None else weight, text, text, text
    )


def test_a_planted_cluster_is_found():
    x, y, day = planted()
    found = run(x, y, day, runs=99)
    first = {name: column[0] for name, column in found.table.columns.items()}
    assert first["rank"] == 1 and first["p"] == 0.01 and first["cells"] == 15
    assert np.hypot(first["x"] - 4000, first["y"] - 4000) < 90 and first["radius"] < 180
    assert (first["start"], first["end"], first["observed"]) == (100, 102, 15)
    assert np.array_equal(np.flatnonzero(found.cluster == 1), np.arange(15))
    assert len(found.maxima) == 99 and found.n_cases == 300


def test_a_cluster_that_is_over_is_not_alive():
    x, y, day = planted()
    assert run(x, y, day, prospective=True).table.columns["p"].min(initial=1) > 0.05
    now = run(x, y, np.where(np.arange(300) < 15, 198 + day % 2, day), prospective=True)
    assert now.table.columns["p"][0] == 0.05
    assert (now.table.columns["end"] == 199).all()
    longer = run(x, y, day, prospective=True, last_day=250).table.columns
    assert not len(longer["rank"])  # nothing in the last five days


def test_bernoulli_and_poisson_find_it_among_people():
    x, y, day = planted()
    case = (np.arange(300) < 15) | (np.arange(300) % 10 == 0)
    found = run(x, y, day, model="bernoulli", weights=case).table.columns
    assert found["p"][0] == 0.05 and found["observed"][0] == 15
    assert found["expected"][0] == pytest.approx(15 * case.sum() / 300)
    found = run(x, y, day, model="poisson", population=np.full(300, 20.0)).table.columns
    assert found["p"][0] == 0.05 and found["observed"][0] >= 12


def test_clusters_share_no_place():
    x, y, day = noise(200)
    found = run(x, y, day, max_clusters=50)
    table = found.table.columns
    assert len(found.table) > 5 and np.all(np.diff(table["statistic"]) <= 0)
    assert np.all(np.diff(table["p"]) >= 0)
    for one in range(len(found.table)):
        assert np.count_nonzero(found.cluster == one + 1) == table["observed"][one]
        far = np.hypot(x - table["x"][one], y - table["y"][one])
        assert np.count_nonzero(far <= table["radius"][one] + 1e-6) == table["cells"][one]
        inside = (far <= table["radius"][one] + 1e-6) & (found.cluster != one + 1)
        assert not np.isin(found.cluster[inside], range(1, one + 1)).any()
    assert table["cells"].sum() <= 200
    assert len(run(x, y, day, max_clusters=3).table) == 3


@pytest.mark.parametrize("model", ["permutation", "poisson", "bernoulli"])
def test_units_and_origin_change_nothing(model):
    x, y, day = noise(120)
    kinds = {"model": model, "population": None}
    if model == "poisson":
        kinds["population"] = np.random.default_rng(5).integers(1, 90, 120)
    if model == "bernoulli":
        kinds["weights"] = np.random.default_rng(6).random(120) < 0.4
    metres = run(x, y, day, **kinds)
    kilometres = run(x / 1000, y / 1000, day, **kinds | {"max_radius": 0.3})
    moved = run(x + 5e5, y + 2e5, day + 18_000, **kinds)
    assert len(metres.table)
    for other in (kilometres, moved):
        for name in ("observed", "expected", "statistic", "p", "cells"):
            np.testing.assert_allclose(metres.table.columns[name], other.table.columns[name])
    assert np.array_equal(moved.table.columns["start"], metres.table.columns["start"] + 18_000)


def noise_among_people(seed):
    """40 events fall among the people of 30 places; a place without event has a row too."""
    rng = np.random.default_rng(seed)
    at, people = rng.uniform(0, 1000, (2, 30)), rng.integers(1, 200, 30)
    place = np.concatenate([np.arange(30), rng.choice(30, 40, p=people / people.sum())])
    day = np.concatenate([np.zeros(30, int), rng.integers(0, 40, 40)])
    kinds = {"model": "poisson", "weights": np.arange(70) >= 30, "population": people[place]}
    return (*at[:, place], day), kinds | {"first_day": 0, "last_day": 39}


def share_found(n_maps, draw):
    p = []
    for seed in range(n_maps):
        history, kinds = draw(seed)
        p.append(run(*history, seed, **kinds).table.columns["p"].min(initial=1))
    return np.mean(np.array(p) <= 0.05)


def test_no_signal_is_found_in_noise():
    assert 0.02 <= share_found(400, lambda seed: (noise(40, seed), {})) <= 0.07


@pytest.mark.nightly
def test_no_model_finds_a_signal_in_noise():
    bernoulli = {"model": "bernoulli", "weights": np.arange(80) % 2}
    assert 0.03 <= share_found(2000, lambda seed: (noise(40, seed), {})) <= 0.06
    alive = {"prospective": True}
    assert 0.03 <= share_found(2000, lambda seed: (noise(40, seed), alive)) <= 0.06
    assert 0.01 <= share_found(2000, lambda seed: (noise(80, seed), bernoulli)) <= 0.06
    assert 0.03 <= share_found(2000, noise_among_people) <= 0.06


def test_a_seed_repeats_and_p_is_never_zero():
    x, y, day = planted()
    one, again = run(x, y, day, seed=3), run(x, y, day, seed=3)
    assert np.array_equal(one.maxima, again.maxima)
    assert one.table.columns["p"].min() == 1 / 20


@pytest.mark.parametrize("n", [0, 1])
def test_nothing_and_a_single_event(n):
    found = run(np.zeros(n), np.zeros(n), np.zeros(n))
    assert not len(found.table) and found.cluster.tolist() == [0] * n
    assert list(found.table.columns) == [
        "rank", "x", "y", "radius", "start", "end", "observed", "expected", "statistic", "p",
        "cells",
    ]  # fmt: skip


def test_what_cannot_vary_has_no_cluster():
    x, y, day = noise(50)
    assert not len(run(x, y, np.full(50, 3)).table)  # all on one day
    assert not len(run(np.zeros(50), np.zeros(50), day, max_share=1).table)  # at one place
    everybody = run(x, y, day, model="bernoulli", weights=np.ones(50))
    assert not len(everybody.table)  # nobody is no case
    assert not len(run(x, y, day, max_share=0.001).table)  # no circle is small enough


def test_weights_are_events():
    x, y, day = noise(50)
    times = np.random.default_rng(4).integers(0, 4, 50)
    weighed = run(x, y, day, weights=times, first_day=0, last_day=40).table.columns
    row = np.repeat(np.arange(50), times)
    repeated = run(x[row], y[row], day[row], first_day=0, last_day=40).table.columns
    for name in ("observed", "expected", "statistic", "cells"):
        if name != "cells":  # a row of weight 0 is still a place
            np.testing.assert_allclose(weighed[name], repeated[name])
        assert (weighed["cells"] >= repeated["cells"]).all()


MODELS = ["permutation", "poisson", "bernoulli"]


def harmed(seed, model="permutation", *, n=60):
    """Noise whose harm is as skewed as offences are, anywhere and at any time."""
    rng = np.random.default_rng(seed)
    harm = rng.choice([20.0, 365.0, 5475.0], n, p=[0.8, 0.18, 0.02])
    kinds = {"model": model, "harm": harm, "first_day": 0, "last_day": 39}
    if model == "bernoulli":
        kinds["weights"] = np.arange(n) % 2
    if model == "poisson":
        kinds["population"] = np.ones(n)
    return noise(n, seed), kinds


@pytest.mark.parametrize("model", MODELS)
def test_the_unit_of_harm_changes_only_what_is_observed(model):
    history, kinds = harmed(3, model)
    days = run(*history, **kinds)
    years = run(*history, **kinds | {"harm": kinds["harm"] / 365})
    assert len(days.table)
    for name, values in days.table.columns.items():
        by = 365 if name in ("observed", "expected") else 1
        np.testing.assert_allclose(years.table.columns[name] * by, values)
    first = {name: column[0] for name, column in days.table.columns.items()}
    assert first["observed"] == kinds["harm"][days.cluster == 1].sum() > first["expected"]


def test_harm_shows_where_numbers_do_not():
    x, y, day = noise(300, 5, side=10_000, last_day=200)
    x[:6], y[:6] = 4000 + np.random.default_rng(5).uniform(-60, 60, (2, 6))
    day[:6] = 100 + np.arange(6) % 3
    harm = np.full(300, 20.0)
    harm[:6] = 5475.0
    harm[6:40] = 5475.0  # there are as bad ones elsewhere
    by_harm = run(x, y, day, harm=harm).table.columns
    assert np.hypot(by_harm["x"][0] - 4000, by_harm["y"][0] - 4000) < 90
    assert by_harm["observed"][0] == 6 * 5475.0
    assert by_harm["p"][0] == 0.05


def test_a_row_may_stand_for_several_events_of_some_harm():
    x, y, day = noise(50)
    rng = np.random.default_rng(4)
    times, harm = rng.integers(0, 4, 50), rng.lognormal(0, 1, 50)
    row = np.repeat(np.arange(50), times)
    period = {"first_day": 0, "last_day": 40}
    one = run(x, y, day, weights=times, harm=harm, **period)
    each = run(x[row], y[row], day[row], harm=harm[row], **period)
    for name in ("observed", "expected", "statistic"):
        np.testing.assert_allclose(one.table.columns[name], each.table.columns[name])
    assert one.n_cases == each.n_cases == times.sum()


@pytest.mark.parametrize("model", MODELS)
def test_what_counts_for_nothing_is_no_event(model):
    history, kinds = harmed(3, model)
    nothing = run(*history, **kinds | {"harm": np.zeros(60)})
    assert (len(nothing.table), nothing.n_cases) == (0, 0)
    single = run(*history, **kinds | {"harm": np.arange(60) == 1})
    assert (len(single.table), single.n_cases) == (0, 1)
    with pytest.raises(ParameterError, match="a weight is negative"):
        run(*history, **kinds | {"harm": -kinds["harm"]})


def test_skewed_harm_raises_no_false_alarm():
    assert share_found(300, lambda seed: harmed(seed, n=40)) <= 0.07


def test_events_are_harm_or_tallies():
    x, y, day = planted()
    times = np.random.default_rng(4).integers(1, 4, 300).astype(float)
    rng = np.random.default_rng
    events = events_of(x, y, day, weight=times)
    tallied = scan_of_events(events, tallied=True, rng=rng(1), **SETTINGS)
    assert tallied.n_cases == times.sum()
    weighed = scan_of_events(events, weighted=True, rng=rng(1), **SETTINGS)
    assert weighed.n_cases == 300
    np.testing.assert_array_equal(weighed.maxima, run(x, y, day, harm=times).maxima)
    np.testing.assert_array_equal(tallied.maxima, run(x, y, day, weights=times).maxima)


def test_dates_stay_dates_and_centres_can_be_given():
    x, y, day = planted()
    dates = np.datetime64("2020-01-01") + day
    found = run(x, y, dates, first_day=np.datetime64("2020-01-01")).table.columns
    assert found["start"][0] == np.datetime64("2020-04-10")
    at = run(x, y, day, centres=([4000.0], [4000.0])).table.columns
    assert (at["x"].tolist(), at["y"].tolist(), at["observed"][0]) == ([4000], [4000], 15)


def test_events_are_scanned_by_local_date():
    x, y, day = planted()
    found = scan_of_events(events_of(x, y, day), rng=np.random.default_rng(1), **SETTINGS)
    assert found.table.columns["end"][0] == np.datetime64("2020-04-12")
    long = np.where(np.arange(300) < 285, 0, 24 * 31)
    some = scan_of_events(
        events_of(x, y, day, long), rng=np.random.default_rng(1), population=None, **SETTINGS
    )
    assert some.left_out == 15 and some.n_cases == 285 and not some.cluster[285:].any()
    with pytest.raises(CoverageError, match="300 of 300 events are not known to the day"):
        scan_of_events(events_of(x, y, day, 24 * 31), rng=np.random.default_rng(1), **SETTINGS)


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        ({"model": "normal"}, ParameterError, "choose permutation, poisson, bernoulli"),
        ({"max_radius": -1}, ParameterError, "max_radius is -1"),
        ({"max_days": 0}, ParameterError, "max_days is 0"),
        ({"runs": 0}, ParameterError, "runs 0"),
        ({"max_share": 0}, ParameterError, "max_share is 0"),
        ({"weights": np.full(60, 0.5)}, ParameterError, "weights must be whole"),
        ({"model": "poisson"}, ParameterError, "needs population"),
        ({"population": np.ones(60)}, ParameterError, "takes no population"),
        (
            {"model": "poisson", "population": np.full(60, -1)},
            DataError,
            "missing or negative",
        ),
        ({"model": "poisson", "population": np.zeros(60)}, DataError, "nobody lives anywhere"),
        ({"model": "bernoulli", "population": np.zeros(60)}, DataError, "no fewer than cases"),
        ({"first_day": 20}, DataError, "outside the study period"),
    ],
)
def test_wrong_settings_are_named(wrong, error, words):
    with pytest.raises(error, match=words):
        run(*noise(), **wrong)


def test_people_of_one_place_must_agree_and_be_few(monkeypatch):
    x = np.zeros(3)
    with pytest.raises(DataError, match="different populations"):
        run(x, x, [0, 1, 2], model="poisson", population=[1, 2, 2])
    monkeypatch.setattr(sys.modules["peelian.hotspots.scan"], "MOST_PEOPLE", 50)
    with pytest.raises(ParameterError, match="60 people or events are more than the 50"):
        run(*noise())
    monkeypatch.setattr("peelian.hotspots.circles.MOST_ENTRIES", 5)
    with pytest.raises(ParameterError, match="give a smaller radius"):
        run(*noise(20))
