"""The pages on which people code narratives: what is shown, to whom, and what is not."""

import html
import logging
import re

import pytest

from narrative_files import HIDDEN, bytes_of, narratives_csv, to_review
from peelian.store import open_store
from peelian.workflows.narratives.codes import CODES, READS
from peelian.workflows.narratives.review import open_review


@pytest.fixture
def file(tmp_path):
    return narratives_csv(tmp_path / "crimes.csv")


@pytest.fixture
def opened(file):
    return open_review(to_review(file))


@pytest.fixture
def store(tmp_path):
    return open_store(tmp_path / "store", create=True)


@pytest.fixture
def desk(client_of, store, opened, tmp_path):
    """A client for a workbench with the file open."""
    from django.test import override_settings

    client = client_of(store.path, tmp_path / "workbench")
    with override_settings(PEELIAN_NARRATIVES=opened):
        yield client


def text_of(answer):
    return html.unescape(answer.content.decode())


def ask(desk, row, coder="A", mode="blind", **more):
    told = "&".join(f"{k}={v}" for k, v in {"coder": coder, "mode": mode, **more}.items())
    return desk.get(f"/narratives/{row}?{told}")


def say(desk, row, who, label, how="blind", **more):
    page = ask(desk, row, who, how).content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    return desk.post(f"/narratives/{row}", {**fields, "label": label, **more})


def both(desk, opened, a, b):
    for row, one, other in zip(opened.sample, a, b, strict=False):
        say(desk, row, "A", one)
        say(desk, row, "B", other)


def test_without_a_file_the_page_says_what_to_do(client):
    page = text_of(client.get("/narratives"))
    assert "peelian serve" in page
    assert "--narratives FILE --text COLUMN" in page
    assert client.get("/narratives/1?coder=A&mode=blind").status_code == 404
    assert 'href="/narratives"' not in client.get("/operations").content.decode()


def test_with_a_file_it_says_how_far_the_coding_is(desk, opened):
    page = text_of(desk.get("/narratives"))
    assert "crimes.csv" in page
    assert "60 rows" in page
    assert "Compare the codes" not in page
    assert 'href="/narratives"' in page
    both(desk, opened, ["knife"], ["not"])
    page = text_of(desk.get("/narratives"))
    assert "1 row is coded by two" in page
    assert HIDDEN not in page


def test_a_coder_is_led_from_row_to_row(desk, opened):
    answer = desk.get("/narratives/next?coder=a&mode=blind")
    assert answer.url == f"/narratives/{opened.sample[0]}?coder=A&mode=blind"
    for place, row in enumerate(opened.sample, start=1):
        assert f"coder A: {place} of 12" in text_of(ask(desk, row))
        answer = desk.get(say(desk, row, "A", "not").url)
    assert answer.url == f"/narratives?coder=A&done=blind&saved={row}"
    assert "every row is read" in text_of(desk.get(answer.url))


def test_where_there_is_nothing_to_read_it_says_so(desk, file):
    from django.test import override_settings

    none = desk.get("/narratives/next?coder=C&mode=third")
    assert none.status_code == 404
    assert "There are no rows for third reading" in text_of(none)
    with override_settings(PEELIAN_NARRATIVES=open_review(to_review(file, 0))):
        none = desk.get("/narratives/next?coder=A&mode=blind")
    assert "start the workbench with --sample" in text_of(none)


@pytest.mark.parametrize("coder", ["", "J Smith", "AB"])
def test_a_name_is_refused_beside_the_form(desk, coder):
    answer = desk.get("/narratives/next", {"coder": coder, "mode": "blind"})
    assert answer.status_code == 400
    assert "no name and no initials" in text_of(answer)
    assert "Error: " in text_of(answer)


def test_a_row_coded_blind_shows_its_text_alone(desk, opened):
    for row in opened.sample:
        say(desk, row, "B", "knife")
    for row in opened.sample:
        page = ask(desk, row).content.decode()
        assert HIDDEN in page
        assert "<mark" not in page
        assert "The rules say" not in page
        assert "Codes so far" not in page
        assert "checked" not in page


