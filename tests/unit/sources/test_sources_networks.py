"""Street networks from every format, and what is said of files that cannot be read."""

import gzip
import shutil
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

from peelian.sources import read_network
from peelian.terms import (
    CoordinateError,
    CoverageError,
    DataError,
    ParameterError,
    SchemaError,
)

DATA = Path(__file__).parents[2] / "data"
LEEDS = DATA / "leeds_university.osm.pbf"
CAMBRIDGE = DATA / "cambridge_streets.graphml.gz"
MIDDLESBROUGH = DATA / "middlesbrough_streets.csv"

TWO_WAYS = """<?xml version="1.0"?>
<osm version="0.6">
 <node id="1" lat="54.57" lon="-1.23"/><node id="2" lat="54.571" lon="-1.23"/>
 <node id="3" lat="54.572" lon="-1.23"/><node id="4" lat="54.571" lon="-1.24"/>
 <way id="7"><nd ref="1"/><nd ref="2"/><nd ref="3"/>
  <tag k="highway" v="residential"/><tag k="name" v="High Street"/></way>
 <way id="8"><nd ref="2"/><nd ref="4"/><tag k="highway" v="KIND"/>TAGS</way>
</osm>
"""


def osm(folder, kind="footway", tags=""):
    """An extract of a street and a path that leaves it half-way."""
    file = folder / "small.osm"
    file.write_text(TWO_WAYS.replace("KIND", kind).replace("TAGS", tags))
    return file


def graphml(folder, change=lambda text: text):
    """The Cambridge graph, changed."""
    file = folder / "changed.graphml"
    file.write_text(change(gzip.decompress(CAMBRIDGE.read_bytes()).decode()))
    return file


def frame():
    """A crossroads whose lines are split nowhere, as a GeoDataFrame."""
    lines = ["LINESTRING (0 0, 50 0, 100 0)", "LINESTRING (50 -40, 50 0, 50 40)"]
    shapes = shapely.transform(
        shapely.from_wkt(lines), lambda xy: np.add(xy, [449_000, 520_000])
    )
    return geopandas.GeoDataFrame(
        {"id": ["a", "b"], "Name": ["High Street", None], "class": ["A", "B"]},
        geometry=shapes,
        crs="EPSG:27700",
    )


def test_an_osm_extract_is_split_at_junctions_without_what_one_cannot_walk():
    read = read_network(LEEDS)
    network = read.network
    assert (network.n_segments, network.crs) == (307, "EPSG:27700")
    assert network.length.sum() == pytest.approx(10_858, abs=1)
    assert set(network.kinds) >= {"footway", "residential", "steps"}
    assert "corridor" not in network.kinds
    assert (read.ingredient.read, read.ingredient.refused) == (180, 1)
    assert "left out of the network: 1 lines" in read.said[-1]
    assert network.names[network.ids == "4419868"].tolist() == ["Cannon Walk"] * 2


def test_a_way_is_split_where_another_leaves_it(tmp_path):
    network = read_network(osm(tmp_path)).network
    assert network.ids.tolist() == ["7", "7", "8"]
    assert network.names.tolist() == ["High Street", "High Street", ""]
    assert np.bincount(np.append(network.from_node, network.to_node)).max() == 3


@pytest.mark.parametrize(
    ("kind", "tags", "why"),
    [
        ("motorway", "", "1 lines that are no street or path one walks (motorway 1)"),
        ("construction", "", "construction 1"),
        ("footway", '<tag k="footway" v="sidewalk"/>', "1 pavements and crossings"),
    ],
)
def test_what_is_no_street_or_only_its_pavement_is_left_out(tmp_path, kind, tags, why):
    read = read_network(osm(tmp_path, kind, tags))
    assert set(read.network.ids) == {"7"}
    assert why in read.said[-1]
    assert read.ingredient.refused == 1


def test_one_way_pairs_of_a_graph_are_one_segment():
    read = read_network(CAMBRIDGE)
    assert (read.ingredient.read, read.network.n_segments) == (27, 16)
    assert "Saint Andrew's Street" in read.network.names
    assert read.network.length.sum() == pytest.approx(1883, abs=1)


def test_an_edge_without_geometry_is_straight_and_several_names_are_joined(tmp_path):
    file = tmp_path / "small.graphml"
    file.write_text(
        '<graphml><key id="a" attr.name="x"/><key id="b" attr.name="y"/>'
        '<key id="c" attr.name="crs"/><key id="n" attr.name="name"/><graph>'
        '<node id="1"><data key="a">0</data><data key="b">0</data></node>'
        '<node id="2"><data key="a">30</data><data key="b">40</data></node>'
        '<edge source="1" target="2"><data key="n">[\'North\', \'South\']</data></edge>'
        '<edge source="2" target="1"/><data key="c">EPSG:27700</data></graph></graphml>'
    )
    network = read_network(file).network
    assert network.length.tolist() == [50]
    assert network.names.tolist() == ["North / South"]


