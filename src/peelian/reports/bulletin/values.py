"""What the public bulletin is made from: numbers already fit to publish, no sentences.

Sentences are put together from a catalogue of words, so that the same numbers can be published
in another language.
"""

from dataclasses import dataclass
from datetime import date

from peelian.evaluation import CountChange, RateRatio
from peelian.terms import Contact, Provenance, Table, Words

BY = ("year", "quarter", "month", "district", "force")


@dataclass(frozen=True, eq=False)
class PublicTable:
    """One measure by year, quarter, month, district or force.

    ``table`` has first the column that ``by`` names (a month as ``2018-04``, a quarter by its
    first month), then ``n`` (NaN where not shown) and ``state`` (``shown``, ``withheld`` or
    ``not held``); with residents also ``population``, ``rate``, ``low`` and ``high`` (per
    1,000, 95 % interval); by year also ``change``, ``change_low``, ``change_high``, as shares;
    by force also ``group`` (``force``, ``similar``, ``region`` or ``nation``) where rows are
    several forces together. ``rounded_to`` is 1 for numbers that their source has published
    as they are. ``span`` is the first and last year or month of a table by district or force,
    ``gaps`` how many months within it are not held, and so not counted. ``sinks`` are the
    places in which most were recorded at points such as an airport, not in the streets.
    ``definition`` names what was counted, with its version; ``unsaid`` is how many more there
    are of which it cannot be said, rounded; ``read`` that flags were read from crime reports.
    """

    measure: str
    by: str
    place: str  # the area or district they are of
    source: str  # key of its words, such as home-office-knife
    table: Table
    rounded_to: int
    span: tuple[str, str] = ("", "")
    gaps: int = 0
    sinks: tuple[str, ...] = ()
    definition: str = ""
    unsaid: int = 0
    read: bool = False


@dataclass(frozen=True)
class Latest:
    """The newest number of a measure that a rate can be given for."""

    first_day: date
    last_day: date
    n: float
    residents: float
    rate: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Change:
    """A count against the one of the period before, and the two periods' last days."""

    found: CountChange
    last_day: date
    months: int  # the length of each period
    estimated: bool  # the dispersion, from counts within the periods


@dataclass(frozen=True, eq=False)
class Topic:
    """One kind of offence: its page.

    ``measure`` is what was asked for, ``latest`` and ``change`` are None where the data held
    cannot give them; a table of a wider measure names its own. ``flags`` are the changes of
    recording within the series: from which year or month, and the key of its words.
    """

    measure: str
    tables: tuple[PublicTable, ...]
    latest: Latest | None = None
    change: Change | None = None
    trend: RateRatio | None = None
    span: tuple[str, str] = ("", "")  # first and last year of the trend
    flags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class District:
    """One district's page."""

    name: str
    slug: str
    residents: float
    tables: tuple[PublicTable, ...]


@dataclass(frozen=True, eq=False)
class Bulletin:
    """Everything the public pages say.

    ``withheld`` names what disclosure control refused to publish at all: measure and place.
    A ``draft`` is marked so on every page.
    """

    area: str
    released: date
    topics: tuple[Topic, ...]
    districts: tuple[District, ...]
    contacts: tuple[Contact, ...]
    words: Words
    withheld: tuple[tuple[str, str], ...]
    provenance: Provenance
    draft: bool = False
