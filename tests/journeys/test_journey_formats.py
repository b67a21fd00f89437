"""The same events as CSV, GeoJSON, Parquet and GeoParquet: every command, the same table."""

import csv
import io
import json

import geopandas
import pandas as pd
import pytest

from command_line import peelian
from factories import dated_csv

CRS = ("--crs", "EPSG:27700", "--time", "when")
PLAIN = ("--x", "e", "--y", "n", *CRS)
# Points need no columns named; a plain table does.
READ = {"csv.gz": PLAIN, "parquet": PLAIN, "geojson": CRS, "geo.parquet": CRS, "gpkg": CRS}
COMMANDS = {
    "count": (),
    "hotspots kde": ("--weight", "harm"),
    "hotspots dual-kde": ("--where", "harm <= 2", "--reference-where", "harm > 2",
                          "--permutations", 19),
    "hotspots change": ("--split", "2018-02-12"),
    "hotspots stability": ("--draws", 19),
    "hotspots gi-star": ("--weight", "harm"),
    "hotspots local-moran": ("--permutations", 19),
    "hotspots emerging": ("--cell-size", 2000),
    "hotspots concentration": ("--draws", 19),
    "hotspots knox": ("--permutations", 19, "--weight", "harm"),
    "hotspots near-repeats": (),
    "hotspots scan": ("--runs", 9, "--max-days", 14),
    "forecast": ("--model", "count", "--weight", "harm"),
}  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """One file in every format."""
    folder = tmp_path_factory.mktemp("files")
    table = pd.read_csv(dated_csv(folder / "events.csv", weeks=12, per_day=2))
    table.to_csv(folder / "events.csv.gz", index=False)
    table.to_parquet(folder / "events.parquet")
    points = geopandas.points_from_xy(table["e"], table["n"])
    frame = geopandas.GeoDataFrame(table[["when", "harm"]], geometry=points, crs="EPSG:27700")
    frame.to_parquet(folder / "events.geo.parquet")
    frame.to_file(folder / "events.gpkg")
    features = json.loads(frame.to_json(drop_id=True))
    (folder / "events.geojson").write_text(json.dumps(features))
    return folder


def told(command, path, words):
    ended = peelian(
        *command.split(), path, *words, *COMMANDS[command], "-q", "--format", "csv"
    )
    assert ended.code == 0, ended.err
    return ended.out


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_writes_geojson_with_the_columns_of_its_table(files, command):
    words = [files / "events.csv", *PLAIN, *COMMANDS[command], "-q"]
    ended = peelian(*command.split(), *words, "--format", "geojson")
    assert ended.code == 0, ended.err
    features = json.loads(ended.out)["features"]
    rows = list(csv.reader(io.StringIO(told(command, files / "events.csv", PLAIN))))
    assert len(features) == len(rows) - 1
    assert set(features[0]["properties"]) == set(rows[0])
    placed = command not in ("hotspots knox", "hotspots concentration")
    assert all((one["geometry"] is not None) == placed for one in features)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_gives_one_table_whatever_the_format(files, command):
    first = told(command, files / "events.csv", PLAIN)
    assert list(csv.reader(io.StringIO(first)))[1:]
    for suffix, words in READ.items():
        assert told(command, files / f"events.{suffix}", words) == first, suffix
