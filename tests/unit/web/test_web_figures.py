"""The page of a force's figures: sections, charts, downloads, the past, wrong settings."""

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from peelian.store import open_store
from store_samples import make_extract
from web_store import make_sample, sample_areas, wait_for


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_report_stands_on_the_page_with_its_charts_and_files(get):
    answer = get("/figures?force=kent&measure=knife")
    assert answer.status_code == 200
    page, text = answer.content.decode(), text_of(answer)
    assert "Kent: figures" in text
    assert "955 offences in the 12 months to 31 March 2019 against 793" in text
    assert "Kent has 0.63 times" in text
    assert "not victims or people" in text
    assert "Of victims the store says nothing" in text
    assert "NDQIS" in text
    assert "Violence and sexual offences, from the store" in text
    assert "the categories of data.police.uk carry no knife flag" in text
    assert page.count("<svg") >= 5  # funnel, years, and each measure held
    assert "peelian report figures --force Kent --measure knife" in text
    links = re.findall(r'href="(/result/[^"]+)"', page)
    names = {link.rpartition("/")[2] for link in links}
    assert {
        "figures.pdf", "figures.csv", "figures.csv.provenance.json", "figures.json",
        "districts-robbery.csv",
    } <= names  # fmt: skip
    assert all(get(link).status_code == 200 for link in links)
    assert get(next(one for one in links if one.endswith(".pdf"))).content[:5] == b"%PDF-"


def test_a_sent_form_becomes_a_short_address(client):
    answer = client.get("/figures?force=Kent&measure=all&nearest=7&shown=report+figures")
    assert (answer.status_code, answer.url) == (302, "/figures?force=Kent")


def test_without_a_store_the_published_figures_stand(client_of, tmp_path):
    answer = wait_for(client_of(tmp_path / "none", tmp_path / "workbench"), "/figures")
    assert answer.status_code == 200
    assert "Essex: 134,153 recorded offences in 2017/18" in text_of(answer)
    assert "No store was given" in text_of(answer)


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("force=Atlantis", 400, "Atlantis is not in the list"),
        ("similar=Atlantis", 404, "no police force"),
        ("as_of=yesterday", 400, "write a date such as 2026-11-30"),
        ("as_of=2001-01-01", 404, "held nothing at the end of 2001-01-01"),
        ("nearest=many", 400, "Give a whole number"),
        ("dispersion=0.2", 400, "dispersion is 0.2"),
    ],
)
def test_wrong_settings_are_named_beside_the_form(get, query, status, said):
    answer = get(f"/figures?{query}")
    assert answer.status_code == status
    assert said in text_of(answer)
    assert "<form" in answer.content.decode()


def test_the_store_as_it_stood(client_of, tmp_path):
    store = open_store(tmp_path / "store", create=True)
    monday = datetime(2026, 11, 16, 12, tzinfo=UTC)
    store.save_layer("areas", sample_areas(), now=monday)
    middle = sample_areas().polygons[0].representative_point()
    for n, day in ((30, 0), (50, 2)):
        extract = make_extract(
            n, file=f"{n}.csv", complete=("essex/2018-01",), x=np.full(n, middle.x),
            y=np.full(n, middle.y),
        )  # fmt: skip
        store.save(extract, now=monday + timedelta(days=day))
    client = client_of(store.path, tmp_path / "workbench")
    assert "50 in the month held" in text_of(wait_for(client, "/figures"))
    then = text_of(wait_for(client, "/figures?as_of=2026-11-17"))
    assert "30 in the month held" in then
    assert "as the store stood at the end of 2026-11-17" in then


def test_data_ingested_since_make_it_anew(client_of, tmp_path):
    store = make_sample(tmp_path / "store", months=("2018-01",))
    client = client_of(store, tmp_path / "workbench")
    assert "2018-01: months held 1, days 31" in text_of(wait_for(client, "/figures"))
    make_sample(store, months=("2018-01", "2018-02"))
    assert "2018-02: months held 2, days 59" in text_of(wait_for(client, "/figures"))
