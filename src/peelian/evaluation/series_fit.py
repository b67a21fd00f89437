"""Quasi-likelihood regression of one series, whose periods carry over into the next."""

from dataclasses import dataclass

import numpy as np

from peelian.evaluation.rate_ratio import RateRatio
from peelian.terms import DataError, Floats, Interval, Ints

CORRELATIONS = np.linspace(-0.4, 0.9, 27)  # of successive periods, tried one by one
_STEPS = 100


@dataclass(frozen=True, eq=False)
class SeriesFit:
    """Coefficients, and for each correlation tried their covariance and how likely it is."""

    beta: Floats
    likely: Floats
    covariance: Floats
    freedom: int
    dispersion: float

    @property
    def correlation(self) -> float:
        """Of successive periods, about the fitted course: the mean over those tried."""
        return float(self.likely @ CORRELATIONS)

    def ratio(self, log_ratio: float, contrast: Floats) -> RateRatio:
        """The ratio whose logarithm has this gradient in the coefficients, with its limits."""
        from scipy.optimize import brentq
        from scipy.special import stdtr, stdtrit

        errors = np.sqrt(np.einsum("i,rij,j->r", contrast, self.covariance, contrast))

        def tails(reach: float) -> float:
            return float(2 * self.likely @ stdtr(self.freedom, -reach / errors))

        t = float(stdtrit(self.freedom, 0.975))
        low, high = 0.99 * t * errors.min(), 1.01 * t * errors.max()
        reach = brentq(lambda h: tails(h) - 0.05, low, high)
        limits = np.exp([log_ratio - reach, log_ratio + reach])
        interval = Interval(
            float(limits[0]), float(limits[1]), "t, averaged over correlations"
        )
        return RateRatio(float(np.exp(log_ratio)), interval, tails(abs(log_ratio)))


def fit_series(
    design: Floats, counts: Floats, base: Floats, at: Ints, *, shares: bool
) -> SeriesFit:
    """Fit ``base * exp(design @ beta)`` to counts, or to their share of counts and base.

    ``at`` is the place of each row in time. Errors of a share are binomial, of counts Poisson,
    each times a dispersion; rows ``k`` periods apart correlate by ``rho ** k``.
    """
    beta, variance = _estimate(design, counts, base, shares=shares)
    mean = base * np.exp(design @ beta)
    if shares:
        mean = mean * (counts + base) / (mean + base)
    root = np.sqrt(variance)
    z, residual = design * root[:, None], (counts - mean) / root
    freedom = len(counts) - design.shape[1]
    apart = np.abs(np.subtract.outer(at, at))
    bread = np.linalg.inv(z.T @ z)
    likelihood = np.empty(len(CORRELATIONS))
    covariance = np.empty((len(CORRELATIONS), *bread.shape))
    for k, rho in enumerate(CORRELATIONS):
        together = np.where(apart == 0, 1.0, rho**apart)
        inverse = np.linalg.inv(together)
        inner = z.T @ inverse @ z
        left = residual - z @ np.linalg.solve(inner, z.T @ inverse @ residual)
        squares = max(float(residual @ inverse @ left), 1e-12)
        likelihood[k] = -0.5 * (
            freedom * np.log(squares)
            + np.linalg.slogdet(together)[1]
            + np.linalg.slogdet(inner)[1]
        )
        covariance[k] = squares / freedom * bread @ (z.T @ together @ z) @ bread
    likely = np.exp(likelihood - likelihood.max())
    dispersion = float(residual @ residual / freedom)
    return SeriesFit(beta, likely / likely.sum(), covariance, freedom, dispersion)


def _estimate(
    design: Floats, counts: Floats, base: Floats, *, shares: bool
) -> tuple[Floats, Floats]:
    """Coefficients by Newton's steps, and the variance of each row but for the dispersion."""
    total = counts + base if shares else counts
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(counts.sum() / base.sum())
    for _ in range(_STEPS):
        mean = base * np.exp(design @ beta)
        variance = mean
        if shares:
            mean, variance = (
                mean * total / (mean + base),
                total * mean * base / (mean + base) ** 2,
            )
        step = np.linalg.lstsq(
            design.T @ (design * variance[:, None]), design.T @ (counts - mean), rcond=None
        )[0]
        beta = beta + step * min(1.0, 2.0 / max(float(np.abs(design @ step).max()), 1e-12))
        if np.abs(step).max() < 1e-9:
            return beta, variance
    raise DataError(
        "the series cannot be fitted: too few events for a trend, a season and a change; "
        "leave out the season or take longer periods"
    )
