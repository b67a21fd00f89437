"""A team's page and its links: who may open it, until when, and what it takes."""

import json
import re
from datetime import timedelta

import pytest

from peelian.store import open_store
from peelian.terms import ParameterError
from peelian.workflows.delivery.reported import read_reports
from plan_samples import entries_of, kept_plan
from web_store import make_sample, wait_for


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    path = make_sample(
        tmp_path_factory.mktemp("team") / "store", months=("2018-01", "2018-02")
    )
    return path, kept_plan(path)


@pytest.fixture
def clock(monkeypatch, planned):
    """Set the workbench's clock to some hours after the shift has begun."""
    _, plan = planned

    def at(hours):
        now = plan.shift.start + timedelta(hours=hours)
        monkeypatch.setattr("peelian.web.team_page.timezone.now", lambda: now)
        return now

    at(1)
    return at


@pytest.fixture
def client(client_of, planned, clock, tmp_path):
    return client_of(planned[0], tmp_path / "workbench")


@pytest.fixture
def link(client, planned):
    from peelian.web.team_links import link_of

    return link_of(planned[1], 1)


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def sync(client, link, *reports, sent="2018-11-01T15:00:00+00:00"):
    body = json.dumps({"sent": sent, "reports": reports})
    return client.post(link, body, content_type="application/json")


def one(number, what="arrived", stop=1, **more):
    time = "2018-11-01T14:30:00+00:00"
    return {"id": f"{number:032x}", "stop": stop, "what": what, "time": time, **more}


def test_a_link_opens_its_own_team_and_none_of_the_workbench(client, link, planned):
    answer = client.get(link)
    assert answer.status_code == 200
    text = text_of(answer)
    assert "Team 1, South" in text
    assert "Team 2" not in text
    page = answer.content.decode()
    assert 'href="/map"' not in page
    assert page.count('class="peelian-stop"') == len(planned[1].teams["Team 1, South"])
    assert "Look for" in text


@pytest.mark.parametrize("hours", [-12, 0, 9.9])
def test_it_opens_until_six_hours_after_the_shift(client, link, clock, hours):
    clock(hours)  # the shift is four hours long
    assert client.get(link).status_code == 200


def test_then_it_has_ended_for_pages_and_for_reports(client, link, clock, planned):
    before = len(entries_of(open_store(planned[0])))
    clock(10.1)
    answer = client.get(link)
    assert answer.status_code == 403
    assert "This link ended on Friday 2 November at 00:00" in text_of(answer)
    assert "data-ended" in answer.content.decode()
    answer = sync(client, link, one(99))
    assert answer.status_code == 403
    assert "ended" in answer.json()["error"]
    assert client.post(link, {"stop": 1, "what": "arrived"}).status_code == 403
    assert len(entries_of(open_store(planned[0]))) == before


def forged(link, planned):
    from django.core.signing import Signer

    start, _, token = link.rpartition("/")
    value, _, signature = token.rpartition(".")
    other = Signer(salt="something else", sep=".").sign(value)
    return [
        start + "/" + wrong
        for wrong in (
            token[:-1],
            f"{value[:-1]}2.{signature}",
            other,
            value,
            "x",
            "a.b.c",
            "-1.x",
            "%00",
        )
    ]


def test_a_link_that_was_changed_or_made_up_leads_nowhere(client, link, planned):
    for wrong in forged(link, planned):
        answer = client.get(wrong)
        assert answer.status_code == 404, wrong
        assert "Team 1" not in text_of(answer)
        assert sync(client, wrong, one(1)).status_code == 404


def test_a_link_of_a_plan_that_is_not_held_leads_nowhere(client_of, tmp_path, link):
    assert client_of(tmp_path / "none", tmp_path).get(link).status_code == 404
    other = make_sample(tmp_path / "other", months=("2018-01",))
    assert client_of(other, tmp_path).get(link).status_code == 404


def test_reports_are_held_once_and_wrong_ones_said(client, link, planned):
    store, plan = planned
    before = len(entries_of(open_store(store)))
    said = [one(11), one(12, "left"), one(13, "seen", seen="disorder", n=2), one(14, stop=99)]
    for _ in range(2):
        answer = sync(client, link, *said)
        assert answer.status_code == 200
        assert sorted(answer.json()["held"]) == [f"{n:032x}" for n in (11, 12, 13)]
        assert "no stop 99" in answer.json()["refused"][f"{14:032x}"]
    assert len(entries_of(open_store(store))) == before + 3
    reports = read_reports(open_store(store), [plan])[plan.artefact]
    assert {r.team for r in reports} == {"Team 1, South"}
    assert "Disorder, 2, 14:30" in text_of(client.get(link))


