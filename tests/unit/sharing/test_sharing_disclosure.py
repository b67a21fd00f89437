"""Small counts are suppressed, others rounded once, and protected from subtraction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peelian.sharing import (
    BASE,
    EXACT,
    THRESHOLD,
    known_range,
    protect,
    recoverable,
    round_count,
)
from peelian.terms import SUPPRESSED, CountCell, NotAllowedNow, ParameterError, ShownCell


def cell(label: str, atoms: str, count: int) -> CountCell:
    """A cell whose atoms are letters."""
    return CountCell(label, frozenset(atoms), count)


def values(cells) -> dict[str, int | None]:
    return {one.label: one.shown for one in cells}


def test_small_counts_go_zeros_stay_and_the_rest_is_rounded() -> None:
    made = protect([cell(str(n), chr(97 + n), n) for n in (0, 1, 4, 5, 7, 8, 12, 13)])
    assert values(made.cells) == {
        "0": 0, "1": None, "4": None, "5": 5, "7": 5, "8": 10, "12": 10, "13": 15,
    }  # fmt: skip
    assert made.secondary == ()


def test_the_constants_are_the_stated_rule() -> None:
    assert (THRESHOLD, BASE, EXACT) == (5, 5, 1)


@pytest.mark.parametrize("n", range(200))
def test_rounding_is_to_the_nearest(n: int) -> None:
    assert round_count(n) % BASE == 0
    assert abs(round_count(n) - n) <= BASE // 2
    assert round_count(round_count(n)) == round_count(n)
    assert round_count(n, base=EXACT) == n


def test_a_total_gives_a_suppressed_part_away_unless_another_goes() -> None:
    table = [cell("A", "a", 3), cell("B", "b", 12), cell("C", "c", 41), cell("T", "abc", 56)]
    made = protect(table, base=EXACT)
    assert values(made.cells) == {"A": None, "B": None, "C": 41, "T": 56}
    assert made.secondary == ("B",)
    assert values(protect(table).cells) == {"A": None, "B": 10, "C": 40, "T": 55}


def test_two_suppressed_parts_of_a_small_sum_need_a_third() -> None:
    """One and two sum to three: each would be known to lie between one and two."""
    table = [cell("A", "a", 1), cell("B", "b", 2), cell("C", "c", 60), cell("T", "abc", 63)]
    made = protect(table, base=EXACT)
    assert values(made.cells)["C"] is SUPPRESSED or values(made.cells)["T"] is SUPPRESSED


def test_an_earlier_release_is_remembered() -> None:
    earlier = protect([cell("AB", "ab", 57)], base=EXACT).cells
    assert values(protect([cell("A", "a", 54)], base=EXACT).cells) == {"A": 54}
    made = protect([cell("A", "a", 54)], base=EXACT, ledger=earlier)
    assert values(made.cells) == {"A": None}
    assert made.secondary == ("A",)
    apart = protect([cell("C", "c", 54)], base=EXACT, ledger=earlier)
    assert values(apart.cells) == {"C": 54}


def test_what_was_shown_before_is_shown_again() -> None:
    table = [cell("A", "a", 3), cell("B", "b", 12), cell("T", "ab", 15)]
    first = protect(table)
    again = protect(table, ledger=first.cells)
    assert again.cells == first.cells


def test_a_table_that_cannot_be_made_safe_is_refused() -> None:
    """Both exact counts were shown already; their difference of 2 is out, say so."""
    shown = [
        ShownCell("all", frozenset("ab"), 50, EXACT),
        ShownCell("most", frozenset("a"), 48, EXACT),
    ]
    with pytest.raises(NotAllowedNow, match=r"^B: .*between 2 and 2"):
        protect([cell("B", "b", 2)], base=EXACT, ledger=shown)


def test_a_parity_hides_nothing() -> None:
    """Three sums of pairs give each part, though none was shown and none is a difference."""
    pairs = {"AB": ("ab", 30), "BC": ("bc", 13), "AC": ("ac", 23)}  # a 20, b 10, c 3
    shown = [ShownCell(k, frozenset(atoms), n, EXACT) for k, (atoms, n) in pairs.items()]
    assert {(r.label, r.low, r.high) for r in recoverable(shown)} == {("c", 3, 3)}
    assert list(recoverable(shown[:2])) == []


def exact(label: str, atoms: str, count: int) -> ShownCell:
    """A cell shown unrounded."""
    return ShownCell(label, frozenset(atoms), count, EXACT)


def leaks(shown: list[ShownCell]) -> list[tuple[str, int, int, str]]:
    return [(r.label, r.low, r.high, "".join(sorted(r.through))) for r in recoverable(shown)]


def test_a_small_difference_is_out_though_neither_of_its_parts_is() -> None:
    """Four among b and c together: each alone may be anything from none to four."""
    shown = [exact("all", "abc", 24), exact("A", "a", 20), exact("BD", "bd", 30)]
    assert leaks(shown) == [("all without A", 4, 4, "abcd")]
    assert leaks([exact("all", "abc", 25), *shown[1:]]) == []


@pytest.mark.parametrize("n", [1, 4])
def test_atoms_that_are_not_told_apart_are_named_together(n: int) -> None:
    pairs = [exact("AB", "ab", 30), exact("BC", "bcx", 10 + n), exact("AC", "acx", 20 + n)]
    assert leaks(pairs) == [("c and 1 more", n, n, "abcx")]


def test_whole_counts_tell_more_than_fractions_would() -> None:
    """Twice A lies between 1 and 9, so A between 1 and 4: half a count less each way."""
    shown = [
        exact("AB", "ab", 12),
        exact("AC", "ac", 11),
        ShownCell("BC", frozenset("bc"), 18, 9),
    ]
    assert leaks(shown) == [("a", 1, 4, "abc")]


def test_an_earlier_leak_elsewhere_is_no_reason_to_refuse_a_table() -> None:
    earlier = [exact("all", "abc", 53), exact("most", "ab", 50)]
    made = protect([cell("D", "d", 40), cell("E", "e", 3)], base=EXACT, ledger=earlier)
    assert values(made.cells) == {"D": 40, "E": None}


@pytest.mark.parametrize("order", ["SXT", "XST", "TXS"])
def test_a_cell_withheld_to_protect_another_is_asked_after_again(order: str) -> None:
    """While X is shown it is no small count; withheld, it would be known as one of 4 to 6."""
    earlier = [exact("XP", "xp", 17), ShownCell("P", frozenset("p"), 12, 3)]
    table = {"S": cell("S", "s", 2), "X": cell("X", "x", 6), "T": cell("T", "xs", 8)}
    with pytest.raises(NotAllowedNow, match=r"^X: .*between 4 and 6"):
        protect([table[label] for label in order], base=EXACT, ledger=earlier)


def test_what_was_only_ever_withheld_is_withheld_again() -> None:
    withheld = ShownCell("A", frozenset("a"), SUPPRESSED, EXACT)
    table = [cell("A", "a", 12), cell("B", "b", 30)]
    assert values(protect(table, base=EXACT, ledger=[withheld]).cells) == {"A": None, "B": 30}
    for ledger in ([exact("A", "a", 12), withheld], [withheld, exact("A", "a", 12)]):
        assert values(protect(table, base=EXACT, ledger=ledger).cells) == {"A": 12, "B": 30}


def test_what_was_shown_protects_nothing_and_stays() -> None:
    table = [cell("A", "a", 3), cell("B", "b", 12), cell("T", "ab", 15)]
    made = protect(table, base=EXACT, ledger=[exact("B", "b", 12)])
    assert values(made.cells) == {"A": None, "B": 12, "T": None}


def test_the_smallest_cell_that_overlaps_goes_and_none_beyond() -> None:
    """D is smaller than B, but to withhold it would tell nothing less of A."""
    table = [
        cell("A", "a", 3), cell("B", "b", 12), cell("AB", "ab", 15), cell("BC", "bc", 42),
        cell("C", "c", 30), cell("D", "d", 6), cell("CD", "cd", 36),
    ]  # fmt: skip
    made = protect(table, base=EXACT)
    assert made.secondary[0] == "B"
    assert {"C", "D", "CD"}.isdisjoint(made.secondary)


@pytest.mark.parametrize(
    ("shown", "base", "low", "high"),
    [
        (0, BASE, 0, 0),
        (5, BASE, 5, 7),
        (10, BASE, 8, 12),
        (7, EXACT, 7, 7),
        (SUPPRESSED, BASE, 1, np.inf),
    ],
)
def test_what_an_entry_tells(shown, base, low, high) -> None:
    assert known_range(ShownCell("A", frozenset("a"), shown, base)) == (low, high)


def test_nothing_shown_gives_nothing_away() -> None:
    assert list(recoverable([])) == []
    assert protect([]).cells == ()
    hidden = [ShownCell(c, frozenset(c), SUPPRESSED, BASE) for c in "abc"]
    assert list(recoverable(hidden)) == []


def test_a_known_large_count_or_zero_is_no_leak() -> None:
    shown = [
        ShownCell("AB", frozenset("ab"), 100, EXACT),
        ShownCell("A", frozenset("a"), 60, EXACT),
        ShownCell("CD", frozenset("cd"), 7, EXACT),
        ShownCell("C", frozenset("c"), 7, EXACT),
    ]
    assert list(recoverable(shown)) == []


@pytest.mark.parametrize(
    ("cells", "base", "said"),
    [
        ([cell("B", "c", 1), cell("A", "a", 1), cell("A", "b", 1)], BASE, "'A' stands twice"),
        ([cell("A", "a", -1)], BASE, "-1 is no count"),
        ([cell("A", "a", 9)], 4, "odd multiple"),
        ([cell("A", "a", 9)], 0, "odd multiple"),
    ],
)
def test_what_is_no_table_is_refused(cells, base, said) -> None:
    with pytest.raises(ParameterError, match=said):
        protect(cells, base=base)


def test_a_cell_of_nothing_is_refused() -> None:
    with pytest.raises(ParameterError, match="sums over nothing"):
        cell("A", "", 3)


def test_a_ledger_that_contradicts_itself_is_named() -> None:
    shown = [
        ShownCell("AB", frozenset("ab"), 10, EXACT),
        ShownCell("A", frozenset("a"), 60, EXACT),
    ]
    with pytest.raises(ParameterError, match="contradict"):
        list(recoverable(shown))


@st.composite
def tables(draw) -> list[CountCell]:
    """Two-way tables with their margins and total."""
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    counts = draw(st.lists(st.integers(0, 60), min_size=n * m, max_size=n * m))
    atom = {(i, j): f"{i}.{j}" for i in range(n) for j in range(m)}
    count = dict(zip(atom, counts, strict=True))
    cells = [CountCell(atom[k], frozenset([atom[k]]), c) for k, c in count.items()]

    def margin(label: str, keys: list[tuple[int, int]]) -> CountCell:
        return CountCell(label, frozenset(atom[k] for k in keys), sum(count[k] for k in keys))

    rows = [margin(f"row {i}", [(i, j) for j in range(m)]) for i in range(n)]
    columns = [margin(f"column {j}", [(i, j) for i in range(n)]) for j in range(m)]
    return [*cells, *rows, *columns, margin("all", list(atom))]


@settings(max_examples=60)
@given(tables(), st.sampled_from([BASE, EXACT]))
def test_laws_of_a_protected_table(table: list[CountCell], base: int) -> None:
    try:
        made = protect(table, base=base)
    except NotAllowedNow:
        pytest.fail("a first release can always be made safe")
    assert [one.label for one in made.cells] == [one.label for one in table]
    for true, one in zip(table, made.cells, strict=True):
        if 0 < true.count < THRESHOLD:
            assert one.shown is SUPPRESSED
        if one.shown is not SUPPRESSED:
            assert one.shown == round_count(true.count, base=base)
    assert list(recoverable(made.cells)) == []
    assert protect(table, base=base, ledger=made.cells).cells == made.cells


def test_a_cell_withheld_before_is_withheld_again_and_costs_no_other() -> None:
    cells = [
        CountCell("Harlow", frozenset({"h"}), 3),
        CountCell("Tendring", frozenset({"t"}), 40),
        CountCell("Both", frozenset({"h", "t"}), 43),
    ]
    first = protect(cells)
    again = protect(cells, ledger=first.cells)
    assert [one.shown for one in again.cells] == [one.shown for one in first.cells]
    assert again.secondary == ()


def test_the_same_sum_under_two_names_is_withheld_under_both() -> None:
    every = frozenset({"h", "t"})
    made = protect(
        [
            CountCell("Harlow", frozenset({"h"}), 1),
            CountCell("Tendring", frozenset({"t"}), 76),
            CountCell("Row", every, 77),
            CountCell("All", every, 77),
        ],
        base=EXACT,
    )
    shown = {one.label: one.shown for one in made.cells}
    assert shown["Row"] == shown["All"]


def test_what_was_shown_before_is_not_withheld_now_but_the_table_refused() -> None:
    """To withhold it would keep nothing from anyone, and hide a number for nothing."""
    both = CountCell("Both", frozenset({"h", "t"}), 43)
    ledger = [
        ShownCell("Both", both.atoms, 43, EXACT),
        ShownCell("Tendring", frozenset({"t"}), 40, EXACT),
    ]
    with pytest.raises(NotAllowedNow, match="Harlow"):
        protect([CountCell("Harlow", frozenset({"h"}), 3), both], base=EXACT, ledger=ledger)
    assert protect([both], base=EXACT, ledger=ledger[:1]).cells[0].shown == 43
