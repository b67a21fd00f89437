"""What other trials found, beside what this one did: never in place of it."""

from dataclasses import dataclass

import numpy as np

from peelian.statistics import Z95
from peelian.terms import PLANNING_PRIOR, EffectPrior, Interval, ParameterError


def ratio_from_d(d: float) -> float:
    """Rate ratio from a standardised mean difference: ``exp(-d pi / sqrt(3))``.

    Parameters
    ----------
    d : float
        Cohen's d, above 0 if crime fell.

    Returns
    -------
    float

    References
    ----------
    .. [1] S. Chinn, "A simple method for converting an odds ratio to effect size for use in
       meta-analysis," Statistics in Medicine, 19(22), 3127-3131, 2000.
       doi:10.1002/1097-0258(20001130)19:22<3127::AID-SIM784>3.0.CO;2-M

    Examples
    --------
    >>> print(f"{ratio_from_d(0.132):.3f}")
    0.787
    """
    return float(np.exp(-d * np.pi / np.sqrt(3)))


@dataclass(frozen=True)
class Exaggeration:
    """What a design tells when it tells of an effect at all.

    ``power`` is the chance that it finds the true one, ``wrong_sign`` the share of findings
    that point the wrong way, ``factor`` how many times too strong they are on average, on the
    log scale (type S and type M errors).
    """

    power: float
    wrong_sign: float
    factor: float


def exaggeration(ratio: float, error: float, *, level: float = 0.05) -> Exaggeration:
    """By how much a significant finding overstates a true ratio.

    Parameters
    ----------
    ratio : float
        The true rate ratio, not 1.
    error : float
        Standard error of the logarithm of its estimate.
    level : float
        Of the two-sided test. [0 to 1]

    Returns
    -------
    Exaggeration

    Raises
    ------
    ParameterError
        If the ratio is 1 or not above 0, or the error not above 0.

    References
    ----------
    .. [1] A. Gelman and J. Carlin, "Beyond power calculations: assessing type S (sign) and
       type M (magnitude) errors," Perspectives on Psychological Science, 9(6), 641-651, 2014.
       doi:10.1177/1745691614551642
    .. [2] J. Lu, Y. Qiu and A. Deng, "A note on type S/M errors in hypothesis testing,"
       British Journal of Mathematical and Statistical Psychology, 72(1), 1-17, 2019.
       doi:10.1111/bmsp.12132

    Examples
    --------
    >>> found = exaggeration(0.86, 0.4)
    >>> print(f"{found.power:.3f} {found.wrong_sign:.3f} {found.factor:.1f}")
    0.066 0.146 6.3
    """
    if not (ratio > 0 and ratio != 1 and error > 0):
        raise ParameterError(
            f"ratio is {ratio:g} and error {error:g}: give a ratio above 0 other than 1, and "
            "an error above 0"
        )
    from scipy.special import ndtr, ndtri

    far, z = abs(np.log(ratio)) / error, float(ndtri(1 - level / 2))
    right, wrong = ndtr(far - z), ndtr(-far - z)
    power = right + wrong
    # Mean size of the findings, in standard errors: of a normal beyond z and below -z.
    size = _normal(far - z) + _normal(far + z) + far * (right - wrong)
    return Exaggeration(float(power), float(wrong / power), float(size / power / far))


def _normal(z: float) -> float:
    return float(np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi))


