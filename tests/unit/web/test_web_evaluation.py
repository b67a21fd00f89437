"""The pages of evaluations: register, refuse, result, report."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from evaluation_samples import PLAN, counts_csv
from factories import as_it_stands
from peelian.store import open_store

BEFORE = {**PLAN, "design": "did", "rows": counts_csv(after=False)}


@pytest.fixture
def site(client_of, tmp_path):
    """A client of an empty store, and the store."""
    store = open_store(tmp_path / "store", create=True)
    return client_of(store.path, tmp_path / "results"), store


def page_of(answer):
    return answer.content.decode()


def registered(client, **changed):
    answer = client.post("/evaluation/new", {**BEFORE, "register": "1", **changed})
    assert answer.status_code == 302, page_of(answer)
    return answer["Location"]


def test_without_a_store_the_page_says_what_to_do(client_of, tmp_path):
    client = client_of(tmp_path / "nowhere", tmp_path / "results")
    for path in ("/evaluation", "/evaluation/new"):
        assert "There is no store here yet" in page_of(client.get(path))
    assert client.get("/evaluation/x").status_code == 404


def test_power_is_shown_before_a_design_can_be_registered(site):
    client, store = site
    page = page_of(client.get("/evaluation/new"))
    assert "Register this design" not in page
    page = page_of(client.post("/evaluation/new", {**BEFORE, "show": "1"}))
    assert "it finds a fall of" in page
    assert "Register this design" in page
    assert "Town,treated,2025-01" in page
    assert not store.entries("design")


def test_a_file_goes_before_what_was_pasted(site):
    client, _ = site
    file = SimpleUploadedFile("counts.csv", counts_csv(after=False).encode())
    answer = client.post("/evaluation/new", {**BEFORE, "rows": "", "file": file, "show": "1"})
    assert "Town,treated,2025-01" in page_of(answer)
    wrong = SimpleUploadedFile("counts.csv", b"\xff\xfe\x00")
    answer = client.post("/evaluation/new", {**BEFORE, "file": wrong, "show": "1"})
    assert answer.status_code == 400
    assert "not UTF-8 text" in page_of(answer)


@pytest.mark.parametrize(
    "changed, status, said",
    [
        ({"question": ""}, 400, "Say what is asked"),
        ({"after": "2026-06..2027-12"}, 400, "overlap"),
        ({"after": "soon"}, 400, "write it like"),
        ({"rows": ""}, 400, "nothing to count"),
        ({"rows": "area,n\nx,1\n"}, 422, "no column period"),
        ({"design": "synthetic"}, 403, "It is not registered"),
        ({"rows": counts_csv(after=False, mean=0)}, 422, "no offences in the treated areas"),
    ],
)
def test_what_is_refused_is_told_and_nothing_is_kept(site, changed, status, said):
    client, store = site
    before = as_it_stands(store.path)
    answer = client.post("/evaluation/new", {**BEFORE, "register": "1", **changed})
    assert answer.status_code == status
    page = page_of(answer)
    assert said in page
    assert page.count("There is a problem") == 1
    assert as_it_stands(store.path) == before


def test_from_the_register_to_the_report(site):
    client, _ = site
    address = registered(client)
    card = page_of(client.get("/evaluation"))
    assert PLAN["question"] in card
    assert "Planned" in card
    page = page_of(client.get(address))
    assert "it finds a fall of" in page
    assert client.get(f"{address}/report.pdf").status_code == 404
    answer = client.post(address, {"rows": counts_csv(), "unintended": "Two complaints."})
    assert (answer.status_code, answer["Location"]) == (302, address)
    page = page_of(client.get(address))
    for heading in ("Question", "Dosage", "Estimate", "Sensitivity", "Limits", "Decision"):
        assert re.search(rf"<h2[^>]*>{heading}</h2>", page), heading
    assert "Two complaints." in page
    assert "no effect" in page
    assert client.get(f"{address}/report.pdf").content.startswith(b"%PDF")
    card = page_of(client.get("/evaluation"))
    assert "offences with the action against" in card
    assert "What trials found" in card


def test_counts_that_do_not_fit_are_told_and_nothing_is_kept(site):
    client, store = site
    address = registered(client)
    answer = client.post(address, {"rows": "area,role,period,n\nX,treated,2025-01,3\n"})
    assert answer.status_code in (400, 422)
    assert "There is a problem" in page_of(answer)
    assert not store.artefacts("evaluation")


def test_a_design_is_changed_by_a_new_entry_with_its_reason(site):
    client, store = site
    address = registered(client)
    page = page_of(client.get(f"/evaluation/new?amends={address.rpartition('/')[2]}"))
    assert "stays in the register" in page
    assert PLAN["question"] in page
    name = address.rpartition("/")[2]
    registered(client, amends=name, reason="A control was lost.", design="wdd")
    assert len(store.entries("design")) == 2
    assert "amended 1 time" in page_of(client.get("/evaluation"))
    answer = client.post("/evaluation/new", {**BEFORE, "register": "1", "amends": name})
    assert "names the design it changes and its reason" in page_of(answer)


def test_text_of_a_user_is_never_markup(site):
    client, _ = site
    address = registered(client, question="<script>alert(1)</script>?")
    client.post(address, {"rows": counts_csv(), "limits": "<b>none</b>"})
    for path in (address, "/evaluation"):
        page = page_of(client.get(path))
        assert "<script>alert" not in page
        assert "<b>none" not in page
