"""Reading narratives one at a time: audited or not shown, coded, compared, resolved."""

import csv
import errno
import io
import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from command_line import peelian
from narrative_files import HIDDEN, bytes_of, narratives_csv, to_review
from peelian.offences import Code, CodeLabel, CodeMode
from peelian.store import open_store
from peelian.terms import (
    DataError,
    NotAllowedNow,
    NotFound,
    ParameterError,
    PlatformError,
    StoreError,
)
from peelian.workflows import run
from peelian.workflows.narratives.codes import CODES, READS
from peelian.workflows.narratives.review import (
    coding_of,
    compare_codes,
    next_row,
    open_review,
    pieces_of,
    progress_table,
    rows_of,
    save_code,
    show_narrative,
    turn_of,
)
from peelian.workflows.settings import EvaluateNarrativesSettings, NarrativeFiles

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
BLIND, OPEN, THIRD = CodeMode
LABELS = tuple(CodeLabel)


@pytest.fixture
def file(tmp_path):
    return narratives_csv(tmp_path / "crimes.csv")


@pytest.fixture
def store(tmp_path):
    return open_store(tmp_path / "store", create=True)


@pytest.fixture
def opened(file):
    return open_review(to_review(file))


class Desk:
    """Somebody at the workbench: each display and each answer has a token of its own."""

    def __init__(self, store, opened):
        self.store, self.opened, self.n = store, opened, 0

    def token(self):
        self.n += 1
        return f"{self.n:032x}"

    def show(self, row, coder, mode=BLIND):
        turn = turn_of(self.opened, coding_of(self.store, self.opened), row, mode, coder)
        return show_narrative(self.store, self.opened, turn, token=self.token(), now=NOW)

    def say(self, row, coder, label, mode=BLIND, reason=""):
        code = Code(row, coder, CodeLabel(label), mode, reason)
        sha = self.opened.sha256
        save_code(self.store, self.opened, code, file=sha, token=self.token(), now=NOW)

    def both(self, a, b):
        for row, one, other in zip(self.opened.sample, a, b, strict=False):
            self.say(row, "A", one)
            self.say(row, "B", other)

    @property
    def coding(self):
        return coding_of(self.store, self.opened)


@pytest.fixture
def desk(store, opened):
    return Desk(store, opened)


def test_the_sample_is_drawn_by_its_seed_and_a_larger_one_holds_it(file):
    few, more = open_review(to_review(file, 5)), open_review(to_review(file, 20))
    assert more.sample[:5] == few.sample
    assert list(more.sample) != sorted(more.sample)
    assert not set(more.sample) & set(more.uncertain)
    assert set(few.uncertain) <= set(more.uncertain) | set(more.sample)
    listed = command("review", file, "--text", "mo", "--offence", "class", "--sample", 5,
                     "--format", "csv")  # fmt: skip
    why = {int(r["row"]): r["why"] for r in csv.DictReader(io.StringIO(listed.out))}
    assert {row for row, one in why.items() if one == "sample"} == set(few.sample)
    assert {row for row, one in why.items() if one == "uncertain"} == set(few.uncertain)


def test_nothing_held_or_handed_back_shows_its_text(desk):
    assert HIDDEN not in repr(desk.opened)
    shown = desk.show(desk.opened.sample[0], "A")
    assert HIDDEN in shown.text
    assert HIDDEN not in repr(shown)


def test_a_row_coded_blind_comes_with_its_text_and_no_more(desk):
    row = desk.opened.sample[0]
    desk.say(row, "B", "knife")
    shown = desk.show(row, "A")
    assert (shown.verdict, shown.mentions, shown.codes, shown.own) == (None, (), (), None)
    desk.say(row, "A", "not", reason="toy")
    assert desk.show(row, "A").own == Code(row, "A", CodeLabel.NOT, BLIND, "toy")


def test_an_uncertain_row_comes_with_what_the_rules_made_of_it(desk):
    shown = desk.show(desk.opened.uncertain[0], "A", OPEN)
    assert shown.verdict.label == "review"
    assert sum(one.decides for one in shown.mentions) == 1
    marked = [piece for piece, mark in pieces_of(shown.text, shown.mentions) if mark]
    assert marked
    assert "".join(piece for piece, _ in pieces_of(shown.text, shown.mentions)) == shown.text


def test_every_display_is_written_down_with_row_coder_and_purpose(desk):
    row = desk.opened.sample[0]
    desk.show(row, "A")
    desk.show(row, "A")
    (first, second) = desk.store.entries(READS)
    assert first.content == second.content == {
        "file": desk.opened.sha256, "row": row, "coder": "A", "purpose": "double coding",
    }  # fmt: skip
    assert first.at == NOW


