"""Forms, totals and findings of a week of action."""

from datetime import date
from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peelian.operations import (
    STRANDS,
    activities_of,
    add_up,
    estimate_by,
    estimate_measure,
    parse_activity,
    parse_place,
    places_of,
    planned_work,
    require_operation,
    standing_activities,
    withhold_small,
)
from peelian.terms import (
    PARTNERS,
    Activity,
    FieldKind,
    Operation,
    ParameterError,
    Use,
)

DAY = date(2025, 12, 1)
WEEK = Operation(
    "op-sceptre",
    "Op Sceptre",
    "sceptre",
    DAY,
    date(2025, 12, 7),
    "Essex",
    strands=("sweeps",),
    targets={"sweeps": 22},
)
SHOPS, SEARCH, SCHOOLS = (STRANDS[n] for n in ("test-purchases", "stop-search", "schools"))


def entry(strand, number=0, **values):
    return Activity(f"a{number}", "op-sceptre", strand.name, DAY, "police", values)


# ---- the forms


@pytest.mark.parametrize("strand", STRANDS.values(), ids=lambda s: s.name)
def test_a_form_is_whole(strand):
    names = [field.name for field in strand.fields]
    assert len(names) == len(set(names))
    assert strand.partner in dict(PARTNERS)
    assert any(field.required and field.is_number for field in strand.fields)
    if strand.target:
        assert strand.field(strand.target).is_number
    for field in strand.fields:
        assert (field.kind is FieldKind.CHOICE) == bool(field.choices)
        assert field.is_number or field.use is Use.CONTEXT
        if field.within:  # the denominator is asked first
            assert names.index(field.within) < names.index(field.name)
    for measure in strand.measures:
        assert measure.n in names and set(measure.hits) <= set(names)
        if not measure.rate and len(measure.hits) == 1:
            part = strand.field(measure.hits[0])
            while part.within != measure.n:
                part = strand.field(part.within)
    for group in strand.groups:
        assert strand.field(group).kind is FieldKind.CHOICE


def test_no_field_has_room_for_words_about_a_person():
    kinds = {field.kind for strand in STRANDS.values() for field in strand.fields}
    assert kinds <= {*FieldKind}
    assert set(FieldKind) == {"count", "amount", "choice", "place", "day"}


@pytest.mark.parametrize(
    ("strand", "asked"),
    [
        (SHOPS, "premises chosen purchaser_age product id_asked till_prompt sold shop "
                "staff_trained sanctions retest_day retested sold_again"),
        (SEARCH, "encounters grounds object found ethnicity age place hours arrests "
                 "no_action other_outcomes recorded_on_video complaints"),
        (STRANDS["arches"], "open_hours passing screened alarms searched weapons other_finds "
                            "turn_backs knife_arrests refusals clear_minutes"),
        (STRANDS["sweeps"], "areas minutes repeat knives other_weapons"),
        (STRANDS["bins"], "items kitchen zombie_style machetes place period_days kilograms"),
        (SCHOOLS, "place year pupils minutes deliverer content target_pupils surveyed "
                  "accept_less fear_more referrals exclusions"),
        (STRANDS["diversion"], "eligible offered reached consented attended needs plans "
                               "completed any_6 violent_6 knife_6 any_12 days_to_reoffend"),
        (STRANDS["warrants"], "nominals visits disruptions custody_days person_months"),
        (STRANDS["media"], "reach surveyed confident feel_safe"),
    ],
    ids=lambda value: value.name if hasattr(value, "name") else "",
)  # fmt: skip
def test_every_thing_of_the_recording_standard_is_asked(strand, asked):
    assert set(asked.split()) <= {field.name for field in strand.fields}


def test_what_is_right_gets_through():
    values, problems = parse_activity(
        SHOPS,
        {"premises": " 1,000 ", "chosen": "random", "place": "Clacton  pier", "sold": "3",
         "retest_day": "2026-01-09", "id_asked": ""},
    )  # fmt: skip
    assert not problems
    assert values == {
        "premises": 1000,
        "chosen": "random",
        "place": "Clacton pier",
        "sold": 3,
        "retest_day": "2026-01-09",
    }


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("premises", "", "Give a number, 0 if there were none"),
        ("premises", "two", "not a whole number"),
        ("premises", "1.5", "not a whole number"),
        ("premises", "nan", "not a whole number"),
        ("premises", "-1", "below zero"),
        ("premises", "1e9", "100,000 at most"),
        ("chosen", "", "Choose an answer"),
        ("chosen", "whim", "choose one of random, intelligence"),
        ("sold", "11", "more than “Premises visited”, 10"),
        ("retested", "1", "give “Sold” first"),
        ("retest_day", "soon", "YYYY-MM-DD"),
        ("place", "Mr Smith", "no person"),
        ("place", "home of Miss Jones", "no person"),
        ("place", "12 High Street", "no address"),
        ("place", "SS14 1AA", "no address"),
        ("place", "call 07700900123", "no address"),
        ("place", "x" * 41, "40 letters at most"),
        ("name", "Jo", "no field 'name'"),
    ],
)
def test_what_is_wrong_is_said_of_its_field(field, text, said):
    given = {"premises": "10", "chosen": "random", field: text}
    _, problems = parse_activity(SHOPS, given)
    assert list(problems) == [field]
    assert said in problems[field]