@dataclass(frozen=True)
class BesidePrior:
    """A local estimate, the prior, and both together as a description.

    ``weight`` is the local estimate's, 0 to 1, in ``ratio`` and ``interval``. ``expected``
    says what the local design would tell if the prior's ratio were the truth.
    """

    prior: EffectPrior
    weight: float
    ratio: float
    interval: Interval
    expected: Exaggeration | None

    def sentences(self) -> tuple[str, ...]:
        """What to print beside the local estimate."""
        usual = _change(self.prior.ratio)
        said = [
            f"Trials of patrols at hot spots found {usual} on average; "
            f"{_between(self.prior.low, self.prior.high)} is to be expected "
            f"({self.prior.source}).",
            f"Taken together with this estimate, which then counts for {_share(self.weight)}: "
            f"{_change(self.ratio)} (95 % interval {_between(*self.limits)}). This describes; "
            "the result is the local estimate.",
        ]
        if self.expected is None:
            said.append("The local estimate has no bounded interval: it says next to nothing.")
        else:
            stated = np.exp(self.expected.factor * np.log(self.prior.ratio))
            said.append(
                f"If {usual} is the truth, a trial of this size finds it with chance "
                f"{_share(self.expected.power)}, and what it then finds is on average too "
                f"strong: {_change(float(stated))} (type M error, "
                f"{self.expected.factor:.1f} times on the log scale)."
            )
        return tuple(said)

    @property
    def limits(self) -> tuple[float, float]:
        """The interval as two numbers."""
        return self.interval.low, self.interval.high


def beside_prior(
    ratio: float, interval: Interval, *, prior: EffectPrior = PLANNING_PRIOR
) -> BesidePrior:
    """Set a local rate ratio beside what was to be expected.

    Parameters
    ----------
    ratio : float
        The local estimate.
    interval : Interval
        Its 95 % interval, on the log scale taken as normal; one that reaches 0 or infinity
        says nothing, and the prior stands alone.
    prior : EffectPrior
        Its range is taken as 95 % of a normal on the log scale.

    Returns
    -------
    BesidePrior

    Raises
    ------
    ParameterError
        If the interval is empty or upside down.

    Notes
    -----
    Normal prior, normal error: the weight of the local estimate is its precision over both.
    A prior from published trials is a mean over other places, of which those that found
    something were likelier to be published; a local effect may differ. So this stands beside
    the local estimate, and no decision rests on it alone.

    References
    ----------
    .. [1] D. J. Spiegelhalter, K. R. Abrams and J. P. Myles, Bayesian Approaches to Clinical
       Trials and Health-Care Evaluation, Wiley, 2004, section 3.4. doi:10.1002/0470092602

    Examples
    --------
    >>> found = beside_prior(0.264706, Interval(0.114563, 0.542874, "exact"))
    >>> print(f"{found.weight:.3f} {found.ratio:.3f}")
    0.006 0.854
    """
    mean, spread = np.log(prior.ratio), np.log(prior.high / prior.low) / (2 * Z95)
    known = 0 < interval.low <= interval.high < np.inf and ratio > 0
    if interval.low > interval.high:
        raise ParameterError(f"interval {interval.low:g} to {interval.high:g} is upside down")
    error = float(np.log(interval.high / interval.low) / (2 * Z95)) if known else np.inf
    if not error > 0:
        raise ParameterError(
            "the interval has no width: give the local estimate's 95 % limits"
        )
    weight = spread**2 / (spread**2 + error**2)
    both = weight * np.log(ratio) + (1 - weight) * mean if known else mean
    reach = Z95 * spread * np.sqrt(1 - weight)
    limits = np.exp([both - reach, both + reach])
    return BesidePrior(
        prior,
        float(weight),
        float(np.exp(both)),
        Interval(float(limits[0]), float(limits[1]), "normal prior, normal error, log scale"),
        exaggeration(prior.ratio, error) if known else None,
    )


def _share(part: float) -> str:
    return f"{100 * part:.0f} %" if part >= 0.01 else "less than 1 %"


def _change(ratio: float) -> str:
    """A ratio as fewer or more events."""
    return f"{_share(abs(1 - ratio))} {'fewer' if ratio < 1 else 'more'} events"


def _between(low: float, high: float) -> str:
    """Two ratios as a range of changes, the weaker fall first."""
    if high < 1:
        return f"{100 * (1 - high):.0f} % to {_change(low)}"
    return f"{_change(low)} to {_change(high)}"
