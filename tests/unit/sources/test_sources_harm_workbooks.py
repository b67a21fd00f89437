"""Workbooks of harm as their publishers may lay them out: made ones, for none is bundled."""

import zipfile

import pytest

from peelian import sources
from peelian.sources import workbooks
from peelian.sources.harm_workbooks import codes_of
from peelian.terms import DataError, ParameterError, SchemaError
from workbooks_made import formula, made_workbook

# Headings as people who read the Cambridge workbooks of 2021 and 2026 name them.
CAMBRIDGE = [
    "ATHENA URN", "FULL_OFFENCE_TITLE", "CCHI Score", "Starting Point", "GROUP", "SUB_GROUP",
    "HOME_OFFICE_CLASSIFICATION", "HO_CODE", "HO_SUB_CODE",
]  # fmt: skip


def entry(title, score, classification, urn="1"):
    return [urn, title, score, "as guideline", "VIOLENCE", "WITH INJURY", classification, 8, 6]


def cambridge_sheets():
    return {
        "Cover page": [
            ["Cambridge Crime Harm Index"],
            ["Free to use with this citation, 2016"],
        ],
        "CCHI 2026 values sheet": [
            CAMBRIDGE,
            entry("Wounding with intent", "1,460", "005/01"),
            entry("Assault occasioning actual bodily harm", 20, "008/06"),
            entry("Assault occasioning actual bodily harm, aggravated", 42.5, "008/06"),
            entry("Assault, by another route", 20, "8/6"),
            entry("EXPIRED burglary of 2017", 730, "028/01"),
            entry("Contrary to a by-law", 1, None),
            entry("Not yet in a guideline", "to follow", "066/99"),
        ],
        "Expired offences": [CAMBRIDGE, entry("An old burglary", 730, "028/02")],
    }


def cambridge(tmp_path, sheets=None, name="cchi.xlsx", **options):
    path = made_workbook(tmp_path / name, sheets or cambridge_sheets(), **options)
    return sources.harm_index(f"cambridge={path}")


def test_the_cambridge_list_is_found_among_its_sheets(tmp_path):
    index = cambridge(tmp_path)
    assert index.days == {"home-office:005/01": 1460, "home-office:008/06": 20}
    assert (index.low["home-office:008/06"], index.high["home-office:008/06"]) == (20, 42.5)
    assert not index.aggregate
    assert index.sentence == "Harm: Cambridge Crime Harm Index, CCHI 2026 values sheet."
    said = " ".join(index.notes)
    assert "1 without a Home Office code (such as 'Contrary to a by-law')" in said
    assert "1 without a number (such as 'Not yet in a guideline')" in said
    assert "1 marked as expired" in said
    assert "1 codes stand several times" in said
    assert "not read: Expired offences" in said


def test_a_list_under_merged_titles_has_the_edition_of_its_title(tmp_path):
    sheets = {
        "Index": [
            ["The Cambridge Crime Harm Index, May 2023 update"],
            [],
            ["Home Office code", "Offence", "Starting point (days)", "Notes"],
            ["Violence against the person"],
            [1.0, "Murder", 5475, ""],
            ["8N", "Assault with injury", "20 days", "includes ABH"],
            ["34A, 34B", "Robbery", formula("12*30+5", 365), ""],
            ["37.2", "Aggravated vehicle taking", 5, ""],
            ["Source: sentencing guidelines"],
        ]
    }
    index = cambridge(tmp_path, sheets, merged=("A1:D1", "A4:D4"))
    assert index.days == {
        "home-office:1": 5475,
        "home-office:8N": 20,
        "home-office:34A": 365,
        "home-office:34B": 365,
        "home-office:37.2": 5,
    }
    assert "May 2023 update" in index.sentence


