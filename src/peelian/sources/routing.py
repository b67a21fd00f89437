"""Routing problems and answers that others bring, as JSON."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from peelian.operations import Routes, RoutingProblem, Service
from peelian.terms import DataError, Ints, ParameterError

LARGEST = 64 * 1024 * 1024  # bytes of a file that is read


def read_problem(path: Path) -> RoutingProblem:
    """A routing problem: travel minutes, teams with base and hours, stops with their visits.

    Raises
    ------
    DataError
        If the file is not such a problem; the message names the entry.
    """
    given = _object(_load(path), f"{path}")
    travel = _matrix(_entry(given, "travel_minutes", f"{path}"), f"{path}: travel_minutes")
    teams = _rows(given, "teams", f"{path}")
    stops = _rows(given, "stops", f"{path}")
    visits = [_rows(stop, "visits", where) for where, stop in stops]
    every = [row for rows in visits for row in rows]
    try:
        return RoutingProblem(
            travel=travel,
            team_base=_column(teams, "base"),
            team_start=_column(teams, "start"),
            team_end=_column(teams, "end"),
            stop_place=_column(stops, "place"),
            stop_minutes=_column(stops, "minutes"),
            visit_stop=np.repeat(np.arange(len(stops)), [len(rows) for rows in visits]),
            visit_value=np.array([_number(row, "value", where) for where, row in every]),
            visit_open=_column(every, "open"),
            visit_close=_column(every, "close"),
            team_names=_names(teams, f"{path}: teams"),
            stop_names=_names(stops, f"{path}: stops"),
        )
    except ParameterError as error:
        raise DataError(f"{path}: {error}") from error


def read_answer(path: Path, problem: RoutingProblem) -> Routes:
    """The routes of an answer, in the order of the problem's teams; a team may be left out.

    Raises
    ------
    DataError
        If the file is not an answer, or names a team, stop or visit that the problem has not.
    """
    routes: dict[str, list[Service]] = {}
    for where, row in _rows(_object(_load(path), f"{path}"), "routes", f"{path}"):
        team = str(_entry(row, "team", where))
        if team not in problem.team_names:
            raise DataError(f"{where}: no team {team!r} in the problem")
        if team in routes:
            raise DataError(f"{where}: team {team!r} has a second route")
        routes[team] = [
            Service(_visit(served, problem, at), _whole(served, "start", at))
            for at, served in _rows(row, "visits", f"{where} (team {team})")
        ]
    return tuple(tuple(routes.get(team, [])) for team in problem.team_names)


def answer_json(problem: RoutingProblem, routes: Routes, value: float) -> str:
    """Routes in the published format; the problem must name its teams and stops."""
    first = np.searchsorted(problem.visit_stop, np.arange(problem.n_stops)).tolist()

    def entry(service: Service) -> dict[str, Any]:
        stop = int(problem.visit_stop[service.visit])
        number = service.visit - first[stop]
        return {
            "stop": problem.stop_names[stop],
            "visit": number,
            "start": service.start,
        }

    rows = [
        {"team": team, "visits": [entry(service) for service in route]}
        for team, route in zip(problem.team_names, routes, strict=True)
    ]
    return json.dumps({"value": value, "routes": rows})


def _visit(row: Mapping[str, Any], problem: RoutingProblem, where: str) -> int:
    """Number of the visit that an entry of an answer names."""
    stop = str(_entry(row, "stop", where))
    if stop not in problem.stop_names:
        raise DataError(f"{where}: no stop {stop!r} in the problem")
    own = np.flatnonzero(problem.visit_stop == problem.stop_names.index(stop))
    visit = _whole(row, "visit", where)
    if not 0 <= visit < len(own):
        raise DataError(f"{where}: stop {stop!r} has no visit {visit}")
    return int(own[visit])


def _load(path: Path) -> Any:
    try:
        if path.stat().st_size > LARGEST:
            raise DataError(f"{path}: larger than {LARGEST:,} bytes")
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not JSON ({error})") from error


def _object(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise DataError(f"{where}: give an object, not {_short(value)}")
    return value


def _entry(row: Mapping[str, Any], name: str, where: str) -> Any:
    if name not in row:
        raise DataError(f"{where}: {name!r} is missing")
    return row[name]


def _list(row: Mapping[str, Any], name: str, where: str) -> list[Any]:
    value = _entry(row, name, where)
    if not isinstance(value, list):
        raise DataError(f"{where}: {name!r} is {_short(value)}, give a list")
    return value


def _rows(
    given: Mapping[str, Any], name: str, where: str
) -> list[tuple[str, Mapping[str, Any]]]:
    """The objects of a list, each with where it stands."""
    return [
        (f"{where}: {name}[{k}]", _object(row, f"{where}: {name}[{k}]"))
        for k, row in enumerate(_list(given, name, where))
    ]


def _column(rows: list[tuple[str, Mapping[str, Any]]], name: str) -> Ints:
    return np.array([_whole(row, name, where) for where, row in rows], dtype=np.int64)


def _names(rows: list[tuple[str, Mapping[str, Any]]], noun: str) -> tuple[str, ...]:
    names = tuple(str(_entry(row, "id", where)) for where, row in rows)
    for name, times in Counter(names).items():
        if times > 1:
            raise DataError(f"{noun}: the id {name!r} occurs {times} times")
    return names


def _whole(row: Mapping[str, Any], name: str, where: str) -> int:
    value = _number(row, name, where)
    if value != int(value) or abs(value) > 2**31:
        raise DataError(f"{where}: {name!r} is {_short(row[name])}, give a whole number")
    return int(value)


def _number(row: Mapping[str, Any], name: str, where: str) -> float:
    value = _entry(row, name, where)
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise DataError(f"{where}: {name!r} is {_short(value)}, give a number")
    return float(value)


def _matrix(value: Any, where: str) -> Ints:
    try:
        matrix = np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{where}: give a square list of lists of whole minutes") from error
    whole = np.isfinite(matrix) & (matrix == np.floor(matrix)) & (np.abs(matrix) < 2**31)
    if matrix.ndim != 2 or not whole.all():
        raise DataError(f"{where}: give a square list of lists of whole minutes")
    return matrix.astype(np.int64)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 60 else f"{text[:57]}..."