@pytest.mark.parametrize(
    "name",
    ["The Railway Arms", "A127 Gallows Corner", "B1008", "Oak Dr", "King's Lynn",
     "Pitsea (Tesco)", "St Osyth's Priory", "Coed-y-Brenin", "Tŷ Bont"],
)  # fmt: skip
def test_names_of_places_get_through(name):
    assert parse_place(name) == name


def test_parts_of_a_whole_are_no_more_than_it():
    given = {"encounters": "5", "arrests": "2", "no_action": "4"}
    _, problems = parse_activity(SEARCH, given)
    assert problems == {
        "no_action": "with the others of its kind it makes 6, more than “Searches”, 5"
    }


@given(st.dictionaries(st.sampled_from([f.name for f in SHOPS.fields]), st.text(max_size=12)))
def test_whatever_is_filled_in_a_part_is_never_above_its_whole(texts):
    values, problems = parse_activity(SHOPS, texts)
    if problems:
        return
    for field in SHOPS.fields:
        if field.within and field.name in values:
            assert values[field.name] <= values[field.within]


# ---- the operation


def test_a_target_is_spread_over_the_days_and_comes_to_itself():
    days = [date(2025, 12, n) for n in range(1, 8)]
    told = [planned_work(WEEK, STRANDS["sweeps"], day) for day in days]
    assert sum(on_day for on_day, _ in told) == told[-1][1] == 22
    assert max(on_day for on_day, _ in told) - min(on_day for on_day, _ in told) <= 1
    assert planned_work(WEEK, STRANDS["sweeps"], date(2025, 11, 30)) == (0, 0)
    assert planned_work(WEEK, STRANDS["sweeps"], date(2025, 12, 9)) == (0, 22)
    assert all(isnan(n) for n in planned_work(WEEK, SCHOOLS, DAY))


@pytest.mark.parametrize(
    ("strands", "targets", "said"),
    [
        (("dancing",), {}, "no strand 'dancing'"),
        (("stop-search",), {"stop-search": 40}, "takes no target"),
        (("sweeps",), {"sweeps": 0}, "above 0"),
        ((), {"sweeps": 3}, "not among the strands"),
    ],
)
def test_an_operation_that_cannot_be_is_refused(strands, targets, said):
    one = Operation("a", "A", "other", DAY, DAY, "Essex", strands=strands, targets=targets)
    with pytest.raises(ParameterError, match=said):
        require_operation(one)


def test_an_operation_does_not_end_before_it_begins():
    with pytest.raises(ParameterError, match="before its first day"):
        Operation("a", "A", "other", DAY, date(2025, 11, 30), "Essex")


# ---- what stands


def test_the_last_correction_stands_and_what_was_withdrawn_is_gone():
    first, other = entry(SHOPS, 1, premises=5), entry(SHOPS, 2, premises=7)
    mended = Activity("a1", "op-sceptre", SHOPS.name, DAY, "police", {"premises": 6}, 1)
    gone = Activity("a2", "op-sceptre", SHOPS.name, DAY, "police", {}, 1, withdrawn=True)
    assert standing_activities([first, other]) == (first, other)
    assert standing_activities([first, other, mended, gone]) == (mended,)
    assert activities_of([mended], SHOPS, date(2025, 12, 2)) == []


def test_not_given_is_unknown_and_zero_is_zero():
    entries = [entry(SHOPS, 1, premises=5, sold=0), entry(SHOPS, 2, premises=4)]
    sold = add_up(SHOPS, SHOPS.field("sold"), entries)
    assert (sold.value, sold.given, sold.entries) == (0, 1, 2)
    assert isnan(add_up(SHOPS, SHOPS.field("id_asked"), entries).value)
    assert isnan(add_up(SHOPS, SHOPS.field("premises"), []).value)
    with pytest.raises(ParameterError, match="not a number"):
        add_up(SHOPS, SHOPS.field("chosen"), entries)


def test_an_estimate_is_about():
    counted = entry(SCHOOLS, 1, pupils=100, counted="counted")
    guessed = entry(SCHOOLS, 2, pupils=100, counted="estimated")
    assert not add_up(SCHOOLS, SCHOOLS.field("pupils"), [counted]).about
    assert add_up(SCHOOLS, SCHOOLS.field("pupils"), [counted, guessed]).about
    assert not add_up(SCHOOLS, SCHOOLS.field("sessions"), [guessed]).about


