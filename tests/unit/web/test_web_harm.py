"""Counts or harm on the pages: days wherever they would say events, and what is refused."""

import json
import re

import pytest

from peelian import sources
from web_store import wait_for

SENTENCE = "published aggregates, not the offence-level index"
HARM = "harm=cchi-2026-essex"


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def links_of(answer):
    links = re.findall(r'href="(/result/[^"]+)"', answer.content.decode())
    return {link.rpartition("/")[2]: link for link in links}


def test_the_map_is_of_harm_with_counts_beside_it(get):
    answer = get(f"/map?{HARM}")
    page, text = answer.content.decode(), text_of(answer)
    assert answer.status_code == 200
    assert "Where harm is likely" in text
    assert 'map-legend-title">Expected days of harm per km²' in page
    assert "expected events per km²" not in page
    assert re.search('Harm <span class="unit">days held', page)
    assert re.search('All <span class="unit">events held', page)
    assert SENTENCE in text
    assert "% of the harm that followed" in text
    assert "weighed by harm, in days</title>" in page  # of the still picture
    assert "--harm cchi-2026-essex" in text


def test_every_file_of_the_map_names_the_index(get):
    links = links_of(get(f"/map?{HARM}"))
    record = json.loads(get(links["hot-spots.csv.provenance.json"]).content)
    assert any(SENTENCE in note for note in record["notes"])
    drawn = json.loads(get(links["hot-spots.geojson"]).content)
    assert any(SENTENCE in note for note in drawn["provenance"]["notes"])
    assert drawn["units"]["harm"] == "days held"
    whole = get(links["map.html"]).content.decode()
    assert SENTENCE in whole
    assert "Expected days of harm per km²" in whole
    assert "harm" in get(links["hot-spots.csv"]).content.decode().partition("\n")[0]


@pytest.mark.parametrize("path", [f"/methods?{HARM}", f"/plan?teams=2&{HARM}"])
def test_other_pages_say_days_and_name_the_index(get, path):
    answer = get(path)
    assert answer.status_code == 200
    assert SENTENCE in text_of(answer)
    assert "days of harm" in text_of(answer)
    assert "expected events" not in text_of(answer)


def test_every_bundled_index_can_be_chosen_and_no_file(client):
    page = wait_for(client, f"/map?{HARM}").content.decode()
    for name, _ in sources.bundled_indices():
        assert f'<option value="{name}"' in page
    assert "Harm: Cambridge aggregates 2026, as offences mix in Essex" in page
    refused = wait_for(client, "/map?harm=cambridge%3D/etc/passwd")
    assert refused.status_code == 400
    assert "is not in the list" in text_of(refused)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/map?method=knox", "pairs of events"),
        ("/map?method=near-repeats", "hains are made of events"),
        ("/map?method=scan&model=bernoulli", "events from controls"),
        ("/methods?models=ewma,self-exciting", "one by one"),
    ],
)
def test_what_only_counts_is_refused_beside_the_field(get, path, why):
    answer = get(f"{path}&{HARM}")
    assert answer.status_code == 400
    beside = re.search(
        r'id="id_harm-error"[^>]*>(.*?)</p>', answer.content.decode(), re.DOTALL
    )
    assert why in beside[1]
    assert "Count events, or choose another" in beside[1]
