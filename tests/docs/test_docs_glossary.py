"""One concept, one word: arguments of the maths are words of the glossary."""

import importlib
import inspect
import re
from pathlib import Path

import pytest

ROOMS = (
    "statistics", "spacetime", "offences", "hotspots", "forecasts", "evaluation", "operations",
)  # fmt: skip
# Words that mean in code what they mean in English, with no unit to fix.
ORDINARY = {
    "after", "before", "days", "end", "expected", "first", "k", "last", "longer", "month",
    "name", "names", "observed", "places", "points", "polygons", "result", "shapes", "start",
    "total", "values",
}  # fmt: skip
PAGE = Path(__file__).parents[2] / "GLOSSARY.md"
WORDS = {
    word
    for code in re.findall(r"`([^`]+)`", PAGE.read_text())
    for word in re.split(r"\W+", code)
}


def arguments():
    """Each argument of a public function of the maths, with the functions that take it."""
    found = {}
    for room in ROOMS:
        module = importlib.import_module(f"peelian.{room}")
        for name in module.__all__:
            function = getattr(module, name)
            if inspect.isfunction(function):
                for argument in inspect.signature(function).parameters:
                    found.setdefault(argument, []).append(f"{room}.{name}")
    return found


ARGUMENTS = arguments()


def known(argument):
    """In the glossary, singular or plural, as itself or as a number or place of it."""
    plain = re.sub("^(n_|at_)", "", argument)
    return bool({argument, plain, plain.removesuffix("s")} & (WORDS | ORDINARY))


@pytest.mark.parametrize("argument", sorted(ARGUMENTS))
def test_an_argument_is_a_word_of_the_glossary(argument):
    assert known(argument), f"{argument} of {ARGUMENTS[argument][:3]}: add it to {PAGE.name}"


def test_the_list_of_ordinary_words_is_no_longer_than_it_must_be():
    used = {re.sub("^(n_|at_)", "", argument) for argument in ARGUMENTS}
    assert used >= ORDINARY
    assert not ORDINARY & WORDS


def test_an_unknown_word_would_be_noticed():
    assert not known("pixels")
    assert not known("n_pixels")
