"""Events of the store weighed by harm, through the commands that count them in cells."""

from datetime import UTC, datetime

import numpy as np
import pytest

from peelian import sources
from peelian.store import open_store
from peelian.terms import NotFound, ParameterError
from peelian.workflows import run
from peelian.workflows.settings import Cells, CountSettings, EventsFile, GiStarSettings
from store_samples import make_extract

NOW = datetime(2026, 11, 22, tzinfo=UTC)
INDEX = sources.harm_index("cchi-2026-essex").days


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Ninety-nine shopliftings in one area, two robberies in another, all in one month."""
    held = open_store(tmp_path_factory.mktemp("harm") / "store", create=True)
    areas = sources.essex_areas()
    first = areas.polygons[0].representative_point()
    at = next(i for i, d in enumerate(areas.district) if d != areas.district[0])
    other = areas.polygons[at].representative_point()
    held.save_layer("areas", areas, now=NOW)
    codes = ["police-uk:shoplifting"] * 99 + ["police-uk:robbery"] * 2
    x, y = ([a] * 99 + [b] * 2 for a, b in ((first.x, other.x), (first.y, other.y)))
    month = {
        "start": ["2018-01-01T00:00:00"] * 101,
        "end": ["2018-02-01T00:00:00"] * 101,
    }
    held.save(make_extract(101, offence=codes, x=np.array(x), y=np.array(y), **month), now=NOW)
    return held


def counted(store, by, harm="cchi-2026-essex", offences="all"):
    cells = Cells(harm=harm, offence_set=offences, cell_size=2000)
    return run("count", store, CountSettings(cells=cells, by=by), now=NOW)


def test_events_and_their_harm_stand_side_by_side(store):
    outcome = counted(store, "district")
    c = outcome.table.columns
    assert c["n"].sum() == 101
    assert (
        c["harm"].sum() == 99 * INDEX["police-uk:shoplifting"] + 2 * INDEX["police-uk:robbery"]
    )
    most = c["harm"].argmax()
    assert c["n"][most] == 2
    # two events carry that sum: its interval is as wide as theirs
    assert c["high"][most] / c["rate"][most] == pytest.approx(7.2247 / 2, rel=1e-3)
    said = " ".join(outcome.provenance.notes)
    assert "February 2026" in said
    assert "aggregates, not the offence-level index" in said


def test_without_an_index_nothing_has_changed(store):
    outcome = counted(store, "district", harm="")
    assert "harm" not in outcome.table.columns
    assert "Harm" not in " ".join(outcome.provenance.notes)


@pytest.mark.parametrize("by", ["cell", "month"])
def test_counts_of_harm_are_days(store, by):
    outcome = counted(store, by)
    assert outcome.table.units["n"] == "days"
    assert np.nansum(outcome.table.columns["n"]) == 99 + 2 * 365


def test_a_hotspot_method_is_told_of_days_with_the_largest_brought_down(store):
    cells = Cells(harm="cchi-2026-essex", offence_set="all", cell_size=2000)
    outcome = run("hotspots gi-star", store, GiStarSettings(cells=cells), now=NOW)
    assert outcome.table.units["n"] == "days"
    assert outcome.table.columns["n"].sum() == 99 + 2 * 365  # two of 101 are no hundredth
    assert any("Numbers are days" in note for note in outcome.provenance.notes)


def test_an_own_list_is_among_what_went_in(store, tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("code,days,version\npolice-uk:robbery,400,2023\n")
    outcome = counted(store, "district", harm=f"cambridge={path}")
    assert outcome.table.columns["harm"].sum() == 800
    assert str(path) in [i.name for i in outcome.provenance.ingredients]
    assert "99 events that the index has no value for" in " ".join(outcome.provenance.notes)


def test_what_cannot_be_is_refused(store):
    with pytest.raises(NotFound):
        counted(store, "cell", harm="guess")
    with pytest.raises(ParameterError, match="--weight"):
        cells = Cells(source=EventsFile(events="a.csv"), harm="cchi-2026")
        run("count", None, CountSettings(cells=cells), now=NOW)
