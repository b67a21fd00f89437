"""How well narratives with a known weapon are read: rules, and the linear challenger.

    python bench/narratives.py FILE.parquet [--score]

FILE holds narratives with the weapon that the deceased is said to have had (Mapping Police
Violence). Halves are drawn with a fixed seed before anything is read: without --score only the
half for developing is judged. No text is printed. Skips, with the reason, without the file.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from peelian import offences, sources
from peelian.statistics import retrieval, wilson

SEED = 20261122
SHARP = (
    "knife|knives|machete|sword|box cutter|razor|dagger|blade|hatchet|ax|axe|pickaxe|"
    "pick-axe|scissors|screwdriver|sharp object|cleaver|bayonet|pitchfork|spear|samurai|"
    "glass shard|chainsaw"
)


def read(path):
    """Texts, and whether the weapon is sharp; toys are not, unknown ones are left out."""
    import pandas as pd

    frame = pd.read_parquet(path)
    text = next(name for name in frame.columns if "description" in name)
    weapon = next(name for name in frame.columns if name.startswith("Alleged Weapon"))
    said = frame[weapon].str.lower().str.strip()
    known = ~said.isin(["undetermined", "unknown weapon", "unclear"])
    knife = said.str.contains(rf"\b(?:{SHARP})\b") & ~said.str.contains("toy")
    return frame.loc[known, text].tolist(), knife[known].to_numpy()


def line(name, labels, knife):
    """One line: precision, recall, F1 with intervals, share to review."""
    called, sent = labels == "knife", labels == "review"
    hits, wrong, missed = (
        int((a & b).sum()) for a, b in ((called, knife), (called, ~knife), (~called, knife))
    )

    def words(found):
        pairs = (
            ("precision", found.precision, found.precision_interval),
            ("recall", found.recall, found.recall_interval),
            ("F1", found.f1, found.f1_interval),
        )
        return ", ".join(f"{n} {v:.3f} ({i.low:.3f} to {i.high:.3f})" for n, v, i in pairs)

    rescued = int((sent & knife).sum())
    share = wilson(int(sent.sum()), len(knife))
    return (
        f"{name}: n {len(knife):,}, knives {int(knife.sum()):,}; "
        f"{words(retrieval(hits, wrong, missed))}; "
        f"to review {sent.mean():.3f} ({share.low:.3f} to {share.high:.3f}); with review "
        f"read rightly {words(retrieval(hits + rescued, wrong, missed - rescued))}"
    )


def main():
    """Judge the half for developing, or once the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--score", action="store_true")
    given = parser.parse_args()
    if not given.file.exists():
        sys.stdout.write(f"skipped: {given.file} is not here; it is not shipped\n")
        return
    texts, knife = read(given.file)
    rng = np.random.default_rng(SEED)
    develop = np.zeros(len(texts), dtype=bool)
    develop[rng.permutation(len(texts))[: len(texts) // 2]] = True
    mine = [t for t, d in zip(texts, develop, strict=True) if d]
    other = [t for t, d in zip(texts, develop, strict=True) if not d]
    words = sources.read_knife_words()

    def by_rules(said):
        return np.array([v.label.value for v in offences.classify_narratives(said, words)])

    if not given.score:
        sys.stdout.write(line("rules, developing", by_rules(mine), knife[develop]) + "\n")
        labels = offences.linear_labels(mine, knife[develop], rng=rng)
        sys.stdout.write(
            line("linear, developing (parts in turn)", labels, knife[develop]) + "\n"
        )
        return
    model = offences.fit_linear(mine, knife[develop], rng=rng)
    sys.stdout.write(line("rules, scored once", by_rules(other), knife[~develop]) + "\n")
    sys.stdout.write(line("linear, scored once", model.label(other), knife[~develop]) + "\n")


if __name__ == "__main__":
    main()
