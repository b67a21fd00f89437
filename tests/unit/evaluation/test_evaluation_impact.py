"""Each design over counts that a user brings, against published values."""

from dataclasses import replace

import numpy as np
import pytest

from peelian.evaluation import (
    DESIGNS,
    Choices,
    compare_counts,
    difference_in_differences,
    estimate_effect,
    scheduled,
)
from peelian.evaluation.area_designs import gathered_periods
from peelian.sources import parse_area_counts
from peelian.terms import DataError, ParameterError

FOUR = """area,role,period,n
Town,treated,before,207
Town,treated,after,110
Port,control,before,308
Port,control,after,318
"""
BUFFERS = """Ring,treated-buffer,before,178
Ring,treated-buffer,after,157
Quay,control-buffer,before,150
Quay,control-buffer,after,140
"""


def effect(text, design, **choices):
    return estimate_effect(
        parse_area_counts("counts.csv", text),
        design,
        Choices(**choices),
        rng=np.random.default_rng(1),
    )


def rows(table):
    """A CSV of rows."""
    return "\n".join(",".join(map(str, row)) for row in table) + "\n"


def test_the_ratio_of_ratios():
    """Science 5.4: 207->110 v 308->318."""
    found = effect(FOUR, "did", dispersion=1)
    ratio = found.measures[0]
    assert ratio.value == pytest.approx(0.514690, abs=1e-6)
    assert (ratio.interval.low, ratio.interval.high) == pytest.approx((0.389250, 0.680555))
    assert (found.observed, found.expected) == (110, pytest.approx(213.720779))
    assert found.measures[1].value == pytest.approx(103.720779)
    assert found.dispersion_from == "as given"


def test_nothing_to_estimate_a_dispersion_from_is_assumed_two_and_said():
    found = effect(FOUR, "did")
    assert found.dispersion == 2
    assert found.dispersion_from.startswith("assumed")
    assert found.measures[0].interval.low == pytest.approx(0.346719, abs=1e-6)


def test_the_weighted_displacement_difference_with_its_local_part():
    """Science 5.3, values of ptools."""
    found = effect(FOUR + BUFFERS, "wdd", dispersion=1)
    whole, local = found.measures[:2]
    assert (whole.value, local.value) == (-118, -107)
    assert whole.interval.low == pytest.approx(-195.610614)
    assert found.ratio.value == pytest.approx(0.514690, abs=1e-6)


def test_lengths_and_sizes_are_taken_into_account():
    """Science 5.3: period weights (2, 1), control 100->50, treated 80->20: -20."""
    text = rows([
        ("area", "role", "period", "n", "exposure"),
        ("a", "treated", "before", 80, 2), ("a", "treated", "after", 20, 1),
        ("b", "control", "before", 100, 2), ("b", "control", "after", 50, 1),
    ])  # fmt: skip
    found = effect(text, "wdd", dispersion=1).measures[0]
    assert found.value == pytest.approx(-20)
    spread = (found.interval.high - found.interval.low) / 2 / 1.959964
    assert spread == pytest.approx(10.723805, rel=1e-6)


def test_harm_is_measured_where_weights_are_held():
    """Science 5.3: the harm-weighted vector, -1721."""
    kinds = {
        "mv": (3, 133, 91, 130, 74), "theft": (2, 388, 305, 327, 202),
        "burglary": (5, 148, 97, 398, 190), "robbery": (7, 86, 64, 144, 92),
        "assault": (10, 94, 67, 183, 96),
    }  # fmt: skip
    table = [("area", "role", "period", "n", "offence", "harm")]
    for kind, (harm, c0, c1, t0, t1) in kinds.items():
        table += [
            ("C", "control", "before", c0, kind, harm),
            ("C", "control", "after", c1, kind, harm),
            ("T", "treated", "before", t0, kind, harm),
            ("T", "treated", "after", t1, kind, harm),
        ]
    found = effect(rows(table), "wdd", dispersion=1)
    (harm,) = [m for m in found.measures if m.unit == "days of harm"]
    assert harm.value == -1721
    assert harm.interval.low == pytest.approx(-2317.03, abs=0.01)


