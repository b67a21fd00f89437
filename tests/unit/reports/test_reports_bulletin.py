"""The public site: pages whole, every word from the words, every link leading somewhere."""

import csv
import io
import json
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import PurePosixPath

import numpy as np
import pytest

import bulletin_samples as samples
from bulletin_samples import CLOSE, OPEN, months, pseudo, sample_bulletin, table_of, years
from peelian.evaluation import compare_counts
from peelian.reports import Topic, parse_provenance, render_bulletin
from peelian.reports.bulletin.phrases import Phrases, about
from peelian.reports.bulletin.said import change_sentence
from peelian.terms import Contact, ParameterError, Words

EVERY = ("sample_bulletin", "nothing_known", "all_withheld", "hostile")
MOST = 100_000  # bytes of a page
NO_TEXT = ("script", "style")
SHOWN_ATTRIBUTES = ("aria-label", "alt", "title", "placeholder")


@cache
def site(name):
    return render_bulletin(getattr(samples, name)())


def pages(files):
    return {path: data.decode() for path, data in files.items() if path.endswith(".html")}


class Page(HTMLParser):
    """Texts, links, identifiers, headings and attributes of one page."""

    def __init__(self, text):
        super().__init__()
        self.texts, self.links, self.ids, self.tags = [], [], [], []
        self.inside = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append((tag, found))
        if tag not in ("meta", "link", "br", "path", "rect", "line"):
            self.inside.append(tag)
        if "id" in found:
            self.ids.append(found["id"])
        self.links += [found[name] for name in ("href", "src") if name in found]
        self.texts += [found[name] for name in SHOWN_ATTRIBUTES if name in found]

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data):
        if data.strip() and not set(self.inside) & set(NO_TEXT):
            self.texts.append(data)

    def text(self):
        return " ".join(" ".join(self.texts).split())


def outgoing(bulletin):
    """The addresses that the words and the contacts give."""
    pages = {t for key, t in bulletin.words.texts.items() if key.endswith("page")}
    return {a for a in pages if "://" in a} | {c.page for c in bulletin.contacts if c.page}


def seen(name, path):
    return Page(site(name)[path].decode()).text().replace("\u00a0", " ")


@pytest.mark.parametrize("name", EVERY)
def test_the_same_bulletin_gives_the_same_bytes(name):
    assert render_bulletin(getattr(samples, name)()) == site(name)


@pytest.mark.parametrize("name", EVERY)
def test_pages_are_small_and_whole(name):
    for path, text in pages(site(name)).items():
        page = Page(text)
        tags = [tag for tag, _ in page.tags]
        assert len(text.encode()) < MOST, path
        assert tags.count("h1") == 1
        assert {"main", "header", "footer", "nav"} <= set(tags)
        assert len(page.ids) == len(set(page.ids)), path
        assert page.inside == [], path
        assert tags.count("table") == tags.count("caption")


@pytest.mark.parametrize("name", EVERY)
def test_links_lead_somewhere(name):
    files = site(name)
    bulletin = getattr(samples, name)()
    for path, text in pages(files).items():
        for link in Page(text).links:
            address, _, part = link.partition("#")
            if link.startswith(("tel:", "sms:", "data:,")):
                continue
            if "://" in link:
                assert link in outgoing(bulletin), link
                assert link.startswith("https://")
                continue
            assert not address.startswith("/"), link
            target = path
            if address:
                parts = []
                for step in (*PurePosixPath(path).parent.parts, *address.split("/")):
                    parts = parts[:-1] if step == ".." else [*parts, step]
                target = "/".join(parts)
            assert target in files, f"{path}: {link}"
            if part:
                assert part in Page(files[target].decode()).ids, f"{path}: {link}"


