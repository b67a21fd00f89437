"""Small bulletins by hand: all there, nothing known, all withheld, hostile names."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np

from peelian.evaluation import RateRatio, compare_counts
from peelian.reports import Bulletin, Change, District, Latest, PublicTable, Topic
from peelian.sources import read_contacts, read_words
from peelian.statistics import garwood
from peelian.terms import Ingredient, Interval, Provenance, Table, Words

HOSTILE = "<script>alert('x')</script> & \"Sons\" of " + "a very long name " * 6
OPEN, CLOSE = "\u27e6", "\u27e7"  # around every text of the pseudo-language
TOPICS = ("knife-enabled", "violence-with-injury", "robbery", "possession-of-weapons")


def sample_record() -> Provenance:
    return Provenance(
        job="report bulletin",
        settings={"force": "essex"},
        ingredients=(Ingredient("knife offences", "0" * 64, 100, 0, "file"),),
        method="compare_counts",
        seed=None,
        version="0.1.0",
        environment="e" * 64,
        time=datetime(2026, 11, 22, 10, 5, tzinfo=UTC),
    )


def table_of(
    measure,
    by,
    names,
    n,
    place="Essex",
    *,
    source="home-office-knife",
    base=1,
    span=("", ""),
    gaps=0,
    sinks=(),
    told=None,
    **more,
):
    """A table; a number, ``withheld`` or ``not held`` for each name."""
    seen = np.array([np.nan if isinstance(v, str) else float(v) for v in n])
    state = np.array([v if isinstance(v, str) else "shown" for v in n])
    columns = {by: np.array(names), "n": seen, "state": state, **more}
    made = PublicTable(measure, by, place, source, Table(columns), base, span, gaps, sinks)
    return replace(made, **(told or {}))


def rates(n, residents):
    """The columns of rates for numbers of a table."""
    seen = np.array([np.nan if isinstance(v, str) else float(v) for v in n])
    low, high = np.full(len(n), np.nan), np.full(len(n), np.nan)
    for i, value in enumerate(seen):
        if np.isfinite(value):
            limits = garwood(value)
            low[i], high[i] = limits.low / residents * 1000, limits.high / residents * 1000
    return {
        "population": np.full(len(n), float(residents)),
        "rate": seen / residents * 1000,
        "low": low,
        "high": high,
    }


def years(measure, n, place="Essex", residents=1_800_000, first=2008, **more):
    names = [f"{year}/{(year + 1) % 100:02d}" for year in range(first, first + len(n))]
    seen = np.array([np.nan if isinstance(v, str) else float(v) for v in n])
    change = np.full(len(n), np.nan)
    change[1:] = seen[1:] / seen[:-1] - 1
    changes = {"change": change, "change_low": change - 0.1, "change_high": change + 0.12}
    return table_of(measure, "year", names, n, place, **rates(n, residents), **changes, **more)


def months(measure, n, place="Essex", first="2016-04", **more):
    start = np.datetime64(first, "M")
    return table_of(
        measure, "month", [str(start + i) for i in range(len(n))], n, place, **more
    )


def topic_of(measure, n, new, old, **more):
    """A topic with all it can have."""
    limits = garwood(new)
    latest = Latest(
        date(2018, 4, 1), date(2019, 3, 31), new, 1_800_000,
        new / 1800, limits.low / 1800, limits.high / 1800,
    )  # fmt: skip
    change = Change(compare_counts(new, old, dispersion=2), date(2019, 3, 31), 12, True)
    return Topic(measure, (years(measure, n),), latest, change, **more)


def sample_bulletin(**changes) -> Bulletin:
    """Four topics: down with all, up, unclear, and one about which nothing is known."""
    knife = topic_of(
        "knife-enabled",
        [900, 920, "not held", 840, 810, 790, 905, 1010, 1200, 1730, 1511],
        1511,
        1730,
        trend=RateRatio(1.05, Interval(1.02, 1.08, "t"), 0.01),
        span=("2008/09", "2018/19"),
        flags=(("2014/15", "knife-2014"),),
    )
    by_month = [40, 35, 55, "withheld", "withheld", 45, "not held", "not held", 60, 75] + [
        50
    ] * 20
    knife = replace(knife, tables=(*knife.tables, months("knife-enabled", by_month, base=5)))
    injury = topic_of(
        "violence-with-injury", [12000, 13000, 14900], 14900, 13000,
        trend=RateRatio(0.95, Interval(0.9, 1.02, "t"), 0.3), span=("2016/17", "2018/19"),
    )  # fmt: skip
    forces = ["Essex", "Kent", "Similar", "East of England", "England and Wales"]
    of_forces = [14900, 15900, 25_800, 52_300, 380_000]
    group = np.array(["force", "force", "similar", "region", "nation"])
    injury = replace(
        injury,
        tables=(
            *injury.tables,
            table_of(
                "violence-with-injury", "force", forces, of_forces, group=group,
                source="home-office-recorded", span=("2018/19", "2018/19"),
                **rates(of_forces, 1_800_000),
            ),
            table_of(
                "violence-and-sexual-offences", "district", ["Basildon", "Harlow", "Maldon"],
                [2505, "withheld", "withheld"], source="police-uk", base=5,
                span=("2018-04", "2019-03"), gaps=2, sinks=("Basildon",),
                told={"definition": "10D", "unsaid": 35, "read": True},
                **rates([2505, "withheld", "withheld"], 180_000),
            ),
        ),
    )  # fmt: skip
    robbery = topic_of("robbery", [1400, 1410], 1410, 1400)
    quarters = [str(np.datetime64("2018-04", "M") + 3 * i) for i in range(4)]
    by_quarter = table_of(
        "robbery",
        "quarter",
        quarters,
        [350, 360, 340, 360],
        **rates([350, 360, 340, 360], 1e6),
    )
    robbery = replace(robbery, tables=(*robbery.tables, by_quarter))
    nothing = Topic("possession-of-weapons", ())
    bulletin = Bulletin(
        area="Essex",
        released=date(2026, 11, 22),
        topics=(knife, injury, robbery, nothing),
        districts=(
            District(
                "Basildon", "basildon", 185_000,
                (
                    years("robbery", [205, 190, 210], "Basildon", 185_000, 2016, base=5,
                          source="police-uk"),
                    months("violence-and-sexual-offences", [210, 190, "not held", 205],
                           "Basildon", base=5, source="police-uk"),
                ),
            ),
            District("Harlow", "harlow", 86_000, (
                months("robbery", ["withheld"] * 4, "Harlow", base=5, source="police-uk"),
                years("possession-of-weapons", ["withheld", "withheld"], "Harlow", 86_000,
                      base=5, source="police-uk"),
            )),
            District("Maldon", "maldon", np.nan, ()),
        ),
        contacts=read_contacts(),
        words=read_words(),
        withheld=(("robbery", "Maldon"), ("possession-of-weapons", "Essex")),
        provenance=sample_record(),
    )  # fmt: skip
    return replace(bulletin, **changes)


def nothing_known() -> Bulletin:
    """Four topics of which nothing is held, and no districts."""
    return sample_bulletin(
        topics=tuple(Topic(measure, ()) for measure in TOPICS), districts=(), withheld=()
    )


def all_withheld() -> Bulletin:
    """Tables in which nothing is shown, and too few for a percentage."""
    few = Change(compare_counts(3, 8), date(2019, 3, 31), 12, False)
    tables = (years("robbery", ["withheld"] * 5), months("robbery", ["not held"] * 5))
    return sample_bulletin(
        topics=(Topic("robbery", tables, change=few),),
        districts=(District("Harlow", "harlow", 86_000, ()),),
        withheld=(("robbery", "Harlow"), ("knife-enabled", "Harlow")),
        draft=True,
    )


def hostile() -> Bulletin:
    """Names that a page must not run, and that are very long."""
    names = [HOSTILE, "O'Neill & Sons", "=1+1"]
    table = table_of("robbery", "district", names, [105, 0, 15], HOSTILE, base=5)
    return sample_bulletin(
        area=HOSTILE,
        topics=(Topic("robbery", (years("robbery", [100, 110], HOSTILE), table)),),
        districts=(
            District(HOSTILE, "hostile", 100, (months("robbery", [5, 10, 5], HOSTILE),)),
        ),
        withheld=(("robbery", HOSTILE),),
    )


def pseudo():
    """The sample in a language in which every text is marked and 60 % longer."""
    bulletin = sample_bulletin(draft=True)

    def marked(text):
        return f"{OPEN}{text} {'~' * int(0.6 * len(text))}{CLOSE}"

    texts = {
        key: text if "://" in text else marked(text)
        for key, text in bulletin.words.texts.items()
    }
    contacts = tuple(
        replace(c, name=marked(c.name), when=marked(c.when)) for c in bulletin.contacts
    )
    words = Words("en-XA", "Pseudo", texts)
    return replace(bulletin, words=words, contacts=contacts)
