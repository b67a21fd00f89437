"""Narratives to labels, how good the labels are, and rows for people to read.

Text goes in and row numbers come out. Of the text only words of the dictionary ever leave, in
the column of evidence that the user asked for.
"""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from peelian import offences, sources
from peelian.offences import KnifeLabel, KnifeWords, Verdict
from peelian.sources import NarrativeFile
from peelian.statistics import Kappa, bootstrap_limits, cohen_kappa, f1_of, retrieval, wilson
from peelian.store import Store
from peelian.terms import (
    Bools,
    DataError,
    Floats,
    Ingredient,
    Interval,
    ParameterError,
    Table,
    Texts,
)
from peelian.workflows.gather import record_of
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import (
    ClassifySettings,
    EvaluateNarrativesSettings,
    NarrativeFiles,
    ReviewSettings,
    generator,
)

ENOUGH = 400  # double-coded records, below which no figure should be quoted
DRAWS = 2_000
DEFINITION = "flag-2012"
LABELS = tuple(one.value for one in KnifeLabel)


@dataclass(frozen=True, eq=False)
class Labelled:
    """A file of narratives, the dictionary and the verdict on each row."""

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


@dataclass(frozen=True, eq=False)
class Coded:
    """What people said: which rows count, whether knife, and the second coder on some rows."""

    rows: Bools
    knife: Bools
    pairs: Table
    kappa: Kappa | None
    notes: tuple[str, ...]
    ingredients: tuple[Ingredient, ...]