@pytest.mark.parametrize("name", EVERY)
def test_nothing_inline_and_nothing_from_elsewhere(name):
    """What a strict policy refuses is not there; the one script comes as a file."""
    for path, text in pages(site(name)).items():
        for tag, attributes in Page(text).tags:
            assert tag not in ("iframe", "form", "style", "object", "embed"), path
            assert "style" not in attributes, path
            assert not [a for a in attributes if a.startswith("on")], path
            if tag == "script":
                assert re.fullmatch(r"(\.\./)?public\.js", attributes["src"])
        assert '<meta name="referrer" content="no-referrer">' in text
    script = site(name)["public.js"].decode()
    for word in ("cookie", "Storage", "fetch", "XMLHttp", "pushState", "sendBeacon", "eval"):
        assert word not in script
    assert "url(" not in site(name)["public.css"].decode()


@pytest.mark.parametrize("name", EVERY)
def test_leaving_comes_right_after_the_skip_link(name):
    for path, text in pages(site(name)).items():
        links = [a for tag, a in Page(text).tags if tag == "a"]
        assert links[0]["href"] == "#main", path
        assert "data-exit" in links[1]
        assert links[1]["href"] == "https://www.bbc.co.uk/weather"
        assert links[1]["rel"] == "noreferrer nofollow"


def test_straight_answers():
    text = seen("sample_bulletin", "index.html")
    assert "Is serious violence going down in Essex?" in text
    assert "Lower than the period before: Knife-enabled offences" in text
    assert "Higher than the period before: Violence with injury" in text
    assert "No clear change: Robbery" in text
    assert "We cannot say: Possession of weapons" in text
    assert "up to 31 March 2019. They cannot tell you what has happened since" in text
    assert "goes up when the police search more" in text


def test_the_sentence_of_a_change():
    """The numbers of the published example: 1,511 against 1,730, allowing for clustering."""
    text = seen("sample_bulletin", "knife-enabled.html")
    assert (
        "1,511 offences in the 12 months to 31 March 2019, against 1,730 in the 12 months "
        "before: 12.7 % lower (95 % interval: 3.7 % to 20.8 % lower)." in text
    )
    assert "This comparison alone does not show why." in text
    assert "0.84 for every 1,000 residents (95 % interval 0.80 to 0.88)" in text
    assert "it went up by 5.0 % a year on average (95 % interval: 2.0 % to 8.0 % up)" in text


@pytest.mark.parametrize(
    ("new", "old", "said"),
    [
        (150, 100, "50.0 % higher (95 % interval: 15.7 % to 95.2 % higher)"),
        (101, 100, "1.0 % higher. The 95 % interval goes from 24.2 % lower to 34.5 % higher"),
        (99, 100, "1.0 % lower. The 95 % interval goes from 25.8 % lower to 32.0 % higher"),
        (100, 100, "about the same. The 95 % interval"),
        (40, 19, "40 offences in the 12 months to 31 March 2019, against 19 in the 12 months "
                 "before. That is too few to give a percentage."),
    ],
)  # fmt: skip
def test_every_way_of_a_change(new, old, said):
    knife = samples.topic_of("knife-enabled", [1, 2], 10, 10)
    change = replace(knife.change, found=compare_counts(new, old))
    sentence = change_sentence(Phrases(sample_bulletin().words), change)
    assert said in sentence.replace("\u00a0", " ")


def test_absolute_risk_is_one_over_the_rate():
    text = seen("sample_bulletin", "help.html")
    assert "about 1 offence was recorded for every 1,190 residents of Essex" in text
    assert "(range 1,130 to 1,250)" in text
    assert "Possession of weapons: in the time" not in text
    assert about(1191.26) == "1,190"
    assert about(99.96) == "100"
    assert about(123_456) == "123,000"


def test_no_risk_is_made_up():
    assert "We hold no number from which to work this out." in seen(
        "nothing_known", "help.html"
    )


