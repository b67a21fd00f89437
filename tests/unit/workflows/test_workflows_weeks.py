"""Weeks of action: written down whole or not at all, corrected with history, told in two."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest

from command_line import peelian
from peelian.sources import read_return_layout
from peelian.store import open_store
from peelian.terms import (
    DataError,
    NotAllowedNow,
    NotFound,
    ParameterError,
    SchemaError,
    Table,
)
from peelian.workflows import reproduce, run, write
from peelian.workflows.settings import CloseSettings, ReturnSettings, SheetSettings
from peelian.workflows.weeks.entries import (
    Offered,
    record_entry,
    record_file,
    record_rows,
    withdraw_entry,
)
from peelian.workflows.weeks.operations import (
    change_operation,
    create_operation,
    find_operation,
    standing_entries,
    texts_of,
    written,
)

NOW = datetime(2025, 12, 8, 9, 0, tzinfo=UTC)
WEEK = {
    "name": "Op Sceptre",
    "kind": "sceptre",
    "first_day": "2025-12-01",
    "last_day": "2025-12-07",
    "area": "Essex",
    "targets": "sweeps=22",
}
SWEEP = Offered({"areas": "4", "place": "Basildon"}, "sweeps", "2025-12-01", id="op:a")


@pytest.fixture
def store(tmp_path):
    return open_store(tmp_path / "store", create=True)


@pytest.fixture
def week(store):
    return create_operation(store, WEEK, now=NOW)


def essex(store):
    from peelian.sources import read_operation_file

    made = create_operation(store, read_operation_file("essex-sceptre-2025"), now=NOW)
    record_file(store, made, "essex-sceptre-2025", now=NOW)
    return made


def columns(table: Table):
    return list(zip(*(c.tolist() for c in table.columns.values()), strict=True))


# ---- operations


def test_an_operation_is_held_and_the_same_again_adds_nothing(store, week):
    assert create_operation(store, WEEK, now=NOW) == week
    assert find_operation(store, "") == (week, 0)
    assert len(store.entries("operation")) == 1
    with pytest.raises(ParameterError, match="held already and differs"):
        create_operation(store, {**WEEK, "area": "Kent"}, now=NOW)


def test_what_is_missing_is_all_said_at_once(store):
    with pytest.raises(ParameterError) as raised:
        create_operation(store, {}, now=NOW)
    for said in ("name: Give", "kind: Choose", "first day: Give", "area: Give"):
        assert said in str(raised.value)
    assert not store.entries("operation")


def test_an_operation_is_changed_with_its_history_kept(store, week):
    changed = change_operation(store, week, 0, {**texts_of(week), "area": "Kent"}, now=NOW)
    assert find_operation(store, week.id) == (changed, 1)
    assert len(store.entries("operation")) == 2
    with pytest.raises(NotAllowedNow, match="meanwhile"):
        change_operation(store, week, 0, {**texts_of(week), "area": "Suffolk"}, now=NOW)


def test_a_change_does_not_leave_entries_outside(store, week):
    record_entry(store, week, SWEEP, now=NOW)
    with pytest.raises(ParameterError, match="an entry of 2025-12-01 is held"):
        change_operation(store, week, 0, {**WEEK, "first_day": "2025-12-02"}, now=NOW)
    with pytest.raises(ParameterError, match="entries of Weapon sweeps are held"):
        change_operation(
            store, week, 0, {**WEEK, "strands": "schools", "targets": ""}, now=NOW
        )


def test_no_operation_is_not_found(store, week):
    with pytest.raises(NotFound, match="op-sceptre-2025-12-01"):
        find_operation(store, "op-calibre")


# ---- entries


def test_a_form_sent_twice_is_one_entry(store, week):
    for _ in range(2):
        entry, problems = record_entry(store, week, SWEEP, now=NOW)
        assert entry and not problems
    assert len(store.entries("activity")) == 1
    other = replace(SWEEP, texts={"areas": "5"})
    with pytest.raises(NotAllowedNow, match="saved already, with other answers"):
        record_entry(store, week, other, now=NOW)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"day": "2025-11-30"}, "not a day of the operation"),
        ({"day": ""}, "Choose the day"),
        ({"day": "Monday"}, "YYYY-MM-DD"),
        ({"strand": "dancing"}, "no strand 'dancing'"),
        ({"partner": "Mr Smith"}, "not in the list"),
        ({"texts": {}}, "Give a number"),
    ],
)
def test_bad_input_is_said_and_nothing_is_saved(store, week, change, said):
    entry, problems = record_entry(store, week, replace(SWEEP, **change), now=NOW)
    assert entry is None
    assert any(said in text for text in problems.values())
    assert not store.entries("activity")


def test_what_is_still_to_come_is_not_recorded(store, week):
    early = datetime(2025, 12, 2, 9, 0, tzinfo=UTC)
    late = replace(SWEEP, day="2025-12-03")
    assert "still to come" in record_entry(store, week, late, now=early)[1]["day"]


def test_a_correction_names_what_it_replaces_and_history_is_kept(store, week):
    record_entry(store, week, SWEEP, now=NOW)
    mended = replace(SWEEP, texts={"areas": "3"}, replaces="op:a", version=0)
    for _ in range(2):  # sent twice
        record_entry(store, week, mended, now=NOW)
    (entry,) = standing_entries(store, week)
    assert (entry.values["areas"], entry.version) == (3, 1)
    assert [w.activity.values["areas"] for w in written(store, week)] == [4, 3]
    withdraw_entry(store, week, "op:a", now=NOW)
    assert standing_entries(store, week) == ()
    assert withdraw_entry(store, week, "op:a", now=NOW) == 0
    assert len(store.entries("activity")) == 3


def test_of_two_corrections_at_once_one_is_kept_and_the_other_told(store, week):
    record_entry(store, week, SWEEP, now=NOW)
    record_entry(store, week, replace(SWEEP, texts={"areas": "3"}, replaces="op:a"), now=NOW)
    other = replace(SWEEP, texts={"areas": "9"}, replaces="op:a", version=0)
    with pytest.raises(NotAllowedNow, match="Someone else changed this meanwhile"):
        record_entry(store, week, other, now=NOW)
    assert standing_entries(store, week)[0].values["areas"] == 3


def test_two_people_entering_at_once_are_both_kept(store, week):
    ready, failed = Barrier(4), []

    def enter(number):
        own = open_store(store.path)
        ready.wait()
        try:
            for n in range(5):
                record_entry(own, week, replace(SWEEP, id=f"op:{number}-{n}"), now=NOW)
        except Exception as error:
            failed.append(error)

    people = [Thread(target=enter, args=(n,)) for n in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join(30)
    assert not failed
    assert len(standing_entries(store, week)) == 20


def test_what_is_not_held_cannot_be_corrected(store, week):
    with pytest.raises(NotFound, match="no entry 'op:z'"):
        record_entry(store, week, replace(SWEEP, replaces="op:z"), now=NOW)


# ---- files


def rows(*told):
    common = {"strand": "sweeps", "day": "2025-12-01"}
    return [(n, {**common, **row}) for n, row in enumerate(told, start=1)]


def test_a_bad_row_is_named_and_no_row_is_recorded(store, week):
    told = rows({"areas": "2"}, {"areas": "two"}, {"areas": "1", "hours": "3"}, {})
    with pytest.raises(DataError) as raised:
        record_rows(store, week, told, file="rows.csv", now=NOW)
    said = str(raised.value)
    assert "nothing was recorded" in said
    assert "row 2: areas: 'two' is not a whole number" in said
    assert "row 3: hours: sweeps has no field 'hours'" in said
    assert "row 4: areas: Give a number" in said
    assert "row 1" not in said
    assert not store.entries("activity")


def test_the_same_file_again_adds_nothing_and_two_rows_alike_are_two(store, week):
    told = rows({"areas": "2"}, {"areas": "2"}, {"areas": "3", "id": "mine"})
    assert record_rows(store, week, told, file="f", now=NOW) == (3, 0)
    assert record_rows(store, week, told, file="f", now=NOW) == (0, 3)
    assert len(standing_entries(store, week)) == 3


def test_a_row_corrects_by_name(store, week):
    record_rows(store, week, rows({"areas": "3", "id": "mine"}), file="f", now=NOW)
    mended = rows({"areas": "5", "replaces": f"{week.id}:mine"})
    assert record_rows(store, week, mended, file="f", now=NOW) == (1, 0)
    assert record_rows(store, week, mended, file="f", now=NOW) == (0, 1)
    assert [e.values["areas"] for e in standing_entries(store, week)] == [5]
    with pytest.raises(DataError, match="written down already, otherwise"):
        record_rows(store, week, rows({"areas": "9", "id": "mine"}), file="f", now=NOW)
    with pytest.raises(DataError, match="row 1: replaces: no entry 'x'"):
        record_rows(store, week, rows({"areas": "9", "replaces": "x"}), file="f", now=NOW)
    with pytest.raises(DataError, match="row 1: id: use letters"):
        record_rows(store, week, rows({"areas": "9", "id": "a b"}), file="f", now=NOW)


# ---- what is told


def test_the_essex_week_is_told_with_its_intervals(store):
    essex(store)
    closed = run("operation close", store, CloseSettings(), now=NOW)
    done = {(row[0], row[1]): row[2] for row in columns(closed.table)}
    assert done["Weapon sweeps", "Areas swept"] == 22
    assert done["Stop and search", "Searches"] == 41
    assert done["All strands", "Knife-related arrests"] == 6
    assert done["Retailers' test purchases", "Premises visited"] == 62
    assert done["Diversion visits", "Visits"] == 16
    assert done["Schools and colleges", "Sessions"] == 23
    assert done["Schools and colleges", "Different schools"] == 14
    assert done["Schools and colleges", "Pupils"] == 2000
    found = dict(closed.tables)["found"].columns
    assert found["measure"].tolist() == ["Found the object sought", "Failed"]
    assert found["rate"].round(1).tolist() == [9.8, 40.3]
    assert found["low"].round(1).tolist() == [3.9, 29.0]
    assert found["high"].round(1).tolist() == [22.5, 52.7]
    said = " ".join(closed.document.sections[2].sentences)
    assert "Lancashire (24 of 77): +9.2 points (95 % interval -6.6 to +24.6, p 0.288)" in said
    assert "no detectable difference" in said


def test_done_and_found_never_share_a_table(store):
    essex(store)
    from peelian.operations import STRANDS
    from peelian.terms import Use

    outcomes = {f.label for s in STRANDS.values() for f in s.fields if f.use is Use.OUTCOME}
    closed = run("operation close", store, CloseSettings(), now=NOW)
    first, second, *_ = closed.document.sections
    assert (first.heading, second.heading) == (
        "What was done",
        "What changed, and what it found",
    )
    assert not outcomes & {str(x) for x in first.tables[0].columns["counted"]}
    assert any("never evidence of less violence" in s for s in first.sentences)
    assert any("A single week cannot show an effect" in s for s in second.sentences)
    sheet = run("operation sheet", store, SheetSettings(day="2025-12-03"), now=NOW)
    assert not outcomes & set(sheet.table.columns["counted"].tolist())


def test_the_sheet_of_a_day(store):
    essex(store)
    sheet = run("operation sheet", store, SheetSettings(day="2025-12-03"), now=NOW)
    row = next(r for r in columns(sheet.table) if r[0] == "Weapon sweeps")
    assert row[3:8] == (3, 3, 9, 10, 21)
    found = run(
        "operation sheet", store, SheetSettings(day="2025-12-03", part="found"), now=NOW
    )
    sold = next(r for r in columns(found.table) if r[1] == "Sold")
    assert sold[2:] == (6, 11, 26, "Premises visited")
    with pytest.raises(ParameterError, match="not a day of Op Sceptre"):
        run("operation sheet", store, SheetSettings(day="2025-12-09"), now=NOW)


def test_a_sheet_of_nothing_says_so(store, week):
    sheet = run("operation sheet", store, SheetSettings(), now=NOW)
    assert set(sheet.table.columns["note"]) == {"nothing recorded"}
    closed = run("operation close", store, CloseSettings(), now=NOW)
    assert write(closed, store.path.parent / "empty.pdf")


def test_small_numbers_of_pupils_are_withheld_with_company(store, week):
    school = {"strand": "schools", "sessions": "1"}
    told = [("Oak", "7", 3), ("Oak", "8", 30), ("Elm", "7", 25), ("Elm", "8", 60)]
    record_rows(
        store,
        week,
        rows(*({**school, "place": p, "year": y, "pupils": str(n), "referrals": "2"}
               for p, y, n in told)),
        file="f",
        now=NOW,
    )  # fmt: skip
    closed = run("operation close", store, CloseSettings(), now=NOW)
    cells = columns(closed.document.sections[0].tables[1])
    assert [c[4] for c in cells] == ["withheld", "", "withheld", ""]
    assert "nan" in str(cells[2][3])
    done = {row[1]: row for row in columns(closed.table)}
    assert done["Safeguarding referrals"][2] == 8  # of all four, and no school by itself
    assert "referrals" not in {n for c in closed.document.sections for t in c.tables
                               for n in t.columns}  # fmt: skip


def test_a_few_referrals_are_told_nowhere(store, week):
    told = {"strand": "schools", "place": "Oak", "year": "7", "sessions": "1", "pupils": "30"}
    record_rows(store, week, rows({**told, "referrals": "2"}), file="f", now=NOW)
    closed = run("operation close", store, CloseSettings(), now=NOW)
    (row,) = (r for r in columns(closed.table) if r[1] == "Safeguarding referrals")
    assert str(row[2]) == "nan" and row[6] == "fewer than 5"
    given = run("operation return", store, ReturnSettings(), now=NOW).table
    assert given.columns["Safeguarding referrals"].tolist() == ["[c]"]
    sheet = run("operation sheet", store, SheetSettings(day="2025-12-01"), now=NOW)
    assert "Safeguarding referrals" not in str(columns(sheet.table))


def search(**told):
    return {"strand": "stop-search", **{k: str(v) for k, v in told.items()}}


def test_searches_by_ethnicity_are_counts_with_a_ratio_only_for_residents(store, week):
    told = [
        search(encounters=60, found=9, ethnicity="white"),
        search(encounters=20, found=6, ethnicity="black"),
        search(encounters=3, found=1, ethnicity="asian"),
    ]
    record_rows(store, week, rows(*told), file="f", now=NOW)
    plain = run("operation close", store, CloseSettings(), now=NOW)
    table = plain.document.sections[1].tables[-1]
    by = {row[0]: row for row in columns(table)}
    assert by["White"][1] == 60
    assert by["Asian"][5] == by["Black"][5] == "withheld"  # 3, and 20 that would tell it
    assert {row[3] for row in by.values()} == {""}
    residents = CloseSettings(residents="white=1600000,black=40000,asian=90000")
    hidden = run("operation close", store, residents, now=NOW).document.sections[1]
    assert {row[3] for row in columns(hidden.tables[-1])} == {""}  # nor by its ratio
    more = search(encounters=7, found=5, ethnicity="asian")
    record_rows(store, week, rows(more), file="g", now=NOW)
    section = run("operation close", store, residents, now=NOW).document.sections[1]
    by = {row[0]: row for row in columns(section.tables[-1])}
    assert by["Black"][1:4] == (20, 6, "13.3")
    low, high = map(float, by["Black"][4].split(" to "))
    assert low < 13.3 < high
    assert by["White"][3] == "" and by["Asian"][3] == "3.0"
    assert any("does not say why" in text for text in section.after)
    for text, wrong in (("white", "write white="), ("green=3", "no group 'green'")):
        with pytest.raises(ParameterError, match=wrong):
            run("operation close", store, CloseSettings(residents=text), now=NOW)


def test_retests_stand_beside_shops_chosen_at_random_with_the_warning(store, week):
    shops = {"strand": "test-purchases"}
    told = [
        {**shops, "chosen": "random", "premises": "40", "sold": "12"},
        {**shops, "chosen": "intelligence", "premises": "30", "sold": "24", "retested": "20",
         "sold_again": "5"},
    ]  # fmt: skip
    record_rows(store, week, rows(*told), file="f", now=NOW)
    closed = run("operation close", store, CloseSettings(), now=NOW).document
    said = " ".join(closed.sections[2].sentences)
    assert "regression to the mean" in said
    assert "Retests less shops chosen at random: -5.0 points" in said
    assert "Shops chosen on intelligence less shops chosen at random: +50.0 points" in said
    assert "a detectable difference" in said
    by_choice = next(t for t in closed.sections[1].tables if "how they were chosen" in t.title)
    assert by_choice.columns["rank"].tolist() == [2, 1]


def test_no_ranks_where_intervals_overlap(store, week):
    shops = {"strand": "test-purchases", "chosen": "random"}
    told = [
        {**shops, "shop": "chain", "premises": "20", "sold": "6"},
        {**shops, "shop": "independent", "premises": "20", "sold": "8"},
    ]
    record_rows(store, week, rows(*told), file="f", now=NOW)
    section = run("operation close", store, CloseSettings(), now=NOW).document.sections[1]
    table = next(t for t in section.tables if "kind of shop" in t.title)
    assert str(table.columns["rank"].tolist()) == "[nan, nan]"
    assert any("no ranks are given" in s for s in section.after)


def test_kilograms_come_last_and_are_secondary(store, week):
    bins = {
        "strand": "bins",
        "emptied": "1",
        "items": "40",
        "machetes": "3",
        "kilograms": "12",
    }
    record_rows(store, week, rows(bins), file="f", now=NOW)
    closed = run("operation close", store, CloseSettings(), now=NOW)
    of_bins = [row for row in columns(closed.table) if row[0] == "Surrender bins"]
    assert of_bins[-1][1:3] == ("Weight", 12)
    assert of_bins[-1][6] == "secondary"
    counts = closed.document.sections[1].tables[1]
    assert ("Surrender bins", "Prohibited machetes", 3.0, "") in columns(counts)


def test_no_find_is_told_with_what_it_leaves_possible(store, week):
    slot = {"strand": "arches", "open_hours": "4", "passing": "900", "screened": "500",
            "alarms": "9", "searched": "9", "weapons": "0"}  # fmt: skip
    record_rows(store, week, rows(slot), file="f", now=NOW)
    said = run("operation close", store, CloseSettings(), now=NOW).document.sections[1]
    (none,) = (s for s in said.sentences if "None found" in s)
    assert "0 of 500, 0.0 per 1,000 screened (95 % interval 0.0 to 7.4)" in none


# ---- files that leave


@pytest.mark.parametrize("job", ["sheet", "close", "return"])
def test_what_was_made_can_be_made_again_after_more_was_recorded(store, tmp_path, job):
    made = essex(store)
    settings = {
        "sheet": SheetSettings(day="2025-12-02"),
        "close": CloseSettings(),
        "return": ReturnSettings(),
    }[job]
    outcome = run(f"operation {job}", store, settings, now=NOW)
    suffixes = (".csv",) if job == "return" else (".csv", ".pdf")
    files = [tmp_path / f"{job}{suffix}" for suffix in suffixes]
    for file in files:
        write(outcome, file)
    more = replace(SWEEP, day="2025-12-02", id="op:more")
    record_entry(store, made, more, now=NOW + timedelta(hours=1))
    for file in files:
        assert reproduce(file, folder=store.path)[1] is None, file


def test_a_return_takes_its_columns_from_its_layout(store, tmp_path):
    essex(store)
    layout = tmp_path / "mine.toml"
    layout.write_text(
        """
