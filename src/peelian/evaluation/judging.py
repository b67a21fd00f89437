"""From what a forecaster caught at each origin to its scores and the words for them."""

from collections.abc import Mapping

import numpy as np

from peelian.evaluation.results import IS_BASELINE, IS_REFERENCE, BacktestRow, verdict
from peelian.evaluation.scores import (
    Resamples,
    observed_over_expected,
    scaled,
    score_difference,
    score_hit_rate,
    score_pei,
)
from peelian.evaluation.tally import Frame, Tally
from peelian.statistics import sign_flip_test
from peelian.terms import Forecaster


def judge(
    name: str,
    made_by: Forecaster | None,
    tallies: Mapping[str, Tally],
    frame: Frame,
    resamples: Resamples,
    baseline: str,
    block: int,
    rng: np.random.Generator,
) -> BacktestRow:
    """Turn a tally into scores, differences and a verdict."""
    tally = tallies[name]
    rate = score_hit_rate(tally.hits, frame.events, resamples)
    worst = score_hit_rate(tally.adversarial_hits, frame.events, resamples)
    paired = tally.hits - tallies[baseline].hits
    difference = score_difference(paired, resamples)
    words = verdict(difference, baseline=baseline, n_blocks=resamples.n_blocks)
    if made_by is None:
        words = IS_REFERENCE
    return BacktestRow(
        name=name,
        made_by=made_by,
        hits=tally.hits,
        adversarial_hits=tally.adversarial_hits,
        expected=tally.expected,
        hit_rate=rate,
        pai=scaled(rate, 1 / frame.area_share),
        pei=score_pei(tally.hits, frame.best, frame.events, resamples),
        pai_adversarial=scaled(worst, 1 / frame.area_share),
        calibration=observed_over_expected(
            float(frame.events.sum()), float(tally.expected.sum())
        ),
        overlap=tally.overlap,
        difference=difference,
        p=sign_flip_test(paired, rng=rng, block=block),
        verdict=IS_BASELINE if name == baseline else words,
        seconds=tally.seconds,
    )
