"""The public pages as released, and the desk's page that releases them."""

import re

import pytest

from peelian.store import open_store
from web_store import make_sample, wait_for


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def store(tmp_path):
    return open_store(make_sample(tmp_path / "store", rows=45))


@pytest.fixture
def client(store, client_of, tmp_path):
    return client_of(store.path, tmp_path / "workbench")


def test_nothing_is_public_before_it_is_released(client, store):
    assert client.get("/public/").status_code == 404
    page = wait_for(client, "/releases")
    assert page.status_code == 200
    assert "Nothing has been released yet" in text_of(page)
    assert store.entries("release") == ()


def test_a_draft_is_looked_at_and_then_released(client, store):
    page = wait_for(client, "/releases?months=6")
    draft = re.search(r'href="(/releases/draft/[^"]+/)"', page.content.decode())[1]
    looked = client.get(draft)
    assert "Draft" in text_of(looked)
    assert client.get(f"{draft}districts/index.html").status_code == 200
    answer = client.post("/releases/release?months=6")
    assert (answer.status_code, answer.url) == (302, "/releases")
    assert len(store.entries("release")) == 1
    public = client.get("/public/")
    assert public.status_code == 200
    assert "Draft" not in text_of(public)
    assert "Read the pages as released" in text_of(wait_for(client, "/releases"))


def test_the_public_pages_are_the_released_bytes_and_set_no_cookie(client, store):
    client.post("/releases/release")
    from peelian.reports import site_files

    kept = site_files(
        store.read_artefact(store.artefacts("release")[-1].artefact)[1]["site.zip"]
    )
    for path, data in kept.items():
        answer = client.get(f"/public/{path}")
        assert answer.content == data
        assert not answer.cookies
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert answer["Referrer-Policy"] == "no-referrer"
    assert client.get("/public").url == "/public/"
    assert client.get("/public/districts/")["Content-Type"].startswith("text/html")
    assert client.get("/public/robbery.html").content == kept["robbery.html"]
    assert (
        client.get("/public/data/robbery-by-month.csv")["Content-Type"]
        == "text/csv; charset=utf-8"
    )


@pytest.mark.parametrize(
    "path", ["nothing.html", "../secret.key", "data/", "%2e%2e/store/manifest.json"]
)
def test_no_other_file_is_ever_public(client, path):
    client.post("/releases/release")
    assert client.get(f"/public/{path}").status_code == 404


def test_wrong_settings_are_named(client):
    answer = client.get("/releases?force=Atlantis")
    assert answer.status_code == 404
    assert "no police force" in text_of(answer)
    assert client.post("/releases/release?months=x").status_code == 302
