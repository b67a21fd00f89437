"""Files, folders, zips and gzips: what is opened, what is passed over, what is refused."""

import gzip
import io
import zipfile

import pytest

from peelian.sources import contents
from peelian.sources.contents import Content, Format, open_contents
from peelian.terms import DataError


def zipped(files, **options):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def opened(path):
    said = []
    return [(c.name, c.data) for c in open_contents(path, notice=said.append)], said


def test_a_download_opens_as_its_street_files_and_says_what_it_passes_over(tmp_path):
    path = tmp_path / "download.zip"
    path.write_bytes(
        zipped(
            {
                "2018-11/2018-11-essex-street.csv": b"b",
                "2018-10/2018-10-essex-street.csv": b"a",
                "2018-11/2018-11-essex-outcomes.csv": b"x",
                "2018-11/2018-11-essex-stop-and-search.csv": b"x",
                "README.txt.bak": b"x",
            }
        )
    )
    files, said = opened(path)
    assert files == [("2018-10-essex-street.csv", b"a"), ("2018-11-essex-street.csv", b"b")]
    assert len(said) == 3
    assert any("essex-outcomes.csv" in one and "passed over" in one for one in said)


def test_a_folder_of_months_opens_in_the_order_of_its_names(tmp_path):
    for month in ("2018-11", "2018-10"):
        (tmp_path / month).mkdir()
        (tmp_path / month / f"{month}-essex-street.csv").write_bytes(month.encode())
    (tmp_path / "notes.md").write_text("x")
    files, said = opened(tmp_path)
    assert [data for _, data in files] == [b"2018-10", b"2018-11"]
    assert said == ["notes.md: passed over, not a file of events"]


def test_a_gzip_has_the_hash_of_what_it_holds(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"x,y\n1,2\n"))
    (content,) = open_contents(path)
    assert content.data == b"x,y\n1,2\n"
    assert content.sha256 == Content("a.csv", b"x,y\n1,2\n").sha256


def test_names_that_climb_out_of_a_zip_are_only_labels(tmp_path):
    path = tmp_path / "evil.zip"
    path.write_bytes(zipped({"../../etc/cron.d/x.csv": b"a", "..\\..\\y.csv": b"b"}))
    files, _ = opened(path)
    assert sorted(name for name, _ in files) == ["x.csv", "y.csv"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["evil.zip"]


def test_a_zip_bomb_is_not_read_to_its_end(tmp_path):
    path = tmp_path / "bomb.zip"
    path.write_bytes(zipped({"a.csv": b"0" * (40 << 20)}, compresslevel=9))
    with pytest.raises(DataError, match="grows more than 200-fold"):
        list(open_contents(path))


def test_a_file_beyond_the_limit_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(contents, "MAX_FILE_BYTES", 10)
    (tmp_path / "a.csv").write_bytes(b"0" * 11)
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"")[:10] + b"")
    with pytest.raises(DataError, match="11 bytes, more than 10"):
        list(open_contents(tmp_path / "a.csv"))


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        (
            "a.csv.gz",
            gzip.compress(b"x" * 5000, mtime=0)[:-12],
            "cut off or damaged.*fetch it again",
        ),
        (
            "a.zip",
            zipped({"a.csv": b"1" * 5000})[:-30],
            "cut off or damaged.*download it again",
        ),
        ("a.zip", zipped({"xl/workbook.xml": b"x"}), "Excel workbook; save the sheet as CSV"),
        ("a.zip", zipped({"b.zip": zipped({"a.csv": b"x"})}), "a zip inside a zip"),
        ("a.zip", zipped({"a.md": b"x"}), "holds no file of events"),
    ],
)
def test_a_broken_archive_says_what_to_do(tmp_path, name, data, says):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError, match=says):
        list(open_contents(tmp_path / name))


def test_nothing_there(tmp_path):
    with pytest.raises(DataError, match="no such file or folder"):
        list(open_contents(tmp_path / "none.csv"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds no files"):
        list(open_contents(tmp_path / "empty"))


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b"a,b\n", Format.CSV),
        (b"\xef\xbb\xbf [1]", Format.JSON),
        (b"PAR1....", Format.PARQUET),
        (b"SQLite format 3\x00...", Format.GEOPACKAGE),
    ],
)
def test_a_format_is_told_by_its_first_bytes(data, form):
    assert Content("misnamed.dat", data).format is form


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b" \n\r\n"])
def test_an_empty_file_is_an_error(data):
    with pytest.raises(DataError, match="file is empty"):
        Content("a.csv", data).format  # noqa: B018
