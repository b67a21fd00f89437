"""What several test folders share: one Chromium and two small stores for the whole run."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, settings

# A first call may import or compile for a while, and a busy machine takes its time.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
# The same examples for every mutant; that one fails is all there is to know.
settings.register_profile(
    "mutants", deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate]
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """A headless Chromium with WebGL drawn in software; open a new page or context for a test.

    The one on the machine, else Playwright's own: see ``tests/ensure_chromium.py``.
    """
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    flags = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small store of month-only data, for reading only; see ``factories``."""
    from factories import make_sample

    return make_sample(tmp_path_factory.mktemp("small") / "store")


@pytest.fixture
def own_store(small_store: Path, tmp_path: Path) -> Path:
    """A copy of the small store, for one test to change."""
    return Path(shutil.copytree(small_store, tmp_path / "own-store"))


@pytest.fixture(scope="session")
def weekly_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of dated events without layers, for reading only."""
    from factories import dated_store

    return dated_store(tmp_path_factory.mktemp("weekly") / "store")
