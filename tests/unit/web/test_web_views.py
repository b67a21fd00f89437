"""Each page, full, empty and wrong, through the Django test client."""

import csv
import hashlib
import io
import json
import re

import pytest

from peelian.store import open_store
from peelian.terms import DataError, NotFound, StoreError
from peelian.web import make
from web_store import make_sample, wait_for

PAGES = ("/", "/map", "/methods", "/plan?teams=2", "/data")


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.mark.parametrize("path", PAGES)
def test_each_page_answers_with_area_and_date_in_its_title(get, path):
    answer = get(path)
    assert answer.status_code == 200
    title = re.search("<title>(.*?)</title>", answer.content.decode(), re.DOTALL)[1]
    assert re.search(r"Sampleshire, \w+day \d+ \w+ 20\d\d . Peelian$", title)


def test_home_shows_months_held_and_the_gaps_between_them(get):
    text = text_of(get("/"))
    assert "8 months are held, from January 2018 to October 2018." in text
    assert "June 2018 and September 2018 are not held: unknown, not zero." in text
    assert text.count(": not held") == 2


def test_home_gives_each_figure_a_sentence_with_its_interval(get):
    text = text_of(get("/"))
    assert "Robbery" in text
    assert re.search(r"95 % interval [\d.]+ to [\d.]+", text)


def test_the_map_and_its_table_have_the_same_cells(get):
    page = get("/map").content.decode()
    rows = re.findall(r'<tr[^>]* data-cell="(\d+)"', page)
    drawn = set(re.findall(r'<path[^>]* data-cell="(\d+)"', page))
    assert rows
    assert set(rows) <= drawn


def test_the_map_says_how_good_it_was_against_counting(get):
    page = get("/map").content.decode()
    part = page.partition('id="good"')[2]
    assert re.search(r"PAI [\d.]+ \(95 % interval [\d.]+ to [\d.]+\)", part)
    assert "counting past offences" in part
    assert "PAI by share of the area flagged" in part
    assert "<svg" in part


def test_the_map_page_offers_its_files(get):
    page = get("/map").content.decode()
    links = re.findall(r'href="(/result/[^"]+)"', page)
    names = {link.rpartition("/")[2] for link in links}
    assert {"hot-spots.csv", "hot-spots.geojson", "map.html"} <= names
    for link in links:
        answer = get(link)
        assert answer.status_code == 200
        assert "attachment" in answer["Content-Disposition"]
    data = next(link for link in links if link.endswith("hot-spots.geojson"))
    assert json.loads(get(data).content)["type"] == "FeatureCollection"


def test_a_district_in_the_address_narrows_the_map(get):
    page = get("/map?district=Northdale").content.decode()
    assert '<option value="Northdale" selected>' in page
    table = page.partition('id="map-table"')[2]
    assert "Northdale" in table
    assert "Southdale" not in table.partition("</table>")[0]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/map?flag_area=lots", "Area to flag"),
        ("/map?model=crystal-ball", "Method"),
        ("/map?flag_area=-1", "-1"),
        ("/plan?teams=0", "0 teams"),
        ("/plan?teams=two", "Teams"),
        ("/plan?date=tomorrow", "Date"),
        ("/plan?shift_start=14:00&shift_end=14:05&teams=1", "shift"),
    ],
)
def test_a_setting_out_of_range_is_said_beside_the_form(get, path, words):
    answer = get(path)
    assert answer.status_code == 400
    text = text_of(answer)
    assert "There is a problem" in text
    assert words in text
    assert "<form" in answer.content.decode()


def test_the_plan_offers_its_pack_stops_and_draw(get):
    page = get("/plan?teams=2").content.decode()
    links = {
        link.rpartition("/")[2]: link for link in re.findall(r'href="(/result/[^"]+)"', page)
    }
    assert get(links["pack.pdf"]).content.startswith(b"%PDF")
    assert get(links["pack.pdf"])["Content-Type"] == "application/pdf"
    stops = list(csv.DictReader(io.StringIO(get(links["stops.csv"]).content.decode())))
    draw = list(csv.DictReader(io.StringIO(get(links["draw.csv"]).content.decode())))
    assert {"team", "arrive", "place"} <= set(stops[0])
    assert all(0 < float(row["probability"]) <= 1 for row in draw)
    assert text_of(get("/plan?teams=2")).count("Team 1") >= 1


def test_data_quality_counts_refusals_and_hands_the_rows_back(get):
    page = get("/data").content.decode()
    assert "No place given" in page
    link = re.search(r'href="(/data/refused.csv\?batch=[^"]+)"', page)[1].replace("&amp;", "&")
    rows = list(csv.DictReader(io.StringIO(get(link).content.decode())))
    assert len(rows) == 2
    assert {row["reason"] for row in rows} == {"no-coordinates"}
    everything = list(csv.DictReader(io.StringIO(get("/data/refused.csv").content.decode())))
    assert len(everything) == 16


