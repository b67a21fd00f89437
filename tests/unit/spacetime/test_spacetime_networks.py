"""Lines become segments between the points where they meet."""

import numpy as np
import pytest
import shapely

from peelian.spacetime import joined_share, network_within, segment_middles, street_network
from peelian.terms import CoordinateError, ParameterError, StreetNetwork, StudyArea
from streets import TOWN, network_of, squares


def test_ends_that_meet_are_one_node():
    town = network_of(*TOWN)
    assert (town.n_segments, town.n_nodes) == (7, 5)
    node = dict(zip(zip(town.node_x, town.node_y, strict=True), range(5), strict=True))
    assert town.from_node[1] == node[100, 0]
    assert town.to_node[1] == node[160, 80]
    assert joined_share(town) == 1


def test_lines_are_split_where_they_share_a_vertex_and_only_there():
    lines = ("LINESTRING (0 0, 50 0, 100 0)", "LINESTRING (50 40, 50 0)")
    cross = "LINESTRING (25 -9, 25 9)"  # no vertex on the first: a bridge
    made = network_of(*lines, cross, ids=["a", "b", "c"], names=["High St", "", ""])
    assert made.ids.tolist() == ["a", "a", "b", "c"]
    assert made.names.tolist() == ["High St", "High St", "", ""]
    np.testing.assert_allclose(made.length, [50, 50, 40, 18])
    assert made.to_node[0] == made.from_node[1] == made.to_node[2]
    assert joined_share(made) == pytest.approx(140 / 158)
    assert network_of(*lines, cross, only_ends=True).n_segments == 3


def test_a_line_is_split_where_it_meets_itself():
    lasso = network_of("LINESTRING (0 0, 10 0, 20 10, 20 -10, 10 0)")
    np.testing.assert_allclose(lasso.length, [10, 20 + 2 * np.hypot(10, 10)])
    assert lasso.from_node[1] == lasso.to_node[1] == lasso.to_node[0]


def test_two_directions_of_a_street_are_one_segment():
    made = network_of(
        "LINESTRING (0 0, 5 5, 9 0)", "LINESTRING (9 0, 5 5, 0 0)", ids=["a", "b"]
    )
    assert made.ids.tolist() == ["a"]
    other_way_round = network_of("LINESTRING (0 0, 5 5, 9 0)", "LINESTRING (0 0, 5 -5, 9 0)")
    assert other_way_round.n_segments == 2


def test_repeated_points_and_lines_of_no_length_go():
    made = network_of("LINESTRING (0 0, 0 0, 5 0, 5 0)", "LINESTRING (7 7, 7 7.001)")
    np.testing.assert_allclose(made.length, [5])


def test_nothing_makes_an_empty_network():
    empty = network_of()
    assert (empty.n_segments, empty.n_nodes) == (0, 0)
    assert np.isnan(joined_share(empty))
    assert network_within(empty, StudyArea("a", shapely.box(0, 0, 1, 1), "none")).n_nodes == 0


def test_no_metre_is_lost():
    lines = [shapely.LineString(p) for p in np.random.default_rng(1).normal(0, 99, (50, 6, 2))]
    made = street_network(np.array(lines), crs="none")
    assert made.length.sum() == pytest.approx(sum(line.length for line in lines))


def test_a_study_area_keeps_whole_the_segments_that_reach_into_it():
    town = squares(3)
    part = network_within(town, StudyArea("corner", shapely.box(-1, -1, 50, 50), "none"))
    assert part.n_segments == 2
    assert part.n_nodes == 3
    np.testing.assert_allclose(part.length, 100)
    ends = shapely.get_coordinates(shapely.get_point(part.lines, 0))
    np.testing.assert_allclose(ends[:, 0], part.node_x[part.from_node])
    with pytest.raises(CoordinateError, match="read both in one CRS"):
        network_within(town, StudyArea("corner", shapely.box(0, 0, 1, 1), "EPSG:27700"))


def test_middles_lie_half_way_along():
    x, y = segment_middles(network_of("LINESTRING (0 0, 10 0, 10 30)"))
    np.testing.assert_allclose([x, y], [[10], [10]])


def test_what_is_no_line_or_nowhere_is_refused():
    with pytest.raises(ParameterError, match="LineString"):
        street_network(np.array([shapely.Point(0, 0)]), crs="none")
    with pytest.raises(ParameterError, match="finite"):
        street_network(np.array([shapely.LineString([(0, np.inf), (1, 1)])]), crs="none")
    with pytest.raises(CoordinateError, match="project"):
        street_network(np.array([shapely.LineString([(0, 0), (1, 1)])]), crs="EPSG:4326")
    with pytest.raises(ParameterError, match="give one each"):
        network_of(*TOWN, ids=["a"])


def test_a_network_says_what_does_not_fit():
    town = network_of(*TOWN)
    arrays = {name: getattr(town, name) for name in StreetNetwork.__dataclass_fields__}
    with pytest.raises(ParameterError, match="longer than 0 m"):
        StreetNetwork(**{**arrays, "length": town.length * 0})
    with pytest.raises(ParameterError, match="nodes are 0 to 4"):
        StreetNetwork(**{**arrays, "to_node": town.to_node + 1})
    with pytest.raises(ParameterError, match="names has 1 entries"):
        StreetNetwork(**{**arrays, "names": town.names[:1]})
