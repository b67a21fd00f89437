import json
import re
import subprocess
import sys
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import numpy as np
import pypdf
import pypdfium2
import pytest
import shapely

from peelian.reports import parse_provenance
from peelian.reports.pack import (
    LOOK_FOR,
    PatrolPack,
    printable,
    read_pack_provenance,
    render_pack,
    what_happens,
    what_to_look_for,
)
from peelian.reports.pack.labels import Box, Canvas, legs, runs, together
from peelian.reports.pack.words import LOOK_FOR_OTHERWISE, PRINTABLE
from peelian.terms import (
    Base,
    Break,
    DataError,
    Draw,
    ParameterError,
    PatrolPlan,
    Route,
    Shift,
    Spots,
    Team,
    Visit,
)
from report_samples import sample_provenance

CAUTION = "Times of day are an assumption, not a finding."


def sample_pack(stops=(7, 3), hours=8, names=None, n_spots=5, **changes):
    """Teams that go round and round five places by the coast, as often as ``stops`` says."""
    rng = np.random.default_rng(6)
    x = 588_000 + rng.uniform(0, 6000, n_spots).round()
    y = 185_000 + rng.uniform(0, 5000, n_spots).round()
    names = names or tuple(f"Place {i}" for i in range(n_spots))
    spots = Spots(np.arange(n_spots), x, y, np.ones(n_spots), names)
    draw = Draw(np.full(n_spots, 0.5), np.ones(n_spots, dtype=bool), 1, "systematic")
    start = datetime(2018, 12, 14, 14, tzinfo=UTC)
    shift = Shift(start, start + timedelta(hours=hours))
    step = max(1, 60 * hours // (max(stops, default=0) + 1))
    routes = tuple(
        Route(
            Team(
                f"Team {k}", Base(f"Base {k}", 589_000.0 + 900 * k, 186_000.0), 0, 60 * hours
            ),
            tuple(Visit(i % n_spots, 10 + i * step, 15) for i in range(n)),
            10 + n * step,
            9 * n,
        )
        for k, n in enumerate(stops)
    )
    values = {
        "area": "Essex",
        "plan": PatrolPlan(shift, spots, draw, routes, 3.5, ()),
        "outlines": np.array([shapely.box(580_000, 186_500, 600_000, 200_000)]),
        "outline_names": ("Southend-on-Sea",),
        "what_happens": tuple(f"{i} offences in 9 months" for i in range(n_spots)),
        "look_for": tuple(f"Look {i}" for i in range(n_spots)),
        "notes": (CAUTION,),
        "provenance": sample_provenance(),
    }
    return PatrolPack(**{**values, **changes})


def read(pdf):
    return pypdf.PdfReader(BytesIO(pdf))


def text_of(page):
    return re.sub(r"\s+", " ", page.extract_text())


def test_one_page_a_team_with_its_stops_times_and_record():
    reader = read(render_pack(sample_pack()))
    assert len(reader.pages) == 2
    first = text_of(reader.pages[0])
    for words in (
        "Team 0",
        "Essex, Friday 14 December 2018, 14:00 to 22:00",
        "7 stops at 5 places, 63 minutes of travel; from and to Base 0",
        "14:10 to 14:25",
        "Place 3",
        "3 offences in 9 months",
        "Look 3",
        "as stop 2",
        "Arrived",
        "no names",
        CAUTION,
        "2018-11-essex-street.csv abababab",
        "GammaPoissonEWMA(half_life_days=730), seed 42",
        "22 November 2026 at 10:12",
        "page 1 of 2",
    ):
        assert words in first, words
    assert "page 2 of 2" in text_of(reader.pages[1])
    width, height = (float(v) for v in reader.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (595, 842)


def test_the_pdf_is_tagged_titled_and_in_british_english():
    pdf = render_pack(sample_pack())
    root = read(pdf).trailer["/Root"]
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert (
        read(pdf).metadata.title
        == "Patrol pack, Essex, Friday 14 December 2018, 14:00 to 22:00"
    )
    tags = set()

    def walk(node):
        node = node.get_object()
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            tags.add(str(node.get("/S")))
            if node.get("/S") == "/Figure":
                assert "Map of Team" in node["/Alt"]
            if "/K" in node:
                walk(node["/K"])

    walk(root["/StructTreeRoot"])
    assert {"/H1", "/Table", "/TH", "/TD", "/Figure"} <= tags


def test_the_record_can_be_read_back():
    pack = sample_pack()
    assert parse_provenance(read_pack_provenance(render_pack(pack))) == pack.provenance
    attached = read(render_pack(pack)).attachments["provenance.json"][0]
    assert json.loads(attached)["method"] == pack.provenance.method


def test_a_long_record_can_be_read_back():
    settings = {f"setting {i}": "stream endstream >> é" * 5 for i in range(400)}
    pack = sample_pack(provenance=sample_provenance(settings=settings))
    record = parse_provenance(read_pack_provenance(render_pack(pack)))
    assert record.settings == settings


@pytest.mark.parametrize(
    "pdf", [b"", b"%PDF-1.7 nothing here", b"<</Type/EmbeddedFile>>\nstream\n"]
)
def test_no_record_is_said(pdf):
    with pytest.raises(DataError, match="no provenance record in this PDF"):
        read_pack_provenance(pdf)


MAKE = """
import sys; sys.path[:0] = {path!r}
import hashlib
from test_reports_pack import sample_pack
from peelian.reports.pack import render_pack
print(hashlib.sha256(render_pack(sample_pack())).hexdigest())
"""


def test_the_bytes_are_the_same_elsewhere_and_without_system_fonts(tmp_path):
    """Another process, folder, time zone, hash seed and no font folders: the same PDF."""
    import hashlib

    here = hashlib.sha256(render_pack(sample_pack())).hexdigest()
    done = subprocess.run(
        [sys.executable, "-c", MAKE.format(path=[str(Path(__file__).parent), *sys.path])],
        cwd=tmp_path,
        env={
            "HOME": str(tmp_path),
            "TZ": "Asia/Tokyo",
            "PYTHONHASHSEED": "7",
            "FONTCONFIG_FILE": str(tmp_path / "none.conf"),
            "XDG_DATA_DIRS": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == here


def test_only_the_fonts_of_typst_are_used():
    fonts = set()
    for page in read(render_pack(sample_pack())).pages:
        for font in page["/Resources"]["/Font"].values():
            fonts.add(str(font.get_object()["/BaseFont"]).split("+")[-1].split("-")[0])
    assert fonts <= {"LibertinusSerif", "DejaVuSansMono"}


HOSTILE = (
    '#panic("x")',
    "*bold* _it_ = h [a] $x^2$ <b> @c",
    "Quote \" and \\ and '); #{1/0}",
    "Żółwia Ærø Ελλάδα Москва 東京 مرحبا 😀",
    "A very long name " * 12 + "Antidisestablishmentarianism" * 4,
)


def test_hostile_names_are_only_text():
    pack = sample_pack(
        names=HOSTILE,
        what_happens=HOSTILE,
        look_for=HOSTILE,
        notes=HOSTILE,
        area=HOSTILE[0],
        outline_names=("</text><script>",),
        provenance=sample_provenance(method=HOSTILE[1]),
    )
    pdf = render_pack(pack)
    assert ink(pdf)[2] <= 198.5
    text = text_of(read(pdf).pages[0])
    assert '#panic("x")' in text
    assert "*bold* _it_ = h [a]" in text
    assert "#{1/0}" in text
    assert "Ελλάδα Москва □□" in text


def ink(pdf, page=0):
    """Where a page is not white, in millimetres from left and top."""
    image = pypdfium2.PdfDocument(pdf)[page].render(scale=2).to_pil().convert("L")
    rows, cols = np.nonzero(np.asarray(image) < 200)
    per_mm = 2 * 72 / 25.4
    return cols.min() / per_mm, rows.min() / per_mm, cols.max() / per_mm, rows.max() / per_mm


@pytest.mark.parametrize(("stops", "hours"), [(0, 8), (1, 8), (12, 8), (24, 8), (36, 12)])
def test_any_usual_shift_fits_one_page_with_nothing_cut(stops, hours):
    pdf = render_pack(sample_pack((stops,), hours=hours, n_spots=12))
    reader = read(pdf)
    assert len(reader.pages) == 1
    left, top, right, bottom = ink(pdf)
    assert left >= 11.5
    assert top >= 10
    assert right <= 198.5
    assert bottom <= 293
    text = text_of(reader.pages[0])
    assert CAUTION in text
    if stops == 0:
        assert "No stops in this plan" in text
    else:
        assert f"as stop {stops % 12 or 12}" in text or stops <= 12


def test_more_stops_than_a_page_holds_flow_on():
    reader = read(render_pack(sample_pack((90, 2), hours=24)))
    assert len(reader.pages) == 3
    second = text_of(reader.pages[1])
    assert "Team 0, continued" in second
    assert "Planned" in second
    assert "page 2 of 3" in second
    assert CAUTION in second
    assert "Team 1" in text_of(reader.pages[2])


def test_times_are_local_and_a_night_names_its_morning():
    start = datetime(2018, 7, 6, 21, tzinfo=UTC)
    pack = sample_pack()
    pack = replace(
        pack, plan=replace(pack.plan, shift=Shift(start, start + timedelta(hours=8)))
    )
    text = text_of(read(render_pack(pack)).pages[0])
    assert "Friday 6 July 2018, 22:00 to 06:00 on Saturday" in text
    assert "22:10 to 22:25" in text


def test_a_team_s_own_hours_its_break_and_that_it_walks():
    pack = sample_pack((3,))
    (route,) = pack.plan.routes
    team = replace(route.team, start=60, end=420, mode="foot", meal=Break(30, 120, 240))
    routes = (replace(route, team=team, meal_at=200),)
    page = read(render_pack(replace(pack, plan=replace(pack.plan, routes=routes)))).pages[0]
    text = text_of(page)
    assert "Friday 14 December 2018, 15:00 to 21:00" in text
    assert "27 minutes of travel on foot" in text
    assert "17:20 to 17:50 Break at Base 0" in text
    assert text.index("Place 1") < text.index("Break at Base 0") < text.index("Place 2")


def test_a_pack_without_outlines_still_has_its_map():
    pack = sample_pack(outlines=np.array([], dtype=object), outline_names=())
    assert len(read(render_pack(pack)).pages) == 2


def test_a_pack_that_does_not_fit_its_plan_is_refused():
    with pytest.raises(ParameterError, match="1 texts in look_for, expected 5"):
        sample_pack(look_for=("one",))
    with pytest.raises(ParameterError, match="outlines has 1 entries, expected 0"):
        sample_pack(outline_names=())
    pack = sample_pack()
    with pytest.raises(ParameterError, match="no team"):
        render_pack(replace(pack, plan=replace(pack.plan, routes=())))


def test_words_about_a_spot():
    names = {"a": "robbery", "b": "violence", "c": "drugs"}
    assert what_happens({}, 9, names=names) == "0 offences in 9 months"
    assert what_happens({"a": 1}, 1, names=names) == "1 offence in 1 month; 1 robbery"
    assert (
        what_happens({"a": 3, "b": 9, "c": 2, "d": 0}, 9, names=names)
        == "14 offences in 9 months; 9 violence, 3 robbery, 2 other"
    )
    robbery = LOOK_FOR["police-uk:robbery"]
    assert what_to_look_for({"police-uk:robbery": 3, "unknown": 9}) == robbery
    assert what_to_look_for({"police-uk:robbery": 0}) == LOOK_FOR_OTHERWISE
    assert what_to_look_for({"x": 1}, texts={"x": "Lights"}) == "Lights"


def test_every_printable_character_has_a_glyph():
    """PDF/UA refuses a missing glyph, so rendering is the test."""
    chars = [chr(c) for low, high in PRINTABLE for c in range(low, high + 1)]
    chars = [c for c in chars if unicodedata.category(c)[0] not in "CZ"]
    assert len(chars) > 1200
    lines = tuple(" ".join(chars[i : i + 60]) for i in range(0, len(chars), 60))
    n = len(lines)
    pack = sample_pack((n,), n_spots=n, names=lines, notes=lines, look_for=lines)
    assert len(read(render_pack(pack)).pages) >= 1
    plan = pack.plan
    for line in ("".join(chars[i : i + 40]) for i in range(0, len(chars), 40)):
        team = replace(plan.routes[0].team, name=line, base=Base(line, 589_000.0, 186_000.0))
        route = Route(team, (), 10, 0)
        assert render_pack(replace(pack, area=line, plan=replace(plan, routes=(route,))))
    assert printable("a\u202eb\u00adc\x07d\u2028e\ud800") == "abc d e"


def test_labels_lie_on_nothing():
    """Forty marks at random: every label placed is clear of marks, labels and leaders."""
    rng = np.random.default_rng(1)
    canvas = Canvas(Box(0, 0, 140, 90))
    marks = [tuple(p) for p in rng.uniform((15, 15), (125, 75), (40, 2)).round(2).tolist()]
    boxes = [Box(x - 1, y - 1, x + 1, y + 1) for x, y in marks]
    canvas.taken += boxes
    placed = [canvas.place(m, b, 7.0, 4.4) for m, b in zip(marks, boxes, strict=True)]
    labels = [box for box in placed if box is not None]
    assert len(labels) >= 38
    for i, label in enumerate(labels):
        assert not any(label.meets(mark) for mark in boxes)
        assert not any(label.meets(other) for other in labels[:i])


def test_small_parts_of_the_map():
    assert runs([1, 2, 4, 5, 6, 9]) == ["1", "2", "4\N{EN DASH}6", "9"]
    assert together([(0, 0), (9, 9), (2, 0), (4, 0)], 2.5) == [0, 1, 0, 0]
    assert legs([(0, 0), (1, 1), (0, 0), (2, 2)]) == [
        ((0, 0), (1, 1), False),
        ((0, 0), (2, 2), True),
    ]
    box = Box(0, 0, 2, 2)
    assert box.crossed_by((-1, 1), (3, 1))
    assert box.crossed_by((1, -1), (1, 3))
    assert not box.crossed_by((-1, -1), (3, -1))
    assert not box.crossed_by((3, 0), (3, 2))