def ons_sheets(code=True):
    heads = ["Offence group", "Offence code", "Offence category", "Weight [note 1]"]
    rows = [
        ["Homicide", "1", "Homicide", 7978.79308113648],
        ["Violence with injury", "8N", "Assault with injury", "203.07"],
        ["Robbery", "34B", "Robbery of personal property", 993.55],
    ]
    cut = [[row[0], *row[2:]] for row in (heads, *rows)]
    return {
        "Contents": [
            ["Crime Severity Score (Experimental Statistics)"],
            ["Year to March 2018"],
        ],
        "Scores by force": [
            ["Name", "Offence group", "Apr 2002 to Mar 2003", "Apr 2003 to Mar 2004"],
            *[["Essex", "Total", 10.1, 11.2]] * 50,
        ],
        "List of weights": [
            ["List of weights used in the Crime Severity Score, data to March 2018"],
            *[[]] * 4,
            *([heads, *rows] if code else cut),
        ],
    }


@pytest.mark.parametrize("code", [True, False])
def test_the_ons_list_of_weights_is_found_with_codes_or_by_names(tmp_path, code):
    path = made_workbook(tmp_path / "datatool.xlsx", ons_sheets(code))
    index = sources.harm_index(f"ons={path}")
    assert index.days["home-office:1"] == pytest.approx(7978.79308113648)
    assert index.days["home-office:8N"] == 203.07
    assert index.days["home-office:34B"] == 993.55
    assert "ONS Crime Severity Score" in index.sentence
    assert "March 2018" in index.sentence
    assert ("found by their names" in " ".join(index.notes)) is not code


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("8N", ["8N"]),
        ("home-office:105A", ["105A"]),
        ("008N", ["8N"]),
        ("1.0", ["1"]),
        ("10D [3]", ["10D"]),
        ("008/06", ["008/06"]),
        ("8 / 6", ["008/06"]),
        ("00806", ["008/06"]),
        ("4.10", ["4.10"]),
        ("37.1", ["37.1"]),
        ("34A and 34B", ["34A", "34B"]),
        ("Total", []),
        ("45658", []),  # a date that a spreadsheet made of 1/1
        ("0", []),
        ("", []),
    ],
)
def test_codes_are_as_events_have_them(text, codes):
    assert codes_of(text) == [f"home-office:{code}" for code in codes]


def with_rows(*rows, title="CCHI 2026", sheet="List", heads=("Code", "Offence", "Days")):
    return {sheet: [[title], list(heads), *map(list, rows)]}


GOOD = ("8N", "Assault", 20)
SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("sheets", "error", "said"),
    [
        (with_rows(GOOD, heads=("A", "B", "C")), SchemaError, "Seen: List: A, B, C"),
        (with_rows(GOOD, heads=("Code", "Offence", "Weight")), SchemaError, "ons=a.xlsx"),
        (with_rows(GOOD, title="A list"), SchemaError, "does not say which edition"),
        (with_rows(("8N", "Assault", -1)), DataError, "row 3: '-1'"),
        (with_rows(("8N", "Assault", "#REF!")), DataError, "a formula failed"),
        (
            with_rows(("8N", "Assault", formula("1+1"))),
            SchemaError,
            "must have been calculated",
        ),
        (with_rows(), SchemaError, "no offence with a Home Office code"),
        (
            with_rows((*GOOD, 30), heads=("Code", "Offence", "Days", "Days")),
            SchemaError,
            "several columns of values: Days, Days",
        ),
        (
            with_rows((*GOOD, 30), heads=("Code", "Offence", "Days", "Weight")),
            SchemaError,
            "both days and weights",
        ),
        (
            with_rows(GOOD, sheet="2021") | with_rows(GOOD, sheet="2026"),
            SchemaError,
            "several lists, in sheets 2021, 2026",
        ),
        ({"Empty": [], "Words": [["only words"]]}, SchemaError, "Words: only words"),
    ],
)
def test_what_cannot_be_read_for_sure_is_refused_with_what_was_seen(
    tmp_path, sheets, error, said
):
    with pytest.raises(error, match=said):
        cambridge(tmp_path, sheets, name="a.xlsx")


