"""Harm: what an offence counts for, what is left out, capping, and ranks over ranges."""

from dataclasses import replace

import numpy as np
import pytest

from peelian import sources
from peelian.offences import rank_ranges, weigh_by_harm, winsorised
from peelian.terms import DataError, Events, NotFound, ParameterError, SchemaError

ROBBERY, ASB = "police-uk:robbery", "police-uk:anti-social-behaviour"
VIOLENCE, SHOP = "police-uk:violent-crime", "police-uk:shoplifting"


def events_of(*codes):
    n = len(codes)
    when, text = np.zeros(n, dtype="datetime64[s]"), np.full(n, "")
    return Events(
        np.zeros(n),
        np.zeros(n),
        when,
        when,
        np.ones(n),
        np.array(codes, dtype=str),
        text,
        text,
    )


def test_the_aggregates_are_those_published():
    index = sources.harm_index("cchi-2026")
    assert index.aggregate
    assert "aggregates, not the offence-level index" in index.sentence
    assert "2026" in index.sentence
    assert index.days["home-office:1"] == 5475
    assert index.days[ROBBERY] == pytest.approx(365)
    assert index.days[SHOP] == 1
    # violence: the medians mixed by the national counts of 2024/25
    counts = np.array([524, 516757, 804983, 598830, 2244, 71509, 135333])
    days = np.array([5475, 365, 10, 10, 365, 2555, 182.25])
    assert index.days[VIOLENCE] == pytest.approx((counts * days).sum() / counts.sum())
    assert all(index.low[c] <= d <= index.high[c] for c, d in index.days.items())
    assert ASB not in index.days


def test_a_force_has_its_own_mix():
    index = sources.harm_index("cchi-2026-essex")
    assert index.days[VIOLENCE] == 191.9
    assert index.days["police-uk:burglary"] == 245.91
    assert "Essex" in index.label


@pytest.mark.parametrize("name", ["cchi-2020", "cchi-2026-atlantis", "", "other=a.csv"])
def test_an_index_that_is_none_is_refused(name):
    with pytest.raises(NotFound):
        sources.harm_index(name)


def test_events_count_for_their_harm_and_those_without_a_value_are_left_out():
    index = sources.harm_index("cchi-2026-essex")
    found, left_out = weigh_by_harm(events_of(ROBBERY, ASB, SHOP), index)
    assert found.weight.tolist() == [365.0, 1.0]
    assert left_out == 1
    assert weigh_by_harm(events_of(), index)[1] == 0
    with pytest.raises(ParameterError, match="no value"):
        weigh_by_harm(events_of(ASB), index)


def test_capping_brings_down_the_largest_only():
    w = np.array([1.0] * 98 + [10.0, 5475.0])
    capped = winsorised(w, share=0.99)
    assert capped.max() == 10
    assert np.array_equal(capped[:99], w[:99])
    assert np.array_equal(winsorised(w, share=1), w)
    assert winsorised([]).size == 0
    with pytest.raises(ParameterError):
        winsorised(w, share=0)


def test_ranks_hold_where_one_place_has_more_of_everything_and_move_where_weights_decide():
    index = sources.harm_index("cchi-2026")
    counts = np.array([[50, 50], [2, 45], [40, 1], [0, 0]])
    codes = np.array(["home-office:34B", "home-office:8N"])
    rank, low, high = rank_ranges(
        counts, codes, index, rng=np.random.default_rng(1), n_draws=400
    )
    assert rank.tolist() == [1, 2, 3, 4]
    assert (low[0], high[0]) == (1, 1)
    assert (low[3], high[3]) == (4, 4)
    assert (low[1], high[1]) == (2, 3)
    again = rank_ranges(counts, codes, index, rng=np.random.default_rng(1), n_draws=400)
    assert all(np.array_equal(a, b) for a, b in zip((rank, low, high), again, strict=True))


def test_without_a_range_there_is_one_rank():
    index = sources.harm_index("cchi-2026")
    exact = replace(index, low=index.days, high=index.days)
    rank, low, high = rank_ranges(
        [[1, 0], [0, 9]], np.array([ROBBERY, SHOP]), exact, rng=np.random.default_rng(2)
    )
    assert rank.tolist() == low.tolist() == high.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("counts", "codes"), [([[1]], [ASB]), ([[1, 2]], [ROBBERY]), ([1], [ROBBERY])]
)
def test_ranks_of_what_does_not_fit_are_refused(counts, codes):
    with pytest.raises(ParameterError):
        rank_ranges(
            counts, np.array(codes), sources.harm_index("cchi-2026"),
            rng=np.random.default_rng(0),
        )  # fmt: skip


def written(tmp_path, text):
    path = tmp_path / "index.csv"
    path.write_text(text)
    return path


def test_an_own_list_is_the_offences_themselves_with_its_version(tmp_path):
    path = written(tmp_path, "code,days,version\nhome-office:34B,365,May 2023\n")
    index = sources.harm_index(f"cambridge={path}")
    assert index.days == {"home-office:34B": 365}
    assert index.sentence == "Harm: Cambridge Crime Harm Index, version May 2023."
    ons = written(tmp_path, "code,weight,version\nhome-office:34B,746,2017\n")
    assert "ONS Crime Severity Score" in sources.read_harm_index(ons, family="ons").sentence


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("code,weight,version\na,1,2017\n", SchemaError),  # of the other family
        ("code,days,weight,version\na,1,1,2017\n", SchemaError),  # both
        ("code,days\na,1\n", SchemaError),
        ("", SchemaError),
        ("code,days,version\na,1,2017\na,2,2017\n", DataError),
        ("code,days,version\na,many,2017\n", DataError),
        ("code,days,version\na,-1,2017\n", DataError),
        ("code,days,version\na,1,2017\nb,1,2023\n", DataError),
    ],
)
def test_a_list_laid_out_otherwise_is_refused(tmp_path, text, error):
    with pytest.raises(error):
        sources.read_harm_index(written(tmp_path, text), family="cambridge")


def test_what_is_neither_workbook_nor_csv_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "index.csv"
    path.write_bytes(b"code\xff\xfe\x00")
    with pytest.raises(SchemaError, match="save the list"):
        sources.read_harm_index(path, family="cambridge")
    with pytest.raises(ParameterError, match="cannot be read"):
        sources.read_harm_index(tmp_path / "none.csv", family="ons")
