"""``peelian plan`` for a problem in a file."""

import json

import pytest

from command_line import peelian

PROBLEM = {
    "travel_minutes": [[0, 5, 5], [5, 0, 5], [5, 5, 0]],
    "teams": [{"id": "A", "base": 0, "start": 0, "end": 60}],
    "stops": [
        {
            "id": "x",
            "place": 1,
            "minutes": 15,
            "visits": [{"value": 2, "open": 0, "close": 45}],
        },
        {
            "id": "y",
            "place": 2,
            "minutes": 15,
            "visits": [{"value": 3, "open": 0, "close": 45}],
        },
    ],
}


@pytest.fixture
def problem(tmp_path):
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(PROBLEM))
    return path


def test_a_problem_is_solved_and_its_answer_checked(problem, tmp_path):
    solved = peelian("plan", "--problem", problem, "--seconds", 0.5, "--format", "json")
    assert solved.code == 0
    assert json.loads(solved.out)["value"] == 5
    answer = tmp_path / "answer.json"
    answer.write_text(solved.out)
    assert peelian("plan", "--check", problem, answer) == (0, "5\n", "")


def test_a_violation_is_printed_with_exit_code_one(problem, tmp_path):
    answer = tmp_path / "answer.json"
    served = [{"stop": "x", "visit": 0, "start": 2}]
    answer.write_text(json.dumps({"routes": [{"team": "A", "visits": served}]}))
    ended = peelian("plan", "--check", problem, answer)
    assert ended.code == 1
    assert ended.out == (
        "not valid: team A, stop x, visit 0: starts at minute 2, there only at 5\n"
    )


def test_a_problem_that_cannot_be_read_is_an_error(tmp_path):
    ended = peelian("plan", "--problem", tmp_path / "none.json", "--seconds", 1)
    assert ended.code == 10
    assert "cannot be read" in ended.err


def test_seconds_must_be_some(problem):
    assert peelian("plan", "--problem", problem, "--seconds", 0).code == 11
