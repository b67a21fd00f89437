"""Pages exist for what is public, links lead somewhere, and the README's code runs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from peelian import forecasts

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_to_files_lead_somewhere(page):
    targets = [t for t, _ in LINK.findall(page.read_text()) if "://" not in t]
    missing = [t for t in targets if not (page.parent / t).exists()]
    assert not missing, f"{page.name} links to what is not there: {missing}"


@pytest.mark.parametrize(
    "name", [*forecasts.FORECASTERS, "kde", "gi-star", "segments", "backtest"]
)
def test_every_method_has_a_page_that_says_when_not_to_use_it(name):
    page = {"count": "long-window-count", "stacked": "ensemble"}.get(name, name)
    text = (ROOT / "docs" / "methods" / f"{page}.md").read_text().lower()
    assert "when not to use" in text


def test_the_readme_names_both_commands():
    text = (ROOT / "README.md").read_text()
    assert "make demo" in text
    assert "make test" in text


def readme_code():
    """The README's one block of Python."""
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    return code


def test_the_readme_code_runs_as_it_stands_and_prints_what_it_says(tmp_path):
    """In a process of its own, somewhere else, with warnings as a notebook would show them."""
    code = readme_code()
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.stderr == ""
    said = [
        line.split("  # ", 1)[1] for line in code.splitlines() if line.startswith("print(")
    ]
    assert ran.stdout.splitlines() == said
    assert list(tmp_path.iterdir()) == []


def test_the_readme_code_is_about_fifteen_lines():
    assert len([line for line in readme_code().splitlines() if line.strip()]) <= 20