def test_withheld_and_not_held_are_told_apart():
    files = site("sample_bulletin")
    text = seen("sample_bulletin", "knife-enabled.html")
    assert "July 2016 fewer than 5, or withheld" in text
    assert "October 2016 not held" in text
    assert "Withheld: July 2016; August 2016." in text  # the chart, in words
    assert "Not held: October 2016; November 2016." in text
    rows = list(csv.DictReader(io.StringIO(files["data/knife-enabled-by-month.csv"].decode())))
    states = {row["month"]: (row["n"], row["state"]) for row in rows}
    assert states["2016-04"] == ("40", "shown")
    assert states["2016-07"] == ("", "withheld")
    assert states["2016-10"] == ("", "not held")


def test_a_withheld_box_does_not_look_like_one_not_held():
    svg = site("sample_bulletin")["knife-enabled.html"].decode().split("<svg")[2]
    dashed, grey = svg.count('stroke-dasharray="3,2"'), svg.count('fill="#e8e8e8"')
    assert (dashed, grey) == (2, 2)


def test_charts_stand_on_zero_and_draw_intervals():
    svg = site("sample_bulletin")["knife-enabled.html"].decode().split("<svg")[1]
    svg = svg.split("</svg>")[0]
    assert ">0.0</text>" in svg
    assert svg.count('stroke-width="1.5"') == 10  # one a year shown
    assert ">A</text>" in svg
    assert "offences a year for every" in svg
    assert 'role="img"' in svg and "<title>" in svg and "<desc>" in svg
    assert "aria-roledescription" not in svg


def test_rates_are_drawn_only_where_every_number_has_one():
    """Else a year of which the residents are not known would look like one not held."""
    table = years("robbery", [100, 110, 120])
    table.table.columns["rate"][0] = np.nan
    files = render_bulletin(sample_bulletin(topics=(Topic("robbery", (table,)),)))
    text = files["robbery.html"].decode()
    svg = text.split("<svg")[1]
    assert 'fill="#e8e8e8"' not in svg
    assert "First: 2008/09: 100." in svg
    assert svg.count('stroke-width="1.5"') == 3  # exact limits of the counts
    rounded = replace(table, rounded_to=5)
    files = render_bulletin(sample_bulletin(topics=(Topic("robbery", (rounded,)),)))
    assert 'stroke-width="1.5"' not in files["robbery.html"].decode().split("<svg")[1]


def test_a_table_says_when_and_which_rows_are_several_forces():
    text = seen("sample_bulletin", "violence-with-injury.html")
    assert "Violence with injury in Essex and other police forces, 2018/19" in text
    assert "The forces most like it, together 25,800" in text
    assert "Region: East of England 52,300" in text
    assert "England and Wales, all together 380,000" in text
    assert "in the districts of Essex, April 2018 to March 2019" in text
    assert "Months in this time that we do not hold: 2." in text


def test_rates_of_one_table_have_the_same_decimals():
    """Two where the lowest is small, one where all are large."""
    text = seen("sample_bulletin", "violence-with-injury.html")
    assert "8.3 (8.1 to 8.4)" in text and "211.1 (210.4 to 211.8)" in text
    assert "1.11 (0.96 to 1.27)" in seen("sample_bulletin", "districts/basildon.html")


def test_a_district_says_its_newest_numbers():
    text = seen("sample_bulletin", "districts/basildon.html")
    assert "2018/19: 210 offences, which is 1.14 for every 1,000 residents" in text
    assert "July 2016: 205 offences." in text
    text = seen("sample_bulletin", "districts/harlow.html")
    assert "July 2016: the number is fewer than 5, or withheld." in text


def test_what_is_withheld_whole_is_said():
    said = "Newer numbers of this kind are withheld this time"
    assert said in seen("sample_bulletin", "possession-of-weapons.html")
    assert said not in seen("sample_bulletin", "robbery.html")
    assert "withheld to protect people: Robbery; Possession of weapons." in seen(
        "sample_bulletin", "districts/maldon.html"
    )
    assert "Robbery: Maldon" in seen("sample_bulletin", "method.html")