@pytest.mark.parametrize(
    "body", ["[]", "{}", '{"reports": []}', '{"sent": "x", "reports": 1}']
)
def test_what_is_not_a_report_is_refused_as_json(client, link, body):
    answer = client.post(link, body, content_type="application/json")
    assert answer.status_code == 400
    assert "send reports" in answer.json()["error"]


def test_a_form_writes_one_report_and_shows_it(client, link):
    answer = client.post(link, {"id": f"{21:032x}", "stop": "2", "what": "arrived"})
    assert (answer.status_code, answer["Location"]) == (302, f"{link}#stop-2")
    assert "Arrived 15:00" in text_of(client.get(link))  # our clock: one hour into the shift
    wrong = client.post(link, {"id": f"{22:032x}", "stop": "2", "what": "seen", "seen": "x"})
    assert wrong.status_code == 400
    assert "Not written down" in text_of(wrong)


def test_a_report_without_the_forms_token_is_refused(client, link):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1")
    assert strict.post(link, {"stop": "1", "what": "arrived"}).status_code == 403
    assert sync(strict, link, one(31)).status_code == 403
    page = strict.get(link).content.decode()
    token = re.search(r'data-csrf="([^"]+)"', page)[1]
    body = json.dumps({"sent": "2018-11-01T15:00:00Z", "reports": [one(31)]})
    answer = strict.post(
        link, body, content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 200


def test_the_worker_is_a_script_for_these_pages_alone(client):
    answer = client.get("/team/worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert "Service-Worker-Allowed" not in answer.headers
    assert b"/static/" in answer.content


def test_the_sergeant_finds_the_links_of_a_plan(client, link, planned):
    _, plan = planned
    page = client.get(f"/plan/teams/{plan.short}").content.decode()
    assert f"http://127.0.0.1{link}" in page
    assert client.get("/plan/teams/nope").status_code == 404


def test_delivery_without_pings_says_what_is_not_known(client, planned):
    answer = wait_for(client, "/delivery")
    assert answer.status_code == 200
    text = text_of(answer)
    assert "1 shift planned: pings of 0" in text
    assert f"/plan/teams/{planned[1].short}" in answer.content.decode()
    assert wait_for(client, "/delivery?first_day=2030-01-01").status_code == 422
    wrong = wait_for(client, "/delivery?weekly_minimum=-1")
    assert wrong.status_code == 400
    assert "weekly minimum" in text_of(wrong)


def test_nothing_about_people_can_be_typed(client, link):
    page = client.get(link).content.decode()
    inputs = re.findall(r"<input[^>]*>", page)
    kinds = {re.search(r'type="(\w+)"', i)[1] if "type=" in i else i for i in inputs}
    texts = [i for i in kinds if i.startswith("<")]
    assert all('inputmode="numeric"' in i for i in texts)
    assert "<textarea" not in page


PROXY = "https://patrol.example"


@pytest.fixture
def phone(client, link, settings_of_proxy):
    """A client that comes through the proxy that phones reach."""
    from django.test import Client

    return Client(enforce_csrf_checks=True, HTTP_HOST="patrol.example")


@pytest.fixture
def settings_of_proxy():
    from django.test import override_settings

    hosts = ["127.0.0.1", "patrol.example"]
    with override_settings(
        PEELIAN_TEAMS_AT=PROXY, ALLOWED_HOSTS=hosts, CSRF_TRUSTED_ORIGINS=[PROXY]
    ):
        yield


def test_through_the_proxy_a_phone_reaches_its_page_and_no_other(phone, link, client, planned):
    page = phone.get(link)
    assert page.status_code == 200
    token = re.search(r'data-csrf="([^"]+)"', page.content.decode())[1]
    body = json.dumps({"sent": "2018-11-01T15:00:00Z", "reports": [one(41)]})
    for origin, status in ((PROXY, 200), ("https://evil.example", 403)):
        headers = {"X-CSRFToken": token, "Origin": origin}
        answer = phone.post(link, body, content_type="application/json", headers=headers)
        assert answer.status_code == status
    for path in ("/", "/delivery", f"/plan/teams/{planned[1].short}", "/teams", "/result/x/y"):
        answer = phone.get(path)
        assert (answer.status_code, answer.content) == (404, b"Not found"), path
    assert phone.post("/plan/keep").status_code == 404
    shown = client.get(f"/plan/teams/{planned[1].short}").content.decode()
    assert f"{PROXY}{link}" in shown


@pytest.mark.parametrize(
    "wrong", ["http://patrol.example", "patrol.example", "https://x/team"]
)
def test_the_proxys_address_must_be_https_without_a_path(wrong, tmp_path):
    from peelian import web

    with pytest.raises(ParameterError, match="https address"):
        web.serve(tmp_path / "store", teams_at=wrong)
    assert list(tmp_path.iterdir()) == []
