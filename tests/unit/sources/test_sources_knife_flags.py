"""Labels of narratives as flags of events: what fills, what stands, what is refused."""

import pytest

from peelian.sources import read_knife_flags, with_knife_flags
from peelian.terms import DataError, SchemaError
from store_samples import make_extract


def flags_file(tmp_path, *rows, header="event_id,label"):
    path = tmp_path / "flags.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_review_and_empty_ids_say_nothing(tmp_path):
    path = flags_file(tmp_path, "a,knife", "b,not", "c,review", ",knife", " a ,knife")
    assert read_knife_flags(path) == {"a": True, "b": False}


def test_columns_of_classify_are_passed_over(tmp_path):
    path = flags_file(
        tmp_path, "1,a,knife,0.9,stabbed", header="row,event_id,label,score,evidence"
    )
    assert read_knife_flags(path) == {"a": True}


@pytest.mark.parametrize(
    ("rows", "header", "error", "said"),
    [
        (["a,knife", "a,not"], "event_id,label", DataError, "row 2 says otherwise"),
        (["a,maybe"], "event_id,label", DataError, "row 1 of column"),
        (["1,knife"], "row,label", SchemaError, 'no column "event_id"'),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, rows, header, error, said):
    with pytest.raises(error, match=said):
        read_knife_flags(flags_file(tmp_path, *rows, header=header))


def test_the_files_own_flag_stands():
    extract = make_extract(
        5, ids=["a", "b", "c", None, "e"], knife=[None, False, True, None, None]
    )
    found, filled, otherwise = with_knife_flags(
        extract, {"a": True, "b": True, "c": True, "e": False, "z": True}
    )
    assert found.events["knife"].to_pylist() == [True, False, True, None, False]
    assert (filled, otherwise) == (2, 1)
    assert found.events.drop_columns(["knife"]) == extract.events.drop_columns(["knife"])


def test_nothing_to_fill_is_the_same():
    extract = make_extract(2)
    assert with_knife_flags(extract, {"a": True})[0].events == extract.events
