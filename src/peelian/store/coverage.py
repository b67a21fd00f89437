"""Which months the data cover, by provider and part: a month not held is unknown."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from peelian.store.manifest import BatchRecord, SliceRecord, Standing
from peelian.terms import NotFound

_MONTH = re.compile(r"(?:(?P<series>.*)/)?(?P<month>\d{4}-(?:0[1-9]|1[0-2]))")


def coverage(standing: Standing, zone: str) -> Mapping[str, set[str]]:
    """Months ``YYYY-MM`` held of each series, such as ``police-uk/essex``.

    A slice that names its month, ``essex/2018-11``, covers that month, even when it has no
    event. Any other slice covers the local months from its first event to its last.
    """
    months: dict[str, set[str]] = defaultdict(set)
    for record in standing.batches:
        for series, covered in coverage_of(standing, record, zone).items():
            months[series] |= covered
    return dict(sorted(months.items()))


def coverage_of(standing: Standing, record: BatchRecord, zone: str) -> Mapping[str, set[str]]:
    """What one batch adds to the coverage."""
    months: dict[str, set[str]] = defaultdict(set)
    for name in standing.live(record):
        named = _MONTH.fullmatch(name)
        if named:
            series, covered = named["series"] or "", {named["month"]}
        else:
            series, covered = name, _months_between(record.slices[name], zone)
        months["/".join(filter(None, (record.source, series)))] |= covered
    return months


def _months_between(record: SliceRecord, zone: str) -> set[str]:
    """Local months from a slice's first instant to its last."""
    if record.first is None or record.last is None:
        return set()
    first, last = (
        datetime.fromtimestamp(s, UTC).astimezone(ZoneInfo(zone))
        for s in (record.first, max(record.first, record.last - 1))
    )
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return {f"{m // 12:04d}-{m % 12 + 1:02d}" for m in months}


def common_months(held: Mapping[str, set[str]], series: Sequence[str] | None) -> set[str]:
    """Months that every series holds, or every one of ``series``."""
    for name in series or ():
        if name not in held:
            raise NotFound(f"the store holds no series {name!r}; it holds {list(held)}")
    chosen = [months for name, months in held.items() if series is None or name in series]
    return set.intersection(*chosen) if chosen else set()
