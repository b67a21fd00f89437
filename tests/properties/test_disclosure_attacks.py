"""Planted differencing attacks over releases: none recovers a small count."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from scipy.optimize import linprog

from peelian.sharing import BASE, EXACT, THRESHOLD, protect, round_count
from peelian.terms import CountCell, NotAllowedNow, ShownCell

ATTACKS = 500


def cell(label: str, counts: dict[str, int], atoms: Sequence[str]) -> CountCell:
    return CountCell(label, frozenset(atoms), sum(counts[a] for a in atoms))


def plant(rng: np.random.Generator) -> tuple[str, list[list[CountCell]]]:
    """A small count and tables which, shown one after another, give it away."""
    n = int(rng.integers(3, 7))
    counts = {f"a{i}": int(rng.poisson(rng.gamma(1.0, 30.0))) for i in range(n)}
    counts["small"] = int(rng.integers(1, THRESHOLD))
    rest = [name for name in counts if name != "small"]
    every = [*rest, "small"]
    kind = rng.integers(6)
    if kind == 0:  # the total with a place, then without it
        tables = [[("all", every)], [("rest", rest)]]
    elif kind == 1:  # parts and their total
        tables = [[*((a, [a]) for a in every), ("all", every)]]
    elif kind == 2:  # January to March, then to April
        tables = [[("to March", rest)], [("to April", every), ("first", rest[:1])]]
    elif kind == 3:  # three sums of pairs
        a, b = rest[:2]
        pairs = [[a, b], [b, "small"], [a, "small"]]
        tables = [[("-".join(pair), pair)] for pair in pairs]
    elif kind == 4:  # one total broken down in two ways
        half = rest[: n // 2]
        other = [a for a in every if a not in half]
        tables = [
            [("half", half), ("other", other), ("all", every)],
            [("half too", half), ("most", [a for a in other if a != "small"])],
        ]
    else:  # a table of places and months, then one of its rows more finely
        more = {f"{a}'": int(rng.poisson(20)) for a in every}
        counts |= more
        table = [(f"{a} both", [a, f"{a}'"]) for a in every]
        table += [("month", every), ("month'", list(more))]
        tables = [table, [("small'", ["small'"]), ("some", rest[:2])]]
    return "small", [[cell(label, counts, atoms) for label, atoms in t] for t in tables]


def what_a_reader_can_say(shown: Sequence[ShownCell], atom: str) -> tuple[float, float]:
    """The least and the most of one atom, by linear programming over every atom on its own."""
    atoms = sorted({a for one in shown for a in one.atoms})
    if atom not in atoms:
        return 0.0, np.inf
    rows, limits = [], []
    for one in shown:
        row = np.array([a in one.atoms for a in atoms], dtype=float)
        half = one.base // 2
        low = 1 if one.shown is None else one.shown and max(one.shown - half, THRESHOLD)
        rows.append(-row)
        limits.append(-low)
        if one.shown is not None:
            rows.append(row)
            limits.append(one.shown and one.shown + half)
    aim = np.array([a == atom for a in atoms], dtype=float)
    least, most = (linprog(sign * aim, np.array(rows), limits) for sign in (1, -1))
    low, high = least.fun, np.inf if most.fun is None else -most.fun
    return np.ceil(low - 1e-6), np.floor(high + 1e-6)


def released(tables: Sequence[Sequence[CountCell]], base: int) -> list[ShownCell]:
    """What is shown of tables released one after another; a table refused is not shown."""
    ledger: list[ShownCell] = []
    for table in tables:
        try:
            ledger += protect(table, base=base, ledger=ledger).cells
        except NotAllowedNow:
            continue
    return ledger


def naive(tables: Sequence[Sequence[CountCell]], base: int) -> list[ShownCell]:
    """What is shown when small counts are only left out."""
    return [
        ShownCell(
            one.label,
            one.atoms,
            None if 0 < one.count < THRESHOLD else round_count(one.count, base=base),
            base,
        )
        for table in tables
        for one in table
    ]


def recovered(shown: Sequence[ShownCell], atom: str) -> bool:
    low, high = what_a_reader_can_say(shown, atom)
    return bool(low < THRESHOLD and high - low < 4)


def attacks(base: int, n: int) -> Iterator[tuple[str, list[list[CountCell]]]]:
    for seed in range(n):
        yield plant(np.random.default_rng([base, seed]))


@pytest.mark.parametrize(("base", "n"), [(BASE, ATTACKS // 2), (EXACT, ATTACKS // 2)])
def test_no_planted_attack_recovers_a_small_count(base: int, n: int) -> None:
    won = [
        at
        for at, (atom, t) in enumerate(attacks(base, n))
        if recovered(released(t, base), atom)
    ]
    assert won == []


def test_the_attacks_are_real() -> None:
    """Left-out small counts alone are given away, most of them where nothing is rounded."""
    exact = [recovered(naive(t, EXACT), atom) for atom, t in attacks(EXACT, 60)]
    rounded = [recovered(naive(t, BASE), atom) for atom, t in attacks(BASE, 60)]
    assert np.mean(exact) > 0.9
    assert 0 < np.mean(rounded) < np.mean(exact)


def test_most_tables_are_still_released() -> None:
    """Safety does not come from refusing everything."""
    of = [(len(released(t, BASE)), sum(map(len, t))) for _, t in attacks(BASE, 60)]
    assert sum(n for n, _ in of) > 0.9 * sum(m for _, m in of)
    shown = [one for _, t in attacks(BASE, 60) for one in released(t, BASE)]
    assert np.mean([one.shown is not None for one in shown]) > 0.6
