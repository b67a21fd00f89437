"""The public site: every page and file of a bulletin, by its path."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from peelian.reports.bulletin import said
from peelian.reports.bulletin.archive import SITE_RECORD
from peelian.reports.bulletin.files import csv_metadata, public_csv
from peelian.reports.bulletin.phrases import Phrases, count
from peelian.reports.bulletin.tables import Shown, shown, small_chart
from peelian.reports.bulletin.values import Bulletin, District, PublicTable, Topic
from peelian.reports.map import static_text, templates
from peelian.reports.provenance import SEAL, provenance_json, provenance_record
from peelian.terms import ParameterError

STYLE, SCRIPT = "public.css", "public.js"
HOME, HELP, METHOD = "index.html", "help.html", "method.html"
DISTRICTS = "districts/index.html"
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
RESERVED = ("index", "help", "method")
DISTANT_DAYS = 366  # numbers older than this are said to be old
# In the order in which help is asked for; corrections stand on the page of methods.
KINDS = ("emergency", "non-emergency", "anonymous", "victims", "young-people", "other")
FACTS = ("county", "law", "brennan", "pickett")


@dataclass(frozen=True, eq=False)
class _File:
    """A table, and how it is shown."""

    table: PublicTable
    view: Shown


def render_bulletin(bulletin: Bulletin) -> dict[str, bytes]:
    """The bulletin as a complete site of plain files.

    Parameters
    ----------
    bulletin : Bulletin
        Numbers that are fit to publish, and the words of one language.

    Returns
    -------
    dict of str to bytes
        Files by their path, ``/`` between folders, in order. They need no server, no other
        host, no cookie and no storage; links are relative, so the site may stand under any
        address or open from a folder. The same bulletin gives the same bytes.

    Raises
    ------
    ParameterError
        If a table, a slug or the words do not fit; see `PublicTable` and `read_words`.
    """
    return dict(sorted(_files(bulletin)))


def _files(bulletin: Bulletin) -> Iterator[tuple[str, bytes]]:
    site = _Site(bulletin)
    yield HOME, site.page("index", HOME, "index.heading", **site.index())
    for topic in bulletin.topics:
        path = f"{topic.measure}.html"
        heading = f"measure.{topic.measure}.title"
        yield path, site.page("topic", path, heading, **site.topic(topic))
    yield DISTRICTS, site.page("districts", DISTRICTS, "districts.heading")
    for district in bulletin.districts:
        path = f"districts/{district.slug}.html"
        yield path, site.page("district", path, "district.heading", **site.district(district))
    yield HELP, site.page("help", HELP, "help.heading", **site.help())
    yield METHOD, site.page("method", METHOD, "method.heading", **site.method())
    issued = bulletin.released.isoformat()
    for file in site.files.values():
        name = f"{file.view.name}.csv"
        metadata = csv_metadata(site.say, file.table, name, bulletin.provenance, issued)
        yield f"data/{name}", public_csv(file.table)
        yield f"data/{name}-metadata.json", metadata
    yield SITE_RECORD, (provenance_json(bulletin.provenance) + "\n").encode()
    for name in (STYLE, SCRIPT):
        yield name, static_text(name).encode()


class _Site:
    """What the pages of one bulletin share."""

    def __init__(self, bulletin: Bulletin) -> None:
        self.bulletin = bulletin
        self.say = Phrases(bulletin.words)
        _require_slugs([topic.measure for topic in bulletin.topics], RESERVED)
        _require_slugs([district.slug for district in bulletin.districts], ("index",))
        self.recordings = sorted(
            {(topic.measure, *flag) for topic in bulletin.topics for flag in topic.flags}
        )
        self.files: dict[int, _File] = {}
        for topic in bulletin.topics:
            self._add(topic.tables, "", _letters(topic))
        for district in bulletin.districts:
            self._add(district.tables, f"{district.slug}-", {})

    def _add(
        self, tables: tuple[PublicTable, ...], prefix: str, letters: Mapping[str, str]
    ) -> None:
        links = {d.name: f"districts/{d.slug}.html" for d in self.bulletin.districts}
        taken = {file.view.name for file in self.files.values()}
        for table in tables:
            if id(table) in self.files:
                continue
            name = f"{prefix}{table.measure}-by-{table.by}"
            if name in taken:
                name += f"-{table.source}"
            if name in taken or not SLUG.fullmatch(name):
                raise ParameterError(f"table {name!r}: its file name is taken or no file name")
            taken.add(name)
            view = shown(
                self.say, table, name, area=self.bulletin.area, links=links, flags=letters
            )
            self.files[id(table)] = _File(table, view)

    def page(self, template: str, path: str, heading: str, **values: Any) -> bytes:
        """One page, as UTF-8 HTML."""
        b, say = self.bulletin, self.say
        district = values["district"].name if "district" in values else ""
        title = say("site.title", area=b.area)
        head = say(heading, area=b.area, district=district)
        page = templates().get_template(f"bulletin/{template}.html")
        text: str = page.render(
            say=say,
            b=b,
            site=title,
            heading=head,
            page_title=say("site.page_title", page=head, site=title),
            here=path,
            root="../" * path.count("/"),
            pages=self.navigation(),
            count=count,
            title_of=lambda measure: said.title_of(say, measure),
            issued=say("site.issued", date=say.day(b.released)),
            **values,
        )
        return text.encode()

    def navigation(self) -> list[tuple[str, str]]:
        """The pages that every page leads to."""
        topics = [(f"{t.measure}.html", said.title_of(self.say, t.measure))
                  for t in self.bulletin.topics]  # fmt: skip
        return [
            (HOME, self.say("site.home")), *topics, (DISTRICTS, self.say("site.districts")),
            (HELP, self.say("site.help")), (METHOD, self.say("site.method")),
        ]  # fmt: skip

    def index(self) -> dict[str, Any]:
        """The first page: an answer for each kind."""
        say, b = self.say, self.bulletin
        answers = {topic.measure: said.answer(topic) for topic in b.topics}
        ends = [topic.latest.last_day for topic in b.topics if topic.latest]
        ends += [topic.change.last_day for topic in b.topics if topic.change]
        newest = max(ends, default=None)
        old = newest and (b.released - newest).days > DISTANT_DAYS
        lists = {
            kind: [said.title_of(say, m) for m, found in answers.items() if found == kind]
            for kind in said.ANSWERS
        }
        return {
            "lists": [
                say(f"index.list_{kind}", kinds=say.several(titles))
                for kind, titles in lists.items()
                if titles
            ],
            "old": say("index.old", date=say.day(newest)) if old and newest else "",
            "kinds": [
                {
                    "topic": topic,
                    "answer": answers[topic.measure],
                    "rate": said.rate_sentence(say, topic.latest),
                    "change": self.change(topic),
                    "chart": self.small(topic),
                    "caution": say.maybe(f"measure.{topic.measure}.caution"),
                }
                for topic in b.topics
            ],
            "emergency": self.reach("emergency"),
            "risks": said.risk_sentences(say, b),
        }

    def change(self, topic: Topic) -> list[str]:
        """What changed, and what must be said beside it."""
        found = topic.change
        return [said.change_sentence(self.say, found), *said.cautions(self.say, found)]

    def small(self, topic: Topic) -> tuple[str, str]:
        """A small chart of the first table over time that has one, and its caption."""
        for table in topic.tables:
            chart = small_chart(self.say, table) if table.by in said.OVER_TIME else ("", "")
            if chart[0]:
                return chart
        return "", ""

    def topic(self, topic: Topic) -> dict[str, Any]:
        """The page of one kind of offence."""
        say = self.say
        flags = _letters(topic)
        return {
            "topic": topic,
            "answer": said.answer(topic),
            "latest": said.latest_sentence(say, topic, self.bulletin.area),
            "change": self.change(topic),
            "trend": said.trend_sentence(say, topic),
            "caution": say.maybe(f"measure.{topic.measure}.caution"),
            "flags": [
                say(
                    "topic.recording_flag",
                    letter=flags[start],
                    **_recording(say, start, key),
                )
                for start, key in topic.flags
            ],
            "series": self.views(t for t in topic.tables if t.by in said.OVER_TIME),
            "forces": self.views(t for t in topic.tables if t.by == "force"),
            "districts": self.views(t for t in topic.tables if t.by == "district"),
            "wide": self.wider(topic.tables, topic.measure),
            "withheld": (topic.measure, self.bulletin.area) in self.bulletin.withheld,
        }

    def district(self, district: District) -> dict[str, Any]:
        """The page of one district."""
        say, b = self.say, self.bulletin
        withheld = [
            said.title_of(say, m)
            for m, place in b.withheld
            if place in (district.name, b.area)
        ]
        return {
            "district": district,
            "kinds": [
                (measure, [(f.view, said.newest_sentence(say, f.table)) for f in files])
                for measure, files in self.by_measure(district.tables).items()
            ],
            "withheld": say.several(withheld),
            "wide": self.wider(district.tables, ""),
        }

    def by_measure(self, tables: tuple[PublicTable, ...]) -> dict[str, list[_File]]:
        """The files of tables under their measure."""
        found: dict[str, list[_File]] = {}
        for table in tables:
            found.setdefault(table.measure, []).append(self.files[id(table)])
        return found

    def views(self, tables: Iterable[PublicTable]) -> list[Shown]:
        """Tables as pages show them."""
        return [self.files[id(table)].view for table in tables]

    def wider(self, tables: tuple[PublicTable, ...], measure: str) -> dict[str, str]:
        """What must be said of a measure that is not the page's own."""
        wide = {table.measure for table in tables} - {measure}
        said_of = {m: self.say.maybe(f"measure.{m}.caution") for m in sorted(wide)}
        return {m: text for m, text in said_of.items() if text}

    def help(self) -> dict[str, Any]:
        """The page of help."""
        contacts = self.bulletin.contacts
        groups = {kind: [c for c in contacts if c.kind == kind] for kind in KINDS}
        return {
            "groups": {kind: found for kind, found in groups.items() if found},
            "emergency": self.reach("emergency"),
            "police": self.reach("non-emergency"),
            "anonymous": self.name("anonymous"),
            "dialled": dialled,
            "risks": said.risk_sentences(self.say, self.bulletin),
        }

    def method(self) -> dict[str, Any]:
        """The page that says how all this was made."""
        say, b = self.say, self.bulletin
        measures = {file.table.measure for file in self.files.values()}
        own = [topic.measure for topic in b.topics]
        sources = {file.table.source: None for file in self.files.values()}
        return {
            "measures": [*own, *sorted(measures - set(own))],
            "withheld": sorted(
                say("method.withheld_item", title=said.title_of(say, m), place=place)
                for m, place in b.withheld
            ),
            "recordings": [
                say(
                    "method.recording_item",
                    title=said.title_of(say, measure),
                    **{"from": say.period("month", start)},
                    **_recording(say, start, key),
                )
                for measure, start, key in self.recordings
            ],
            "sources": [*sources, "ons-residents"],
            "facts": FACTS,
            "files": [file.view for file in self.files.values()],
            "corrections": [c for c in b.contacts if c.kind == "corrections"],
            "dialled": dialled,
            "when": say.instant(b.provenance.time),
            "seal": provenance_record(b.provenance)[SEAL],
        }

    def reach(self, kind: str) -> str:
        """The number of the first contact of a kind."""
        return next((c.phone or c.name for c in self.bulletin.contacts if c.kind == kind), "")

    def name(self, kind: str) -> str:
        """The name of the first contact of a kind."""
        return next((c.name for c in self.bulletin.contacts if c.kind == kind), "")


def dialled(number: str) -> str:
    """A number as a phone dials it."""
    return re.sub(r"[^\d+*#]", "", number)


def _recording(say: Phrases, start: str, key: str) -> dict[str, str]:
    """What changed in recording, and who says so."""
    return {
        "what": say(f"recording.{key}.what", **{"from": say.period("month", start)}),
        "source": say(f"recording.{key}.source"),
    }


def _letters(topic: Topic) -> dict[str, str]:
    """A letter for each change of recording, by when it came."""
    starts = list(dict.fromkeys(start for start, _ in topic.flags))
    if len(starts) > len(ascii_uppercase):
        raise ParameterError(
            f"{topic.measure}: {len(starts)} changes of recording; give fewer"
        )
    return dict(zip(starts, ascii_uppercase, strict=False))


def _require_slugs(slugs: list[str], reserved: tuple[str, ...]) -> None:
    """Raise ParameterError unless each slug is a file name of its own."""
    for slug in slugs:
        if not SLUG.fullmatch(slug) or slug in reserved or slugs.count(slug) > 1:
            raise ParameterError(
                f"page {slug!r}: give a name of its own of small letters, digits and hyphens"
            )
