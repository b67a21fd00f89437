"""Pages of weeks of action: forms, mistakes, double sends, corrections, files."""

import re

import pytest

from peelian.operations import STRANDS
from peelian.store import open_store

WEEK = {
    "name": "Op Sceptre",
    "kind": "sceptre",
    "first_day": "2025-12-01",
    "last_day": "2025-12-07",
    "area": "Essex",
    "partners": ["police", "schools"],
    "strands": ["sweeps", "schools", "test-purchases"],
    "target-sweeps": "22",
    "lead-schools": "youth-work",
}
OPERATION = "/operations/op-sceptre-2025-12-01"
RECORD = f"{OPERATION}/record/sweeps"


@pytest.fixture
def path(tmp_path):
    open_store(tmp_path / "store", create=True)
    return tmp_path / "store"


@pytest.fixture
def client(client_of, path, tmp_path):
    return client_of(path, tmp_path / "workbench")


@pytest.fixture
def week(client):
    assert client.post("/operations/new", WEEK).status_code == 302


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def form_of(client, address=RECORD):
    found = re.search(r'name="(form|version)" value="(\w+)"', text(client.get(address)))
    return {found[1]: found[2]}


def entries(path):
    return open_store(path).entries("activity")


def test_with_no_operation_the_page_says_what_to_do(client):
    page = text(client.get("/operations"))
    assert "No operation is held yet" in page and "essex-sceptre-2025" in page


def test_with_no_store_there_is_a_page(client_of, tmp_path):
    client = client_of(tmp_path / "none", tmp_path / "workbench")
    assert "There is no store here yet" in text(client.get("/operations"))
    assert client.get(OPERATION).status_code == 404


def test_an_operation_is_made_shown_and_changed(client, week):
    page = text(client.get("/operations"))
    assert f'href="{OPERATION}"' in page and "2025-12-07" in page
    form = text(client.get(f"{OPERATION}/change"))
    assert 'value="22"' in form and 'value="Op Sceptre"' in form
    changed = {**WEEK, "target-sweeps": "30", "version": "0"}
    assert client.post(f"{OPERATION}/change", changed).status_code == 302
    assert 'value="30"' in text(client.get(f"{OPERATION}/change"))
    again = client.post(f"{OPERATION}/change", {**changed, "target-sweeps": "40"})
    assert again.status_code == 403 and "meanwhile" in text(again)


@pytest.mark.parametrize(
    ("change", "said", "where"),
    [
        ({"name": ""}, "Name: Give the operation a name", "#name"),
        ({"last_day": "2025-11-01"}, "is not from the first day", "#last_day"),
        ({"area": "12 High Street"}, "no address", "#area"),
        (
            {"target-sweeps": "many"},
            "Targets: target &#39;many&#39; is not a number",
            "#targets",
        ),
        ({"strands": ["schools"]}, "sweeps has a target but is not among", "#targets"),
    ],
)
def test_a_mistake_in_an_operation_keeps_what_was_filled_in(client, change, said, where):
    answer = client.post("/operations/new", {**WEEK, **change})
    page = text(answer)
    assert answer.status_code == 400
    assert said in page and f'href="{where}"' in page
    assert "Error: " in page and 'value="2025-12-01"' in page
    assert "No operation is held yet" in text(client.get("/operations"))


@pytest.mark.parametrize("strand", STRANDS)
def test_every_strand_has_its_form(client, strand):
    whole = {**WEEK, "name": "All", "strands": list(STRANDS)}
    client.post("/operations/new", whole)
    page = text(client.get(f"/operations/all-2025-12-01/record/{strand}"))
    for field in STRANDS[strand].fields:
        assert f'name="{field.name}"' in page
    assert "textarea" not in page