def test_an_uncertain_row_shows_the_words_and_the_reason(desk, opened):
    page = ask(desk, opened.uncertain[0], "C", "open").content.decode()
    assert "<mark>" in page
    assert "The rules say: a person should look" in page
    assert "This decides." in page


def test_what_a_narrative_says_is_never_run(desk, opened):
    page = ask(desk, opened.sample[0]).content.decode()
    assert f"{HIDDEN} &lt;b&gt;&amp;amp; co&lt;/b&gt;." in page
    assert "<b>" not in page


def test_displays_and_entries_are_equal_in_number(desk, opened, store):
    shown = 0
    for row in (*opened.sample[:3], opened.sample[0]):
        shown += HIDDEN in ask(desk, row).content.decode()
    shown += HIDDEN in ask(desk, opened.uncertain[0], "C", "open").content.decode()
    shown += HIDDEN in ask(desk, opened.sample[0], "B", problem="label").content.decode()
    for path in (
        f"/narratives/{opened.sample[0]}",  # no coder, no mode
        f"/narratives/{opened.sample[0]}?coder=A",
        f"/narratives/{opened.sample[0]}?coder=Smith&mode=blind",
        f"/narratives/{opened.sample[0]}?coder=A&mode=third",
        f"/narratives/{opened.uncertain[0]}?coder=A&mode=blind",
        "/narratives/0?coder=A&mode=blind",
        "/narratives/x?coder=A&mode=blind",
        "/narratives/99999999999?coder=A&mode=blind",
    ):
        answer = desk.get(path)
        assert answer.status_code in (400, 404), path
        assert HIDDEN not in answer.content.decode()
    assert desk.head(f"/narratives/{opened.sample[0]}?coder=A&mode=blind").status_code == 405
    assert shown == 6
    assert len(store.entries(READS)) == shown


def test_without_its_entry_no_text_is_sent(desk, opened, store):
    (store.path / "journal").mkdir()
    (store.path / "journal" / READS).write_text("in the way")
    answer = ask(desk, opened.sample[0])
    assert answer.status_code == 503
    assert HIDDEN not in answer.content.decode()


def test_no_browser_may_keep_these_pages(desk, opened):
    both(desk, opened, ["knife"], ["not"])
    desk.post("/narratives/compare")
    for answer in (
        desk.get("/narratives"),
        ask(desk, opened.sample[1]),
        desk.get("/narratives/agreement"),
        desk.get("/narratives/next?coder=A&mode=blind"),
    ):
        assert "no-store" in answer.headers["Cache-Control"]


def test_no_text_stands_in_title_address_log_or_folder(desk, opened, store, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    for row in opened.sample[:2]:
        page = text_of(ask(desk, row))
        assert HIDDEN not in re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1]
        answer = say(desk, row, "A", "knife", reason="tool")
        assert HIDDEN not in answer.url
    assert HIDDEN not in caplog.text
    (tmp_path / "workbench").mkdir(exist_ok=True)
    for folder in (store.path, tmp_path / "workbench"):
        assert HIDDEN.encode() not in bytes_of(folder)


def test_an_answer_is_kept_and_may_be_corrected(desk, opened, store):
    row = opened.sample[0]
    answer = say(desk, row, "A", "knife", reason="tool")
    assert answer.status_code == 302
    assert answer.url == f"/narratives/next?coder=A&mode=blind&saved={row}"
    after = text_of(desk.get(desk.get(answer.url).url))
    assert f"Row {row} is saved." in after
    assert "You said knife before" in re.sub("</?strong>", "", text_of(ask(desk, row)))
    say(desk, row, "A", "not")
    assert [e.content["label"] for e in store.entries(CODES)] == ["knife", "not"]


def test_no_answer_is_asked_again(desk, opened, store):
    row = opened.sample[0]
    answer = say(desk, row, "A", "")
    assert answer.url == f"/narratives/{row}?coder=A&mode=blind&problem=label"
    again = desk.get(answer.url)
    assert again.status_code == 400
    assert "Choose an answer" in text_of(again)
    assert store.entries(CODES) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"form": "free text"}, {"file": "0" * 64}, {"reason": "he said"}, {"coder": "Smith"},
        {"mode": "third"}, {"mode": ""},
    ],
)  # fmt: skip
def test_a_form_that_is_not_ours_keeps_nothing(desk, opened, store, change):
    answer = say(desk, opened.sample[0], "A", "knife", **change)
    assert answer.status_code in (400, 403, 404)
    assert store.entries(CODES) == ()


