"""Routing problems and answers that others bring."""

import json

import pytest

from peelian.operations import check_routes
from peelian.sources import answer_json, read_answer, read_problem
from peelian.terms import DataError

PROBLEM = {
    "travel_minutes": [[3, 10, 20], [10, 3, 15], [20, 15, 3]],
    "teams": [
        {"id": "A", "base": 0, "start": 0, "end": 120},
        {"id": 2, "base": 0, "start": 0, "end": 60},
    ],
    "stops": [
        {
            "id": "north",
            "place": 1,
            "minutes": 15,
            "visits": [
                {"value": 4, "open": 0, "close": 60},
                {"value": 2.5, "open": 60, "close": 100},
            ],
        },
        {"id": "never", "place": 1, "minutes": 15, "visits": []},
        {
            "id": 7,
            "place": 2,
            "minutes": 10,
            "visits": [{"value": 3, "open": 0, "close": 100}],
        },
    ],
}
ANSWER = {
    "routes": [
        {"team": 2, "visits": [{"stop": "7", "visit": 0, "start": 20}]},
        {"team": "A", "visits": [{"stop": "north", "visit": 1, "start": 60}]},
    ]
}


def written(path, value):
    path.write_text(json.dumps(value))
    return path


def test_an_answer_is_read_by_names_and_written_as_it_was(tmp_path):
    problem = read_problem(written(tmp_path / "problem.json", PROBLEM))
    routes = read_answer(written(tmp_path / "answer.json", ANSWER), problem)
    assert routes == (((1, 60),), ((2, 20),))
    assert check_routes(problem, routes) == 5.5
    again = json.loads(answer_json(problem, routes, 5.5))
    assert again["value"] == 5.5
    assert again["routes"][0] == {
        "team": "A",
        "visits": [{"stop": "north", "visit": 1, "start": 60}],
    }
    none = read_answer(written(tmp_path / "none.json", {"routes": []}), problem)
    assert none == ((), ())


def test_a_violation_names_team_stop_and_visit(tmp_path):
    problem = read_problem(written(tmp_path / "problem.json", PROBLEM))
    early = {"routes": [{"team": "A", "visits": [{"stop": "north", "visit": 1, "start": 50}]}]}
    routes = read_answer(written(tmp_path / "answer.json", early), problem)
    with pytest.raises(DataError, match="team A, stop north, visit 1: starts at 50, outside"):
        check_routes(problem, routes)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: p.pop("teams"), "'teams' is missing"),
        (lambda p: p["teams"][0].pop("base"), r"teams\[0\]: 'base' is missing"),
        (lambda p: p["teams"][0].update(base=9), "team base: an index is outside 0 to 2"),
        (lambda p: p["teams"][0].update(end=-1), "end after they start"),
        (lambda p: p["teams"][1].update(id="A"), "the id 'A' occurs 2 times"),
        (lambda p: p["stops"][0].update(minutes=1.5), "'minutes' is 1.5, give a whole number"),
        (lambda p: p["stops"][0]["visits"][0].update(value="x"), "'value' is 'x', give a n"),
        (lambda p: p["stops"][0]["visits"][0].update(value=-1), "values must be zero or more"),
        (lambda p: p["stops"][0].update(visits=3), "'visits' is 3, give a list"),
        (lambda p: p["stops"].append(4), r"stops\[3\]: give an object, not 4"),
        (lambda p: p["travel_minutes"].pop(), "square"),
        (lambda p: p["travel_minutes"][0].pop(), "square list of lists"),
        (lambda p: p["travel_minutes"][0].__setitem__(1, "far"), "square list of lists"),
        (lambda p: p["travel_minutes"][0].__setitem__(1, -4), "none negative"),
    ],
)
def test_a_bad_problem_names_the_entry(tmp_path, change, words):
    problem = json.loads(json.dumps(PROBLEM))
    change(problem)
    with pytest.raises(DataError, match=words):
        read_problem(written(tmp_path / "problem.json", problem))


@pytest.mark.parametrize(
    ("route", "words"),
    [
        ({"team": "B", "visits": []}, "no team 'B'"),
        ({"team": "A", "visits": [{"stop": "x", "visit": 0, "start": 0}]}, "no stop 'x'"),
        ({"team": "A", "visits": [{"stop": "never", "visit": 0, "start": 0}]}, "no visit 0"),
        ({"team": "A", "visits": [{"stop": "north", "visit": -1, "start": 0}]}, "no visit -1"),
        ({"team": "A", "visits": [{"stop": "north", "visit": 0}]}, "'start' is missing"),
    ],
)
def test_a_bad_answer_names_the_entry(tmp_path, route, words):
    problem = read_problem(written(tmp_path / "problem.json", PROBLEM))
    with pytest.raises(DataError, match=words):
        read_answer(written(tmp_path / "answer.json", {"routes": [route]}), problem)
    twice = {"routes": [{"team": "A", "visits": []}] * 2}
    with pytest.raises(DataError, match="second route"):
        read_answer(written(tmp_path / "answer.json", twice), problem)


@pytest.mark.parametrize("text", ["", "[", "[1]", '{"teams": NaN}', "[" * 100_000])
def test_a_damaged_file_is_refused(tmp_path, text):
    path = tmp_path / "problem.json"
    path.write_text(text)
    with pytest.raises(DataError, match=r"problem\.json"):
        read_problem(path)
