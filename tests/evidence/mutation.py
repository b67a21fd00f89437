"""Which small changes of the code no test notices: disclosure control and the statistics.

``make mutants`` changes one place at a time with mutmut, in the modules that pyproject.toml names, runs the fast tests that
reach it, writes docs/reference/mutation.md and fails under 85 % killed. The copy it works on stays in build/mutation, where
``mutmut show NAME`` and ``mutmut browse`` look at single changes.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import chdir
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "mutation.md"
COPY = ROOT / "build" / "mutation"
LEAST = 0.85

INTRODUCTION = """# Mutation testing

Do the tests notice when the code is wrong? `make mutants` changes disclosure control and the statistics one place at a time (a sign, a
number, a comparison, an argument left out) and runs the fast tests that reach the place: unit tests, laws, reference values and
the examples of the docstrings, as `[tool.mutmut]` of pyproject.toml names them. A change that some test fails on is killed. It fails under
{least:.0%} killed in any module. Constants outside functions are not changed.

Run on {day} with Peelian {peelian} and mutmut {mutmut}: {minutes:.0f} minutes, two at a time on two cores. Not part of `make test`.

Of {all:,} changes {killed:,} were killed: {share:.1%}. That counts every change. {same:,} of the survivors give no other answer (they change the
wording of an error, the speed, or what rounding hides, as listed below); without those it is {without:.1%}. A change under
which the tests do not end is counted as timed out, not as killed.
"""
HEADER = """| module | mutants | killed | survived | timed out | share killed | no other answer | without those |
|---|---:|---:|---:|---:|---:|---:|---:|"""

WORDING = "Only the wording of an error changes"
NUMBERS = "The numbers are or become float64 anyway, or are only compared"
SPEED = "The same answer is found another way: faster, slower, from another start or in other units"
ROUNDING = "Only rounding tells them apart, or a bound that nothing reaches"
EQUAL = "They differ only where two continuous numbers are equal"
ALIKE = "Numpy, scipy or Python takes both alike"
NO_OTHER_ANSWER = (WORDING, NUMBERS, SPEED, ROUNDING, EQUAL, ALIKE)
MORE = "More sums are asked after than the rule names, so at most more is withheld"
ENDLESS = "The tests did not end"
UNEXPLAINED = "Not explained: a hole in the tests until someone looks"

# Survivors looked at: the function, and what marks the changed lines.
ACCEPTED = {
    MORE: (("Reader._wanted", "| ("),),
    SPEED: (
        ("mann_kendall", "max(2, _VALUES_AT_ONCE"), ("mann_kendall", "for part in (slice("),
        ("sign_flip_test", "n_patterns = 2 << moving.size"), ("_margin", "above = "),
        ("_margin", "top = min("), ("_margin", "while "), ("_margin", "if last < top and"),
        ("monthly_dispersion", "columns "), ("_poisson_means", "mean = np.maximum("),
        ("_poisson_means", "range(101)"), ("yearly_trend", "beta = "), ("yearly_trend", "range(101)"), ("e_test", "np.arange("),
        ("count_scores", "happened = y >= 0"), ("Reader.recovered", ">= 0"),
        ("Reader._wanted", "_size[:, None] >= "), ("Reader._recovers", "shared != groups"),
        ("Reader._recovers", "and (self.limits[around"), ("Reader._recovers", "around, 1] <"),
        ("Reader._recovers", "np.flatnonzero(None)"), ("Reader._recovers", "self._extreme("),
        ("Reader._safe", "bool("), ("Reader._surely_large", ""),
    ),
    ROUNDING: (
        ("_poisson_means", "np.clip("), ("_poisson_means", "lstsq("), ("_poisson_means", "allclose("),
        ("_exact", "or True else 1.0"), ("_exact", "else 2.0"), ("e_test", "reach = "),
        ("e_test", "2.0))"), ("e_test", "gap > observed"), ("mann_kendall", "spread = "),
        ("nearest_areas", "spread, 2.0"), ("wilson_limits", "np.minimum(centre + half, 2)"),
        ("wilson_limits", "(n > 1)"), ("_half_gap", "large = None"), ("_margin", "top + 1"),
        ("count_scores", "zero[zero >= 0]"),
    ),
    EQUAL: (
        ("area_funnel", "ratio >= wide_high"), ("area_funnel", "ratio <= wide_low"),
        ("yearly_trend", "<= 1e-10"), ("cosine_limits", "rounding < mean"),
        ("cosine_limits", "mean < most"), ("cosine_limits", "np.ptp(series) < rounding"),
        ("_half_gap", "mean >= _SMALL"), ("_pit_of_nothing", "chance >= 1 / n_bins"),
        ("flag_shares", "area_budget > area.sum()"), ("flag_shares", "share >= 1 - _SLACK"),
    ),
    ALIKE: (
        ("", '"STABLE"'), ("", ".reshape(n, -2)"), ("", "reshape(draws, -2)"),
        ("nearest_areas", "distance[area] = None"), ("compare_years", "n.size - k, None)"), ("Reader.suppress", "shown=None"),
        ("_shown_before", "cell.atoms, None)"), ("_shown_before", "cell.atoms, )"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: the lines before and after, and what became of it."""

    module: str
    function: str
    before: str
    after: str
    status: str  # killed, timeout, or the way it lived