@pytest.mark.parametrize("kind", ["gpkg", "shp", "geojson", "zip", "parquet", "wkt", "csv"])
def test_every_table_of_lines_gives_the_same_network(tmp_path, kind):
    file, table = tmp_path / f"streets.{kind}", frame()
    given = {}
    if kind == "parquet":
        table.to_parquet(file)
    elif kind == "geojson":
        table.to_crs("EPSG:4326").to_file(file)
    elif kind in ("wkt", "csv"):
        given = {"file_crs": "EPSG:27700"}
        plain = table.drop(columns="geometry").assign(wkt=table.geometry.to_wkt())
        if kind == "csv":
            plain.to_csv(file, index=False)
        else:
            plain.to_parquet(file)
    else:
        folder = tmp_path / "shape"
        folder.mkdir()
        table.to_file(folder / "streets.shp" if kind != "gpkg" else file)
        file = folder / "streets.shp" if kind == "shp" else file
        if kind == "zip":
            shutil.make_archive(str(file.with_suffix("")), "zip", folder)
    read = read_network(file, **given)
    network = read.network
    assert network.n_segments == 4
    assert (network.n_nodes, read.ingredient.read) == (5, 2)
    np.testing.assert_allclose(np.sort(network.length), [40, 40, 50, 50], atol=0.05)
    assert network.names.tolist() == ["High Street", "High Street", "", ""]
    assert network.kinds.tolist() == ["A", "A", "B", "B"]
    assert "split where they share a vertex" in read.said[1]


def test_shapes_that_are_no_lines_are_counted_and_touching_parts_joined(tmp_path):
    table = frame().iloc[[0, 1, 0]]
    parts = shapely.from_wkt("MULTILINESTRING ((0 0, 1 0), (1 0, 9 0))")
    table.geometry = [parts, shapely.Point(0, 0), None]
    table.to_file(tmp_path / "mixed.gpkg")
    read = read_network(tmp_path / "mixed.gpkg", crs="none")
    assert read.network.length.tolist() == [9]
    assert (read.ingredient.read, read.ingredient.refused) == (3, 2)
    assert "2 shapes that are not lines" in read.said[-1]


def test_a_network_that_hardly_hangs_together_says_so(tmp_path):
    table = frame()
    table.geometry = shapely.from_wkt(
        ["LINESTRING (0 5, 9 5)", "LINESTRING (5 0, 5 9)"]  # they cross, as over a bridge
    )
    table.to_file(tmp_path / "loose.gpkg")
    said = read_network(tmp_path / "loose.gpkg", crs="none").said
    assert "50.0% of it in one part" in said[0]
    table.loc[2] = ["c", "", "", shapely.from_wkt("LINESTRING (20 0, 20 9)")]
    table.to_file(tmp_path / "loose.gpkg")
    said = read_network(tmp_path / "loose.gpkg", crs="none").said
    assert "hardly hangs together" in said[1]


def test_a_table_that_does_not_say_its_crs_has_to_be_told():
    with pytest.raises(CoordinateError, match="--network-crs EPSG:27700"):
        read_network(MIDDLESBROUGH)
    told = read_network(MIDDLESBROUGH, file_crs="EPSG:27700").network
    assert told.n_segments == 259
    with pytest.raises(CoordinateError, match="off the grid"):
        read_network(MIDDLESBROUGH, file_crs="EPSG:4326")
    with pytest.raises(CoordinateError, match="say --crs none for both"):
        read_network(MIDDLESBROUGH, file_crs="none")
    with pytest.raises(CoordinateError, match="streets in the same coordinates"):
        read_network(LEEDS, crs="none")
    assert read_network(MIDDLESBROUGH, crs="none").network.n_segments == 259


def test_a_name_without_end_is_cut(tmp_path):
    """An array of text is as wide as its longest entry."""
    name = "a" * 1_000_000
    file = graphml(tmp_path, lambda t: t.replace("Saint Andrew's Street", name, 1))
    assert read_network(file).network.names.dtype.itemsize <= 200 * 4


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">'
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
OUTSIDE = '<!DOCTYPE graphml SYSTEM "file:///etc/passwd">'


