"""Offence classes, sets and sinks as they stand in the package."""

import pytest

from peelian import sources
from peelian.offences import sink_kinds, training_set
from peelian.sources.police_uk import CATEGORIES
from peelian.terms import NotFound, ParameterError, SchemaError


def test_every_category_of_the_source_is_a_class():
    codes = {one.code for one in sources.read_offence_classes()}
    assert {f"police-uk:{code}" for code in CATEGORIES.values()} <= codes
    assert len(codes) == len(sources.read_offence_classes()) == 150


def test_home_office_classes_fall_in_a_category():
    categories = sources.read_police_uk_categories()
    assert categories["home-office:34B"] == "police-uk:robbery"
    assert categories["home-office:10D"] == "police-uk:possession-of-weapons"
    assert set(categories.values()) <= {f"police-uk:{code}" for code in CATEGORIES.values()}


def test_possession_and_drugs_are_police_discovered():
    discovered = {one.code for one in sources.read_offence_classes() if one.discovered}
    assert {
        "police-uk:possession-of-weapons",
        "police-uk:drugs",
        "home-office:10C",
        "home-office:10D",
        "home-office:92E",
    } <= discovered
    assert not {"police-uk:robbery", "police-uk:violent-crime", "home-office:5D"} & discovered


def test_every_set_is_of_known_classes_and_none_trains_on_possession():
    classes = sources.read_offence_classes()
    sets = sources.read_offence_sets()
    assert len({(one.name, one.version) for one in sets}) == len(sets)
    for one in sets:
        training = training_set(one, classes)
        assert not any(
            "possession" in c.name.lower() for c in classes if c.code in training.codes
        )


def test_a_set_is_found_by_name_and_version():
    sets = sources.read_offence_sets()
    found = sources.find_offence_set(sets, "serious-violence", "police-uk-1")
    assert found.codes == ("police-uk:violent-crime", "police-uk:robbery")
    with pytest.raises(NotFound, match="no offence set knives 1; there is serious-violence"):
        sources.find_offence_set(sets, "knives", "1")


def test_sinks_have_kinds_and_reasons():
    sinks = sources.read_sinks()
    assert all(sink.reason for sink in sinks)
    names = [
        "On or near Airport/Airfield",
        "On or near Grays Police Station",
        "On or near Hospital Road",
    ]
    assert sink_kinds(names, sinks).tolist() == ["airport", "police station", ""]


def test_a_set_of_ones_own(tmp_path):
    path = tmp_path / "sets.toml"
    path.write_text(
        '[[set]]\nname="a"\nversion="1"\nlabel="A"\ncodes=["x:y"]\nnote="n\\n m"\n'
    )
    (one,) = sources.read_offence_sets(path)
    assert (one.codes, one.note) == (("x:y",), "n m")
    path.write_text('[[set]]\nname="a"\n')
    with pytest.raises(SchemaError, match=r"\[\[set\]\] number 1 lacks version, label"):
        sources.read_offence_sets(path)
    path.write_text("")
    with pytest.raises(SchemaError, match=r"holds no \[\[set\]\]"):
        sources.read_offence_sets(path)
    path.write_text("[[")
    with pytest.raises(SchemaError, match="not TOML"):
        sources.read_offence_sets(path)
    with pytest.raises(ParameterError, match="cannot be read"):
        sources.read_offence_sets(tmp_path / "none.toml")
