"""Words and contacts of the public pages: what is read, and what is refused with advice."""

import re

import pytest

from peelian.sources import read_contacts, read_words
from peelian.sources.publications import CONTACTS, ENGLISH
from peelian.terms import DataError, NotFound, SchemaError

CONTACT = """
[[contact]]
kind = "{kind}"
name = "{kind}"
when = "when"
phone = "101"
"""
NEEDED = "".join(
    CONTACT.format(kind=kind)
    for kind in ("emergency", "non-emergency", "anonymous", "victims")
)


@pytest.fixture
def other(tmp_path):
    """Write the English words with a change, as another language."""

    def write(old, new):
        text = ENGLISH.read_text("utf-8").replace('language = "en-GB"', 'language = "cy"')
        assert old in text
        file = tmp_path / "cy.toml"
        file.write_text(text.replace(old, new, 1), "utf-8")
        return file

    return write


def test_english_is_bundled():
    words = read_words()
    assert (words.language, words.name) == ("en-GB", "English")
    assert words.texts["help.heading"] == "Get help"
    assert words.texts["exit.page"] == "https://www.bbc.co.uk/weather"


def test_another_language_has_the_same_keys(other):
    words = read_words(other("Get help", "Cael cymorth"))
    assert words.language == "cy"
    assert words.texts.keys() == read_words().texts.keys()


def test_places_may_stand_in_any_order_and_more_than_once(other):
    assert read_words(other("{first} to {last}", "{last}, {first}, {last}"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('button = "Leave this site"\n', "", "exit.button is missing: in English 'Leave this"),
        ("[exit]", '[exit]\nextra = "x"', "exit.extra is not known"),
        ("in {area}?", "in {arae}?", "index.heading: its places are {arae}; write {area}"),
        ("in {area}?", "there?", "index.heading: its places are none; write {area}"),
        ("in {area}?", "in {area!r}?", "write {area}"),
        ("in {area}?", "in {area:>9}?", "write {area}"),
        ("in {area}?", "in {area.x}?", "write {area}"),
        ("in {area}?", "in {area?", "index.heading: a brace stands alone"),
        ('"Get help"', '""', "site.help is ''"),
        ('"Get help"', "5", "site.help is 5"),
        ("https://www.bbc.co.uk/weather", "http://www.bbc.co.uk", "exit.page: 'http://www"),
        ("https://www.bbc.co.uk/weather", "javascript:alert()", "exit.page: 'javascript"),
        ('language = "cy"', 'language = "Welsh, of course"', "language is 'Welsh, of course'"),
    ],
)
def test_what_is_wrong_is_listed(other, old, new, said):
    with pytest.raises(SchemaError, match=re.escape(said)):
        read_words(other(old, new))


def test_everything_wrong_is_listed_at_once(tmp_path):
    file = tmp_path / "cy.toml"
    file.write_text('language = "cy"\nname = "Cymraeg"\n')
    with pytest.raises(SchemaError, match=r"to mend") as error:
        read_words(file)
    assert str(error.value).count(" is missing") == len(read_words().texts)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(NotFound, match="no such file"):
        read_words(tmp_path / "none.toml")
    file = tmp_path / "bad.toml"
    file.write_text("not = [toml")
    with pytest.raises(DataError, match="not TOML"):
        read_words(file)
    file.write_bytes(b'language = "\xff"')
    with pytest.raises(DataError, match="not UTF-8"):
        read_contacts(file)


def test_bundled_contacts():
    contacts = read_contacts()
    phones = {one.name: one.phone for one in contacts}
    assert contacts[0].phone == "999"
    assert phones["Crimestoppers"] == "0800 555 111"
    assert phones["Victim Support"] == "0808 16 89 111"
    assert phones["Childline"] == "0800 1111"
    assert {one.checked for one in contacts} == {""}  # nobody tried them
    assert all(one.page.startswith("https://") for one in contacts if one.page)


def test_contacts_of_ones_own(tmp_path):
    file = tmp_path / "contacts.toml"
    file.write_text(NEEDED + 'page = "https://example.org"\nchecked = "2026-11-22"\n')
    *_, last = read_contacts(file)
    assert (last.kind, last.page, last.checked) == (
        "victims",
        "https://example.org",
        "2026-11-22",
    )
    assert len(read_contacts(CONTACTS)) == len(read_contacts())


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('page = "http://example.org"', "no https address"),
        ('page = "https://exa mple.org"', "no https address"),
        ('page = "https://["', "no https address"),
        ('text = "text us"', "text 'text us' is no number to dial"),
        ('checked = "22/11/2026"', "give a day as 2026-11-22"),
        ('fax = "1"', "fax is not known"),
        ("text = 5", "give texts between quotation marks"),
    ],
)
def test_contacts_are_checked(tmp_path, more, said):
    file = tmp_path / "contacts.toml"
    file.write_text(NEEDED + more)
    with pytest.raises(SchemaError, match=re.escape(said)):
        read_contacts(file)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "victims"', 'kind = "others"', "kind 'others'"),
        ('kind = "victims"', 'kind = "other"', "no contact of kind victims"),
        ('name = "victims"', "", "give a name"),
        ('phone = "101"', "", "nobody can reach it"),
        ('phone = "101"', 'page = "https://example.org"', "nobody can reach it"),
        ('phone = "101"', 'phone = "call us"', "no number to dial"),
        ("[[contact]]", "[contact]", "not TOML"),
        ("[[contact]]", "[[help]]", "under [[contact]]"),
    ],
)
def test_help_must_be_there(tmp_path, old, new, said):
    file = tmp_path / "contacts.toml"
    file.write_text(NEEDED.replace(old, new, 1))
    with pytest.raises(DataError, match=re.escape(said)):
        read_contacts(file)
