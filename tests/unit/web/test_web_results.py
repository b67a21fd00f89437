"""Results: kept whole, found by what they were made from, made again when gone."""

import pytest

from peelian.terms import NotFound
from peelian.web import results

KEY = results.key_of("map", {"model": "count"}, "state", "0.1.0")


def test_what_is_kept_is_found(tmp_path):
    results.keep(tmp_path, KEY, {"title": "Map"}, {"table.csv": b"cell,n\n"})
    found = results.find(tmp_path, KEY)
    assert found.shown["title"] == "Map"
    assert found.file("table.csv") == b"cell,n\n"


def test_nothing_is_found_before_it_is_kept_or_after_it_is_dropped(tmp_path):
    assert results.find(tmp_path, KEY) is None
    results.keep(tmp_path, KEY, {}, {})
    results.drop(tmp_path, KEY)
    assert results.find(tmp_path, KEY) is None


def test_a_result_cut_short_is_no_result(tmp_path):
    results.keep(tmp_path, KEY, {"title": "Map"}, {})
    (tmp_path / KEY / results.SHOWN).write_text('{"title": "Ma')
    assert results.find(tmp_path, KEY) is None
    results.keep(tmp_path, KEY, {"title": "Map"}, {})
    assert results.find(tmp_path, KEY).shown["title"] == "Map"


@pytest.mark.parametrize("name", ["../secret.key", "page.json", "/etc/passwd", ""])
def test_only_files_that_are_offered_can_be_read(tmp_path, name):
    (tmp_path / "secret.key").write_text("secret")
    results.keep(tmp_path, KEY, {}, {"table.csv": b""})
    with pytest.raises(NotFound):
        results.find(tmp_path, KEY).file(name)


def test_the_key_follows_every_part_and_not_the_order_of_settings():
    base = ("map", {"a": 1, "b": 2}, "state", "0.1.0")
    changed = [
        ("plan", base[1], "state", "0.1.0"),
        ("map", {"a": 1, "b": 3}, "state", "0.1.0"),
        ("map", base[1], "other", "0.1.0"),
        ("map", base[1], "state", "0.2.0"),
    ]
    assert len({results.key_of(*c) for c in [base, *changed]}) == 5
    assert results.key_of("map", {"b": 2, "a": 1}, "state", "0.1.0") == results.key_of(*base)


def test_the_least_recently_used_go_first(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "KEPT", 2)
    for n in range(2):
        results.keep(tmp_path, f"key{n}", {}, {})
    results.find(tmp_path, "key0")
    results.keep(tmp_path, "key2", {}, {})
    assert results.find(tmp_path, "key0")
    assert results.find(tmp_path, "key1") is None


def test_what_a_killed_server_began_is_swept_away(tmp_path):
    results.keep(tmp_path, KEY, {"title": "Map"}, {})
    (tmp_path / "making-abc").mkdir()
    results.sweep(tmp_path)
    assert [f.name for f in tmp_path.iterdir()] == [KEY]