def test_a_display_that_cannot_be_written_down_is_not_shown(desk, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="disk is full"):
            desk.show(desk.opened.sample[0], "A")
    assert desk.store.entries(READS) == ()
    (desk.store.path / "journal").mkdir(exist_ok=True)
    (desk.store.path / "journal" / READS).write_text("in the way")
    with pytest.raises(StoreError):
        desk.show(desk.opened.sample[0], "A")


def test_a_token_used_again_shows_nothing(desk):
    row = desk.opened.sample[0]
    desk.show(row, "A")
    desk.n = 0
    with pytest.raises(StoreError, match="could not be written down"):
        desk.show(row, "A")


def test_a_file_that_changed_is_refused_without_an_entry(desk, file):
    file.write_text(file.read_text() + "8N,one more\n")
    with pytest.raises(DataError, match="has changed since"):
        desk.show(desk.opened.sample[0], "A")
    assert desk.store.entries(READS) == ()
    file.unlink()
    with pytest.raises(ParameterError, match="cannot be read"):
        desk.show(desk.opened.sample[0], "A")


def test_a_form_of_another_file_is_refused(desk):
    code = Code(desk.opened.sample[0], "A", CodeLabel.KNIFE, BLIND)
    with pytest.raises(NotAllowedNow, match="another file"):
        save_code(desk.store, desk.opened, code, file="0" * 64, token=f"{1:032x}", now=NOW)


def test_rows_come_in_the_order_drawn_until_all_are_coded(desk):
    seen = []
    while (row := next_row(desk.opened, desk.coding, BLIND, "A")) is not None:
        seen.append(row)
        desk.say(row, "A", "not")
    assert tuple(seen) == desk.opened.sample
    assert next_row(desk.opened, desk.coding, BLIND, "B") == seen[0]
    turn = turn_of(desk.opened, desk.coding, seen[4], BLIND, "A")
    assert (turn.place, turn.of, turn.before, turn.after) == (5, 12, seen[3], seen[5])


def test_a_row_outside_the_reading_is_not_found(desk):
    other = next(r for r in range(1, 61) if r not in desk.opened.sample)
    for row in (0, other, 61, 10**9):
        with pytest.raises(NotFound):
            desk.show(row, "A")
    with pytest.raises(NotFound):
        desk.show(desk.opened.sample[0], "A", OPEN)
    assert desk.store.entries(READS) == ()


def test_a_correction_is_a_new_entry_and_the_last_counts(desk):
    row = desk.opened.sample[0]
    desk.say(row, "A", "knife")
    desk.say(row, "A", "not")
    assert [e.content["label"] for e in desk.store.entries(CODES)] == ["knife", "not"]
    content = desk.store.entries(CODES)[1].content
    assert content["dictionary"] == "rules-1"
    assert content["definition"] == "flag-2012"
    assert desk.show(row, "A").own.label == "not"


def test_a_form_sent_twice_is_one_code(desk):
    code = Code(desk.opened.sample[0], "A", CodeLabel.KNIFE, BLIND)
    for _ in range(2):
        save_code(
            desk.store, desk.opened, code, file=desk.opened.sha256, token=f"{1:032x}", now=NOW
        )
    assert len(desk.store.entries(CODES)) == 1


def test_a_third_coder_cannot_code_blind(desk):
    desk.both(["knife"], ["not"])
    with pytest.raises(NotAllowedNow, match="A and B code this file already"):
        desk.show(desk.opened.sample[0], "C")


def test_codes_can_be_corrected_until_they_are_compared(desk):
    desk.both(["knife", "not"], ["not", "not"])
    first = desk.opened.sample[0]
    desk.say(first, "B", "cannot say")
    assert rows_of(desk.opened, desk.coding, THIRD) == ()
    assert compare_codes(desk.store, desk.opened, now=NOW) == 2
    for act in (desk.show, lambda row, who: desk.say(row, who, "not")):
        with pytest.raises(NotAllowedNow, match="were compared"):
            act(first, "A")
    assert rows_of(desk.opened, desk.coding, THIRD) == (first,)
    left = desk.opened.sample[2:]
    assert next_row(desk.opened, desk.coding, BLIND, "A") == left[0]
    turn = turn_of(desk.opened, desk.coding, left[0], BLIND, "A")
    assert (turn.place, turn.of, turn.before) == (1, 10, None)
    with pytest.raises(NotAllowedNow, match="none to compare"):
        compare_codes(desk.store, desk.opened, now=NOW)