def test_numbers_agree_between_page_and_file():
    rows = csv.DictReader(
        io.StringIO(site("sample_bulletin")["data/robbery-by-year.csv"].decode())
    )
    for row in rows:
        said = f"{row['year']} {int(row['n']):,} {float(row['rate']):.2f} ("
        assert said in seen("sample_bulletin", "robbery.html")


def test_every_file_has_metadata_that_fits_it():
    files = site("sample_bulletin")
    tables = [path for path in files if path.endswith(".csv")]
    assert len(tables) == 11
    for path in tables:
        header = files[path].decode().splitlines()[0].split(",")
        told = json.loads(files[f"{path}-metadata.json"])
        assert told["@context"] == ["http://www.w3.org/ns/csvw", {"@language": "en-GB"}]
        assert told["url"] == PurePosixPath(path).name
        columns = told["tableSchema"]["columns"]
        assert [column["name"] for column in columns] == header
        assert all(column["dc:description"] and column["datatype"] for column in columns)
        empty = {column["name"] for column in columns if not column["required"]}
        rows = list(csv.DictReader(io.StringIO(files[path].decode())))
        assert {name for row in rows for name, value in row.items() if not value} <= empty
        assert told["dc:issued"]["@value"] == "2026-11-22"
        assert told["dc:license"].startswith("Open Government Licence")
        assert parse_provenance(told["dc:provenance"]) == samples.sample_record()
    assert parse_provenance(files["record.json"].decode()) == samples.sample_record()


def test_a_draft_says_so_on_every_page():
    for path, text in pages(site("all_withheld")).items():
        assert "Draft. These numbers are not published yet." in text, path
        assert 'content="noindex"' in text
    assert "Draft." not in seen("sample_bulletin", "index.html")


def test_hostile_names_are_only_text():
    for path, data in site("hostile").items():
        if not path.endswith((".html", ".svg")):
            continue
        assert b"<script>alert" not in data, path
    assert "<script>alert('x')</script>" in seen("hostile", "index.html")
    assert "'=1+1" in site("hostile")["data/robbery-by-district.csv"].decode()


def test_words_are_only_text_too():
    bulletin = sample_bulletin()
    texts = {**bulletin.words.texts, "help.heading": "<b onclick='x'>Help</b>"}
    files = render_bulletin(replace(bulletin, words=Words("en-XA", "X", texts)))
    assert "<b onclick" not in files["help.html"].decode()


def test_help_comes_before_all_else():
    text = seen("sample_bulletin", "help.html")
    order = [
        text.index(word) for word in ("Call 999", "0800 555 111", "Signs that", "history")
    ]
    assert order == sorted(order)
    assert "Checked on" not in text  # nobody did


def test_a_contact_that_was_checked_says_when():
    mail = Contact("corrections", "Figures team", "A number is wrong.", text="07000 000000",
                   checked="2026-11-20")  # fmt: skip
    files = render_bulletin(sample_bulletin(contacts=(*sample_bulletin().contacts, mail)))
    text = Page(files["method.html"].decode()).text()
    assert "Figures team" in text and "Checked on 20 November 2026." in text
    assert 'href="sms:07000000000"' in files["method.html"].decode()
    assert "Figures team" not in files["help.html"].decode()


def test_every_word_comes_from_the_words():
    names = {
        "Essex",
        "Kent",
        "East",
        "of",
        "England",
        "and",
        "Wales",
        "Basildon",
        "Harlow",
        "Maldon",
        "A",
        "compare_counts",
    }
    for path, text in pages(render_bulletin(pseudo())).items():
        assert '<html lang="en-XA">' in text
        depth = 0  # carried on, as a chart breaks a long text into lines
        for said in Page(text).texts:
            left = ""
            for character in said:
                depth += (character == OPEN) - (character == CLOSE)
                left += character if depth == 0 and character != CLOSE else ""
            if not re.fullmatch(r"[0-9a-f]{64}", left.strip()):  # the seal
                assert set(re.findall(r"[^\W\d_]\w*", left)) <= names, (path, said)
        assert depth == 0, path