@pytest.mark.parametrize("head", [BOMB, OUTSIDE])
@pytest.mark.parametrize("kind", ["graphml", "osm"])
def test_entities_are_never_expanded_nor_fetched(tmp_path, head, kind):
    file = graphml(tmp_path) if kind == "graphml" else osm(tmp_path)
    text = file.read_text().partition("?>")[2].replace("High Street", "&i;")
    file.write_text(head + text)
    with pytest.raises(DataError, match="document type"):
        read_network(file)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("file", [LEEDS, CAMBRIDGE])
def test_a_file_cut_off_anywhere_says_so(tmp_path, file, share):
    data = file.read_bytes()
    cut = tmp_path / file.name
    cut.write_bytes(data[: int(share * len(data))])
    with pytest.raises(DataError, match="cut off"):
        read_network(cut)


def test_xml_cut_off_says_so(tmp_path):
    for file in (graphml(tmp_path), osm(tmp_path)):
        file.write_text(file.read_text()[:-40])
        with pytest.raises(DataError, match="cut off or damaged"):
            read_network(file)


def test_no_damaged_byte_of_an_extract_ends_in_anything_but_an_error_of_ours(tmp_path):
    data, rng = LEEDS.read_bytes(), np.random.default_rng(1)
    refused = 0
    for at in rng.integers(0, len(data), 40):
        spoilt = bytearray(data)
        spoilt[at] ^= 1 << int(rng.integers(0, 8))
        file = tmp_path / "spoilt.osm.pbf"
        file.write_bytes(bytes(spoilt))
        try:
            read_network(file)
        except DataError:
            refused += 1
    assert refused >= 38  # a bit of the header may do no harm


def without(text, part):
    return text.replace(part, "")


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (lambda t: t.replace('attr.name="x"', 'attr.name="lon"'), SchemaError, "no x and y"),
        (lambda t: t.replace('target="', 'target="0'), SchemaError, "does not have"),
        (lambda t: t.partition("<edge")[0] + "</graph></graphml>", CoverageError, "no edges"),
        (lambda t: without(t, "epsg:4326"), CoordinateError, "does not say its CRS"),
        (lambda t: t.replace("epsg:4326", "nonsense"), CoordinateError, "not a known CRS"),
        (lambda t: t.replace("<graphml", "<kml"), DataError, "cut off|neither GraphML"),
        (lambda t: t.replace(">residential<", ">motorway<"), None, ""),
    ],
)
def test_a_graph_that_is_not_as_it_should_be(tmp_path, change, error, says):
    file = graphml(tmp_path, change)
    if error is None:
        assert read_network(file).network.n_segments < 16
        return
    with pytest.raises(error, match=says):
        read_network(file)


def test_files_of_another_kind_say_what_is_needed(tmp_path):
    with pytest.raises(ParameterError, match="no such file of streets"):
        read_network(tmp_path / "nothing.osm.pbf")
    with pytest.raises(ParameterError, match="no such file of streets"):
        read_network(tmp_path)
    with pytest.raises(SchemaError, match="no column of lines"):
        read_network(DATA / "burkitt.csv")
    with pytest.raises(DataError, match="neither GraphML nor an OpenStreetMap"):
        (tmp_path / "map.kml").write_text("<kml></kml>")
        read_network(tmp_path / "map.kml")
    with pytest.raises(DataError, match="one layer must hold lines"):
        table = frame()
        table.to_file(tmp_path / "two.gpkg", layer="a")
        table.to_file(tmp_path / "two.gpkg", layer="b")
        read_network(tmp_path / "two.gpkg")
    with pytest.raises(DataError, match="no layer does"):
        table.geometry = table.geometry.buffer(3)
        table.to_file(tmp_path / "areas.gpkg")
        read_network(tmp_path / "areas.gpkg")
    with pytest.raises(CoverageError, match="holds no streets"):
        (tmp_path / "none.osm").write_text('<osm version="0.6"></osm>')
        read_network(tmp_path / "none.osm")
    with pytest.raises(CoverageError, match="motorway 2"):
        text = osm(tmp_path, "motorway").read_text().replace("residential", "motorway")
        (tmp_path / "fast.osm").write_text(text)
        read_network(tmp_path / "fast.osm")


def test_text_that_is_not_utf_8_is_refused(tmp_path):
    frame().to_file(tmp_path / "streets.shp")
    table = tmp_path / "streets.dbf"
    table.write_bytes(table.read_bytes().replace(b"High Street", b"Caf\xe9 Street"))
    with pytest.raises(DataError, match="not UTF-8"):
        read_network(tmp_path / "streets.shp")