def test_the_quotient_stands_beside_a_difference_that_has_an_interval():
    text = FOUR.replace("308", "1000").replace("318", "1010") + BUFFERS
    found = effect(text, "wdq")
    assert found.measures[-1].value == pytest.approx(0.229938, abs=1e-6)
    assert np.isfinite(found.measures[0].interval.low)
    assert "no interval" in found.warnings[0]


def crossover_table(yt, totals, days=90):
    """Spots treated on two days of five, with these events on one day each way."""
    table = [("area", "period", "n", "treated")]
    for spot, (t, n) in enumerate(zip(yt, totals, strict=True)):
        for day in range(days):
            count = t if day == 0 else n - t if day == 1 else 0
            table.append((f"s{spot}", day, count, int(day % 5 in (0, 2))))
    return rows(table)


def test_a_crossover():
    """Science 5.6: n = 6, 10, 4; 36 of 90 days; 1, 2, 0 on them: MH ratio .264706."""
    found = effect(crossover_table([1, 2, 0], [6, 10, 4]), "crossover", dispersion=1)
    assert found.measures[0].value == pytest.approx(0.264706, abs=1e-6)
    assert found.measures[0].p == pytest.approx(0.022479, abs=1e-6)
    assert found.measures[1].name.endswith("redrawing the days")


def test_a_crossover_without_events_on_treated_days_has_an_exact_upper_limit():
    found = effect(crossover_table([0, 0], [6, 10]), "crossover", dispersion=1).measures[0]
    exact = compare_counts(0, 16, exposure=(72, 108)).ratio
    assert (found.value, found.interval.high) == (0, pytest.approx(exact.high))


def test_days_after_treatment_can_be_left_out():
    text = rows(
        [("area", "period", "n", "treated")]
        + [(a, d, [1, 3, 2, 2][d % 4], int(d % 4 == 0)) for a in "ab" for d in range(40)]
    )
    plain, washed = (effect(text, "crossover", dispersion=1, washout=w) for w in (0, 1))
    assert plain.measures[0].value == pytest.approx(1 / (7 / 3))
    assert washed.measures[0].value == pytest.approx(1 / 2)
    assert len(washed.measures) == 1


def test_pairs_count_what_might_have_been_drawn():
    """Science 5.6: differences -4,-2,-3,1,-5,-2: two-sided p = 4/64."""
    table = [("area", "role", "pair", "period", "n")]
    for pair, gap in enumerate((-4, -2, -3, 1, -5, -2)):
        for role, n in (("treated", 8 + gap), ("control", 8)):
            table += [(f"{role}{pair}", role, pair, "before", 9)]
            table += [(f"{role}{pair}", role, pair, "after", n)]
    found = effect(rows(table), "pairs")
    assert found.measures[0].p == pytest.approx(0.0625)
    assert found.measures[0].value == pytest.approx(33 / 48)


def panel(ratio, *, treated=12, control=12, periods=20, seed=0, stepped=False):
    rng = np.random.default_rng(seed)
    table = [("area", "role", "period", "n", "treated")]
    for a in range(treated + control):
        level = rng.uniform(8, 30)
        start = (5 + a if stepped else 10) if a < treated else periods
        for t in range(periods):
            on = t >= start
            n = rng.poisson(level * (1 + 0.3 * np.sin(t)) * (ratio if on else 1))
            table.append((f"a{a}", "treated" if a < treated else "control", t, n, int(on)))
    return rows(table)


@pytest.mark.parametrize("design, stepped", [("did", False), ("stepped-wedge", True)])
def test_many_areas_give_their_own_error(design, stepped):
    found = effect(panel(0.6, stepped=stepped), design)
    ratio = found.measures[0]
    assert ratio.value == pytest.approx(0.6, abs=0.08)
    assert ratio.interval.low < 0.6 < ratio.interval.high
    assert np.isnan(found.dispersion)
    assert "24 areas" in found.dispersion_from