def test_an_entry_is_saved_once_and_shown_on_its_day(client, path, week):
    sent = {**form_of(client), "day": "2025-12-02", "partner": "police", "areas": "4",
            "place": "Basildon"}  # fmt: skip
    for _ in range(2):  # pressed twice
        answer = client.post(RECORD, sent)
        assert answer.status_code == 302
    assert answer["Location"] == f"{OPERATION}?day=2025-12-02&saved=sweeps"
    assert len(entries(path)) == 1
    page = text(client.get(answer["Location"]))
    assert "Weapon sweeps: the entry is saved" in page
    assert "Areas swept: 4" in page and "Basildon" in page
    other = client.post(RECORD, {**sent, "areas": "5"})
    assert other.status_code == 403 and "Correct that entry instead" in text(other)
    assert len(entries(path)) == 1


def test_a_mistake_is_said_beside_its_field_and_nothing_is_saved(client, path, week):
    sent = {**form_of(client), "day": "", "partner": "police", "areas": "two", "place": "Mr X"}
    answer = client.post(RECORD, sent)
    page = text(answer)
    assert answer.status_code == 400
    for href in ("#day", "#areas", "#place"):
        assert f'href="{href}"' in page
    assert 'value="two"' in page and "There is a problem" in page
    assert not entries(path)


def test_a_form_that_is_not_ours_is_refused(client, path, week):
    answer = client.post(RECORD, {"form": "x", "day": "2025-12-02", "areas": "1"})
    assert answer.status_code == 400 and "not one of ours" in text(answer)
    assert not entries(path)


def test_an_entry_is_corrected_and_withdrawn_with_its_history(client, path, week):
    sent = {"day": "2025-12-02", "partner": "police", "areas": "4"}
    client.post(RECORD, {**form_of(client), **sent})
    page = text(client.get(f"{OPERATION}?day=2025-12-02"))
    address = re.search(rf'{OPERATION}/correct/[^"]+', page)[0]
    assert 'value="4"' in text(client.get(address))
    seen = form_of(client, address)
    assert client.post(address, {**seen, **sent, "areas": "6"}).status_code == 302
    stale = client.post(address, {**seen, **sent, "areas": "9"})
    assert stale.status_code == 403 and "Someone else changed this" in text(stale)
    page = text(client.get(address))
    assert 'value="6"' in page and "corrected, for Tuesday" in page
    gone = {**form_of(client, address), **sent, "withdraw": "yes"}
    assert client.post(address, gone).status_code == 302
    assert "None yet" in text(client.get(f"{OPERATION}?day=2025-12-02"))
    assert "withdrawn" in text(client.get(address))
    assert len(entries(path)) == 3


def test_files_to_take_away(client, week):
    sent = {"day": "2025-12-02", "partner": "police", "areas": "4"}
    client.post(RECORD, {**form_of(client), **sent})
    for name in ("sheet.pdf", "close-down.pdf"):
        assert client.get(f"{OPERATION}/{name}").content.startswith(b"%PDF")
    done = client.get(f"{OPERATION}/done.csv?day=2025-12-02")
    assert "Weapon sweeps,Police,Areas swept,3.0,4.0,6.0,4.0,22.0" in done.content.decode()
    assert "2025-12-02-done.csv" in done["Content-Disposition"]
    assert client.get(f"{OPERATION}/found.csv").content.startswith(b"strand,counted")
    assert ",4," in client.get(f"{OPERATION}/return.csv").content.decode()
    assert client.get(f"{OPERATION}/people.csv").status_code == 404


def test_what_is_not_there_is_said(client, week):
    assert client.get("/operations/other").status_code == 404
    assert client.get(f"{OPERATION}/record/bins").status_code == 404
    assert client.get(f"{OPERATION}/correct/x").status_code == 404
    assert client.get(f"{OPERATION}?day=2025-12-09").status_code == 400
    assert client.get(f"{OPERATION}/close?residents=green").status_code == 400


def test_only_a_form_of_this_workbench_is_taken(client_of, path, week):
    from django.test import Client

    strict = Client(HTTP_HOST="127.0.0.1", enforce_csrf_checks=True)
    assert strict.post("/operations/new", WEEK).status_code == 403
