"""Why discovered offences stay out of training: the urn of Ensign et al.

Vector: the specification's section 1.4 (computed), two areas with equal true rates, 500 days,
discovery probability 0.5, urn starting at 1 and 1, 2,000 runs.

D. Ensign, S. A. Friedler, S. Neville, C. Scheidegger and S. Venkatasubramanian, "Runaway
feedback loops in predictive policing," PMLR 81, 160-171, 2018.
"""

import numpy as np
import pytest

from factories import NOW
from peelian.offences import training_set
from peelian.sources import read_offence_classes, read_offence_sets
from peelian.store import open_store
from peelian.terms import CoverageError, ParameterError
from peelian.workflows.gather import gather, gather_several
from peelian.workflows.settings import Cells

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def shares_after(*, corrected: bool, runs: int = 2_000, days: int = 500):
    """Share of the first area once patrols have followed what patrols found."""
    rng = np.random.default_rng(20181)
    urn = np.ones((runs, 2))
    for _ in range(days):
        share = urn / urn.sum(axis=1, keepdims=True)
        area = (rng.random(runs) >= share[:, 0]).astype(int)
        visited = share[np.arange(runs), area]
        found = rng.random(runs) < 0.5
        if corrected:
            found &= rng.random(runs) < 1 - visited
        urn[np.arange(runs), area] += found
    return urn[:, 0] / urn.sum(axis=1)


def test_a_forecast_trained_on_its_own_finds_learns_nothing():
    share = shares_after(corrected=False)
    assert np.quantile(share, QUANTILES) == pytest.approx(
        [0.05, 0.26, 0.5, 0.75, 0.95], abs=0.03
    )
    assert share.std() == pytest.approx(0.286, abs=0.01)


def test_the_correction_brings_the_truth_back():
    share = shares_after(corrected=True)
    wanted = [0.43, 0.47, 0.5, 0.53, 0.57]
    assert np.quantile(share, QUANTILES) == pytest.approx(wanted, abs=0.01)
    assert share.std() == pytest.approx(0.046, abs=0.004)


def test_so_no_set_trains_on_what_police_discover():
    classes = read_offence_classes()
    discovered = {one.code for one in classes if one.discovered}
    for offence_set in read_offence_sets():
        assert not discovered & set(training_set(offence_set, classes).codes)


POSSESSION = (
    "police-uk:possession-of-weapons",
    "home-office:10C",  # other weapons, an offensive weapon among them
    "home-office:10D",  # article with blade or point
    "home-office:92D",  # controlled drugs
    "home-office:92E",
)


def test_possession_is_what_police_discover():
    """Were these not marked, the test above would hold of nothing."""
    discovered = {one.code for one in read_offence_classes() if one.discovered}
    assert set(POSSESSION) <= discovered


def test_no_way_of_asking_trains_on_possession(small_store):
    """Neither a set, nor every offence held, nor possession by its own name."""
    store = open_store(small_store)
    held = store.offence_counts().columns["offence"].tolist()
    assert "police-uk:possession-of-weapons" in held
    for asked in ("serious-violence", "all", ",".join(held)):
        material = gather(store, Cells(offence_set=asked), now=NOW)
        assert not set(POSSESSION) & set(material.events.offence.tolist())
        assert material.counts[material.periods.held].sum() == len(material.events)
    with pytest.raises(ParameterError, match="every offence in it is police-discovered"):
        gather(store, Cells(offence_set="police-uk:possession-of-weapons"), now=NOW)


def test_nor_does_a_forecast_learn_from_possession_as_a_companion(small_store):
    store = open_store(small_store)
    every = store.events(offences=["police-uk:possession-of-weapons"])
    assert len(every) > 0
    material = gather_several(store, Cells(), companions="all,violence-and-weapons", now=NOW)
    for companion in material.companions:
        assert not set(POSSESSION) & set(companion.events.offence.tolist())
        assert any(
            note.startswith("Left out of training: ") and "possession-of-weapons" in note
            for note in companion.notes
        )
    assert sum("possession-of-weapons" in note for note in material.notes) == 1  # said once
    counts = material.history.companions["all"]
    assert np.nansum(counts) == len(material.companions[0].events) > 0
    for code in ("police-uk:possession-of-weapons", "home-office:92D,home-office:10C"):
        with pytest.raises(
            (ParameterError, CoverageError), match=r"police-discovered|holds no"
        ):
            gather_several(store, Cells(), companions=code, now=NOW)


def test_what_victims_report_gives_the_truth_where_finds_do_not():
    """The same days, trained on reports that come whether police are there or not."""
    rng = np.random.default_rng(20181)
    reported = 1 + rng.binomial(500, 0.5, (2_000, 2))
    share = reported[:, 0] / reported.sum(axis=1)
    assert share.std() < 0.02 < 0.286
    assert share.mean() == pytest.approx(0.5, abs=0.002)
