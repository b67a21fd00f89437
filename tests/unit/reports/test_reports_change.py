"""One count against another, in words."""

import json
from datetime import date

import numpy as np
import pytest

from command_line import peelian
from peelian.evaluation import compare_counts, monthly_dispersion
from peelian.reports import change_sentence
from peelian.terms import DataError, ParameterError

ESSEX = ("report", "change", "--new", 1511, "--old", 1730, "--to", "2023-09-30")


def monthly_csv(path, counts, first="2021-10"):
    months = np.datetime64(first) + np.arange(len(counts))
    rows = [f"{month},{n}\n" for month, n in zip(months, counts, strict=True)]
    path.write_text("month,n\n" + "".join(rows))
    return path


def test_the_published_case_with_its_sentence():
    said = peelian(*ESSEX).out
    assert said.startswith(
        "1,511 offences in the 12 months to 30 September 2023 against 1,730 in the previous "
        "12 months: 12.7 % lower (95 % interval 3.7 % to 20.8 % lower, allowing for "
        "clustering). This comparison alone does not show why.\n"
    )
    assert "change -12.7 %" in said
    assert "dispersion 1: 6.4 % to 18.5 % lower" in said
    assert "dispersion 2 (assumed): 3.7 % to 20.8 % lower" in said


def test_scripts_get_shares():
    found = json.loads(peelian(*ESSEX, "--format", "json", "--dispersion", 4).out)
    assert found["change"] == pytest.approx(1511 / 1730 - 1)
    assert [i["dispersion"] for i in found["intervals"]] == [1, 4]
    assert found["intervals"][1]["high"] == pytest.approx(0.003, abs=0.001)
    assert "23.9 % lower to 0.3 % higher" in found["sentence"]
    assert found["p"] == pytest.approx(0.055, abs=0.001)


@pytest.mark.parametrize(
    ("new", "old", "words"),
    [
        (120, 100, "20.0 % higher"),
        (100, 100, "no change"),
        (3, 19, "too few for a percentage"),
    ],
)
def test_every_way_it_can_go(new, old, words):
    assert words in change_sentence(compare_counts(new, old))


def test_a_leap_year_has_a_day_more():
    said = peelian("report", "change", "--new", 366, "--old", 365, "--to", "2024-12-31").out
    assert "(exposure 366 against 365): no change" in said


def test_months_give_the_counts_and_the_dispersion(tmp_path):
    rng = np.random.default_rng(1)
    counts = [*rng.poisson(144, 12).tolist(), *rng.poisson(126, 12).tolist()]
    said = peelian(
        "report", "change", "--monthly", monthly_csv(tmp_path / "m.csv", counts)
    ).out
    assert f"{sum(counts[12:]):,} offences in the 12 months to 30 September 2023" in said
    assert "estimated from 24 months" in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no months"),
        ("a,b\n1,2\n", "no column"),
        ("month,n\n2020-13,2\n", "line 2: month '2020-13'"),
        ("month,n\n0000-01,2\n", "line 2: month '0000-01'"),
        ("month,n\n2020-01,-2\n", "line 2: n is '-2'"),
        ("month,n\n2020-01,2\n2020-01,2\n", "line 3: a second row"),
        ("month,n\n2020-01,2\n", "24 months to 2020-01 are not all held"),
    ],
)
def test_bad_months_are_named(tmp_path, text, words):
    path = tmp_path / "m.csv"
    path.write_text(text)
    ended = peelian("report", "change", "--monthly", path)
    assert ended.code == 10
    assert words in ended.err


@pytest.mark.parametrize(
    "options",
    [("--new", 3), ("--new", -3, "--old", 4), ("--new", 3, "--old", 4, "--dispersion", 0.5),
     ("--new", 3, "--old", 4, "--to", "yesterday"),
     ("--new", 3, "--old", 4, "--to", "0001-01-01"),
     ("--new", 3, "--old", 4, "--to", "9999-12-31"),
     ("--new", 3, "--old", 4, "--exposure-new", 2),
     ("--new", 3, "--old", 4, "--format", "pdf")],
)  # fmt: skip
def test_bad_settings_are_named(options):
    assert peelian("report", "change", *options).code == 11


def test_a_dispersion_is_found_again_and_needs_months():
    rng = np.random.default_rng(2)
    mean = 100 * (1 + 0.3 * np.sin(np.arange(240) * np.pi / 6))
    counts = rng.negative_binomial(mean / 2, 1 / 3).astype(float)
    assert monthly_dispersion(counts) == pytest.approx(3, rel=0.2)
    counts[10:20] = np.nan
    assert monthly_dispersion(counts) == pytest.approx(3, rel=0.2)
    assert monthly_dispersion(np.full(12, 5.0)) == 1
    assert monthly_dispersion(np.zeros(12)) == 1
    with pytest.raises(DataError, match="5 months"):
        monthly_dispersion([1, 2, 3, 4, 5])
    with pytest.raises(ParameterError, match="whole"):
        compare_counts(1.5, 2)


def test_the_year_before_a_leap_day():
    said = change_sentence(compare_counts(30, 40), to=date(2024, 2, 29))
    assert "to 29 February 2024" in said
    assert (
        peelian("report", "change", "--new", 30, "--old", 40, "--to", "2024-02-29").code == 0
    )
    assert (
        peelian("report", "change", "--new", 30, "--old", 40, "--to", "2024-02-28").code == 0
    )


def test_fewer_months_are_against_the_same_ones_a_year_before():
    found = compare_counts(40, 50)
    few = change_sentence(found, to=date(2020, 2, 29), months=4)
    assert few.startswith(
        "40 offences in the 4 months to 29 February 2020 against 50 in the same months a year "
        "before: 20.0 % lower"
    )
    one = change_sentence(found, to=date(2020, 2, 29), months=1)
    assert "in the month to 29 February 2020 against 50 in the same month a year before" in one