def test_places_are_counted_once():
    named = [entry(SCHOOLS, n, place=p) for n, p in enumerate(("Oak", "oak", "Elm"))]
    assert places_of(SCHOOLS, named) == 2


# ---- what was found


def test_the_failure_rate_of_essex_over_its_entries():
    rounds = [entry(SHOPS, n, premises=p, sold=s) for n, (p, s) in
              enumerate([(9, 4), (12, 5), (11, 4), (14, 6), (16, 6)])]  # fmt: skip
    found = estimate_measure(SHOPS, SHOPS.measures[0], rounds)
    told = (found.hits, found.n, found.value, found.interval.low, found.interval.high)
    assert [round(v, 1) for v in told] == [25, 62, 40.3, 29.0, 52.7]


def test_an_entry_without_its_numerator_is_not_taken_for_none_found():
    rounds = [entry(SHOPS, 1, premises=10, sold=4), entry(SHOPS, 2, premises=90)]
    assert estimate_measure(SHOPS, SHOPS.measures[0], rounds).n == 10


def test_nothing_recorded_is_unknown():
    found = estimate_measure(SHOPS, SHOPS.measures[0], [])
    assert isnan(found.value) and isnan(found.interval.low)


def test_arches_per_thousand_screened_and_per_alarm():
    """Op Shield's 68 of 10,000: 6.8 per 1,000 [5.4, 8.6]; 68 of 136 alarms are half."""
    arches = STRANDS["arches"]
    slot = entry(arches, passing=20_000, screened=10_000, alarms=136, searched=136, weapons=68)
    weapons, alarms, *_ = (estimate_measure(arches, m, [slot]) for m in arches.measures)
    told = (weapons.value, weapons.interval.low, weapons.interval.high, alarms.value)
    assert [round(v, 1) for v in told] == [6.8, 5.4, 8.6, 50.0]


def test_finds_per_hour_do_not_depend_on_how_the_minutes_are_parted():
    sweeps = STRANDS["sweeps"]
    (measure,) = sweeps.measures
    one = [entry(sweeps, 1, minutes=180, knives=2, other_weapons=1)]
    two = [entry(sweeps, 1, minutes=60, knives=2), entry(sweeps, 2, minutes=120, knives=1)]
    first, second = (estimate_measure(sweeps, measure, e) for e in (one, two))
    assert first.value == second.value == 1.0
    assert first.interval == second.interval


def test_reoffending_of_a_few_children_is_withheld():
    diversion = STRANDS["diversion"]
    (six,) = (m for m in diversion.measures if m.hits == ("any_6",))
    for hits, few in ((0, False), (1, True), (4, True), (5, False)):
        found = estimate_measure(diversion, six, [entry(diversion, eligible=50, any_6=hits)])
        assert found.withheld is few
    field = diversion.field("any_6")
    assert add_up(diversion, field, [entry(diversion, any_6=2)]).withheld


def test_groups_are_ranked_only_when_their_intervals_are_apart():
    rounds = [
        entry(SHOPS, 1, premises=200, sold=20, shop="chain"),
        entry(SHOPS, 2, premises=200, sold=120, shop="independent"),
    ]
    found, rank = estimate_by(SHOPS, SHOPS.measures[0], "shop", rounds)
    assert list(found) == ["Chain", "Independent"]
    assert rank == [2, 1]
    rounds[0].values["sold"] = 110
    assert all(isnan(r) for r in estimate_by(SHOPS, SHOPS.measures[0], "shop", rounds)[1])


# ---- small counts


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([], []),
        ([20, 30], [False, False]),
        ([0, 0], [False, False]),
        ([3, 20, 31], [True, True, False]),
        ([1, 1, 7, 40], [True, True, True, False]),
        ([4, 4, 40], [True, True, False]),
        ([3], [True]),
    ],
)
def test_small_counts_are_withheld_with_company(counts, hidden):
    assert withhold_small(counts).tolist() == hidden


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12))
def test_no_count_below_five_can_be_had_by_subtraction(counts):
    hidden = withhold_small(counts)
    left = [n for n, h in zip(counts, hidden, strict=True) if h]
    assert not any(0 < n < 5 for n, h in zip(counts, hidden, strict=True) if not h)
    if left and not hidden.all():  # what is hidden has a known sum: each cell has five values
        assert len(left) >= 2
        assert sum(left) - (len(left) - 1) >= 5


def test_unknown_counts_of_people_are_refused():
    with pytest.raises(ParameterError, match="zero or more"):
        withhold_small([float("nan"), 3])