def test_a_third_reads_where_two_differ_with_both_codes_in_sight(desk):
    desk.both(["knife", "not"], ["not", "not"])
    compare_codes(desk.store, desk.opened, now=NOW)
    first, second = desk.opened.sample[:2]
    with pytest.raises(NotAllowedNow, match="one of the two"):
        desk.show(first, "A", THIRD)
    with pytest.raises(NotFound):
        desk.show(second, "C", THIRD)
    shown = desk.show(first, "C", THIRD)
    assert [(c.coder, c.label.value) for c in shown.codes] == [("A", "knife"), ("B", "not")]
    assert shown.verdict is not None
    desk.say(first, "C", "knife", THIRD)
    assert next_row(desk.opened, desk.coding, THIRD, "C") is None
    assert [e.content["purpose"] for e in desk.store.entries(READS)] == ["third reading"]


def test_progress_counts_by_reading(desk):
    none = progress_table(desk.opened, desk.coding).columns
    assert none["reading"].tolist() == [
        "double coding",
        "review of uncertain rows",
        "third reading",
    ]
    desk.both(["knife", "not"], ["not"])
    desk.say(desk.opened.uncertain[0], "B", "not", OPEN)
    table = progress_table(desk.opened, desk.coding).columns
    assert table["done"].tolist() == [1, 1, 1, 0]
    assert table["of"].tolist() == [12, 12, len(desk.opened.uncertain), 0]


def command(*words):
    return peelian("offences", *words)


def evaluated(desk, *words):
    path = desk.opened.settings.source.narratives
    return command("evaluate", path, "--text", "mo", "--coded-in-store", "--store",
                   desk.store.path, *words)  # fmt: skip


def test_evaluate_reads_compared_codes_from_the_store(desk):
    said = ["knife", "not", "cannot say"] * 4
    other = ["knife", "not", "cannot say", "knife", "knife", "cannot say"] * 2
    desk.both(said, other)
    early = evaluated(desk)
    assert early.code == DataError.exit_code
    assert "then compare" in early.err
    compare_codes(desk.store, desk.opened, now=NOW)
    ended = evaluated(desk, "--format", "json")
    rows = {(r["model"], r["measure"]): r for r in json.loads(ended.out)}
    assert rows["coders", "agreement"]["value"] == pytest.approx(10 / 12)
    # kappa by hand: agreement 10/12; of A 4, 4, 4 and of B 6, 2, 4 said each: chance 48/144
    assert rows["coders", "kappa"]["value"] == pytest.approx((10 / 12 - 1 / 3) / (2 / 3))
    assert rows["rules", "share to review"]["n"] == 6  # 4 knife, 2 not; 2 wait; 4 unsure
    assert "12 double-coded records" in ended.err
    assert "2 rows on which the coders differ wait" in ended.err
    assert "4 rows cannot be told" in ended.err
    desk.say(desk.opened.sample[4], "C", "not", THIRD)
    rows = {(r["model"], r["measure"]): r for r in
            json.loads(evaluated(desk, "--format", "json").out)}  # fmt: skip
    assert rows["rules", "share to review"]["n"] == 7
    ended = evaluated(desk)
    assert HIDDEN not in ended.out + ended.err


def test_kappa_stands_alone_where_nothing_is_decided(desk):
    desk.both(["knife", "not"], ["not", "cannot say"])
    compare_codes(desk.store, desk.opened, now=NOW)
    settings = EvaluateNarrativesSettings(desk.opened.settings.source, coded_in_store=True)
    outcome = run("offences evaluate", desk.store, settings, now=NOW)
    assert outcome.table.columns["measure"].tolist() == ["kappa", "agreement"]
    assert dict(outcome.tables)["differences"].columns["row"].tolist() == sorted(
        desk.opened.sample[:2]
    )


def test_a_record_of_stored_codes_is_made_again_though_codes_came_since(desk, tmp_path):
    desk.both(["knife", "not", "not"], ["knife", "not", "knife"])
    compare_codes(desk.store, desk.opened, now=NOW)
    out = tmp_path / "scores.json"
    assert evaluated(desk, "-o", out).code == 0
    later = datetime.now(UTC) + timedelta(seconds=5)
    code = Code(desk.opened.sample[2], "C", CodeLabel.NOT, THIRD)
    save_code(
        desk.store, desk.opened, code, file=desk.opened.sha256, token=f"{9:032x}", now=later
    )
    again = peelian("reproduce", out, "--store", desk.store.path)
    assert again.code == 0, again.err
    assert "every byte the same" in again.out


@pytest.mark.parametrize("more", [("--label", "class"), ("--codes", "x.csv")])
def test_one_place_of_codes_is_given(desk, more):
    ended = evaluated(desk, *more)
    assert ended.code == ParameterError.exit_code
    assert "give one of" in ended.err