def classify(
    store: Store | None,
    settings: ClassifySettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Say of each narrative whether a knife was used or threatened, and on which words."""
    found = _labelled(settings.source, progress)
    table = Table(
        {
            "row": np.arange(1, len(found.file) + 1),
            "label": found.labels,
            "score": np.array([round(one.score, 3) for one in found.verdicts]),
            "evidence": _evidence(found),
        },
        "Narratives by label",
    )
    counts = ", ".join(f"{int((found.labels == one).sum()):,} {one}" for one in LABELS)
    record = record_of(
        "offences classify", settings, (found.ingredient,), method=_method(found.words),
        seed=None, now=now,
    )  # fmt: skip
    return Outcome(table, replace(record, notes=found.notes), chosen=(counts,))


def evaluate_narratives(
    store: Store | None,
    settings: EvaluateNarrativesSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Hold labels against what people coded: precision, recall, F1, kappa, share to review."""
    found = _labelled(settings.source, progress)
    coded = _coded(found, settings)
    rng = generator(settings.seed)
    labels = {"rules": found.labels[coded.rows]}
    if settings.model != "rules":
        progress(0.4, "Fitting the linear model")
        texts = [found.texts[i] for i in np.flatnonzero(coded.rows)]
        labels["linear"] = offences.linear_labels(texts, coded.knife, rng=rng)
    if settings.model == "linear":
        del labels["rules"]
    rows = [row for name, said in labels.items() for row in _measures(name, said, coded.knife)]
    notes = [*found.notes, *coded.notes]
    if settings.model == "both":
        row, verdict = _challenge(labels, coded, rng)
        rows.append(row)
        notes.append(verdict)
    if coded.kappa is not None:
        k = coded.kappa
        rows.append(("coders", "kappa", k.kappa, k.interval, k.n))
        rows.append(("coders", "agreement", k.agreement, wilson(k.agreement * k.n, k.n), k.n))
    record = record_of(
        "offences evaluate", settings, (found.ingredient, *coded.ingredients),
        method=_method(found.words), seed=settings.seed, now=now,
    )  # fmt: skip
    tables = [("confusion", _confusion(labels, coded.knife))]
    if coded.kappa is not None:
        tables.append(("coders", coded.pairs))
    return Outcome(
        _measure_table(rows), replace(record, notes=tuple(notes)), tables=tuple(tables)
    )


def review(
    store: Store | None,
    settings: ReviewSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """List the rows that people should read, with empty columns for two coders."""
    found = _labelled(settings.source, progress)
    n = len(found.file)
    if not 0 <= settings.sample <= n:
        raise ParameterError(f"sample is {settings.sample}: the file has {n:,} rows")
    drawn = np.zeros(n, dtype=bool)
    drawn[generator(settings.seed).choice(n, settings.sample, replace=False)] = True
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
        "offences review", settings, (found.ingredient,), method=_method(found.words),
        seed=settings.seed, now=now,
    )  # fmt: skip
    return Outcome(table, replace(record, notes=notes))


def _labelled(source: NarrativeFiles, progress: Progress) -> Labelled:
    """The file's rows with the rules' verdicts."""
    if not source.narratives or not source.text:
        raise ParameterError("give a CSV of narratives, and its column of text with --text")
    file = sources.read_narratives(source.narratives)
    words = sources.read_knife_words(source.words or None)
    texts = file.column(source.text)
    definition = sources.find_knife_definition(sources.read_knife_definitions(), DEFINITION)
    notes = [f"definition {definition.name}; dictionary {words.version}"]
    counted = None
    if source.offence:
        covered, n_unknown = _covered(file.column(source.offence), definition.codes)
        counted = covered
        if n_unknown:
            notes.append(f"{n_unknown:,} rows have no known Home Office class: text alone")
    progress(0.1, "Reading")
    verdicts = offences.classify_narratives(texts, words, in_collection=counted)
    return Labelled(file, texts, words, verdicts, tuple(notes))


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


def _coded(found: Labelled, settings: EvaluateNarrativesSettings) -> Coded:
    """Codes from columns of the file, or from a file of codes by row."""
    n = len(found.file)
    if bool(settings.label) == bool(settings.codes):
        raise ParameterError("give the column of codes with --label, or a file with --codes")
    drawn = np.ones(n, dtype=bool)
    ingredients: tuple[Ingredient, ...] = ()
    first: list[bool | None]
    second: list[bool | None] = [None] * n
    if settings.label:
        first = sources.coded_knife(found.file, settings.label)
        if settings.second:
            second = sources.coded_knife(found.file, settings.second)
    else:
        file = sources.read_narratives(settings.codes)
        ingredients = (Ingredient(file.name, file.sha256, len(file), 0, "file"),)
        first, second, drawn = _by_row(file, n)
    decided = np.array([one is not None for one in first])
    rows = drawn & decided
    both = decided & np.array([one is not None for one in second])
    notes = []
    if (undecided := int((drawn & ~decided).sum())) and not settings.codes:
        notes.append(f"{undecided:,} rows have no code and are left out")
    if not rows.any():
        raise DataError(
            "no coded record to judge by: code a random sample (offences review --sample 400)"
        )
    double = int((both & drawn).sum())
    if double < ENOUGH:
        notes.append(
            f"{double:,} double-coded records: a figure fit to quote needs {ENOUGH} or more, "
            "drawn at random"
        )
    knife = np.array([bool(one) for one in first])
    table, kappa = _coders(knife[both], np.array([bool(one) for one in second])[both])
    return Coded(rows, knife[rows], table, kappa, tuple(notes), ingredients)


def _by_row(file: NarrativeFile, n: int) -> tuple[list[bool | None], list[bool | None], Bools]:
    """Codes of a file written by ``review``, put back to their rows."""
    first: list[bool | None] = [None] * n
    second: list[bool | None] = [None] * n
    drawn = np.zeros(n, dtype=bool)
    by_first = sources.coded_knife(file, "first")
    by_second = sources.coded_knife(file, "second")
    for number, (row, why) in enumerate(
        zip(file.column("row"), file.column("why"), strict=True), start=1
    ):
        if not (row.isascii() and row.isdigit() and 1 <= int(row) <= n):
            raise DataError(f"{file.name}: row {number:,} names no row of the narratives")
        at = int(row) - 1
        first[at], second[at] = by_first[number - 1], by_second[number - 1]
        drawn[at] = why == "sample"
    return first, second, drawn


def _coders(first: Bools, second: Bools) -> tuple[Table, Kappa | None]:
    counts = np.array(
        [[int(((first == a) & (second == b)).sum()) for b in (1, 0)] for a in (True, False)]
    )
    columns = {
        "first_coder": np.array(["knife", "not"]),
        "second_knife": counts[:, 0],
        "second_not": counts[:, 1],
    }
    return Table(columns, "Two coders"), cohen_kappa(counts) if len(first) else None


Row = tuple[str, str, float, Interval, int]


def _measures(name: str, labels: Texts, knife: Bools) -> list[Row]:
    """What is told of one model: knife called outright, and with people deciding on review."""
    called, sent = labels == KnifeLabel.KNIFE.value, labels == KnifeLabel.REVIEW.value
    hits, wrong = int((called & knife).sum()), int((called & ~knife).sum())
    missed = int((~called & knife).sum())
    alone = retrieval(hits, wrong, missed)
    rescued = int((sent & knife).sum())
    helped = retrieval(hits + rescued, wrong, missed - rescued)
    n, n_knife = len(knife), int(knife.sum())
    return [
        (name, "precision", alone.precision, alone.precision_interval, hits + wrong),
        (name, "recall", alone.recall, alone.recall_interval, n_knife),
        (name, "f1", alone.f1, alone.f1_interval, hits + wrong + missed),
        (name, "precision, review read rightly", helped.precision,
         helped.precision_interval, hits + rescued + wrong),
        (name, "recall, review read rightly", helped.recall, helped.recall_interval,
         n_knife),
        (name, "f1, review read rightly", helped.f1, helped.f1_interval,
         hits + wrong + missed),
        (name, "share to review", float(sent.mean()), wilson(int(sent.sum()), n), n),
    ]  # fmt: skip


def _challenge(
    labels: dict[str, Texts], coded: Coded, rng: np.random.Generator
) -> tuple[Row, str]:
    """The challenger's F1 less the champion's on the same records, and what follows."""
    n = len(coded.knife)
    draws = rng.multinomial(n, np.full(n, 1 / n), size=DRAWS).astype(np.float64)

    def f1(name: str, weights: Floats) -> Floats:
        called = labels[name] == KnifeLabel.KNIFE.value
        either = weights @ (called | coded.knife).astype(float)
        hits = weights @ (called & coded.knife).astype(float)
        return np.asarray(f1_of(hits / np.maximum(either, 1)))

    ones = np.ones((1, n))
    value = float((f1("linear", ones) - f1("rules", ones))[0])
    low, high = bootstrap_limits(f1("linear", draws) - f1("rules", draws), n)
    interval = Interval(float(low), float(high), f"paired bootstrap, {DRAWS:,} draws")
    wins = interval.low > 0 and n >= ENOUGH
    return (
        ("linear less rules", "f1 difference", value, interval, n),
        "the linear model beats the rules on this sample"
        if wins
        else "the rules stay: the linear model replaces them only when the interval of the "
        f"difference lies above zero on {ENOUGH} records or more",
    )


def _measure_table(rows: list[Row]) -> Table:
    return Table(
        {
            "model": np.array([row[0] for row in rows]),
            "measure": np.array([row[1] for row in rows]),
            "value": np.array([row[2] for row in rows]),
            "low": np.array([row[3].low for row in rows]),
            "high": np.array([row[3].high for row in rows]),
            "n": np.array([row[4] for row in rows]),
            "method": np.array([row[3].method for row in rows]),
        },
        "How good the labels are",
    )


def _confusion(labels: dict[str, Texts], knife: Bools) -> Table:
    """Records by what people said and what each model said."""
    rows = [
        (
            name,
            said,
            *(int(((labels[name] == one) & (knife == truth)).sum()) for one in LABELS),
        )
        for name in labels
        for said, truth in (("knife", True), ("not", False))
    ]
    names = ("model", "coded", *(f"called_{one}" for one in LABELS))
    return Table(
        {name: np.array([row[at] for row in rows]) for at, name in enumerate(names)},
        "Coded against called",
    )


def _evidence(found: Labelled) -> Texts:
    return np.array(
        [
            offences.evidence_words(text, one)
            for text, one in zip(found.texts, found.verdicts, strict=True)
        ],
        dtype=np.str_,
    )


def _method(words: KnifeWords) -> str:
    return f"classify_narrative({words!r}), knife-enabled {DEFINITION}"
