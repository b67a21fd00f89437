"""Sinks by name, and points on which rows pile up."""

import numpy as np
import pytest

from peelian.offences import Sink, repeated_points, repeated_share, sink_kinds, sink_mask
from peelian.terms import Events, ParameterError

SINKS = (
    Sink("hospital", ("Hospital",), ("Hospital",), "reported there"),
    Sink("airport", ("Airport/Airfield",), ("Airport",), "recorded there"),
)


def events(x, places, y=None):
    n = len(x)
    return Events(
        x=np.array(x, dtype=float),
        y=np.array(y if y is not None else np.zeros(n), dtype=float),
        start=np.zeros(n, dtype="datetime64[s]"),
        end=np.zeros(n, dtype="datetime64[s]"),
        weight=np.ones(n),
        offence=np.full(n, "a:b"),
        place=np.array(places, dtype=np.str_),
        area_code=np.full(n, ""),
    )


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("On or near Hospital", "hospital"),
        ("on or near  worthing hospital ", "hospital"),
        ("On or near Hospital Road", ""),
        ("On or near Hospitality", ""),
        ("Stansted Airport", "airport"),
        ("On or near Airport/Airfield", "airport"),
        ("", ""),
        ("No Location", ""),
    ],
)
def test_a_sink_is_told_by_its_whole_name_or_its_last_words(place, kind):
    assert sink_kinds(np.array([place]), SINKS).tolist() == [kind]
    assert sink_mask(events([1], [place]), SINKS).tolist() == [bool(kind)]


def test_no_events_have_no_sinks():
    assert sink_mask(events([], []), SINKS).shape == (0,)


def test_the_most_repeated_points_come_first_and_single_ones_never():
    many = events(
        [5, 1, 1, 1, 2, 2, 3, 3, 9],
        ["a", "b", "On or near Hospital", "On or near Hospital", "c", "c", "d", "d", "e"],
        [0, 0, 0, 0, 7, 7, 6, 6, 0],
    )
    table = repeated_points(many, 2, sinks=SINKS)
    assert table.columns["n"].tolist() == [3, 2]
    assert table.columns["place"].tolist() == [
        "On or near Hospital",
        "d",
    ]  # tie: from the south
    assert table.columns["sink"].tolist() == ["hospital", ""]
    assert table.columns["rank"].tolist() == [1, 2]
    assert table.columns["share"].tolist() == pytest.approx([3 / 9, 2 / 9])
    assert len(repeated_points(many, 10)) == 3
    assert repeated_share(many) == pytest.approx(7 / 9)


def test_nothing_and_a_wrong_k():
    assert len(repeated_points(events([], []))) == 0
    assert np.isnan(repeated_share(events([], [])))
    assert repeated_share(events([1, 2], ["a", "b"])) == 0
    with pytest.raises(ParameterError, match="k = -1"):
        repeated_points(events([1], ["a"]), -1)