def test_classify_takes_what_people_decided_where_they_did(desk):
    path = desk.opened.settings.source.narratives
    first, second = desk.opened.uncertain[:2]
    none = command("classify", path, "--text", "mo", "--coded-in-store", "--store",
                   desk.store.path)  # fmt: skip
    assert none.code == DataError.exit_code
    assert "no decision about a row" in none.err
    desk.both(["knife", "not"], ["knife", "knife"])
    desk.say(first, "A", "not", OPEN)
    desk.say(first, "B", "knife", OPEN)  # the last counts
    desk.say(second, "A", "cannot say", OPEN)

    def labels(*words):
        ended = command("classify", path, "--text", "mo", "--offence", "class", "--store",
                        desk.store.path, "--format", "csv", *words)  # fmt: skip
        return {
            int(r["row"]): r["label"] for r in csv.DictReader(io.StringIO(ended.out))
        }, ended

    rules, _ = labels()
    mixed, _ = labels("--coded-in-store")
    assert {row for row in rules if rules[row] != mixed[row]} == {first}
    assert (rules[first], mixed[first], mixed[second]) == ("review", "knife", "review")
    compare_codes(desk.store, desk.opened, now=NOW)
    agreed, differ = desk.opened.sample[:2]
    mixed, ended = labels("--coded-in-store")
    assert mixed[agreed] == "knife"
    assert mixed[differ] == rules[differ]
    assert "people decided 2 rows, 1 that the rules left to them" in ended.err
    desk.say(differ, "C", "not", THIRD)
    assert labels("--coded-in-store")[0][differ] == "not"


def test_codes_and_reads_are_handed_over_as_csv(desk):
    row = desk.opened.sample[0]
    desk.show(row, "A")
    desk.say(row, "A", "knife", reason="tool")
    desk.say(row, "A", "not")
    desk.say(row, "B", "not")
    for coder in "AB":
        desk.say(desk.opened.uncertain[0], coder, "not", OPEN)
    codes = command("codes", "--store", desk.store.path, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(codes.out)))[:2]
    assert list(rows[0]) == ["row", "coder", "label", "reason", "mode", "dictionary",
                             "definition", "at", "file", "stands"]  # fmt: skip
    assert [(r["label"], r["reason"], r["stands"]) for r in rows] == [
        ("knife", "tool", "corrected"), ("not", "", "yes"),
    ]  # fmt: skip
    more = list(csv.DictReader(io.StringIO(codes.out)))[2:]
    assert [(r["coder"], r["mode"], r["stands"]) for r in more] == [
        ("B", "blind", "yes"), ("A", "open", "corrected"), ("B", "open", "yes"),
    ]  # fmt: skip
    reads = command("reads", "--store", desk.store.path, "--format", "csv")
    (read,) = csv.DictReader(io.StringIO(reads.out))
    assert (read["row"], read["coder"], read["purpose"]) == (str(row), "A", "double coding")
    assert read["at"] == "2026-11-22T09:30:00+00:00"
    none = command("codes", "--store", desk.store.path, "--format", "csv", "--file-hash", "f")
    assert none.out.count("\n") == (6 if desk.opened.sha256.startswith("f") else 1)


def test_no_text_gets_into_the_store(desk):
    desk.both(["knife", "not"], ["not", "not"])
    for row in desk.opened.sample[2:6]:
        desk.show(row, "A")
    for row in desk.opened.uncertain[:3]:
        desk.show(row, "A", OPEN)
    compare_codes(desk.store, desk.opened, now=NOW)
    desk.show(desk.opened.sample[0], "C", THIRD)
    held = bytes_of(desk.store.path)
    assert b"third reading" in held
    for word in (HIDDEN.encode(), HIDDEN.lower().encode(), b"stab", b"machete"):
        assert word not in held


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no header"),
        (b"mo\n", "no rows"),
        (b"class,text\n8N,Xylophonia\n", 'no column "mo"'),
        (b"mo\nXylophonia\0\n", "NUL"),
        (b"mo\n\xff\xfeXylophonia\n", "not UTF-8"),
        (b"mo,mo\nXylophonia,a\n", "distinct column names"),
        (b"mo\nXylophonia,a\n", "row 1 has 2 fields"),
        (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3 Xylophonia", "not UTF-8"),
        (b"mo\n" + b"Xylophonia " * 999 + b"\n", "too long"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_when_it_is_opened(tmp_path, monkeypatch, content, said):
    monkeypatch.setattr("peelian.sources.narrative_files.MAX_FIELD", 10_000)
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(PlatformError, match=said) as caught:
        open_review(to_review(path, 0))
    assert HIDDEN not in str(caught.value)


def test_more_than_the_file_cannot_be_sampled(file):
    with pytest.raises(ParameterError, match="the file has 60 rows"):
        open_review(to_review(file, 61))
    with pytest.raises(ParameterError, match="with --text"):
        open_review(to_review(file).__class__(NarrativeFiles(str(file))))
