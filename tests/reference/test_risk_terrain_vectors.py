"""Risk terrain against a published model, other programs, and its own definition."""

from dataclasses import replace

import numpy as np
import pytest

from forecast_histories import history_of, squares
from peelian.forecasts import RiskTerrain, candidate_factors, shift_test
from peelian.forecasts.count_regression import (
    L1_SHARE,
    CountModel,
    _path,
    _spread,
    collapse,
    fit_counts,
    select_stepwise,
)
from peelian.terms import Generators


def rows_of(seed, *, n=400, shape=None):
    """Cells with three factors, of which the first matters; NB of that shape, or Poisson."""
    rng = np.random.default_rng(seed)
    present = rng.random((n, 3)) < [0.2, 0.4, 0.3]
    exposure = rng.uniform(0.5, 2.0, n)
    mean = exposure * np.exp(0.2 + present @ [1.1, 0.3, 0.0])
    if shape is not None:
        mean = mean * rng.gamma(shape, 1 / shape, n)
    return present, rng.poisson(mean).astype(float), exposure


def test_relative_risk_scores_are_those_of_a_published_rtmdx_report():
    """Leeds burglary: ``Exp(-3.3565 + 3.0617 bus_stops + 2.1578 det_points) / Exp(-3.3565)``.

    University of Leeds, Risk Terrain Modelling practical, report of RTMDx, 6 December 2014;
    its text gives 21 times the risk for a cell near a bus stop.
    """
    grid = squares(2, 2)
    present = np.array([[0, 1, 0, 1], [0, 0, 1, 1]], dtype=bool)
    model = CountModel(-3.3565, np.array([3.0617, 2.1578]), 0.0, 0.0)
    places = Generators(
        np.array(["a", "b"]), np.array([50.0, 150]), np.array([50.0, 50]), "none"
    )
    fit = RiskTerrain(places).fit(history_of(np.ones((2, 4)), grid))
    fit = replace(fit, present=present, model=model)
    assert fit.relative_risk == pytest.approx([21.3638, 8.6521], abs=1e-4)
    assert fit.score() == pytest.approx([1, 21.3638, 8.6521, 184.842], abs=1e-3)


def test_as_many_variables_are_tried_as_rtmdx_makes():
    """14 factors both ways and one by proximity, three blocks in halves: 174 variables.

    Appendix C of the RTMDx manual (Caplan, Kennedy and Piza, 2013).
    """
    rng = np.random.default_rng(1)
    kinds = np.repeat([f"k{i}" for i in range(14)], 20)
    x, y = rng.uniform(0, 6_000, (2, len(kinds)))
    tried = candidate_factors(Generators(kinds, x, y, "none"), squares(60, 60))
    of_kind = {k: sum(other == k for other in tried.kinds) for k in set(tried.kinds)}
    assert len(tried.factors) == 14 * 12 == 174 - 6
    assert set(of_kind.values()) == {12}


def test_poisson_coefficients_are_those_of_scikit_learn():
    from sklearn.linear_model import PoissonRegressor

    present, events, exposure = rows_of(1)
    ours = fit_counts(collapse(present, events, exposure))
    theirs = PoissonRegressor(alpha=0, max_iter=1000, tol=1e-10).fit(
        present, events / exposure, sample_weight=exposure
    )
    assert ours.coefficients == pytest.approx(theirs.coef_, abs=1e-5)
    assert ours.intercept == pytest.approx(theirs.intercept_, abs=1e-5)


def test_negative_binomial_maximises_the_likelihood_of_scipy():
    from scipy.optimize import minimize
    from scipy.stats import nbinom

    present, events, exposure = rows_of(2, shape=1.5)

    def loss(b):
        size = np.exp(-b[-1])
        mean = exposure * np.exp(b[0] + present @ b[1:-1])
        return -nbinom.logpmf(events, size, size / (size + mean)).sum()

    best = minimize(loss, np.zeros(5), method="BFGS", options={"gtol": 1e-4})
    ours = fit_counts(collapse(present, events, exposure), negative_binomial=True)
    assert ours.log_likelihood == pytest.approx(-best.fun, abs=1e-3)
    assert [ours.intercept, *ours.coefficients] == pytest.approx(best.x[:-1], abs=1e-2)
    assert ours.dispersion == pytest.approx(np.exp(best.x[-1]), rel=0.02)


