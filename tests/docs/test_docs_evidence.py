"""The correctness table and the error rates: complete, and what the code gives."""

import ast
import inspect

import correctness
import error_rates
import pytest

from peelian import hotspots

TESTS = correctness.ROOT / "tests"
PER_EVENTS = (
    "_of_events",
    "_by_weights",
    "_by_definition",
    "_test",
)  # another door, same method
HELPERS = {"event_days", "main_points", "pair_counts"}


def verbs():
    """Every hotspot method, once."""
    functions = {name for name, f in vars(hotspots).items() if inspect.isfunction(f)}
    return {name for name in functions - HELPERS if not name.endswith(PER_EVENTS)}


def test_every_method_is_in_the_table():
    shown = {name for row in correctness.TABLE for name in row.method.split(", ")}
    assert verbs() <= shown
    assert set(correctness.ALL_FORECASTERS) <= shown
    assert len(shown) >= 18


@pytest.mark.parametrize("row", correctness.TABLE, ids=lambda row: row.method)
def test_the_evidence_is_there(row):
    for said, where in (row.oracle, row.units, row.null):
        file, _, name = where.partition("::")
        tree = ast.parse((TESTS / file).read_text())
        tests = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert said and name in tests, f"{row.method}: no {where}"


def test_the_table_is_what_the_code_gives():
    page = correctness.PAGE.read_text()
    assert page == correctness.page(), "run `make docs` and commit the page"


def test_every_simulation_is_on_the_page():
    page = error_rates.PAGE.read_text()
    for one in error_rates.SIMULATIONS:
        assert f"| `{one.method}` | {one.what} | {one.kind} | {one.worlds:,} |" in page


@pytest.mark.nightly
def test_error_rates_are_what_the_page_says_and_within_what_is_allowed():
    rows = list(error_rates.table())
    for one, rate, _ in rows:
        low, high = one.allowed
        assert low <= rate <= high, f"{one.method}, {one.what}: {rate:.1%}"
    assert error_rates.PAGE.read_text() == error_rates.page(rows), "run `make evidence`"