@pytest.mark.parametrize("stepped", [False, True])
def test_adding_up_periods_alike_changes_nothing(stepped):
    counts = parse_area_counts("c.csv", panel(0.7, treated=4, control=5, stepped=stepped))
    whole, summed = (
        difference_in_differences(
            y, d, exposure=e, permutations=99, rng=np.random.default_rng(2)
        )
        for y, d, e in (
            (counts.counts, counts.treated, counts.exposure),
            gathered_periods(counts),
        )
    )
    assert summed.value == pytest.approx(whole.value, rel=1e-6)
    assert summed.interval.low == pytest.approx(whole.interval.low, rel=1e-5)
    assert summed.p == whole.p
    uneven = replace(counts, exposure=counts.exposure * np.arange(1, 10)[:, None])
    assert gathered_periods(uneven)[0].shape == counts.counts.shape


def test_dispersion_is_estimated_from_the_periods_before():
    found = effect(panel(0.8, treated=1, control=3, periods=20), "did")
    assert found.dispersion_from == "estimated from 40 counts before"
    assert 1 <= found.dispersion < 2


def test_a_synthetic_control_with_too_few_others_has_no_interval_and_says_so():
    """Science 5.8."""
    series = {
        "Y": (10, 12, 11, 13, 9, 8), "d1": (8, 10, 9, 11, 12, 11),
        "d2": (14, 15, 16, 17, 18, 16), "d3": (30, 28, 31, 29, 30, 28),
    }  # fmt: skip
    table = [("area", "period", "n", "treated")]
    for area, n in series.items():
        table += [(area, t, n[t], int(area == "Y" and t >= 4)) for t in range(6)]
    found = effect(rows(table), "synthetic")
    assert found.measures[0].value == pytest.approx(-4.8286 - 4.6762, abs=1e-4)
    assert np.isnan(found.measures[0].interval.low)
    assert "19 are the fewest" in found.warnings[0]


def test_a_synthetic_control_with_many_others_has_one():
    found = effect(panel(0.5, treated=1, control=24), "synthetic")
    assert found.measures[0].interval.low < found.measures[0].value < 0
    assert found.ratio.value == pytest.approx(0.5, abs=0.15)


def test_before_and_after_alone():
    """Science 5.2: 1,511 against 1,730 at dispersion 2."""
    text = rows([("area", "role", "period", "n"), ("Essex", "treated", "before", 1730),
                 ("Essex", "treated", "after", 1511)])  # fmt: skip
    ratio = effect(text, "before-after", dispersion=2).measures[0]
    assert (ratio.interval.low - 1, ratio.interval.high - 1) == pytest.approx(
        (-0.208, -0.037), abs=5e-4
    )


def monthly(n, *, gap=None, control=False):
    """Months from 2018-01, the action from 2020-01, one month not in the file."""
    table = [("area", "role", "period", "n", "treated")]
    for area in ("T", "C") if control else ("T",):
        for t, count in enumerate(n):
            month = f"{2018 + t // 12}-{t % 12 + 1:02d}"
            done = area == "T" and t >= 24
            count = count if done or area == "T" else n[t] if t < 24 else n[t] + 12
            if t != gap:
                role = "treated" if area == "T" else "control"
                table.append((area, role, month, count, int(done)))
    return rows(table)


def test_an_interrupted_series_alone_says_what_it_cannot_tell():
    n = [40 if t < 24 else 28 for t in range(36)] + np.array([3, -2, 0, 1, -3, 1] * 6)
    found = effect(monthly(n), "interrupted")
    assert found.measures[0].value == pytest.approx(0.7, abs=0.03)
    assert "Without control areas" in found.warnings[0]
    gapped = effect(monthly(n, gap=7), "interrupted")
    assert gapped.measures[0].value == pytest.approx(found.measures[0].value, abs=0.02)
    beside = effect(monthly(n, control=True), "interrupted")
    assert beside.measures[0].value == pytest.approx(0.7, abs=0.05)
    assert not beside.warnings


