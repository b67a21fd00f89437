"""The challenger of the rules: logistic regression on words and letters of coded texts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from peelian.offences.narratives import KnifeLabel
from peelian.terms import Bools, Floats, ParameterError, Texts

FOLDS = 5
FEWEST = 20  # records of each label, below which nothing can be learnt or divided
ERROR = 0.05  # share of wrong calls, and of knives let go, aimed at outside the review band


@dataclass(frozen=True, eq=False)
class LinearModel:
    """A fitted model, and the scores between which a person should look."""

    review_from: float
    knife_from: float
    pipeline: Any = field(repr=False)

    def score(self, texts: Sequence[str]) -> Floats:
        """Score of each narrative, 0 to 1, shape (n,); empty for none."""
        if not len(texts):
            return np.array([])
        scores: Floats = self.pipeline.predict_proba(list(texts))[:, 1]
        return scores

    def label(self, texts: Sequence[str]) -> Texts:
        """Label of each narrative, shape (n,)."""
        return labels_between(self.score(texts), self.review_from, self.knife_from)


def labels_between(scores: Floats, review_from: float, knife_from: float) -> Texts:
    """Labels of scores by two thresholds, both inclusive, shape (n,)."""
    middle = np.where(scores >= review_from, KnifeLabel.REVIEW.value, KnifeLabel.NOT.value)
    return np.where(scores >= knife_from, KnifeLabel.KNIFE.value, middle)


def fit_linear(texts: Sequence[str], knife: Bools, *, rng: np.random.Generator) -> LinearModel:
    """Fit the challenger on coded narratives, and choose its review band on the same alone.

    Parameters
    ----------
    texts : sequence of str, length n
    knife : array of bool, shape (n,)
        What people coded.
    rng : numpy.random.Generator
        Divides the records into parts.

    Returns
    -------
    LinearModel

    Raises
    ------
    ParameterError
        With fewer than 20 records of either label.

    Notes
    -----
    Thresholds are chosen on scores of records that the scoring fit had not seen, five parts in
    turn. It learns a force's habits of writing, so a model of one force is not another's, and
    its weights are made of people's words: keep it no longer than the texts.
    """
    knife = np.asarray(knife, dtype=bool)
    _require_enough(knife)
    scores = np.zeros(len(knife))
    for held_out in _parts(knife, rng):
        scores[held_out] = _scores_of_part(texts, knife, held_out)
    review_from, knife_from = review_band(scores, knife)
    return LinearModel(review_from, knife_from, _fitted(texts, knife))


def linear_labels(texts: Sequence[str], knife: Bools, *, rng: np.random.Generator) -> Texts:
    """Labels for every record, each by a model that was fitted and divided without it.

    Parameters
    ----------
    texts : sequence of str, length n
    knife : array of bool, shape (n,)
    rng : numpy.random.Generator

    Returns
    -------
    array of str, shape (n,)

    Raises
    ------
    ParameterError
        With fewer than 25 records of either label: each of five parts needs 20 outside it.
    """
    knife = np.asarray(knife, dtype=bool)
    _require_enough(knife, FEWEST * FOLDS // (FOLDS - 1))
    labels = np.full(len(knife), KnifeLabel.REVIEW.value)
    for held_out in _parts(knife, rng):
        seen = ~held_out
        model = fit_linear(_where(texts, seen), knife[seen], rng=rng)
        labels[held_out] = model.label(_where(texts, held_out))
    return labels


def review_band(scores: Floats, knife: Bools) -> tuple[float, float]:
    """Two thresholds: below the first few knives are let go, from the second few are wrong.

    Parameters
    ----------
    scores : array, shape (n,)
        Of records whose label was not used to score them. [0 to 1]
    knife : array of bool, shape (n,)

    Returns
    -------
    review_from, knife_from : float
        At most 5 % of knives lie below the first, and at most 5 % of records from the second
        on are none. One and the same where no band is needed.
    """
    order = np.argsort(scores, kind="stable")[::-1]
    right = np.cumsum(knife[order]) / np.arange(1, len(order) + 1)
    last = np.append(scores[order][1:] < scores[order][:-1], True)  # whole ties only
    good = np.flatnonzero((right >= 1 - ERROR) & last)
    knife_from = float(scores[order][good[-1]]) if len(good) else float(np.nextafter(1, 2))
    ranked = np.sort(scores[knife])
    review_from = float(ranked[int(ERROR * len(ranked))]) if len(ranked) else knife_from
    return min(review_from, knife_from), knife_from


def _require_enough(knife: Bools, fewest: int = FEWEST) -> None:
    found = min(int(knife.sum()), int((~knife).sum()))
    if found < fewest:
        raise ParameterError(
            f"{found} records of the rarer label: the linear model needs {fewest} of each; "
            "code more records, or use the rules"
        )


def _parts(knife: Bools, rng: np.random.Generator) -> list[Bools]:
    """Five parts of the records, each label spread evenly over them."""
    part = np.zeros(len(knife), dtype=np.int64)
    for label in (True, False):
        at = rng.permutation(np.flatnonzero(knife == label))
        part[at] = np.arange(len(at)) % FOLDS
    return [part == one for one in range(FOLDS)]


def _scores_of_part(texts: Sequence[str], knife: Bools, held_out: Bools) -> Floats:
    pipeline = _fitted(_where(texts, ~held_out), knife[~held_out])
    scores: Floats = pipeline.predict_proba(_where(texts, held_out))[:, 1]
    return scores


def _where(texts: Sequence[str], chosen: Bools) -> list[str]:
    return [text for text, one in zip(texts, chosen, strict=True) if one]


def _fitted(texts: Sequence[str], knife: Bools) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    every_word = r"(?u)\b\w+\b"  # "V" and "S" too
    whole = TfidfVectorizer(token_pattern=every_word, ngram_range=(1, 2), sublinear_tf=True)
    model = LogisticRegression(C=10.0, class_weight="balanced", max_iter=2000)
    return make_pipeline(make_union(whole, letters), model).fit(list(texts), knife)
