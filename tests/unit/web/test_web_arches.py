"""The page of knife arches: a week on the map, kept on request, wrong settings named."""

import re

import pytest

from peelian.store import open_store
from web_store import make_sample, wait_for

WEEK = "/arches?days=2&slots=08:00-10:00"


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_week_has_its_deployments_map_and_draw(get):
    answer = get(WEEK)
    assert answer.status_code == 200
    page, text = answer.content.decode(), text_of(answer)
    assert "Knife arches: Sampleshire" in page or "deployments at" in text
    assert re.search(r'<tr[^>]* data-cell="\d+"', page)
    assert "The draw" in text
    assert "deterrence is unproven" in text
    assert "peelian arches --days 2 --slots 08:00-10:00" in text
    links = re.findall(r'href="(/result/[^"]+)"', page)
    assert {"knife-arches.csv", "map.html"} <= {link.rpartition("/")[2] for link in links}
    assert all(get(link).status_code == 200 for link in links)


def test_looking_keeps_nothing_and_the_button_keeps_it_once(client_of, tmp_path):
    store = open_store(make_sample(tmp_path / "store"))
    client = client_of(store.path, tmp_path / "workbench")
    wait_for(client, WEEK)
    assert store.artefacts("arches") == ()
    keep = WEEK.replace("/arches", "/arches/keep")
    for _ in range(2):
        answer = client.post(keep)
        assert (answer.status_code, answer.url.startswith("/arches?")) == (302, True)
    assert len(store.artefacts("arches")) == 1
    assert "Kept: deployments and draw kept in the store" in text_of(wait_for(client, WEEK))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("days=0", "days is 0"),
        ("slots=8-10", "HH:MM-HH:MM"),
        ("days=two", "Give a whole number"),
        ("worth_kept=3", "worth_kept is 3"),
        ("people=0", "needs more officers"),
    ],
)
def test_wrong_settings_are_named(get, query, said):
    answer = get(f"/arches?{query}")
    assert answer.status_code == 400
    assert said in text_of(answer)
