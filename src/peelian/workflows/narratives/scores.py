"""How good labels of narratives are: held against what people coded, alone and together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peelian import offences, sources
from peelian.offences import CodeLabel, KnifeLabel
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
from peelian.workflows.narratives.classify import (
    LABELS,
    label_rows,
    method_of,
    open_narratives,
)
from peelian.workflows.narratives.codes import code_ingredients, compared_rows
from peelian.workflows.outcome import Outcome, Progress, silent
from peelian.workflows.settings import EvaluateNarrativesSettings, generator

ENOUGH = 400  # double-coded records, below which no figure should be quoted
DRAWS = 2_000
TOGETHER = ("knife", "not")  # labels of codes in a file, where nothing is said of the unsure


@dataclass(frozen=True, eq=False)
class Coded:
    """What people said: which rows count, whether knife, and how well two coders agree."""

    rows: Bools
    knife: Bools
    tables: tuple[tuple[str, Table], ...]
    kappa: Kappa | None
    notes: tuple[str, ...]
    ingredients: tuple[Ingredient, ...]


def evaluate_narratives(
    store: Store | None,
    settings: EvaluateNarrativesSettings,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Outcome:
    """Hold labels against what people coded: precision, recall, F1, kappa, share to review."""
    file = open_narratives(settings.source)
    coded = _coded(file, settings, store, now)
    found = label_rows(settings.source, file, np.flatnonzero(coded.rows), progress)
    rng = generator(settings.seed)
    labels = {"rules": found.labels}
    if settings.model != "rules":
        progress(0.4, "Fitting the linear model")
        labels["linear"] = offences.linear_labels(found.texts, coded.knife, rng=rng)
    if settings.model == "linear" or not coded.rows.any():
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
        method=method_of(found.words), seed=settings.seed, now=now,
    )  # fmt: skip
    tables = [("confusion", _confusion(labels, coded.knife))] if labels else []
    return Outcome(
        _measure_table(rows),
        replace(record, notes=tuple(notes)),
        tables=(*tables, *coded.tables),
    )


def _coded(
    file: NarrativeFile,
    settings: EvaluateNarrativesSettings,
    store: Store | None,
    now: datetime,
) -> Coded:
    """Codes from the store, from columns of the file, or from a file of codes by row."""
    n = len(file)
    if [settings.coded_in_store, bool(settings.label), bool(settings.codes)].count(True) != 1:
        raise ParameterError(
            "give one of: the column of codes with --label, a file with --codes, or "
            "--coded-in-store"
        )
    if settings.coded_in_store:
        return _coded_in_store(file, store, now)
    drawn = np.ones(n, dtype=bool)
    ingredients: tuple[Ingredient, ...] = ()
    first: list[bool | None]
    second: list[bool | None] = [None] * n
    if settings.label:
        first = sources.coded_knife(file, settings.label)
        if settings.second:
            second = sources.coded_knife(file, settings.second)
    else:
        codes = sources.read_narratives(settings.codes)
        ingredients = (Ingredient(codes.name, codes.sha256, len(codes), 0, "file"),)
        first, second, drawn = _by_row(codes, n)
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
    notes += _too_few(int((both & drawn).sum()))
    knife = np.array([bool(one) for one in first])
    words = [["not", "knife"][bool(one)] for one in (*first, *second)]
    pairs = [(words[i], words[n + i]) for i in np.flatnonzero(both)]
    table, kappa = _coders(pairs, TOGETHER)
    tables = (("coders", table),) if pairs else ()
    return Coded(rows, knife[rows], tables, kappa, tuple(notes), ingredients)


def _coded_in_store(file: NarrativeFile, store: Store | None, now: datetime) -> Coded:
    """Codes given in the workbench, blind, compared, and read again where two differ."""
    if store is None:
        raise ParameterError("say with --store which store holds the codes")
    found = [one for one in compared_rows(store, file.sha256, now) if one.row <= len(file)]
    if not found:
        raise DataError(
            f"{file.name}: the store holds no compared codes of it: two people code its "
            "sample in the workbench (peelian serve --narratives), then compare"
        )
    label = np.full(len(file), "", dtype="<U10")
    label[[one.row - 1 for one in found]] = [one.label or "" for one in found]
    rows = np.isin(label, TOGETHER)
    waiting = sum(one.label is None for one in found)
    unsure = sum(one.label == CodeLabel.UNSURE for one in found)
    notes = _too_few(len(found))
    if waiting:
        notes.append(
            f"{waiting:,} rows on which the coders differ wait for a third reading and are "
            "left out; they are the hard ones, so the figures flatter"
        )
    if unsure:
        notes.append(
            f"{unsure:,} rows cannot be told and are left out of precision and recall"
        )
    table, kappa = _coders([(o.first, o.second) for o in found], tuple(CodeLabel))
    differ = [one for one in found if one.differs]
    rows_that_differ = Table(
        {
            "row": np.array([one.row for one in differ], dtype=np.int64),
            "first": np.array([one.first for one in differ], dtype=np.str_),
            "second": np.array([one.second for one in differ], dtype=np.str_),
            "third": np.array([one.third or "" for one in differ], dtype=np.str_),
        },
        "Rows on which the coders differ",
    )
    return Coded(
        rows, label[rows] == "knife", (("coders", table), ("differences", rows_that_differ)),
        kappa, tuple(notes), code_ingredients(store, len(found), now=now),
    )  # fmt: skip


def _too_few(n: int) -> list[str]:
    """The warning beside figures of fewer double-coded records than a quoted one needs."""
    if n >= ENOUGH:
        return []
    return [
        f"{n:,} double-coded records: a figure fit to quote needs {ENOUGH} or more, "
        "drawn at random"
    ]


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


def _coders(
    pairs: Sequence[tuple[str, str]], labels: tuple[str, ...]
) -> tuple[Table, Kappa | None]:
    """Records by what two coders said, and their kappa."""
    counts = np.array([[pairs.count((a, b)) for b in labels] for a in labels], dtype=np.int64)
    columns: dict[str, NDArray[Any]] = {"first_coder": np.array(labels, dtype=np.str_)}
    for at, label in enumerate(labels):
        columns[f"second_{label.replace(' ', '_')}"] = counts[:, at]
    return Table(columns, "Two coders"), cohen_kappa(counts) if pairs else None


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