def test_the_year_may_stand_in_the_name_of_the_file(tmp_path):
    index = cambridge(tmp_path, with_rows(GOOD, title="A list"), name="CCHI-2026-update.xlsx")
    assert "CCHI-2026-update" in index.sentence


def test_a_workbook_that_unpacks_to_too_much_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "LARGEST_UNPACKED", 1_000_000)
    bomb = [("xl/theme/theme1.xml", b" " * 2_000_000)]
    with pytest.raises(DataError, match="more than 1,000,000 bytes unpacked"):
        cambridge(tmp_path, extra=bomb)
    assert (tmp_path / "cchi.xlsx").stat().st_size < 20_000


def rewritten(path, change):
    """A workbook whose first sheet, or another member, is changed as text."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def test_a_workbook_that_grows_from_within_is_refused(tmp_path):
    path = made_workbook(tmp_path / "a.xlsx", with_rows(GOOD))
    laughs = '<!ENTITY l0 "ha">'
    laughs += "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))

    def change(parts):
        text = parts[SHEET].replace("CCHI 2026", "&l11;")
        parts[SHEET] = f"<!DOCTYPE w [{laughs}]>{text}"

    with pytest.raises(DataError, match="declares a document type"):
        sources.harm_index(f"cambridge={rewritten(path, change)}")


def test_a_cell_at_the_far_corner_does_not_make_a_huge_sheet(tmp_path):
    path = made_workbook(tmp_path / "a.xlsx", with_rows(GOOD))
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'

    def change(parts):
        parts[SHEET] = parts[SHEET].replace("</sheetData>", far)

    with pytest.raises(DataError, match="reaches to row 1,048,576 and column 16,384"):
        sources.harm_index(f"cambridge={rewritten(path, change)}")


def test_shared_and_rich_texts_and_cells_without_an_address_are_read(tmp_path):
    path = made_workbook(tmp_path / "a.xlsx", with_rows(GOOD))
    main = 'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'

    def change(parts):
        parts[SHEET] = (
            f"<x:worksheet {main}><x:sheetData>"
            '<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c></x:row>'
            '<x:row r="3"><x:c r="A3" t="str"><x:f>B1</x:f><x:v>37.2</x:v></x:c>'
            "<x:c><x:v>5.0999999999999996</x:v></x:c></x:row></x:sheetData></x:worksheet>"
        )
        parts["xl/sharedStrings.xml"] = (
            f"<x:sst {main}><x:si><x:r><x:t>Offence </x:t></x:r><x:r><x:t>code</x:t></x:r>"
            "<x:rPh><x:t>read aloud</x:t></x:rPh></x:si>"
            "<x:si><x:t>CCHI 2026 score</x:t></x:si></x:sst>"
        )
        relations = "xl/_rels/workbook.xml.rels"
        shared = (
            '<Relationship Id="rId9" Type="http://x/sharedStrings" '
            'Target="/xl/sharedStrings.xml"/></Relationships>'
        )
        parts[relations] = parts[relations].replace("</Relationships>", shared)

    rows = workbooks.read_sheets(rewritten(path, change))["List"]
    assert rows == [["Offence code", "CCHI 2026 score"], ["", ""], ["37.2", "5.1"]]


def test_a_zip_of_something_else_is_no_workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(ParameterError, match="not a workbook"):
        sources.harm_index(f"cambridge={path}")


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", DataError, "save it as .xlsx"),
        (b"PK\x03\x04\xff\xfe\x00", ParameterError, "not a workbook"),
    ],
)
def test_what_only_begins_like_a_workbook_is_refused(tmp_path, content, error, said):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(error, match=said):
        sources.harm_index(f"cambridge={path}")


def test_a_cut_off_workbook_is_refused(tmp_path):
    path = made_workbook(tmp_path / "a.xlsx", with_rows(GOOD))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ParameterError, match="not a workbook"):
        sources.harm_index(f"cambridge={path}")
