"""Residents by group: the bundled table, one's own, and what is refused."""

import pytest

from peelian.sources import essex_areas, essex_residents, read_residents
from peelian.terms import DataError, SchemaError

TEXT = "code,deprivation_decile,age_0_17,age_18_up\nA,1,10,20\nB,10,5,15\nC,2,1,1\n"


def write(folder, text):
    path = folder / "residents.csv"
    path.write_text(text)
    return path


def test_bands_and_fifths(tmp_path):
    made = read_residents(write(tmp_path, TEXT))
    assert made.code == ("A", "B", "C")
    assert made.groups["age", "0 to 17"].tolist() == [10, 5, 1]
    assert made.groups["age", "18 and over"].tolist() == [20, 15, 1]
    assert made.groups["deprivation", "1 (most deprived)"].tolist() == [30, 0, 2]
    assert made.groups["deprivation", "5 (least deprived)"].tolist() == [0, 20, 0]


def test_the_bundled_table_adds_up_to_the_residents_of_every_area():
    made, areas = essex_residents(), essex_areas()
    at = {code: n for n, code in enumerate(made.code)}
    order = [at[code] for code in areas.code]
    for kind in ("age", "deprivation"):
        counted = sum(counts for (by, _), counts in made.groups.items() if by == kind)
        assert counted[order].tolist() == areas.population.tolist()


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (TEXT.replace("code", "lsoa"), SchemaError, '"code"'),
        ("code,people\nA,1\n", SchemaError, "age_10_17"),
        (TEXT.replace("B,10", "A,10"), DataError, "'A' is empty or stands twice"),
        (TEXT.replace("B,10", "B,11"), DataError, "row 2: deprivation_decile"),
        (TEXT.replace(",5,", ",-5,"), DataError, "row 2: age_0_17 is not a number from 0 up"),
        (TEXT.replace(",5,", ",,"), DataError, "row 2: age_0_17"),
        ("", DataError, "empty"),
    ],
)
def test_what_is_refused(tmp_path, text, error, message):
    with pytest.raises(error, match=message):
        read_residents(write(tmp_path, text))
