"""Any event command on a file that cannot be right, or barely is: told, never a traceback."""

import pytest

from command_line import peelian
from factories import dated_csv

FILE = {"--x": "e", "--y": "n", "--time": "when", "--crs": "EPSG:27700"}
COMMANDS = {
    "count": (),
    "hotspots kde": (),
    "hotspots dual-kde": ("--where", "harm <= 2", "--reference-where", "harm > 0",
                          "--permutations", 9),
    "hotspots change": ("--split", "2018-01-15"),
    "hotspots stability": ("--draws", 9),
    "hotspots gi-star": (),
    "hotspots local-moran": ("--permutations", 9),
    "hotspots emerging": ("--cell-size", 2000),
    "hotspots concentration": ("--draws", 9),
    "hotspots knox": ("--permutations", 9),
    "hotspots near-repeats": (),
    "hotspots scan": ("--runs", 9, "--max-days", 14),
    "forecast": ("--model", "count"),
    "backtest": ("--models", "ewma", "--draws", 9),
}  # fmt: skip
LEARNING = {"hotspots emerging", "forecast", "backtest"}  # need periods to compare


def each(change):
    """Each row but the header, its fields changed."""
    return lambda rows: [rows[0], *(",".join(change(row.split(","))) for row in rows[1:])]


# What is wrong with the file, how the command must end, and what it must say.
FILES = {
    "empty": (lambda rows: [], 10, "the file is empty"),
    "a header alone": (lambda rows: rows[:1], 10, "a header and no rows"),
    "no place at all": (each(lambda f: ["NaN", "", *f[2:]]), 10, "none of"),
    "infinite": (each(lambda f: ["1e400", "inf", *f[2:]]), 10, "bad-coordinates in e"),
    "no dates": (each(lambda f: [*f[:2], "soon", f[3]]), 10, "bad-date in when"),
    "all in the future": (each(lambda f: [*f[:2], "2218-01-01", f[3]]), 10, "in the future"),
}
# Barely a file of events: there is an answer, or a reason why there is none.
BARELY = {
    "one row": lambda rows: rows[:2],
    "all at one place": each(lambda f: ["580000", "205000", *f[2:]]),
    "all on one day": each(lambda f: [*f[:2], "2018-01-15T12:00", f[3]]),
}
# A good file, asked for wrongly.
WORDS = {
    "a column that is not there": ({"--x": "easting"}, 10, 'missing column "easting"'),
    "a column misspelt": ({"--time": "whem"}, 10, 'is it "when"?'),
    "an enormous cell": ({"--cell-size": 1e9}, 11, "give less"),
    "a negative cell": ({"--cell-size": -5}, 11, "-5"),
    "a cell too small": ({"--cell-size": 0.01}, 11, "m or more"),
    "no number for a cell": ({"--cell-size": "nan"}, 11, "cell size"),
    "the wrong CRS": ({"--crs": "EPSG:4326"}, 10, "look like metres"),
    "no such CRS": ({"--crs": "EPSG:99999999"}, 10, "is not known"),
    "weights that are no numbers": ({"--weight": "when"}, 10, "bad-number in when"),
    "no such format": ({"--format": "xml"}, 11, "give one of table, csv, json, geojson"),
    "no such kind of cell": ({"--cell-kind": "round"}, 11, "square, hexagon or areas"),
    "areas that are not there": ({"--areas": "no.geojson"}, 11, "no.geojson"),
}


def asked(command, path, **given):
    words = [word for pair in {**FILE, **given}.items() for word in pair]
    return peelian(*command.split(), path, *COMMANDS[command], *words)


def refused(ended, code, said):
    assert ended.out == ""
    message = ended.err.splitlines()[-1]
    assert message.startswith("Error: ")
    assert said in message
    assert ended.code == code


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return dated_csv(tmp_path_factory.mktemp("good") / "good.csv", weeks=12, per_day=2)


def changed(good, path, change):
    path.write_text("".join(f"{row}\n" for row in change(good.read_text().splitlines())))
    return path


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_used_is_refused(good, tmp_path, command, case):
    change, code, said = FILES[case]
    refused(asked(command, changed(good, tmp_path / "bad.csv", change)), code, said)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("case", WORDS)
def test_a_good_file_asked_for_wrongly_is_refused(good, command, case):
    given, code, said = WORDS[case]
    if case == "a column misspelt" and "where" in str(COMMANDS[command]):
        said = 'missing column "whem"'
    refused(asked(command, good, **given), code, said)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("case", BARELY)
def test_hardly_any_events_give_an_answer_or_a_reason(good, tmp_path, command, case):
    path = changed(good, tmp_path / "few.csv", BARELY[case])
    ended = asked(command, path, **{"--format": "csv"})
    assert ended.code in (0, 10, 11)
    assert "Traceback" not in ended.err
    if ended.code:
        assert ended.err.splitlines()[-1].startswith("Error: ")
    if command in LEARNING and case != "all at one place":
        assert ended.code, "one day teaches no trend"


@pytest.mark.parametrize("command", COMMANDS)
def test_rows_that_cannot_be_used_are_counted_and_told(good, tmp_path, command):
    def change(rows):
        return [row if i % 3 else "," + row.partition(",")[2] for i, row in enumerate(rows, 2)]

    path = changed(good, tmp_path / "some.csv", lambda rows: [rows[0], *change(rows[1:])])
    ended = asked(command, path, **{"--format": "csv"})
    assert ended.code == 0, ended.err
    assert "rows of some.csv: no-coordinates in e (" in ended.err
