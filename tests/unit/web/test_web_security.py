"""What the pages promise about security, each promise by its answer."""

import re
from pathlib import Path

import pytest

from peelian.store import open_store
from peelian.terms import StudyArea
from peelian.web.site import HERE

STATIC = sorted((HERE / "static").rglob("*.*"))
PAGES = ("/", "/data", "/nowhere", "/static/peelian/peelian.css")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.4", ""])
def test_a_name_pointed_at_this_machine_is_not_answered(client, host):
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 400
    assert b"months are held" not in answer.content


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8000", "localhost:8000", "[::1]:8000"]
)
def test_this_machine_is_answered(client, host):
    assert client.get("/nowhere", headers={"host": host}).status_code == 404


@pytest.mark.parametrize("mode", ["cors", "no-cors", "navigate"])
def test_another_site_cannot_ask_behind_the_readers_back(client, mode):
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": mode}
    answer = client.get("/nowhere", headers=headers)
    assert answer.status_code == (404 if mode == "navigate" else 403)


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_limits_what_it_may_do(client, path):
    answer = client.get(path)
    answer.close()
    headers = answer.headers
    policy = dict(
        part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; ")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_a_page_only_answers_questions(client, method):
    answer = getattr(client, method)("/map")
    assert answer.status_code == 405


def test_a_form_without_its_token_is_refused_and_keeps_nothing(
    client_of, sample_store, tmp_path
):
    from django.test import Client

    client_of(sample_store, tmp_path)
    answer = Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1").post("/plan/keep?teams=2")
    assert answer.status_code == 403
    assert b"This form has expired" in answer.content
    assert open_store(sample_store).artefacts("plan") == ()


def test_debug_is_off(django_ready):
    from django.conf import settings

    assert settings.DEBUG is False


def test_what_data_say_is_never_run(client, monkeypatch):
    from peelian.store import Store

    hostile = StudyArea("<script>alert(1)</script>", None)
    monkeypatch.setattr(Store, "read_study_area", lambda self: hostile)
    monkeypatch.setattr(Store, "layers", lambda self: {"study-area": "other"})
    page = client.get("/map?model=none").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    "path", ["/static/../site.py", "/static/%2e%2e/site.py", "/result/../x/y"]
)
def test_an_address_cannot_climb_out(client, path):
    answer = client.get(path)
    assert answer.status_code in (400, 404)


@pytest.mark.parametrize("path", STATIC, ids=lambda p: str(p.relative_to(HERE)))
def test_static_files_ask_nothing_of_elsewhere(path: Path):
    text = path.read_text("utf-8")
    assert "GDS Transport" not in text.replace("the GDS Transport font", "")
    assert "@font-face" not in text.replace("`@font-face`", "")
    assert not re.search(r"url\((?!#|data:)", text)
    assert "eval(" not in text
    assert "crest" not in text.replace("crown crest", "")


def test_templates_have_nothing_inline():
    for path in (HERE / "templates").glob("*.html"):
        text = path.read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path.name
        assert not re.search(r"\sstyle=|<style|\son\w+=", text), path.name