def test_every_text_is_used_or_is_of_a_measure_or_source():
    """No text waits in the file for a translator in vain."""
    asked = set()

    class Listening(dict):
        def __getitem__(self, key):
            asked.add(key)
            return super().__getitem__(key)

    for name in EVERY:
        bulletin = getattr(samples, name)()
        words = replace(bulletin.words, texts=Listening(bulletin.words.texts))
        render_bulletin(replace(bulletin, words=words))
    data = ("measure.", "source.", "recording.", "month", "contact_kind.", "csv.", "date.")
    elsewhere = ("said.", "help.text", "help.checked")  # tested above
    unused = [
        key for key in sample_bulletin().words.texts
        if key not in asked and not key.startswith(data + elsewhere)
    ]  # fmt: skip
    assert unused == [], " ".join(unused)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (lambda: table_of("robbery", "week", ["1"], [5]), "by none of"),
        (lambda: table_of("robbery", "year", ["1"], ["hidden"]), "states"),
        (lambda: replace(years("robbery", [5]), by="month"), "give the columns month"),
        (lambda: months("robbery", [5], source="nobody"), "source.nobody.title"),
        (lambda: months("arson", [5]), "measure.arson.title"),
    ],
)
def test_tables_that_do_not_fit_are_refused(table, said):
    with pytest.raises(ParameterError, match=said):
        render_bulletin(sample_bulletin(topics=(Topic("robbery", (table(),)),)))


def test_a_number_that_is_withheld_must_not_be_there():
    wrong = months("robbery", [5, 10])
    wrong.table.columns["n"][1] = np.nan
    with pytest.raises(ParameterError, match="state is not shown"):
        render_bulletin(sample_bulletin(topics=(Topic("robbery", (wrong,)),)))


@pytest.mark.parametrize("slug", ["../x", "Basildon", "index", "", "a b"])
def test_slugs_are_file_names_of_their_own(slug):
    district = replace(sample_bulletin().districts[0], slug=slug)
    with pytest.raises(ParameterError, match="page"):
        render_bulletin(sample_bulletin(districts=(district,)))


def test_two_tables_do_not_share_a_file():
    both = (years("robbery", [5, 6]), years("robbery", [7, 8], source="police-uk"))
    files = render_bulletin(sample_bulletin(topics=(Topic("robbery", both),), districts=()))
    assert {"data/robbery-by-year.csv", "data/robbery-by-year-police-uk.csv"} <= set(files)
    both_again = (years("robbery", [9]), years("robbery", [9]))
    with pytest.raises(ParameterError, match="file name is taken"):
        render_bulletin(sample_bulletin(topics=(Topic("robbery", (*both, *both_again)),)))


def test_months_and_quarters_in_words():
    say = Phrases(sample_bulletin().words)
    assert say.period("month", np.datetime64("2018-04", "M")) == "April 2018"
    assert say.period("month", "2018-04", short=True) == "Apr 2018"
    assert say.period("quarter", "2018-04") == "April to June 2018"
    assert say.period("quarter", "2018-12") == "December 2018 to February 2019"
    assert say.period("year", "2018/19") == "2018/19"
    assert say.period("month", "2018-13") == "2018-13"


def test_a_change_of_recording_may_begin_with_a_month():
    """Its letter stands on the chart by month, and the month is named in words."""
    table = samples.months("knife-enabled", [50, 60, 55, 70], first="2019-03", base=5)
    topic = Topic("knife-enabled", (table,), flags=(("2019-04", "knife-definition"),))
    page = render_bulletin(sample_bulletin(topics=(topic,), districts=()))[
        "knife-enabled.html"
    ]
    text = page.decode()
    assert "From April 2019 these offences are found" in text
    assert "A line marked A stands at Apr 2019" in text
