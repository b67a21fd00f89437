"""What the first page says, from stores in several states."""

from datetime import UTC, datetime

import numpy as np
import pytest

from factories import NOW
from peelian.store import open_store
from peelian.terms import CoverageError
from peelian.workflows import ForecastSettings, PlanSettings, overview, run
from store_samples import make_extract


@pytest.fixture(scope="module")
def seen(small_store):
    return overview(open_store(small_store), now=NOW)


def store_of(path, *series, **options):
    """A store of month-only rows: series by series, the months it holds."""
    store = open_store(path, create=True)
    for name, months in series:
        for month in months:
            start, end = np.datetime64(f"{month}-01"), np.datetime64(f"{month}-28T23:59:59")
            extract = make_extract(
                30, file=f"{month}-{name}.csv", slices=f"{name}/{month}", start=[start] * 30,
                end=[end] * 30, **options,
            )  # fmt: skip
            store.save(extract, now=NOW)
    return store


def test_every_month_from_first_to_last_is_held_or_not(seen):
    assert [month for month, *_ in seen.months] == [f"2018-{m:02d}" for m in range(1, 11)]
    assert [held for _, held, _ in seen.months].count(False) == 2
    assert {n for _, held, n in seen.months if held} == {118.0}
    assert all(np.isnan(n) for _, held, n in seen.months if not held)


def test_how_stale_the_data_are(seen):
    """From the end of October 2018 to the morning of 10 January 2019."""
    assert seen.stale_days == 70


def test_how_late_records_come_where_their_dates_are_held(seen, tmp_path):
    assert seen.late.columns["days"].tolist() == [7, 28]
    assert np.isnan(seen.late.columns["share"]).all()
    end = np.datetime64("2018-01-28T23:59:59")
    delays = np.array([0] * 10 + [8] * 10 + [40] * 5) * np.timedelta64(86_400, "s")
    recorded = [*(end + delays), *[None] * 5]
    dated = store_of(tmp_path / "dated", ("essex", ["2018-01"]), recorded=recorded)
    np.testing.assert_allclose(
        overview(dated, now=NOW).late.columns["share"], [15 / 25, 5 / 25]
    )


def test_batches_and_refusals_add_up(seen):
    assert len(seen.batches) == 8
    assert seen.batches.columns["read"].sum() == 8 * 120
    assert seen.refusals.columns["n"].sum() == 8 * 2
    np.testing.assert_array_equal(
        seen.batches.columns["accepted"] + seen.batches.columns["refused"],
        seen.batches.columns["read"],
    )


def test_the_four_figures_say_what_they_can(seen):
    titles = [figure.title for figure in seen.figures]
    assert titles == [
        "Knife-enabled offences", "Violence and sexual offences", "Robbery",
        "Possession of weapons",
    ]  # fmt: skip
    knife, violence, *_ = seen.figures
    assert np.isnan(knife.number)
    assert knife.sentence.startswith("The data held do not say")
    assert violence.number == np.nansum(violence.series.columns["n"])
    assert "95 % interval" in violence.sentence
    assert np.isnan(violence.series.columns["n"]).sum() == 2


def test_rates_have_districts_and_intervals(seen):
    assert seen.rates.columns["district"].tolist() == ["Northdale", "Southdale"]
    assert (seen.rates.columns["low"] <= seen.rates.columns["rate"]).all()


def test_the_last_plan_is_named(own_store):
    store = open_store(own_store)
    assert overview(store, now=NOW).last_plan is None
    run(
        "plan",
        store,
        PlanSettings(ForecastSettings(model="count", flag_cells=6), teams=1),
        now=NOW,
    )
    assert overview(store, now=NOW).last_plan == "2018-11-01 14:00 to 22:00, 1 team"


def test_an_empty_store_says_what_to_do(tmp_path):
    with pytest.raises(CoverageError, match="peelian ingest FILE"):
        overview(open_store(tmp_path / "new", create=True), now=NOW)


def test_a_store_without_areas_has_no_rates(tmp_path):
    seen = overview(store_of(tmp_path / "s", ("essex", ["2018-01", "2018-02"])), now=NOW)
    assert len(seen.rates) == 0
    assert seen.figures[2].sentence == "60 in the 2 months held."


def test_a_store_without_the_usual_offences_still_opens(tmp_path):
    store = store_of(tmp_path / "s", ("essex", ["2018-01"]), offence="police-uk:burglary")
    seen = overview(store, now=NOW)
    assert seen.months == (("2018-01", True, 30.0),)
    assert len(seen.rates) == 0


def test_only_months_that_every_force_gave_are_held(tmp_path):
    store = store_of(
        tmp_path / "s",
        ("essex", ["2018-01", "2018-02", "2018-03"]),
        ("kent", ["2018-02", "2018-03", "2018-04"]),
    )
    assert overview(store, now=NOW).months == (
        ("2018-02", True, 60.0),
        ("2018-03", True, 60.0),
    )


def test_data_of_this_month_are_not_stale(tmp_path):
    store = store_of(tmp_path / "s", ("essex", ["2018-01"]))
    assert overview(store, now=datetime(2018, 1, 20, tzinfo=UTC)).stale_days <= 0