def test_refused_rows_of_an_unknown_batch_are_not_found(get):
    answer = get("/data/refused.csv?batch=nope")
    assert answer.status_code == 404
    assert "nope" in text_of(answer)


@pytest.mark.parametrize("path", PAGES)
def test_without_a_store_a_page_says_what_is_missing_and_what_to_do(client_of, tmp_path, path):
    answer = client_of(tmp_path / "none", tmp_path).get(path)
    assert answer.status_code == 200
    text = text_of(answer)
    assert "There is no store here yet" in text
    assert f"peelian ingest FILE --store {tmp_path / 'none'}" in text


@pytest.mark.parametrize("path", PAGES)
def test_with_an_empty_store_a_page_says_so(client_of, tmp_path, path):
    open_store(tmp_path / "store", create=True)
    text = text_of(client_of(tmp_path / "store", tmp_path).get(path))
    assert "The store holds no events yet" in text


def test_a_new_batch_shows_at_the_next_request(client_of, tmp_path):
    store = make_sample(tmp_path / "store", months=("2018-01", "2018-02"))
    client = client_of(store, tmp_path / "workbench")
    assert "2 months are held" in text_of(client.get("/"))
    make_sample(store, months=("2018-03",))
    assert "3 months are held" in text_of(client.get("/"))


def test_one_team_has_its_stops_and_their_times_on_the_map(get):
    page = get("/plan?teams=2&team=2").content.decode()
    table = page.partition('id="map-table"')[2].partition("</table>")[0]
    assert re.search(r"<caption>Team 2", table)
    assert len(re.findall(r'data-rank="\d\d:\d\d"', table)) == table.count("data-cell=")
    assert "Team 1" not in table
    everyone = get("/plan?teams=2").content.decode().partition('id="map-table"')[2]
    assert 'data-rank="' not in everyone


def test_a_team_that_is_not_there_is_said_so(get):
    answer = get("/plan?teams=2&team=3")
    assert answer.status_code == 404
    assert "this plan has teams 1 to 2" in text_of(answer)


def test_a_plan_kept_shows_on_its_page_and_on_home(client_of, tmp_path):
    client = client_of(make_sample(tmp_path / "store"), tmp_path / "workbench")
    store = open_store(tmp_path / "store")
    address = "/plan?teams=2&date=2018-11-03"
    page = wait_for(client, address).content.decode()
    assert store.artefacts("plan") == ()
    action = re.search(r'<form method="post" action="([^"]+)"', page)[1].replace("&amp;", "&")
    answer = client.post(action)
    assert (answer.status_code, answer["Location"]) == (302, address)
    (kept,) = store.artefacts("plan")
    assert kept.artefact[:12] in text_of(wait_for(client, address))
    assert "2018-11-03" in text_of(wait_for(client, "/"))


def test_pages_only_read_the_store(get, sample_store):
    def content():
        files = sorted(p for p in sample_store.rglob("*") if p.is_file())
        return [(p, hashlib.sha256(p.read_bytes()).hexdigest()) for p in files]

    before = content()
    for path in PAGES:
        get(path)
    assert content() == before


@pytest.mark.parametrize("error", [DataError, NotFound, StoreError])
def test_an_error_is_a_page_with_its_own_words_and_status(
    client_of, sample_store, tmp_path, monkeypatch, error
):
    def fail(*args):
        raise error("batch 7: the file is cut off; fetch it again")

    monkeypatch.setattr(make, "overview_made", fail)
    answer = client_of(sample_store, tmp_path).get("/")
    assert answer.status_code == error.http_status
    assert "batch 7: the file is cut off; fetch it again" in text_of(answer)


def test_a_fault_of_ours_shows_nothing_of_its_inside(
    client_of, sample_store, tmp_path, monkeypatch
):
    from peelian.web import views

    def fail(path):
        raise KeyError("inside")

    monkeypatch.setattr(views, "read_held", fail)
    answer = client_of(sample_store, tmp_path).get("/")
    assert answer.status_code == 500
    assert "inside" not in answer.content.decode()
    assert "Sorry, there is a problem with the workbench" in text_of(answer)


def test_progress_of_work_that_has_ended_is_done(client):
    assert client.get("/result/unknown").json() == {"done": True}


def test_a_file_no_longer_kept_says_what_to_do(client):
    answer = client.get("/result/unknown/hot-spots.csv")
    assert answer.status_code == 404
    assert "open its page again" in text_of(answer)


def test_hints_on_pages_speak_of_no_files(get):
    text = text_of(get("/map"))
    assert "Other offences for many-scales, by commas: sets or codes" in text
    assert "EVENTS" not in text
