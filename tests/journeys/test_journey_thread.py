"""The whole thread on the bundled Essex data: rows to tomorrow's patrol pack, and back."""

import json
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from command_line import peelian
from peelian import reports, sources

ROWS = 149_906
CAUTION = "The data give the month and a displaced place"
FILES = {
    "map.html", "map.geojson", "pack.pdf", "plan.csv", "plan.csv.provenance.json",
    "backtest.csv", "backtest.csv.provenance.json", "districts.csv",
    "districts.csv.provenance.json",
}  # fmt: skip
DISTRICTS = (
    "Basildon", "Braintree", "Brentwood", "Castle Point", "Chelmsford", "Colchester",
    "Epping Forest", "Harlow", "Maldon", "Rochford", "Southend-on-Sea", "Tendring", "Thurrock",
    "Uttlesford",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("essex")


@pytest.fixture(scope="module")
def shown(folder):
    """What the demo prints; run once for all that follows."""
    ended = peelian("demo", "--folder", folder)
    assert (ended.code, ended.err) == (0, "")
    return ended.out


@pytest.fixture(scope="module")
def parts(shown):
    """The parts of it, by the number of their heading."""
    pieces = re.split(r"\n(\d)\. .*\n-+\n|\nFiles\n-+\n", shown)[1:]
    return dict(zip([int(n or 8) for n in pieces[::2]], pieces[1::2], strict=True))


def numbers(line):
    return [int(n) for n in re.findall(r"\b\d+\b", line)]


def test_every_row_is_read_and_accounted_for(parts):
    (line,) = (text for text in parts[1].splitlines() if "no-coordinates" in text)
    read, accepted, refused, *by_reason = numbers(line.split("  ", 2)[2])
    assert read == ROWS
    assert accepted + refused == ROWS
    assert sum(by_reason) == refused > 0


def test_repeated_points_are_led_by_the_airport(parts):
    assert re.search(r"\b9\d\.\d % of rows share a point", parts[2])
    table = [line for line in parts[2].splitlines() if re.match(r" *\d+  ", line)]
    assert len(table) == 10
    assert "Airport/Airfield" in table[0]
    assert "the fullest point is On or near Airport/Airfield with" in parts[2]
    assert "naive map puts it first" in parts[2]


def test_districts_have_rates_with_intervals(parts):
    for name in DISTRICTS:
        (line,) = (text for text in parts[3].splitlines() if text.startswith(f"{name} "))
        n, population, rate, low, high = (float(v) for v in line[len(name) :].split())
        assert n > 500
        assert rate == pytest.approx(1000 * n / population, abs=0.006)
        assert low < rate < high
    assert "over the 273 days held" in parts[3]
    assert "per 1,000" in parts[3]
    assert "95 %" in parts[3]


def test_the_backtest_finds_no_detectable_difference(parts):
    for model in ("ewma", "gamma-poisson"):
        (line,) = (text for text in parts[4].splitlines() if text.startswith(f"{model} "))
        assert line.endswith("no detectable difference from counting past offences")
    assert re.search(r"^count +4\d\d\d ", parts[4], re.MULTILINE)
    assert "6 origins" in parts[4]
    assert "95 % intervals" in parts[4]


def test_the_model_used_and_why(parts):
    (line,) = (text for text in parts[5].splitlines() if text.startswith("model "))
    assert line.startswith("model count: ")
    assert "too few to choose by" in line


def test_hot_spots_come_with_how_stable_they_are(parts):
    header, _, *rows = (
        line for line in parts[5].splitlines() if re.match(r"rank|-{3}| +\d+  ", line)
    )
    assert "stability" in header
    assert len(rows) == 15
    assert "PAI" in parts[5]
    assert "Airport" not in "".join(rows)  # it leads only a naive map


def test_tomorrows_plan_is_for_eight_teams(parts):
    assert "Plan for Saturday 1 December 2018" in parts[6]
    teams = [line for line in parts[6].splitlines() if line.startswith("Team ")]
    assert len(teams) == 8
    for line in teams:
        stops, _, back = re.search(r"(\d+) +(\d+)  (\d\d:\d\d)", line).groups()
        assert 1 <= int(stops) <= 32
        assert "14:00" < back <= "22:00"
    assert "assumed" in parts[6]


def test_the_caution_is_on_the_screen_on_the_map_and_in_the_pack(shown, folder):
    assert CAUTION in shown
    assert "an assumption, not a finding" in shown
    assert CAUTION in (folder / "map.html").read_text()
    text = " ".join(
        "".join(page.extract_text() for page in PdfReader(folder / "pack.pdf").pages).split()
    )
    assert CAUTION in text
    assert len(PdfReader(folder / "pack.pdf").pages) == 8


def test_the_files_are_named_and_are_there(parts, folder):
    named = {Path(line).name for line in parts[8].splitlines() if line.startswith(str(folder))}
    assert named == {*FILES, "public-site"}
    assert {path.name for path in folder.iterdir() if path.is_file()} == FILES
    assert f"Open {folder / 'map.html'} or {folder / 'public-site' / 'index.html'}" in parts[8]
    assert "http://127.0.0.1:8000/" in parts[8]


def test_the_public_pages_are_released_and_made_again(parts, folder):
    assert re.search(r"released as \S+: \d+ counts shown, \d+ withheld", parts[7])
    pages = {path.name for path in (folder / "public-site").rglob("*.html")}
    assert {"index.html", "robbery.html", "help.html", "harlow.html", "maldon.html"} <= pages
    ended = peelian("reproduce", folder / "public-site", "--store", folder / "store")
    assert "every byte the same" in ended.out


def test_the_map_is_one_file_that_fetches_nothing(shown, folder):
    page = (folder / "map.html").read_text()
    fetched = re.findall(
        r"""<(?:script|link|img|iframe)[^>]*(?:src|href)=["']?https?:""", page
    )
    assert fetched == []
    assert len(page) < 4_000_000


def test_a_second_ingest_adds_nothing(shown, folder):
    ended = peelian(
        "ingest", sources.essex_street_path(), "--store", folder / "store", "--format", "json"
    )
    (row,) = json.loads(ended.out)
    assert row["already_held"]
    assert row["read"] == row["accepted"] + row["refused"] == ROWS
    columns = peelian("count", "--by", "month", "--store", folder / "store", "--format", "csv")
    held = [line.split(",")[1] for line in columns.out.splitlines()[1:]]
    assert held.count("true") == 9
    assert len(held) == 11  # August and September are not held


def test_the_plan_and_its_draw_are_kept(shown, folder):
    (kept,) = (folder / "store" / "artefacts" / "plan").iterdir()
    draw = (kept / "draw.csv").read_text().splitlines()
    assert "probability" in draw[0]
    assert len(draw) == 81


@pytest.mark.parametrize("name", sorted(f for f in FILES if not f.endswith("nce.json")))
def test_every_file_is_made_again_byte_for_byte(shown, folder, name):
    path = folder / name
    ended = peelian("reproduce", path, "--store", folder / "store")
    assert ended.err == ""
    assert f"every byte the same ({path.stat().st_size:,} bytes)" in ended.out
    assert reports.read_provenance(path).ingredients[0].read == ROWS
