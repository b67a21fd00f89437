"""Boxes on the map page: those that stand, and the form that draws, edits and rejects them."""

from datetime import datetime
from typing import Any

from django import forms
from django.core import signing
from django.http import HttpRequest

from peelian import reports, sources
from peelian.operations import standing_boxes
from peelian.reports import DrawnBox
from peelian.sources import Drawing
from peelian.store import Store
from peelian.terms import ROLES, Box, BoxKind, ParameterError
from peelian.web.held import Held
from peelian.web.results import Result
from peelian.web.show import table_shown
from peelian.workflows.boxes.files import degrees_of, joined, square_around
from peelian.workflows.boxes.kept import (
    LONGEST_NAME,
    LONGEST_REASON,
    Wording,
    hash_of,
    instant_of,
    read_boxes,
    standing,
)
from peelian.workflows.boxes.listed import boxes_table, history_table

EDIT, TOLD = "box", "told"  # of the address: the box to redraw, and what was just done
MOST_BYTES = 100_000  # of an uploaded file
FRESH = 120  # what was done is told again for so long [s]
LISTED = ".geojson"  # the file of a result that holds what its table lists
MAP_DATA = "map.geojson"
KINDS = (
    (BoxKind.DRAWN.value, "A hot spot: send people here"),
    (BoxKind.LEFT_OUT.value, "A place to leave out: send nobody here"),
)
LABELS = {"what": "What it is", "by": "By", "drawn": "Drawn", "written": "Written"}


