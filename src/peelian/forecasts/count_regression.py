"""Regression of counts on what is present or absent: penalised, stepwise, Poisson or NB."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from peelian.terms import Bools, Floats, Ints

L1_SHARE = 0.5  # of the elastic net's penalty; the rest shrinks squares
N_PENALTIES = 20
LEAST_PENALTY = 1e-3  # of the penalty that leaves nothing
MAX_STEPS = 50


@dataclass(frozen=True, eq=False)
class CountRows:
    """Cells that share everything, counted once: the same likelihood in fewer rows.

    Attributes
    ----------
    present : array, shape (n_rows, n_factors)
        0 or 1.
    events, exposure : array, shape (n_rows,)
        Of one cell.
    times : array, shape (n_rows,)
        Cells that are so.
    """

    present: Floats
    events: Floats
    exposure: Floats
    times: Floats

    @property
    def n_cells(self) -> float:
        """Cells in all."""
        return float(self.times.sum())

    def of(self, factors: Sequence[int]) -> "CountRows":
        """The rows with these factors alone."""
        return collapse(self.present[:, list(factors)], self.events, self.exposure, self.times)


@dataclass(frozen=True, eq=False)
class CountModel:
    """A log-linear model of counts: ``exposure * exp(intercept + present @ coefficients)``.

    ``dispersion`` is 0 for Poisson; the variance is ``mean + dispersion * mean**2``.
    """

    intercept: float
    coefficients: Floats
    dispersion: float
    log_likelihood: float

    def mean(self, present: Floats | Bools, exposure: Floats) -> Floats:
        """Expected events of each cell, shape (n_cells,)."""
        expected: Floats = exposure * np.exp(self.intercept + present @ self.coefficients)
        return expected

    def bic(self, n_cells: float) -> float:
        """Bayesian information criterion; lower is better."""
        n_parameters = 1 + len(self.coefficients) + (self.dispersion > 0)
        return -2 * self.log_likelihood + n_parameters * float(np.log(n_cells))


def collapse(
    present: Floats | Bools, events: Floats, exposure: Floats, times: Floats | None = None
) -> CountRows:
    """Join cells with the same factors, events and exposure."""
    present = np.asarray(present, dtype=np.float64)
    pairs, pair = np.unique(events + 1j * exposure, return_inverse=True)
    key = pair + len(pairs) * _pattern(present)[0]
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    times = np.bincount(which, times, minlength=len(first)).astype(np.float64)
    return CountRows(present[first], events[first], exposure[first], times)


def fit_counts(rows: CountRows, *, negative_binomial: bool = False) -> CountModel:
    """Maximum likelihood by reweighted least squares, the dispersion by turns with the rest.

    A factor that all events have, or none, has no finite coefficient: it is stopped where it
    no longer changes the fit.
    """
    model = _irls(rows, 0.0)
    if not negative_binomial:
        return model
    for _ in range(6):
        before = model.log_likelihood
        model = _irls(rows, _dispersion(rows, model), start=model)
        if abs(model.log_likelihood - before) < 1e-4:
            break
    return model


def select_penalised(rows: CountRows, folds: Sequence[CountRows]) -> list[int]:
    """Factors to which an elastic net that may only raise risk gives weight.

    Parameters
    ----------
    rows : CountRows
        Of all cells.
    folds : sequence of CountRows
        The same cells in parts, for cross-validation.

    Returns
    -------
    list of int

    Notes
    -----
    The penalty on a coefficient is its size in standard deviations of the factor; it falls
    from where nothing is left to a thousandth of that, and cross-validation takes the one
    with the best Poisson likelihood in cells held out. As coefficients may not be negative
    the penalty is smooth, and a bounded quasi-Newton method finds the exact zeros.
    """
    scale = _spread(rows)
    mean = rows.times @ rows.events / (rows.times @ rows.exposure)
    residual = rows.times * (rows.events - mean * rows.exposure)
    most = float(np.max(rows.present.T @ residual / scale, initial=0.0)) / L1_SHARE
    if not most > 0:
        return []
    penalties = most * np.geomspace(1.0, LEAST_PENALTY, N_PENALTIES)
    loss = np.zeros(N_PENALTIES)
    for held_out in folds:
        train = _joined([fold for fold in folds if fold is not held_out])
        for at, coefficients in enumerate(_path(train, penalties, scale)):
            loss[at] -= _poisson_likelihood(held_out, coefficients)
    best = int(np.argmin(loss))
    return np.flatnonzero(_path(rows, penalties[: best + 1], scale)[-1][1:] > 0).tolist()


def select_stepwise(
    rows: CountRows, kinds: Sequence[str], among: Sequence[int], *, negative_binomial: bool
) -> tuple[tuple[int, ...], CountModel]:
    """Factors added and taken away one at a time while the BIC falls, from none.

    Parameters
    ----------
    rows : CountRows
    kinds : sequence of str
        Kind of each factor: a model holds one factor of a kind, so adding another
        replaces it.
    among : sequence of int
        Factors that may enter.
    negative_binomial : bool

    Returns
    -------
    factors : tuple of int
    model : CountModel
        No coefficient is below zero.
    """
    n = rows.n_cells
    chosen: tuple[int, ...] = ()
    model = fit_counts(rows.of(chosen), negative_binomial=negative_binomial)
    while True:
        moves = [tuple(f for f in chosen if f != out) for out in chosen]
        for new in among:
            if new not in chosen:
                kept = (f for f in chosen if kinds[f] != kinds[new])
                moves.append(tuple(sorted((*kept, new))))
        tried = [
            (fit_counts(rows.of(move), negative_binomial=negative_binomial), move)
            for move in moves
        ]
        better = [
            (one.bic(n), move, one) for one, move in tried if np.all(one.coefficients > 0)
        ]
        best = min(better, key=lambda entry: entry[:2], default=None)
        if best is None or not best[0] < model.bic(n) - 1e-9:
            return chosen, model
        _, chosen, model = best


def _irls(rows: CountRows, dispersion: float, start: CountModel | None = None) -> CountModel:
    design = np.column_stack([np.ones(len(rows.times)), rows.present])
    total = float(rows.times @ rows.events)
    if not total > 0:
        return CountModel(-np.inf, np.zeros(rows.present.shape[1]), 0.0, 0.0)
    level = np.log(total / float(rows.times @ rows.exposure))
    beta = np.zeros(design.shape[1])
    beta[0] = level
    if start is not None:
        beta = np.concatenate([[start.intercept], start.coefficients])
    mean = rows.exposure * np.exp(design @ beta)
    likelihood = _likelihood(rows, mean, dispersion)
    for _ in range(MAX_STEPS):
        weight = rows.times / (1 + dispersion * mean)
        information = (design * (weight * mean)[:, None]).T @ design
        information[np.diag_indices_from(information)] += 1e-9 * information.trace()
        step = np.linalg.solve(information, design.T @ (weight * (rows.events - mean)))
        before = likelihood
        for _ in range(MAX_STEPS):  # halved until it no longer leads downhill
            mean = rows.exposure * np.exp(np.minimum(design @ (beta + step), 50.0))
            likelihood = _likelihood(rows, mean, dispersion)
            if likelihood >= before:
                break
            step = step / 2
        beta = beta + step
        if likelihood - before < 1e-9 * (1 + abs(likelihood)):
            break
    return CountModel(float(beta[0]), beta[1:], dispersion, likelihood)


def _dispersion(rows: CountRows, model: CountModel) -> float:
    """The dispersion that fits best with these means; above zero."""
    from scipy.optimize import minimize_scalar

    mean = model.mean(rows.present, rows.exposure)
    found = minimize_scalar(
        lambda log: -_likelihood(rows, mean, float(np.exp(log))),
        bounds=(-12.0, 6.0),
        method="bounded",
        options={"xatol": 1e-4},
    )
    return float(np.exp(found.x))


def _likelihood(rows: CountRows, mean: Floats, dispersion: float) -> float:
    """Log-likelihood of the counts, constants and all, so that models can be compared."""
    from scipy.special import gammaln, xlog1py, xlogy

    y = rows.events
    if dispersion == 0:
        each = xlogy(y, mean) - mean - gammaln(y + 1)
    else:
        size = 1 / dispersion
        each = (
            xlogy(y, dispersion * mean)
            - xlog1py(y + size, dispersion * mean)
            + gammaln(y + size)
            - gammaln(size)
            - gammaln(y + 1)
        )
    return float(rows.times @ each)


def _pattern(present: Floats) -> tuple[Ints, Ints]:
    """Number of each row's pattern of factors, and a row that has each pattern."""
    bits = np.packbits(present.astype(np.bool_), axis=1)
    if not bits.shape[1]:
        return np.zeros(len(present), np.int64), np.zeros(min(len(present), 1), np.int64)
    words = np.zeros((len(bits), -(-bits.shape[1] // 8) * 8), np.uint8)
    words[:, : bits.shape[1]] = bits
    code = np.zeros(len(bits), np.int64)
    for word in words.view(np.int64).T:
        both = np.unique(word, return_inverse=True)[1]
        code = np.unique(code * (both.max(initial=0) + 1) + both, return_inverse=True)[1]
    first = np.unique(code, return_index=True)[1]
    return code, first


def _joined(parts: Sequence[CountRows]) -> CountRows:
    return CountRows(
        np.concatenate([p.present for p in parts]),
        np.concatenate([p.events for p in parts]),
        np.concatenate([p.exposure for p in parts]),
        np.concatenate([p.times for p in parts]),
    )


def _spread(rows: CountRows) -> Floats:
    """Standard deviation of each factor over the cells; infinity where all are alike."""
    share = rows.times @ rows.present / rows.n_cells
    return np.where((share > 0) & (share < 1), np.sqrt(share * (1 - share)), np.inf)


def _path(rows: CountRows, penalties: Floats, scale: Floats) -> list[Floats]:
    """Intercept and coefficients at each penalty, each from where the last ended."""
    from scipy.optimize import minimize

    which, first = _pattern(rows.present)
    pattern = rows.present[first]
    events = np.bincount(which, rows.times * rows.events, minlength=len(pattern))
    exposure = np.bincount(which, rows.times * rows.exposure, minlength=len(pattern))
    if not events.sum() > 0:
        return [np.zeros(1 + len(scale))] * len(penalties)
    design = np.column_stack([np.ones(len(pattern)), pattern / scale])
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(events.sum() / exposure.sum())
    bounds = [(None, None), *[(0, None)] * len(scale)]

    def objective(b: Floats, penalty: float) -> tuple[float, Floats]:
        line = np.minimum(design @ b, 50.0)
        mean = exposure * np.exp(line)
        value = mean.sum() - events @ line
        value += penalty * (L1_SHARE * b[1:].sum() + (1 - L1_SHARE) / 2 * b[1:] @ b[1:])
        slope = design.T @ (mean - events)
        slope[1:] += penalty * (L1_SHARE + (1 - L1_SHARE) * b[1:])
        return float(value), slope

    path = []
    for penalty in penalties:
        found = minimize(
            objective,
            beta,
            (penalty,),
            method="L-BFGS-B",
            jac=True,
            bounds=bounds,
            options={"ftol": 1e-8},
        )
        beta = found.x
        path.append(np.concatenate([beta[:1], beta[1:] / scale]))
    return path


def _poisson_likelihood(rows: CountRows, coefficients: Floats) -> float:
    line = coefficients[0] + rows.present @ coefficients[1:]
    return float(rows.times @ (rows.events * line - rows.exposure * np.exp(line)))