@pytest.mark.parametrize("design", ["did", "wdd", "wdq", "synthetic"])
def test_a_role_that_is_missing_is_named(design):
    with pytest.raises(DataError, match="no area has the role control"):
        effect("area,role,period,n\nT,treated,before,9\nT,treated,after,4\n", design)


def test_zero_counts_are_told_with_what_to_do():
    with pytest.raises(DataError, match=r"no offences in the control area after.*wdd"):
        effect(FOUR.replace("318", "0"), "did")
    assert effect(FOUR.replace("318", "0"), "wdd").measures[0].value == 211
    with pytest.raises(DataError, match="nothing can be told from 0"):
        effect(crossover_table([0], [0]), "crossover")


def test_one_side_alone_is_no_comparison():
    text = FOUR.replace("before", "2018-01").replace("after", "2018-02")
    with pytest.raises(DataError, match="no period is after the start"):
        effect(text, "did")
    text = "area,period,n,treated\nT,0,9,1\nT,1,4,1\nU,0,3,0\nU,1,3,0\n"
    with pytest.raises(DataError, match="days with and days without"):
        effect(text, "crossover")
    with pytest.raises(DataError, match="that is before and after, not a crossover"):
        effect(FOUR, "crossover")


def test_what_is_no_choice():
    for design, choices in [
        ("magic", {}), ("did", {"dispersion": 0.5}), ("did", {"permutations": 3}),
        ("crossover", {"washout": -1}),
    ]:  # fmt: skip
        with pytest.raises(ParameterError):
            effect(FOUR, design, **choices)


def test_nothing_done_gives_no_effect():
    """The null: of 40 panels without effect about one in twenty is called an effect."""
    called = [
        not (m.interval.low <= 1 <= m.interval.high)
        for seed in range(40)
        for m in effect(panel(1.0, treated=1, control=2, seed=seed), "did").measures[:1]
    ]
    assert sum(called) <= 6


def test_every_design_leaves_its_counts_alone():
    counts = parse_area_counts("counts.csv", FOUR + BUFFERS)
    before = counts.by_kind.copy()
    for design in DESIGNS:
        try:
            estimate_effect(counts, design, Choices(), rng=np.random.default_rng(1))
        except DataError:
            continue
    assert np.array_equal(counts.by_kind, before)
    assert scheduled(counts).treated.sum() == 1


def drawn_days(ratio, *, spots=24, days=150, probability=True):
    """Spots drawn each day with a logged probability, the likelier the busier."""
    rng = np.random.default_rng(11)
    busy = rng.uniform(0.1, 0.6, spots)
    chance = 0.2 + 0.6 * (busy - busy.min()) / np.ptp(busy)
    table = [("area", "period", "n", "treated", "probability")]
    for t in range(days):
        for a in range(spots):
            on = rng.random() < chance[a]
            n = rng.poisson(busy[a] * (ratio if on else 1))
            table.append((f"s{a}", t, n, int(on), f"{chance[a]:.4f}"))
    text = rows(table)
    return text if probability else "\n".join(x.rpartition(",")[0] for x in text.splitlines())


def test_the_logged_draw_recovers_the_effect_though_busy_spots_are_drawn_more():
    found = effect(drawn_days(0.6), "rotation")
    ratio = found.measures[0]
    assert ratio.value == pytest.approx(0.6, abs=0.08)
    assert ratio.interval.low < 0.6 < ratio.interval.high < 1
    assert [m.unit for m in found.measures[2:]] == ["events a spot-day"] * 2
    none = effect(drawn_days(1.0), "rotation").measures[0]
    assert none.interval.low < 1 < none.interval.high


def test_a_rotation_needs_its_probabilities_and_enough_days():
    with pytest.raises(DataError, match="no probabilities of the draw"):
        effect(drawn_days(0.6, probability=False), "rotation")
    few = effect(drawn_days(0.6, days=10), "rotation")
    assert np.isnan(few.measures[0].interval.low)
    assert "20 are the fewest" in few.warnings[0]
