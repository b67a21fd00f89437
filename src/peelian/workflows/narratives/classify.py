"""Narratives to labels, and rows for people to read.

Text goes in and row numbers come out. Of the text only words of the dictionary ever leave, in
the column of evidence that the user asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from peelian import offences, sources
from peelian.offences import KnifeLabel, KnifeWords, Verdict
from peelian.sources import NarrativeFile
from peelian.store import Store
from peelian.terms import (
    DataError,
    Ingredient,
    Ints,
    ParameterError,
    Table,
    Texts,
)
from peelian.workflows.gather import record_of
from peelian.workflows.narratives.codes import code_ingredients, decided_labels
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import (
    ClassifySettings,
    NarrativeFiles,
    ReviewSettings,
    generator,
)

DEFINITION = "flag-2012"
LABELS = tuple(one.value for one in KnifeLabel)


@dataclass(frozen=True, eq=False)
class Labelled:
    """A file of narratives, the dictionary and the verdict on each row that was read."""

    file: NarrativeFile
    texts: list[str]
    words: KnifeWords
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...]

    @property
    def labels(self) -> Texts:
        """Labels by the rules, shape (n,)."""
        return np.array([one.label.value for one in self.verdicts], dtype=np.str_)

    @property
    def ingredient(self) -> Ingredient:
        """The file, by its name and hash."""
        return Ingredient(self.file.name, self.file.sha256, len(self.file), 0, "file")


def classify(
    store: Store | None,
    settings: ClassifySettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Say of each narrative whether a knife was used or threatened, and on which words."""
    found = label_rows(settings.source, open_narratives(settings.source), progress=progress)
    labels, notes = found.labels, found.notes
    used: tuple[Ingredient, ...] = (found.ingredient,)
    if settings.coded_in_store:
        labels, told, entries = _decided(found, store, now)
        notes, used = (*notes, told), (*used, *entries)
    ids = {"event_id": np.array(found.file.column(settings.id))} if settings.id else {}
    table = Table(
        {
            "row": np.arange(1, len(found.file) + 1),
            **ids,
            "label": labels,
            "score": np.array([round(one.score, 3) for one in found.verdicts]),
            "evidence": _evidence(found),
        },
        "Narratives by label",
    )
    counts = ", ".join(f"{int((labels == one).sum()):,} {one}" for one in LABELS)
    record = record_of(
        "offences classify", settings, used, method=method_of(found.words), seed=None, now=now
    )
    return Outcome(table, replace(record, notes=notes), chosen=(counts,))


def review(
    store: Store | None,
    settings: ReviewSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """List the rows that people should read, with empty columns for two coders."""
    found = label_rows(settings.source, open_narratives(settings.source), progress=progress)
    n = len(found.file)
    drawn = np.zeros(n, dtype=bool)
    drawn[drawn_rows(settings, n) - 1] = True
    chosen = np.flatnonzero(drawn | (found.labels == KnifeLabel.REVIEW.value))
    why = np.where(drawn, "sample", "uncertain")[chosen]
    blank = np.full(len(chosen), "")
    table = Table(
        {
            "row": chosen + 1,
            "why": why,
            # those drawn at random are coded blind: nothing of the rules beside them
            "evidence": np.where(why == "sample", "", _evidence(found)[chosen]),
            "first": blank,
            "second": blank,
        },
        "Rows for two coders",
    )
    notes = (
        *found.notes,
        "write knife or not under first and second, each coder without the other's; then "
        "peelian offences evaluate with --codes",
    )
    record = record_of(
        "offences review", settings, (found.ingredient,), method=method_of(found.words),
        seed=settings.seed, now=now,
    )  # fmt: skip
    return Outcome(table, replace(record, notes=notes))


def drawn_rows(settings: ReviewSettings, n: int) -> Ints:
    """Rows drawn of ``n``, in the order drawn, so that any beginning is a sample too."""
    if not 0 <= settings.sample <= n:
        raise ParameterError(f"sample is {settings.sample}: the file has {n:,} rows")
    return np.asarray(generator(settings.seed).permutation(n)[: settings.sample] + 1)


def open_narratives(source: NarrativeFiles) -> NarrativeFile:
    """The file that was asked for, if its column of text is there."""
    if not source.narratives or not source.text:
        raise ParameterError("give a CSV of narratives, and its column of text with --text")
    file = sources.read_narratives(source.narratives)
    file.column(source.text)
    return file


def label_rows(
    source: NarrativeFiles,
    file: NarrativeFile,
    at: Iterable[int] | None = None,
    progress: Progress = silent,
) -> Labelled:
    """The file's rows with the rules' verdicts; of those ``at`` alone where they are given."""
    chosen = list(range(len(file)) if at is None else at)
    words = sources.read_knife_words(source.words or None)
    texts = [file.column(source.text)[i] for i in chosen]
    definition = sources.find_knife_definition(sources.read_knife_definitions(), DEFINITION)
    notes = [f"definition {definition.name}; dictionary {words.version}"]
    counted = None
    if source.offence:
        classes = [file.column(source.offence)[i] for i in chosen]
        counted, n_unknown = _covered(classes, definition.codes)
        if n_unknown:
            notes.append(f"{n_unknown:,} rows have no known Home Office class: text alone")
    progress(0.1, "Reading")
    verdicts = offences.classify_narratives(texts, words, in_collection=counted)
    return Labelled(file, texts, words, verdicts, tuple(notes))


def _decided(
    found: Labelled, store: Store | None, now: datetime
) -> tuple[Texts, str, tuple[Ingredient, ...]]:
    """Labels with those that people decided in place of the rules', and how many."""
    if store is None:
        raise ParameterError("say with --store which store holds the codes")
    decided = decided_labels(store, found.file.sha256, now)
    if not decided:
        raise DataError(
            f"{found.file.name}: the store holds no decision about a row of it as it is now: "
            "people read it in the workbench (peelian serve --narratives)"
        )
    at = np.array(sorted(decided), dtype=np.int64) - 1
    labels = found.labels.astype("<U6")
    before = labels[at]
    labels[at] = [decided[row + 1].value for row in at.tolist()]
    unlike = int(((before != labels[at]) & (before != KnifeLabel.REVIEW.value)).sum())
    told = (
        f"people decided {len(at):,} rows, {int((before == KnifeLabel.REVIEW.value).sum()):,} "
        f"that the rules left to them and {unlike:,} otherwise than the rules"
    )
    return labels, told, code_ingredients(store, len(at), now=now)


def _covered(said: list[str], codes: tuple[str, ...]) -> tuple[list[bool], int]:
    """Whether each class can count; one that is not known leaves it to the text."""
    known: dict[str, bool] = {}
    for one in sources.read_offence_classes():
        if one.code.startswith("home-office:"):
            counts = one.code in codes
            plain = one.code.removeprefix("home-office:").lower()
            for word in (one.code, plain, one.name.lower()):
                known[word] = counts or known.get(word, False)
    for code in (one.code for one in sources.read_class_validity() if one.replaced_by):
        known[code.lower()] = known[code.removeprefix("home-office:").lower()] = True
    found = [known.get(word.strip().lower()) for word in said]
    return [one is not False for one in found], sum(one is None for one in found)


def _evidence(found: Labelled) -> Texts:
    return np.array(
        [
            offences.evidence_words(text, one)
            for text, one in zip(found.texts, found.verdicts, strict=True)
        ],
        dtype=np.str_,
    )


def method_of(words: KnifeWords) -> str:
    """How a record names the rules."""
    return f"classify_narrative({words!r}), knife-enabled {DEFINITION}"