name = "Mine"
unknown = "x"
[[column]]
column = "Who"
operation = "area"
[[column]]
column = "Filled in by"
fixed = ""
[[column]]
column = "Rate"
strand = "test-purchases"
measure = "Failed"
aggregate = "rate"
[[column]]
column = "Days with sweeps"
strand = "sweeps"
aggregate = "entries"
[[column]]
column = "At random"
strand = "test-purchases"
field = "sold"
where = { chosen = "random" }
"""
    )
    table = run("operation return", store, ReturnSettings(layout=str(layout)), now=NOW).table
    assert {n: c[0].item() for n, c in table.columns.items()} == {
        "Who": "Essex",
        "Filled in by": "",
        "Rate": 40.323,
        "Days with sweeps": 7,
        "At random": "x",
    }


TWICE = "[[column]]\ncolumn = 'A'\nfixed = ''\n" * 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("column = 3", "under \\[\\[column\\]\\]"),
        ("", "it has no column"),
        ("[[column]]\nstrand = 'sweeps'", "has no name"),
        ("[[column]]\ncolumn = 'A'", "one of operation, strand or fixed"),
        ("[[column]]\ncolumn = 'A'\nstrand = 'x'", "no strand 'x'"),
        ("[[column]]\ncolumn = 'A'\nstrand = 'sweeps'\nfield = 'kg'", "no number 'kg'"),
        ("[[column]]\ncolumn = 'A'\nstrand = 'sweeps'\nmeasure = 'kg'\naggregate = 'rate'",
         "no measure 'kg'"),
        ("[[column]]\ncolumn = 'A'\nstrand = 'sweeps'\naggregate = 'mean'", "one of sum"),
        ("[[column]]\ncolumn = 'A'\noperation = 'boss'", "operation = 'boss'"),
        (TWICE, "twice"),
        ("[[column]]\ncolumn = 'A'\nfixed = ''\nsql = 'x'", "no key 'sql'"),
        ("= 3", "not TOML"),
    ],
)  # fmt: skip
def test_a_layout_that_cannot_be_filled_is_refused(tmp_path, text, said):
    file = tmp_path / "layout.toml"
    file.write_text(text)
    with pytest.raises((SchemaError, DataError), match=said):
        read_return_layout(file)


# ---- the command line


def test_the_week_from_the_command_line(tmp_path):
    store = tmp_path / "store"
    made = peelian("operation", "create", "essex-sceptre-2025", "--store", store)
    assert made.code == 0 and made.out == "op-sceptre-2025-12-01\n"
    name = made.out.strip()
    file = ("--file", "essex-sceptre-2025", "--store", store)
    assert "40 recorded" in peelian("operation", "record", name, *file).err
    assert "0 recorded, 40 held already" in peelian("operation", "record", name, *file).err
    one = ("--strand", "sweeps", "--day", "2025-12-01", "--store", store)
    told = peelian("operation", "record", name, "areas=2", "place=Grays", *one)
    assert told.code == 0 and "1 recorded" in told.err
    listed = peelian("operation", "list", "--operation", name, "--format", "json",
                     "--store", store)  # fmt: skip
    entries = json.loads(listed.out)
    assert len(entries) == 41
    (mine,) = (e["entry"] for e in entries if e["place"] == "Grays" and e["number"] == 2
               and e["day"] == "2025-12-01")  # fmt: skip
    gone = ("operation", "record", name, "--replaces", mine, "--withdraw", "--store", store)
    assert "1 recorded" in peelian(*gone).err
    sheet = peelian("operation", "sheet", "--day", "2025-12-01", "--store", store)
    assert "Areas swept" in sheet.out and "Searches that found" in sheet.out
    target = tmp_path / "pack.pdf"
    assert peelian("operation", "close", "--output", target, "--store", store).code == 0
    assert target.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("create",), 11, "name: Give the operation a name"),
        (("create", "nothing.json"), 12, "no such file"),
        (("record", "op", "areas=2"), 12, "no operation"),
        (("sheet",), 12, "no operation is held"),
        (("return", "--layout", "nothing"), 12, "example-return"),
    ],
)
def test_bad_commands_say_what_to_do(tmp_path, words, code, said):
    open_store(tmp_path / "store", create=True)
    ended = peelian("operation", *words, "--store", tmp_path / "store")
    assert ended.code == code
    assert said in ended.err


def test_a_day_is_a_date(week):
    assert week.first_day == date(2025, 12, 1)
