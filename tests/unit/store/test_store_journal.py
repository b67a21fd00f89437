"""Entries are added whole, in order, once; an altered one shows."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from peelian.store import Store, journal, open_store
from peelian.terms import NotAllowedNow, ParameterError, StoreError

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "store", create=True, lock_wait=0.1)


def test_entries_come_back_in_order_with_their_time(store: Store) -> None:
    assert store.entries("box") == ()
    store.append_entries(
        "box", {"b": {"why": "caf\u00e9 \u2028 fights"}, "a": {"n": 1.5}}, now=NOW
    )
    store.append_entries("box", {"c": {}}, now=NOW + timedelta(days=1))
    found = store.entries("box")
    assert [(e.id, e.at) for e in found] == [
        ("b", NOW),
        ("a", NOW),
        ("c", NOW + timedelta(days=1)),
    ]
    assert found[0].content == {"why": "caf\u00e9 \u2028 fights"}
    assert store.entries("visit") == ()
    assert store.tidy() == []
    assert len(store.entries("box")) == 3


def test_the_same_entry_offered_again_adds_nothing(store: Store) -> None:
    assert len(store.append_entries("visit", {"v1": {"arrived": [1, 2]}}, now=NOW)) == 1
    later = NOW + timedelta(hours=1)
    new = store.append_entries("visit", {"v1": {"arrived": [1, 2]}, "v2": {}}, now=later)
    assert [e.id for e in new] == ["v2"]
    assert [e.id for e in store.entries("visit")] == ["v1", "v2"]


def test_an_entry_is_never_changed_and_nothing_is_half_kept(store: Store) -> None:
    store.append_entries("visit", {"v1": {"arrived": 1}}, now=NOW)
    with pytest.raises(ParameterError, match="'v1' is written down already"):
        store.append_entries("visit", {"v0": {}, "v1": {"arrived": 2}}, now=NOW)
    with pytest.raises(ParameterError, match="'v3' cannot be written as JSON"):
        store.append_entries("visit", {"v2": {}, "v3": {"x": float("nan")}}, now=NOW)
    assert [e.id for e in store.entries("visit")] == ["v1"]


@pytest.mark.parametrize("kind", ["", "Box", "../box"])
def test_kinds_have_plain_names(store: Store, kind: str) -> None:
    with pytest.raises(ParameterError, match="small letters"):
        store.append_entries(kind, {"a": {}}, now=NOW)


def test_times_have_a_zone(store: Store) -> None:
    with pytest.raises(ParameterError, match="time zone"):
        store.append_entries("box", {"a": {}}, now=NOW.replace(tzinfo=None))


def test_a_store_opened_as_it_stood_is_only_read(store: Store) -> None:
    with pytest.raises(NotAllowedNow):
        open_store(store.path, version=0).append_entries("box", {"a": {}}, now=NOW)


def test_files_are_filled_one_after_another(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "A_FILE", 3)
    for n in range(8):
        store.append_entries("box", {f"b{n}": {"n": n}}, now=NOW)
    files = sorted((store.path / "journal" / "box").iterdir())
    assert [len(f.read_text().splitlines()) for f in files] == [3, 3, 2]
    assert [e.content["n"] for e in store.entries("box")] == list(range(8))
    files[1].rename(files[1].with_name("gone"))
    with pytest.raises(StoreError, match=r"000002.jsonl is missing"):
        store.entries("box")


@pytest.mark.parametrize("how", ["changed", "back-dated", "taken out", "damaged"])
def test_an_altered_entry_shows(store: Store, how: str) -> None:
    for n in range(3):
        store.append_entries("box", {f"b{n}": {"n": n}}, now=NOW)
    file = store.path / "journal" / "box" / "000001.jsonl"
    lines = file.read_text().splitlines()
    entry = json.loads(lines[1])
    if how == "changed":
        entry["content"]["n"] = 7
    if how == "back-dated":
        entry["at"] = (NOW - timedelta(days=30)).isoformat()
    lines[1:2] = {"taken out": [], "damaged": [lines[1][:20]]}.get(how, [json.dumps(entry)])
    file.write_text("".join(f"{line}\n" for line in lines))
    with pytest.raises(StoreError, match=r"altered|damaged"):
        store.entries("box")
    with pytest.raises(StoreError, match=r"altered|damaged"):
        store.append_entries("box", {"b9": {}}, now=NOW)


def test_a_head_stands_for_all_entries_of_its_kind(store: Store) -> None:
    assert store.journal_heads("visit-") == {}
    store.append_entries("visit-a", {"v1": {}, "v2": {}}, now=NOW)
    store.append_entries("visit-b", {"v1": {}}, now=NOW)
    store.append_entries("box", {"v1": {}}, now=NOW)
    heads = store.journal_heads("visit-")
    assert heads == {k: store.entries(k)[-1].chain for k in ("visit-a", "visit-b")}
    store.append_entries("visit-a", {"v3": {}}, now=NOW)
    assert store.journal_heads("visit-")["visit-a"] != heads["visit-a"]
    assert store.journal_heads("visit-")["visit-b"] == heads["visit-b"]
