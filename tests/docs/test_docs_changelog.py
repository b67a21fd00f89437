"""What changed is told in sentences, version by version."""

import re
from pathlib import Path

from peelian import __version__

TEXT = (Path(__file__).parents[2] / "CHANGELOG.md").read_text()


def test_this_version_has_its_part():
    assert re.search(rf"^## \[?{re.escape(__version__)}\b", TEXT, re.MULTILINE)


def test_each_part_says_something():
    parts = re.split(r"^## .*$", TEXT, flags=re.MULTILINE)[1:]
    assert all(re.search(r"^- .{20,}", part, re.MULTILINE) for part in parts)
