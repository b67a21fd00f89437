"""Tables of places by months as cells that releases can be compared by."""

import numpy as np
import pytest

from peelian.sharing import crossed_cells, protect, recoverable
from peelian.terms import ParameterError

PLACES, MONTHS = ["Harlow", "Tendring"], ["2018-01", "2018-02", "2018-03"]


def test_every_margin_is_a_cell_of_its_own_parts() -> None:
    counts = [[1, 2, 3], [10, 20, 30]]
    made = crossed_cells("r", PLACES, MONTHS, counts, sums={"all": MONTHS})
    cells = {cell.label: cell for cell in made}
    assert len(cells) == 3 * 4
    assert cells["Harlow|2018-02"].count == 2
    assert cells["Tendring|all"].count == 60
    assert cells["|2018-03"].count == 33
    assert cells["|all"].count == 66
    parts = [cells[f"{place}|{month}"].atoms for place in PLACES for month in MONTHS]
    assert cells["|all"].atoms == frozenset().union(*parts)
    assert all(len(one) == 1 for one in parts)


def test_two_kinds_share_no_part() -> None:
    a, b = (crossed_cells(kind, ["x"], ["2018-01"], [[7]], sums={})[0] for kind in "ab")
    assert not a.atoms & b.atoms


def test_a_restated_count_does_not_contradict_the_one_released() -> None:
    before = crossed_cells("r", PLACES, MONTHS, [[3, 9, 9], [40, 40, 40]], sums={})
    ledger = protect(before).cells
    after = crossed_cells("r", PLACES, MONTHS, [[12, 9, 9], [40, 40, 40]], sums={})
    made = protect(after, ledger=ledger)
    assert dict(zip([c.label for c in after], made.cells, strict=True))[
        "Harlow|2018-01"
    ].shown == 10  # fmt: skip
    assert list(recoverable([*ledger, *made.cells])) == []


def test_months_go_on_and_nothing_small_is_ever_recovered() -> None:
    """Twelve months at a time, a month later each time, with totals that overlap."""
    rng = np.random.default_rng(7)
    months = [str(np.datetime64("2018-01") + i) for i in range(8)]
    n = rng.poisson([[2], [15], [60]], size=(3, 8))
    ledger: list = []
    for end in range(4, 9):
        held = months[end - 4 : end]
        cells = crossed_cells(
            "r", ["a", "b", "c"], held, n[:, end - 4 : end], sums={"4": held}
        )
        ledger += protect(cells, ledger=ledger).cells
    assert list(recoverable(ledger)) == []


@pytest.mark.parametrize(
    ("counts", "sums", "said"),
    [([[1, 2]], {}, "are"), ([[1, 2, 3]] * 2, {"year": ["2019-01"]}, "2019-01")],
)
def test_what_does_not_fit_is_refused(counts, sums, said) -> None:
    with pytest.raises(ParameterError, match=said):
        crossed_cells("r", PLACES, MONTHS, counts, sums=sums)
