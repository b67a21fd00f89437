"""Disclosure control: what a table of counts may show, given all that was shown before.

Small counts are suppressed, the others rounded, and then more is suppressed until nobody can
work a small count out again, by subtraction or otherwise, from this table and earlier ones.
It is on by default; the constants below are the whole rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from peelian.sharing.recovery import Reader, Recovered, tied_cells
from peelian.terms import SUPPRESSED, CountCell, NotAllowedNow, ParameterError, ShownCell

THRESHOLD = 5  # counts of 1 to 4 are suppressed (ONS guidance; NHS Digital)
BASE = 5  # the others are rounded to the nearest multiple: public tables
EXACT = 1  # ... or not rounded: aggregates inside an agreement between partners


@dataclass(frozen=True)
class Protected:
    """A table fit to show, in the order given, and which cells protect others."""

    cells: tuple[ShownCell, ...]
    secondary: tuple[str, ...]


def round_count(count: int, *, base: int = BASE) -> int:
    """The nearest multiple of ``base``; of an odd base no count lies half way.

    Examples
    --------
    >>> [round_count(n) for n in (0, 7, 8, 12)]
    [0, 5, 10, 10]
    """
    return base * ((count + base // 2) // base)


def protect(
    cells: Sequence[CountCell],
    *,
    base: int = BASE,
    ledger: Sequence[ShownCell] = (),
) -> Protected:
    """Suppress and round the cells of one table, so that with earlier ones nothing leaks.

    Parameters
    ----------
    cells : sequence of CountCell
        Every cell of the table, totals included, with true counts.
    base : int
        Multiple that counts are rounded to; EXACT for none.
    ledger : sequence of ShownCell
        Every cell ever shown to the same readers.

    Returns
    -------
    Protected

    Raises
    ------
    NotAllowedNow
        If no suppression in this table can keep a count from being recovered, because of what
        earlier releases show: the table may not be released.
    ParameterError
        If a label stands twice, a count is negative, or the base is not odd.

    Notes
    -----
    Totals are rounded from true totals, never summed from rounded cells, so each number is
    rounded once and parts need not add up to their total. A cell that was shown before is
    shown alike again, and one that was only ever withheld is withheld again: to show it late
    could give away what it protected.

    Which cell to suppress next is a matter of choice: here the smallest that overlaps with
    what could be recovered. It is not the least possible suppression.
    """
    _check(cells, base)
    before = _shown_before(ledger)
    shown = [_shown(cell, base, before) for cell in cells]
    secondary: list[str] = []
    for tied in tied_cells([*ledger, *shown]):
        own = {at: n - len(ledger) for at, n in enumerate(tied) if n >= len(ledger)}
        reader = Reader([[*ledger, *shown][n] for n in tied])
        for found in reader.recovered() if own else ():
            for at in _to_suppress(cells, reader, own, found, before):
                reader.suppress(at)
                shown[own[at]] = reader.cells[at]
                secondary.append(reader.cells[at].label)
    return Protected(tuple(shown), tuple(secondary))


def _check(cells: Sequence[CountCell], base: int) -> None:
    """Raise ParameterError for a table that cannot be one."""
    labels = [cell.label for cell in cells]
    if len(set(labels)) < len(labels):
        twice = next(label for label in labels if labels.count(label) > 1)
        raise ParameterError(f"cell {twice!r} stands twice; name each cell once")
    wrong = next((cell for cell in cells if cell.count < 0), None)
    if wrong:
        raise ParameterError(f"cell {wrong.label!r}: {wrong.count} is no count")
    if base < 1 or base % 2 == 0:
        raise ParameterError(f"base is {base}: round to an odd multiple, or 1 for none")


def _shown_before(ledger: Sequence[ShownCell]) -> Mapping[frozenset[str], bool]:
    """Sums that earlier releases had a cell of, and whether any of these showed a count."""
    shown: dict[frozenset[str], bool] = {}
    for cell in ledger:
        shown[cell.atoms] = shown.get(cell.atoms, False) or cell.shown is not SUPPRESSED
    return shown


def _shown(cell: CountCell, base: int, before: Mapping[frozenset[str], bool]) -> ShownCell:
    """A cell after primary suppression and rounding; withheld if it only ever was."""
    withheld = cell.count > 0 and (cell.count < THRESHOLD or not before.get(cell.atoms, True))
    value = SUPPRESSED if withheld else round_count(cell.count, base=base)
    return ShownCell(cell.label, cell.atoms, value, base)


def _to_suppress(
    cells: Sequence[CountCell],
    reader: Reader,
    own: Mapping[int, int],
    found: Recovered,
    before: Mapping[frozenset[str], bool],
) -> list[int]:
    """The cells of this table, all of one sum, to suppress so that ``found`` is not recovered.

    A zero is shown as it is: to withhold it would keep nothing from anyone. Nor would it to
    withhold what an earlier release showed.
    """
    candidates = [
        (cells[mine].count, at)
        for at, mine in own.items()
        if reader.cells[at].shown
        and reader.cells[at].atoms & found.through
        and not before.get(reader.cells[at].atoms)
    ]
    if not candidates:
        raise NotAllowedNow(
            f"{found.label}: together with earlier releases its count would be known to lie "
            f"between {found.low} and {found.high}; merge places or periods, or do not release"
        )
    atoms = reader.cells[min(candidates)[1]].atoms
    return [at for at in own if reader.cells[at].atoms == atoms]
