"""Trees that learn where counting goes wrong: gradient boosting, and a random forest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from peelian.forecasts.features import Features, LagFeatures
from peelian.forecasts.lessons import Course, Lessons, Schedule
from peelian.terms import Floats, History, ParameterError, RiskSurface


@dataclass(frozen=True)
class GradientBoosting:
    """Counts corrected by boosted trees on lag features.

    Parameters
    ----------
    features : LagFeatures
        What the trees may ask of a cell.
    schedule : Schedule
        When they are grown anew, and from which periods.
    max_trees : int
        Trees grown at most. How many are kept is judged on the last quarter of the periods
        that teach: the fewest within a standard error of the best. Then as many are grown from
        all of them.
    learning_rate : float
        How much of each tree's correction is taken. [0 to 1]
    n_leaves : int
        Leaves of a tree at most.
    prior_events : float
        Expected events that a leaf's own record is weighed against: a leaf that expected e
        events and had k corrects by ``(k - e) / (e + prior_events)`` before the learning rate.
        [events]

    Notes
    -----
    Events of a cell in a period are Poisson with mean ``b exp(f(features))``: b is what
    `GammaPoissonEWMA` expects, f a sum of small trees, grown one after another to raise the
    likelihood. Where there is nothing to learn f is a constant and the forecast is that of
    counts, at the level that the lessons had. Cells most at risk teach (see `Schedule`).

    Not for short histories: it refuses until six periods, each with as much before it, have
    had fifty cells with events. Not where a person must be told why a cell was flagged: counts
    can say it, trees cannot.

    References
    ----------
    .. [1] J. H. Friedman, "Greedy function approximation: a gradient boosting machine,"
       Annals of Statistics, 29(5), 1189-1232, 2001. doi:10.1214/aos/1013203451
    .. [2] A. P. Wheeler and W. Steenbeek, "Mapping the risk terrain for crime using machine
       learning," Journal of Quantitative Criminology, 37, 445-480, 2021.
       doi:10.1007/s10940-020-09457-7

    Examples
    --------
    >>> GradientBoosting(n_leaves=4).n_leaves
    4
    """

    features: LagFeatures = field(default_factory=LagFeatures)
    schedule: Schedule = field(default_factory=Schedule)
    max_trees: int = 200
    learning_rate: float = 0.05
    n_leaves: int = 8
    prior_events: float = 20.0

    def __post_init__(self) -> None:
        _require_at_least("max_trees", self.max_trees, 1)
        _require_at_least("n_leaves", self.n_leaves, 2)
        _require_at_least("prior_events", self.prior_events, 0)
        if not 0 < self.learning_rate <= 1:
            raise ParameterError(
                f"learning_rate is {self.learning_rate}; give more than 0 and at most 1"
            )

    def forecast(self, history: History, horizon: int) -> RiskSurface:
        """Shrunk counts of the next periods, each cell's times what the trees make of it.

        Parameters
        ----------
        history : History
            Periods not held teach nothing.
        horizon : int
            Periods ahead, each as long as the last period held.

        Returns
        -------
        RiskSurface
            ``risk`` differs between the periods ahead by their season only. No ``low`` or
            ``high``: how wrong the trees are is not known. [events]

        Raises
        ------
        CoverageError
            If too few periods or events are there to learn from.
        """
        return self._course.forecast(self, history, horizon)

    def walk(self, history: History, origins: Sequence[int]) -> Iterator[Floats]:
        """The risk of the next period at each origin, from the periods before it alone.

        Parameters
        ----------
        history : History
        origins : sequence of int
            Ascending numbers of periods known.

        Yields
        ------
        risk : array, shape (n_cells,)
            Equal to ``forecast(history.until(origin), 1).risk[0]``; trees are grown anew as
            the schedule says. [events]
        """
        return self._course.walk(history, origins)

    @property
    def _course(self) -> Course:
        return Course("boosting", self.features, self.schedule, self._fit)

    def _fit(self, lessons: Lessons) -> "_Corrected":
        earlier, later = lessons.parted()
        n_trees = 0
        if earlier.counts.any():
            tried = self._grow(earlier, self.max_trees)
            factors = [_level(earlier), *tried.staged_predict(later.columns)]
            n_trees = later.simplest(later.loss(later.baseline * each) for each in factors)
        trees = self._grow(lessons, n_trees) if n_trees else None
        return _Corrected(trees, _level(lessons))

    def _grow(self, lessons: Lessons, n_trees: int) -> Any:
        from sklearn.ensemble import HistGradientBoostingRegressor

        trees = HistGradientBoostingRegressor(
            loss="poisson",
            learning_rate=self.learning_rate,
            max_iter=n_trees,
            max_leaf_nodes=self.n_leaves,
            l2_regularization=self.prior_events,
            early_stopping=False,
            random_state=self.schedule.seed,
        )
        return _fitted(trees, lessons)


@dataclass(frozen=True)
class RandomForest:
    """Counts corrected by the mean of many trees, each of its own resample of the past.

    Parameters
    ----------
    features : LagFeatures
        What the trees may ask of a cell.
    schedule : Schedule
        When they are grown anew, and from which periods.
    n_trees : int
    leaf_events : float
        Expected events in a leaf, at least: smaller leaves follow the past more closely.
        [events]
    feature_share : float
        Part of the features that each split may choose from. [0 to 1]

    Notes
    -----
    As `GradientBoosting`, with a factor on shrunk counts that is the mean over trees of events
    over expected events in the cell's leaf. Splits lower the Poisson deviance. The smallest
    leaf is set and not learned, so a forest sees patterns in noise more readily.

    Not for short histories, which it refuses as boosting does; nor in haste: it takes several
    times as long.

    References
    ----------
    .. [1] L. Breiman, "Random forests," Machine Learning, 45, 5-32, 2001.
       doi:10.1023/A:1010933404324
    .. [2] A. P. Wheeler and W. Steenbeek, "Mapping the risk terrain for crime using machine
       learning," Journal of Quantitative Criminology, 37, 445-480, 2021.
       doi:10.1007/s10940-020-09457-7

    Examples
    --------
    >>> RandomForest(n_trees=50).n_trees
    50
    """

    features: LagFeatures = field(default_factory=LagFeatures)
    schedule: Schedule = field(default_factory=Schedule)
    n_trees: int = 100
    leaf_events: float = 20.0
    feature_share: float = 0.33

    def __post_init__(self) -> None:
        _require_at_least("n_trees", self.n_trees, 1)
        _require_at_least("leaf_events", self.leaf_events, 0)
        if not 0 < self.feature_share <= 1:
            raise ParameterError(
                f"feature_share is {self.feature_share}; give more than 0 and at most 1"
            )

    def forecast(self, history: History, horizon: int) -> RiskSurface:
        """Shrunk counts of the next periods, each cell's times what the trees make of it.

        Parameters
        ----------
        history : History
            Periods not held teach nothing.
        horizon : int
            Periods ahead, each as long as the last period held.

        Returns
        -------
        RiskSurface
            ``risk`` differs between the periods ahead by their season only. No ``low`` or
            ``high``: how wrong the trees are is not known. [events]

        Raises
        ------
        CoverageError
            If too few periods or events are there to learn from.
        """
        return self._course.forecast(self, history, horizon)

    def walk(self, history: History, origins: Sequence[int]) -> Iterator[Floats]:
        """The risk of the next period at each origin, from the periods before it alone.

        Parameters
        ----------
        history : History
        origins : sequence of int
            Ascending numbers of periods known.

        Yields
        ------
        risk : array, shape (n_cells,)
            Equal to ``forecast(history.until(origin), 1).risk[0]``; trees are grown anew as
            the schedule says. [events]
        """
        return self._course.walk(history, origins)

    @property
    def _course(self) -> Course:
        return Course("forest", self.features, self.schedule, self._fit)

    def _fit(self, lessons: Lessons) -> "_Corrected":
        from sklearn.ensemble import RandomForestRegressor

        total = float(lessons.baseline.sum())
        trees = RandomForestRegressor(
            self.n_trees,
            criterion="poisson",
            min_weight_fraction_leaf=min(self.leaf_events / total, 0.5),
            max_features=self.feature_share,
            random_state=self.schedule.seed,
            n_jobs=1,
        )
        return _Corrected(_fitted(trees, lessons), _level(lessons))


@dataclass(frozen=True, eq=False)
class _Corrected:
    """Shrunk counts times a factor: the trees', or the same everywhere without any."""

    trees: Any
    level: float

    def expected(self, features: Features) -> Floats:
        if self.trees is None:
            return self.level * features.baseline
        factor: Floats = self.trees.predict(features.columns)
        return features.baseline * factor


def _fitted(trees: Any, lessons: Lessons) -> Any:
    """Poisson trees of events over expected events, each row as heavy as what it expected.

    That has the likelihood of counts with the expectation as their exposure.
    """
    return trees.fit(
        lessons.columns,
        lessons.counts / lessons.baseline,
        sample_weight=lessons.baseline,
    )


def _level(lessons: Lessons) -> float:
    """Events over expected events."""
    return float(lessons.counts.sum() / lessons.baseline.sum())


def _require_at_least(name: str, value: float, least: float) -> None:
    if not value >= least:
        raise ParameterError(f"{name} is {value}; give {least} or more")
