"""Any method on the map, and how good each forecast was, through the Django test client."""

import json
import re

import pytest

from peelian.workflows import JOBS
from web_store import wait_for

DRAWN = ("kde", "gi-star", "local-moran", "stability")
DATED_ONLY = ("knox", "near-repeats", "scan")


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def links_of(page):
    links = re.findall(r'href="(/result/[^"]+)"', page)
    return {link.rpartition("/")[2]: link for link in links}


@pytest.mark.parametrize("method", DRAWN)
def test_a_method_is_shown_on_the_map_with_its_table(get, method):
    answer = get(f"/map?method={method}")
    page = answer.content.decode()
    assert answer.status_code == 200
    rows = re.findall(r'<tr[^>]* data-cell="(\d+)"', page)
    drawn = re.findall(r'<(?:path|circle)[^>]* data-cell="(\d+)"', page)
    assert rows
    assert set(rows) <= set(drawn)
    assert f'<option value="{method}" selected>' in page
    assert "When not to use it" in page
    assert f"peelian hotspots {method} --store" in text_of(answer)


def test_the_map_can_learn_from_other_offences_held(get):
    answer = get("/map?model=many-scales&companions=police-uk:burglary")
    assert answer.status_code == 200
    assert "Companion police-uk:burglary. Offences:" in text_of(answer)
    assert "--companions police-uk:burglary" in text_of(answer)
    refused = get("/map?model=many-scales&companions=police-uk:possession-of-weapons")
    assert refused.status_code == 400
    assert "police-discovered" in text_of(refused)


def test_a_method_offers_its_files_in_three_forms(get):
    links = links_of(get("/map?method=gi-star").content.decode())
    expected = {"gi-star.csv", "gi-star.json", "gi-star.geojson", "map.html"}
    assert expected | {"gi-star.csv.provenance.json"} <= set(links)
    assert json.loads(get(links["gi-star.geojson"]).content)["type"] == "FeatureCollection"
    record = json.loads(get(links["gi-star.csv.provenance.json"]).content)
    assert record["job"] == "hotspots gi-star"
    assert get(links["map.html"]).content.startswith(b"<!doctype html>")


def test_a_method_without_a_map_has_a_chart_and_its_table(get):
    page = get("/map?method=concentration").content.decode()
    assert re.search(r'<svg role="img" aria-label="Concentration', page)
    assert "gini" in page.lower()
    assert 'id="map"' not in page


@pytest.mark.parametrize("method", DATED_ONLY)
def test_what_month_only_data_cannot_say_is_said_beside_the_form(get, method):
    answer = get(f"/map?method={method}&district=Northdale")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in page
    assert "month" in text_of(answer).partition("There is a problem")[2][:400]
    assert '<option value="Northdale" selected>' in page
    assert f'<option value="{method}" selected>' in page


def test_a_refusal_keeps_what_was_filled_in(get):
    page = get("/map?method=knox&distance_breaks=0,50,75").content.decode()
    assert re.search(r'name="distance_breaks"[^>]*value="0,50,75"', page)


def test_settings_that_are_not_numbers_are_named(get):
    answer = get("/map?method=kde&bandwidth=wide")
    assert answer.status_code == 400
    assert "Bandwidth: Give a number" in text_of(answer)


def test_an_unknown_method_is_said_and_the_first_is_offered(get):
    answer = get("/map?method=crystal-ball")
    assert answer.status_code == 400
    assert "Method: crystal-ball is not in the list" in text_of(answer)


def test_a_form_sent_becomes_the_shortest_address(client):
    changed = "district=Northdale&null=normal"
    answer = client.get(f"/map?method=gi-star&shown=gi-star&{changed}&distance=&seed=20181201")
    assert answer.status_code == 302
    assert answer["Location"] == f"/map?method=gi-star&{changed}"
    assert (
        client.get("/map?method=forecast&shown=forecast&model=champion")["Location"] == "/map"
    )


def test_another_method_keeps_what_when_and_where_alone(client):
    answer = client.get("/map?method=scan&shown=forecast&model=ewma&district=Northdale")
    assert answer["Location"] == "/map?method=scan&district=Northdale"


def test_no_page_reads_a_file_of_the_machine(get, tmp_path):
    events = tmp_path / "events.csv"
    events.write_text("x,y,time\n")
    plain = get("/map?method=kde").content.decode()
    asked = get(f"/map?method=kde&events={events}&x=x&y=y&time=time").content.decode()
    assert links_of(asked) == links_of(plain)  # the same result


def test_the_methods_page_says_which_to_use_in_the_exact_words(get):
    answer = get("/methods")
    text = text_of(answer)
    assert answer.status_code == 200
    assert "no detectable difference from counting past offences" in text
    assert "Counting past offences is kept." in text
    assert "(champion)" in text


def test_each_chart_of_the_methods_page_has_words_and_a_table(get):
    page = get("/methods").content.decode()
    charts = re.findall(r'<svg role="img" aria-label="([^"]*)"', page)
    for words in ("PAI, with", "More caught", "PAI by share", "observed over events expected"):
        assert any(words in chart for chart in charts), words
    for table in ("champions", "curve", "calibration-1", "scores", "stability"):
        assert f'id="{table}"' in page


def test_the_methods_page_offers_its_files_and_names_each_method(get):
    page = get("/methods").content.decode()
    links = links_of(page)
    assert {"backtest.csv", "backtest.json", "backtest.csv.provenance.json"} <= set(links)
    assert json.loads(get(links["backtest.json"]).content)
    assert 'href="/methods/gi-star"' in page


def test_home_gives_the_last_evaluation_once_there_is_one(client_of, sample_store, tmp_path):
    client = client_of(sample_store, tmp_path)
    assert "Not tried yet" in text_of(wait_for(client, "/"))
    wait_for(client, "/methods?models=ewma")
    home = wait_for(client, "/").content.decode()
    assert "Counting past offences is kept." in home
    assert 'href="/methods?models=ewma"' in home


def test_a_page_about_a_method_is_safe_html_from_its_markdown(get):
    answer = get("/methods/gi-star")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'href="/map?method=gi-star"' in page
    assert 'href="/methods/local-moran"' in page
    assert ".md" not in page.partition("<main")[2].partition("</main>")[0]
    assert "<table" in page
    assert get("/methods/nothing").status_code == 404


def test_every_page_about_a_method_opens(get, django_ready):
    from peelian.web.manual import pages

    assert len(pages()) >= 25
    for page in pages().values():
        assert page.title
        assert page.question, page.name
        assert "<script" not in page.body


def test_markdown_that_would_act_stays_text():
    from peelian.web.manual import _html

    html = _html("<script>alert(1)</script> [x](javascript:alert(1)) [y](../secret.md)")
    assert "<script" not in html
    assert "javascript:" not in html or "href" not in html
    assert "secret.md" not in html


def test_the_map_offers_every_hotspot_job_that_needs_no_file(django_ready):
    from peelian.web.forms import FILES_ONLY, methods_of_map

    words = {name.removeprefix("hotspots ") for name in JOBS if name.startswith("hotspots ")}
    assert {word for word, _ in methods_of_map()} == {"forecast", *words} - set(FILES_ONLY)