def test_a_form_without_its_token_is_refused(desk, opened, store):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1")
    for path in (f"/narratives/{opened.sample[0]}", "/narratives/compare"):
        assert strict.post(path, {"coder": "A", "label": "knife"}).status_code == 403
    assert store.entries(CODES) == ()


def test_a_phone_by_the_teams_address_reaches_none_of_it(desk, opened, store):
    from django.test import override_settings

    with override_settings(ALLOWED_HOSTS=["patrol.example", "127.0.0.1"]):
        for path in ("", "/next", "/agreement", f"/{opened.sample[0]}?coder=A&mode=blind"):
            answer = desk.get(f"/narratives{path}", headers={"host": "patrol.example"})
            assert (answer.status_code, answer.content) == (404, b"Not found")
    assert store.entries(READS) == ()


def test_a_third_coder_and_a_coder_of_the_two_are_told_why_not(desk, opened):
    both(desk, opened, ["knife"], ["not"])
    desk.post("/narratives/compare")
    third = desk.get("/narratives/next?coder=C&mode=blind")
    assert third.status_code == 403
    assert "A and B code this file already" in text_of(third)
    assert "one of the two" in text_of(desk.get("/narratives/next?coder=A&mode=third"))
    assert "one of the two" in text_of(ask(desk, opened.sample[0], "A", "third"))


def test_agreement_needs_a_comparison_then_shows_where_two_differ(desk, opened):
    assert desk.get("/narratives/agreement").url == "/narratives"
    assert desk.post("/narratives/compare").status_code == 403
    both(desk, opened, ["knife", "not", "not"], ["not", "not", "not"])
    assert desk.get("/narratives/agreement").url == "/narratives"
    assert desk.post("/narratives/compare").url == "/narratives/agreement"
    page = text_of(desk.get("/narratives/agreement"))
    assert "A and B gave the same code to 2 of 3 rows: kappa 0.00" in page
    assert "needs 400 or more" in page
    assert "crimes.csv --text mo --offence class --coded-in-store" in page
    assert "waits" in page
    first = opened.sample[0]
    assert desk.get("/narratives/next?coder=C&mode=third").url.startswith(
        f"/narratives/{first}"
    )
    shown = text_of(ask(desk, first, "C", "third"))
    assert re.search(r"A: <strong>knife</strong>\s*</li><li>B: <strong>not", shown)
    say(desk, first, "C", "knife", "third")
    page = text_of(desk.get("/narratives/agreement"))
    assert "waits" not in page
    assert f"/narratives/{first}?coder=C&mode=third" in page
    assert HIDDEN not in page


def test_coders_of_one_mind_and_one_code_have_no_kappa(desk, opened):
    both(desk, opened, ["not"], ["not"])
    desk.post("/narratives/compare")
    assert "Kappa is not defined" in text_of(desk.get("/narratives/agreement"))


def test_a_file_that_changed_is_refused(desk, opened, file, store):
    both(desk, opened, ["knife"], ["not"])
    desk.post("/narratives/compare")
    file.write_text(file.read_text().replace("8N", "10D"))
    answer = ask(desk, opened.sample[1])
    assert answer.status_code == 422
    assert "crimes.csv has changed since the workbench opened it" in text_of(answer)
    assert HIDDEN not in text_of(answer)
    assert len(store.entries(READS)) == 2
    agreement = desk.get("/narratives/agreement")
    assert agreement.status_code == 422
    assert "has changed" in text_of(agreement)


def test_without_a_store_nothing_is_shown(desk, opened, store):
    import shutil

    shutil.rmtree(store.path)
    assert ask(desk, opened.sample[0]).status_code == 404
    assert "There is no store here yet" in text_of(desk.get("/narratives"))
