"""Minutes along streets: a chequerboard by hand, and what is not joined to it."""

from dataclasses import replace

import numpy as np
import pytest

from peelian.operations import road_minutes, road_travel, straight_line, street_speeds
from peelian.operations.roads import UNREACHABLE
from peelian.terms import Base, ParameterError, Spots, Team
from streets import network_of, squares

TOWN = squares(20)  # 20 x 20 blocks of 100 m


def test_on_foot_the_way_goes_round_the_blocks():
    x, y = np.array([0.0, 400.0, 2000.0]), np.array([0.0, 300.0, 2000.0])
    minutes = road_minutes(x, y, TOWN, mode="foot")
    assert minutes.tolist() == [[0, 9, 50], [9, 0, 42], [50, 42, 0]]  # 700, 4000, 3300 m / 80


def test_a_vehicle_drives_and_parks_unless_walking_is_quicker():
    x, y = np.array([0.0, 100.0, 2000.0]), np.array([0.0, 0.0, 2000.0])
    fast = replace(TOWN, kinds=np.full(TOWN.n_segments, "primary"))  # 45 km/h = 750 m/min
    minutes = road_minutes(x, y, fast, mode="vehicle")
    assert minutes[0].tolist() == [0, 2, 9]  # 100 m walked; 3 + 4000 / 750


def test_streets_closed_to_vehicles_are_driven_round():
    three = network_of(
        "LINESTRING (0 0, 2000 0)",
        "LINESTRING (0 0, 1000 3000)",
        "LINESTRING (1000 3000, 2000 0)",
        kinds=["footway", "primary", "primary"],
    )
    x, y = np.array([0.0, 2000.0]), np.zeros(2)
    assert road_minutes(x, y, three, mode="foot")[0, 1] == 25
    way = 2 * np.hypot(1000, 3000)
    assert road_minutes(x, y, three, mode="vehicle")[0, 1] == np.ceil(3 + way / 750)


def test_the_quickest_of_two_streets_between_the_same_junctions_counts():
    two = network_of("LINESTRING (0 0, 800 0)", "LINESTRING (0 0, 400 300, 800 0)")
    x, y = np.array([0.0, 800.0]), np.zeros(2)
    assert road_minutes(x, y, two, mode="foot")[0, 1] == 10


def test_a_place_is_walked_to_from_the_nearest_junction():
    x, y = np.array([0.0, 1000.0]), np.array([0.0, 40.0])
    assert road_minutes(x, y, TOWN, mode="foot")[0, 1] == 13  # 1000 m and 40 m, of 80 a minute


def test_what_is_far_from_every_street_or_in_a_part_of_its_own_is_not_reached():
    split = network_of("LINESTRING (0 0, 1000 0)", "LINESTRING (5000 0, 5100 0)")
    x, y = np.array([0.0, 1000.0, 5000.0, 9000.0]), np.zeros(4)
    minutes = road_minutes(x, y, split, mode="vehicle")
    assert minutes[0, 1] < 10
    assert (minutes[0, 2:] == UNREACHABLE).all()
    assert minutes[3, 3] == UNREACHABLE


def test_the_roads_take_no_less_than_the_straight_line():
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 2000, (2, 30))
    minutes = road_minutes(x, y, TOWN, mode="foot")
    straight = np.hypot(x[:, None] - x, y[:, None] - y) / 80
    assert np.all(minutes >= straight - 1e-9)
    assert np.array_equal(minutes, minutes.T)
    for k in range(30):  # the triangle, but for rounding up twice
        assert np.all(minutes <= minutes[:, [k]] + minutes[[k], :])


def test_a_second_definition_agrees():
    """Bellman's equations, by repeated relaxation over all streets."""
    x, y = TOWN.node_x[::37], TOWN.node_y[::37]
    best = np.full((len(x), TOWN.n_nodes), np.inf)
    best[np.arange(len(x)), np.arange(TOWN.n_nodes)[::37]] = 0
    for _ in range(45):
        for a, b in ((TOWN.from_node, TOWN.to_node), (TOWN.to_node, TOWN.from_node)):
            np.minimum.at(best, (slice(None), b), best[:, a] + TOWN.length)
    expected = np.ceil(best[:, np.arange(TOWN.n_nodes)[::37]] / 80 - 1e-9)
    assert np.array_equal(road_minutes(x, y, TOWN, mode="foot"), expected)


def test_speeds_by_class_in_both_vocabularies():
    kinds = np.array(
        ["A Road, Collapsed Dual Carriageway", "residential / primary", "steps", "", "odd"]
    )
    assert street_speeds(kinds).tolist() == [45.0, 45.0, 0.0, 25.0, 25.0]


def spots(x, names):
    n = len(x)
    return Spots(np.arange(n), np.array(x), np.zeros(n), np.ones(n), names)


def test_a_plan_is_told_what_its_ways_rest_on_and_which_spots_no_way_leads_to():
    split = network_of("LINESTRING (0 0, 1000 0)", "LINESTRING (5000 0, 5100 0)")
    teams = (Team("One", Base("West", 0.0, 0.0), 0, 480),)
    travel = road_travel(spots([1000.0, 5000.0], ("Near", "Island")), teams, split)
    assert travel.minutes.shape == (2, 3, 3)
    said = " ".join(travel.said)
    assert "each is taken both ways" in said
    assert "so not reachable: 'Island'" in said
    assert "straight line" in straight_line(spots([1000.0], ("Near",)), teams).said[0]


def test_a_spot_only_a_path_leads_to_is_reached_on_foot():
    path = network_of(
        "LINESTRING (0 0, 1000 0)", "LINESTRING (1000 0, 2000 0)", kinds=["primary", "path"]
    )
    teams = (Team("One", Base("West", 0.0, 0.0), 0, 480, mode="foot"),)
    travel = road_travel(spots([2000.0], ("Park",)), teams, path)
    assert travel.minutes[:, 1, 0].tolist() == [25, 25]


@pytest.mark.parametrize(
    ("x", "mode", "says"),
    [([0.0, np.nan], "foot", "a place has no coordinates"), ([0.0, 1.0], "boat", "'boat'")],
)
def test_bad_places_and_modes_are_named(x, mode, says):
    with pytest.raises(ParameterError, match=says):
        road_minutes(np.array(x), np.zeros(2), TOWN, mode=mode)


def test_a_base_off_the_network_is_named():
    teams = (Team("One", Base("Abroad", 9e5, 9e5), 0, 480),)
    with pytest.raises(ParameterError, match="base 'Abroad' lies further than 300 m"):
        road_travel(spots([1000.0], ("Near",)), teams, TOWN)


def test_no_place_at_all():
    assert road_minutes(np.array([]), np.array([]), TOWN, mode="vehicle").shape == (0, 0)