def test_the_bic_is_the_textbook_one():
    present, events, exposure = rows_of(1)
    model = fit_counts(collapse(present, events, exposure))
    assert model.bic(400) == pytest.approx(4 * np.log(400) - 2 * model.log_likelihood)
    over = fit_counts(collapse(present, events, exposure), negative_binomial=True)
    assert over.bic(400) == pytest.approx(5 * np.log(400) - 2 * over.log_likelihood)


def test_stepwise_is_the_best_of_all_subsets_where_steps_can_reach_it():
    from itertools import combinations

    present, events, exposure = rows_of(5)
    rows = collapse(present, events, exposure)
    subsets = [c for k in range(4) for c in combinations(range(3), k)]
    models = {s: fit_counts(rows.of(s)) for s in subsets}
    allowed = {s: m.bic(400) for s, m in models.items() if np.all(m.coefficients > 0)}
    chosen, model = select_stepwise(rows, "abc", [0, 1, 2], negative_binomial=False)
    assert chosen == min(allowed, key=allowed.get)
    assert model.bic(400) == pytest.approx(min(allowed.values()))


def test_one_factor_of_a_kind():
    present, events, exposure = rows_of(5)
    rows = collapse(present, events, exposure)
    chosen, _ = select_stepwise(rows, "aab", [0, 1, 2], negative_binomial=False)
    assert chosen == (0,)


def test_the_elastic_net_meets_its_conditions():
    """At each penalty the slope is at the penalty for factors in, below it for those out."""
    rng = np.random.default_rng(6)
    present, events, exposure = rows_of(6)
    present = np.column_stack([present, rng.random((400, 5)) < 0.1])
    rows = collapse(present, events, exposure)
    scale = _spread(rows)
    for penalty, b in zip(
        [60.0, 10.0, 1.0], _path(rows, np.array([60.0, 10, 1]), scale), strict=True
    ):
        mean = rows.exposure * np.exp(b[0] + rows.present @ b[1:])
        slope = (rows.times * (rows.events - mean)) @ rows.present / scale
        wanted = penalty * (L1_SHARE + (1 - L1_SHARE) * b[1:] * scale)
        inside = b[1:] > 0
        assert slope[inside] == pytest.approx(wanted[inside], abs=0.05)
        assert np.all(slope[~inside] <= wanted[~inside] + 0.05)
    assert inside.any()
    assert not inside.all()


def test_the_shift_test_is_its_definition():
    """Every shift by hand: a score test over the cells that still lie under the map.

    Of the map, what is nearer its edge than the factor reaches is left out.
    """
    rng = np.random.default_rng(7)
    grid = squares(9, 8)
    kinds = np.array(["a"] * 3 + ["b"] * 4)
    x, y = rng.uniform(0, 800, (2, 7))
    places = Generators(kinds, x, y, "none")
    history = history_of(rng.poisson(0.7, (6, 72)), grid, days=30)
    tried = candidate_factors(places, grid)
    fit = RiskTerrain(places).fit(history)
    held_b = next(i for i, kind in enumerate(tried.kinds) if kind == "b")
    fit = replace(fit, factors=(tried.factors[held_b],), present=tried.present[[held_b]])

    events = history.counts.sum(axis=0)
    others = tried.present[held_b].astype(float)[:, None]
    mean = fit_counts(collapse(others, events, np.full(72, 180.0))).mean(others, 180.0)
    design = np.column_stack([np.ones(72), others])
    row, column = np.divmod(np.arange(72), 8)
    statistic = {}
    for up in range(-3, 4):
        for across in range(-2, 3):
            best = -np.inf
            for factor in np.flatnonzero(np.array(tried.kinds) == "a"):
                edge = min(int(np.ceil(tried.factors[factor].distance / 100)), 2)
                under = (
                    (row + up >= edge)
                    & (row + up < 9 - edge)
                    & (column + across >= edge)
                    & (column + across < 8 - edge)
                )
                here, m = design[under], mean[under]
                inverse = np.linalg.pinv(here.T @ (here * m[:, None]))
                z = tried.lattice[factor][(row + up)[under], (column + across)[under]] * 1.0
                shared = (z * m) @ here
                residual = (events - mean)[under]
                score = z @ residual - shared @ inverse @ (here.T @ residual)
                variance = z @ m - shared @ inverse @ shared
                known = variance > 1e-9 * mean.sum()
                best = max(best, score / np.sqrt(variance) if known else 0.0)
            statistic[up, across] = best
    wanted = np.mean(np.array(list(statistic.values())) >= statistic[0, 0] - 1e-9)
    assert shift_test(history, tried, fit, "a") == pytest.approx(wanted)
    assert 1 / 35 <= wanted < 1