class BoxForm(forms.Form):
    """A box to draw, or to draw again: where, what, why, by whom, until when."""

    use_required_attribute = False
    box = forms.IntegerField(required=False, widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=KINDS, required=False, label="What it is")
    reason = forms.CharField(
        label="Reason",
        help_text="Why, in a sentence. Names nobody: it is kept, and read in a year.",
        error_messages={"required": "Give a reason: without one nobody can learn from it"},
        max_length=LONGEST_REASON,
    )
    name = forms.CharField(
        label="Name of the place",
        required=False,
        max_length=LONGEST_NAME,
        help_text="What people call it, such as Station forecourt",
    )
    ranks = forms.CharField(
        label="Cells, by their rank in the table",
        required=False,
        help_text="Such as 3, or 3, 4. Cells that touch become one box.",
    )
    centre = forms.CharField(
        label="Or a square: latitude and longitude of its centre",
        required=False,
        help_text="Such as 51.7361, 0.4798",
    )
    width = forms.CharField(
        label="Its width, metres", required=False, help_text="50 to 1,000, such as 200"
    )
    polygon = forms.CharField(
        label="Or a polygon, as GeoJSON",
        required=False,
        help_text="What you draw on the map appears here",
    )
    file = forms.FileField(label="Or a GeoJSON file", required=False, allow_empty_file=True)
    role = forms.ChoiceField(
        label="Who says so",
        choices=[(role, words.capitalize()) for role, words in ROLES.items()],
        required=False,
    )
    until = forms.DateField(
        label="Last day",
        required=False,
        help_text="Such as 2026-12-31. Empty: no end",
        error_messages={"invalid": "Write the date as 2026-12-31"},
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        # The settings of the map have ids of their own, some for fields of the same name.
        super().__init__(*given, **{**named, "auto_id": "box-%s"})

    def wording(self) -> Wording:
        """What is said of the box; only for a form that is valid."""
        said, until = self.cleaned_data, self.cleaned_data["until"]
        return Wording(
            said["reason"],
            said["role"] or "analyst",
            said["name"],
            until=until.isoformat() if until else "",
        )

    def drawings(
        self, store: Store, result: Result | None
    ) -> tuple[tuple[Drawing, ...], BoxKind, Any]:
        """What was drawn, as what, and the cells that it stands for.

        Ranks beside a polygon say which of the model's cells were drawn again.
        """
        said = self.cleaned_data
        kind = BoxKind(said["kind"] or BoxKind.DRAWN)
        cells = joined(listed(result, store.crs), said["ranks"]) if said["ranks"] else ()
        given = [n for n in ("polygon", "centre", "file") if said[n]]
        if len(given) > 1:
            raise ParameterError(f"one box is drawn at a time: {given[0]} or {given[1]}")
        drawn: tuple[Drawing, ...] = ()
        if said["polygon"]:
            drawn = sources.parse_drawings(said["polygon"], crs=store.crs)
        elif said["centre"]:
            drawn = (square_around(said["centre"], said["width"], crs=store.crs),)
        elif said["file"]:
            if said["file"].size > MOST_BYTES:
                raise ParameterError(f"the file is larger than {MOST_BYTES:,} bytes")
            drawn = sources.parse_drawings(
                said["file"].read(), crs=store.crs, name=said["file"].name
            )
        if cells and kind is not BoxKind.LEFT_OUT:
            return drawn or cells, BoxKind.EDITED, cells[0].polygon
        return drawn or cells, kind, None


def listed(result: Result | None, crs: str) -> tuple[Drawing, ...]:
    """The cells that the table of a result lists, with their ranks."""
    files = result.shown["files"] if result else ()
    name = next((n for n in files if n.endswith(LISTED) and n != MAP_DATA), None)
    if result is None or name is None:
        raise ParameterError("the ranks are those of the map's table: open the map again")
    return sources.parse_drawings(result.file(name), crs=crs, name=name)


def values_of(
    held: Held, result: Result, request: HttpRequest, sent: BoxForm | None, now: datetime
) -> dict[str, Any]:
    """What the map page shows of boxes; ``sent`` is a form that was not kept."""
    store = held.store
    assert store is not None  # noqa: S101 - callers have asked
    entries, boxes = read_boxes(store), standing(store, now)
    shown = dict(result.shown)
    if shown["map_html"]:
        shown["map_html"] = reports.with_boxes(shown["map_html"], drawn_boxes(boxes))
    number = request.GET.get(EDIT, "")
    edited = next((box for box in boxes if str(box.number) == number), None)
    form = sent or BoxForm(initial=initial_of(edited, store.crs) if edited else {})
    if form["box"].value():
        form.fields["until"].help_text = "Such as 2026-12-31. Empty: as it is"
    query = request.GET.copy()
    for name in (EDIT, TOLD):
        query.pop(name, None)
    return {
        "shown": shown,
        "boxes": [box_shown(box) for box in boxes],
        "box_history": table_shown(history_table(entries), labels=LABELS) if entries else None,
        "box_table": table_shown(boxes_table(boxes, ""), labels=LABELS),
        "box_form": form,
        "box_open": bool(edited or (sent and sent.data)),
        "box_problem": sent is not None,
        "box_query": query.urlencode(),
        "told": told(request),
        "roles": ROLES,
    }


def box_shown(box: Box) -> dict[str, Any]:
    """A box as the list shows it."""
    (row,) = table_shown(boxes_table([box], ""))["rows"]
    names = list(boxes_table([box], "").columns)
    shown = dict(zip(names, row, strict=True))
    return shown | {"number": box.number, "seen": box.edits + 1, "sends": box.sends}


def initial_of(box: Box, crs: str) -> dict[str, Any]:
    """A box in the fields of the form."""
    return {
        "box": box.number,
        "seen": box.edits + 1,
        "kind": box.last.kind.value,
        "name": box.last.name,
        "polygon": degrees_of(box.last.polygon, crs),
    }


def drawn_boxes(boxes: tuple[Box, ...]) -> tuple[DrawnBox, ...]:
    """Boxes as the map draws them."""
    return tuple(DrawnBox(box.label, box.last.polygon, box.sends) for box in boxes)


def told(request: HttpRequest) -> list[str]:
    """What was just done, if this page said so itself."""
    try:
        said = signing.loads(request.GET.get(TOLD, ""), salt=TOLD, max_age=FRESH)
    except signing.BadSignature:
        return []
    return [str(sentence) for sentence in said]


def state_of(held: Held, job: str, now: datetime) -> str:
    """The state of all that a job's result depends on."""
    if held.store is None or job not in ("plan", "backtest"):
        return held.state
    entries = read_boxes(held.store, now)
    numbers = [box.number for box in standing_boxes(entries, instant_of(now))]
    return f"{held.state} {hash_of(entries)} {numbers}"