def run() -> None:
    """Change the code, one place at a time, in a copy."""
    shutil.rmtree(COPY, ignore_errors=True)
    for folder in ("src", "tests"):
        shutil.copytree(
            ROOT / folder, COPY / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", COPY)
    # OpenMP hangs in a process forked from one in which its threads have run.
    alone = os.environ | {"OMP_NUM_THREADS": "1"}
    subprocess.run(["mutmut", "run", "--max-children", "2"], cwd=COPY, env=alone, check=True)


def mutants() -> Iterator[Mutant]:
    """What became of each change."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant
    from mutmut.stats import status_by_exit_code

    for file in sorted((COPY / "mutants").rglob("*.py.meta")):
        path = file.relative_to(COPY / "mutants").with_suffix("")
        for name, code in json.loads(file.read_text())["exit_code_by_key"].items():
            status = status_by_exit_code[code]
            before = after = ""
            if status != "killed":
                with chdir(COPY):
                    before, after = _sides(get_diff_for_mutant(name, path=path))
            function = (
                re.sub(r"^x_?|__mutmut_\d+$", "", name.rpartition(".")[2])
                .strip("ǁ")
                .replace("ǁ", ".")
            )
            yield Mutant(
                ".".join(path.with_suffix("").parts[2:]), function, before, after, status
            )


def _sides(diff: str) -> tuple[str, str]:
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    return tuple(
        " ".join(line[1:].strip() for line in lines if line[:1] == sign) for sign in "-+"
    )


def reason(mutant: Mutant) -> str:
    """Why a change that no test notices is the same, or accepted."""
    before, after = mutant.before, mutant.after
    if mutant.status == "timeout":
        return ENDLESS
    if '"' in before and before.lower() == after.replace("XX", "").lower():
        return WORDING
    if _untyped(before) == _untyped(after):
        return NUMBERS
    for why, places in ACCEPTED.items():
        if any(place in ("", mutant.function) and part in after for place, part in places):
            return why
    return UNEXPLAINED


def _untyped(code: str) -> str:
    return re.sub(r"(, )?dtype=[\w.]*|(?<=astype\()[\w.]*|, (?=\))", "", code)


def page(found: list[Mutant], minutes: float) -> str:
    """The page of results."""
    told: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in found:
        if mutant.status != "killed":
            told[reason(mutant)].append(mutant)
    killed, same = _killed(found), _no_other(found)
    parts = [
        INTRODUCTION.format(
            least=LEAST, day=datetime.now(UTC).date(), peelian=version("peelian"), mutmut=version("mutmut"), minutes=minutes,
            all=len(found), killed=killed, share=killed / len(found), same=same, without=killed / (len(found) - same),
        ),
        table(by_module(found)) + "\n",
        "## What no test notices\n",
    ]  # fmt: skip
    for why in sorted(told, key=lambda why: (why != UNEXPLAINED, why in NO_OTHER_ANSWER)):
        parts.append(f"### {why} ({len(told[why])})\n")
        parts += [
            f"- `{m.module}.{m.function}`: `{m.after or m.before + ' (left out)'}`"
            for m in told[why]
        ]
        parts.append("")
    return "\n".join(parts)


def by_module(found: list[Mutant]) -> dict[str, list[Mutant]]:
    """The changes of each module, and all of them."""
    modules: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in found:
        modules[mutant.module].append(mutant)
    return {**modules, "all": found}


def table(modules: Mapping[str, list[Mutant]]) -> str:
    """Counts and shares by module."""
    rows = [HEADER]
    for name, of in modules.items():
        n, killed, same = len(of), _killed(of), _no_other(of)
        out = sum(mutant.status == "timeout" for mutant in of)
        rows.append(
            f"| {name} | {n:,} | {killed:,} | {n - killed - out:,} | {out} | {killed / n:.1%} | {same:,} | {killed / (n - same):.1%} |"
        )
    return "\n".join(rows)


def _killed(of: list[Mutant]) -> int:
    return sum(mutant.status == "killed" for mutant in of)


def _no_other(of: list[Mutant]) -> int:
    return sum(
        mutant.status != "killed" and reason(mutant) in NO_OTHER_ANSWER for mutant in of
    )


if __name__ == "__main__":
    began = time.monotonic()
    run()
    results = list(mutants())
    PAGE.write_text(page(results, (time.monotonic() - began) / 60))
    modules = by_module(results)
    sys.stdout.write(f"\n{table(modules)}\n")
    short = [name for name, of in modules.items() if _killed(of) < LEAST * len(of)]
    sys.exit(f"under {LEAST:.0%} killed: {', '.join(short)}" if short else 0)
