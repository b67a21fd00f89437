"""Made-up narratives in a CSV, each with a word that must never leave it."""

import csv
from pathlib import Path

import numpy as np

from peelian.offences import sample_narratives
from peelian.workflows.settings import NarrativeFiles, ReviewSettings

HIDDEN = "Xylophonia"


def narratives_csv(path: Path, n: int = 60) -> Path:
    """A file of ``n`` narratives."""
    made = sample_narratives(n, rng=np.random.default_rng(5))
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["class", "mo"])
        writer.writerows(["8N", f"{HIDDEN} <b>&amp; co</b>.\n{one.text}"] for one in made)
    return path


def to_review(path: Path, sample: int = 12) -> ReviewSettings:
    """What to review of such a file."""
    return ReviewSettings(NarrativeFiles(str(path), "mo", "class"), sample)


def bytes_of(folder: Path) -> bytes:
    """All that is in the files of a folder and those below it."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
