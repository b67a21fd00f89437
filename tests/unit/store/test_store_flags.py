"""The knife flag in the lake: kept as said, null in batches from before there was one."""

from pathlib import Path

import numpy as np
import pytest

from peelian.store import Store, open_store, saving
from peelian.store.batches import events_parquet
from store_samples import JANUARY, NOW, make_extract

# Of the extract below, before events had a flag: what was ingested then is known again.
BEFORE_FLAGS = "d8020a667fdf87557e45e4466576ffaeb5f1d0eebc5846ace18fc2b406290380"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "store", create=True)


@pytest.fixture
def old_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store with one batch whose file has no column of flags."""
    with monkeypatch.context() as patch:
        patch.setattr(
            saving,
            "events_parquet",
            lambda events, name: events_parquet(events.drop_columns(["knife"]), name),
        )
        store.save(make_extract(), now=NOW)
    return store


def test_yes_no_and_nobody_has_said_come_back(store: Store) -> None:
    store.save(make_extract(knife=[True, False, None]), now=NOW)
    np.testing.assert_array_equal(store.events().knife, [1, 0, np.nan])


def test_a_file_without_flags_keeps_the_name_it_had_before_there_were_flags(
    store: Store,
) -> None:
    extract = make_extract(ids=["a", None, "c"], recorded=[JANUARY, None, None])
    assert store.save(extract, now=NOW)[0].batch == BEFORE_FLAGS


def test_files_that_differ_in_a_flag_are_two(store: Store) -> None:
    names = {
        store.save(make_extract(knife=flags), now=NOW)[0].batch
        for flags in (None, [True, None, None], [False, None, None], [None, True, None])
    }
    assert len(names) == 4


def test_a_lake_without_the_column_is_read(old_store: Store) -> None:
    assert np.isnan(old_store.events().knife).all()
    assert old_store.monthly_counts().columns["n"].tolist() == [3.0]


def test_old_and_new_batches_are_read_together(old_store: Store) -> None:
    later = make_extract(
        file="2018-02.csv",
        slices="essex/2018-02",
        ids=["a", "b", "c"],
        knife=[True, None, False],
    )
    old_store.save(later, now=NOW)
    np.testing.assert_array_equal(
        old_store.events().knife, [np.nan, np.nan, np.nan, 1, np.nan, 0]
    )
    again = make_extract(file="2018-03.csv", slices="essex/2018-03", ids=["b", "y", "z"])
    old_store.save(again, now=NOW)  # b is told again, so that withdrawals are read too
    assert len(old_store.events()) == 8


def test_chosen_events_keep_their_flags(store: Store) -> None:
    store.save(make_extract(knife=[True, False, None]), now=NOW)
    events = store.events()
    np.testing.assert_array_equal(
        events.where(np.array([True, False, True])).knife, [1, np.nan]
    )
