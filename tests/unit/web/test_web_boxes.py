"""Boxes by POST: kept once and shown, refused with what was typed, nothing from elsewhere."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from peelian.store import open_store
from peelian.workflows.boxes.kept import read_boxes
from web_store import wait_for

RING = [[0.538, 51.73], [0.541, 51.73], [0.541, 51.732], [0.538, 51.732], [0.538, 51.73]]
BOX = {"reason": "Fights after closing", "kind": "drawn", "role": "analyst"}
POLYGON = json.dumps({"type": "Polygon", "coordinates": [RING]})


@pytest.fixture
def own(sample_store, tmp_path):
    return shutil.copytree(sample_store, tmp_path / "own" / "store")


@pytest.fixture
def own_client(client_of, own, sample_results):
    """A client over a store of its own, whose map is made already."""
    client = client_of(own, sample_results)
    assert wait_for(client, "/map").status_code == 200
    return client


def test_a_box_is_kept_told_once_and_shown(own_client, own):
    answer = own_client.post(
        "/map/boxes", {**BOX, "polygon": POLYGON, "name": "<b>Market</b>"}
    )
    assert answer.status_code == 302
    assert answer["Location"].startswith("/map?told=")
    page = own_client.get(answer["Location"]).content.decode()
    assert "Box 1 is kept." in page
    assert "&lt;b&gt;Market&lt;/b&gt;" in page
    assert "<b>Market" not in page
    layer = own_client.get("/map/boxes.geojson").json()
    assert [f["properties"]["sends"] for f in layer["features"]] == [True]
    forged = own_client.get("/map?told=eyJzYWlkIjoiQnV5In0:x:y").content.decode()
    assert "peelian-boxes" in forged
    assert "Box 1 is kept." not in forged


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"polygon": POLYGON, "reason": ""}, "Give a reason"),
        ({}, "say where"),
        ({"polygon": "{"}, "not GeoJSON that can be read"),
        ({"polygon": "<script>alert(1)</script>"}, "not GeoJSON"),
        ({"polygon": "[" * 5_000}, "brackets within brackets"),
        ({"polygon": POLYGON, "centre": "51.73, 0.54", "width": "200"}, "one box"),
        ({"centre": "51.73, 0.54"}, "give metres"),
        ({"ranks": "999"}, "no cell has the rank 999"),
        ({"ranks": "1' or 1"}, "write whole numbers"),
        ({"polygon": POLYGON, "until": "soon"}, "Write the date as"),
        ({"polygon": POLYGON, "kind": "both"}, "both is not one of"),
        ({"polygon": POLYGON, "role": "PC Smith"}, "PC Smith is not one of"),
        ({"polygon": POLYGON, "box": "9", "seen": "1"}, "no box 9"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(own_client, own, sent, said):
    answer = own_client.post("/map/boxes", {**BOX, **sent})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert said in page
    assert "<script>alert" not in page
    assert read_boxes(open_store(own)) == ()


def test_a_rejection_needs_a_reason_and_what_was_seen(own_client, own):
    own_client.post("/map/boxes", {**BOX, "polygon": POLYGON})
    empty = own_client.post(
        "/map/boxes/1/reject", {"reason": " ", "seen": 1, "role": "analyst"}
    )
    assert empty.status_code == 400
    assert "give a reason" in empty.content.decode()
    stale = own_client.post(
        "/map/boxes/1/reject", {"reason": "x", "seen": 2, "role": "analyst"}
    )
    assert "after you opened it" in stale.content.decode()
    done = own_client.post(
        "/map/boxes/1/reject", {"reason": "x", "seen": 1, "role": "analyst"}
    )
    assert done.status_code == 302
    assert [e.action.value for e in read_boxes(open_store(own))] == ["add", "reject"]
    assert own_client.post("/map/boxes/x/reject", {"reason": "x"}).status_code == 400


def test_no_other_site_may_draw(own, client_of, sample_results):
    from django.test import Client

    client_of(own, sample_results)
    strict = Client(HTTP_HOST="127.0.0.1", enforce_csrf_checks=True)
    assert strict.post("/map/boxes", {**BOX, "polygon": POLYGON}).status_code == 403
    assert strict.get("/map/boxes").status_code == 405
    assert read_boxes(open_store(own)) == ()


def test_a_box_makes_another_plan(own_client):
    from django.conf import settings

    from peelian.web.box_forms import state_of
    from peelian.web.held import read_held

    def states():
        held = read_held(settings.PEELIAN_STORE)
        later = datetime.now(UTC) + timedelta(seconds=2)
        return [state_of(held, job, later) for job in ("plan", "backtest", "report map")]

    before = states()
    own_client.post("/map/boxes", {**BOX, "polygon": POLYGON})
    after = states()
    assert [a != b for a, b in zip(after, before, strict=True)] == [True, True, False]
