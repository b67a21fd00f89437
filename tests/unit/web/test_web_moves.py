"""A stop given to another team from the plan page: the address, the cost, the way back."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

PLAN = "/plan?teams=2&model=count"


def moves_of(page):
    """What each stop's list would send as ``moves``."""
    chosen = re.findall(r'<option value="([^"]*@[^"]*)"', page)
    return [unescape(value) for value in chosen]


def links(page):
    found = re.findall(r'href="(\?[^"]*)">(?:Take|take)', page)
    return [parse_qs(urlsplit(unescape(link)).query) for link in found]


@pytest.fixture
def first_move(get):
    return moves_of(get(f"{PLAN}&team=1").content.decode())[0]


def test_each_stop_of_a_team_can_be_given_to_each_other_team(get):
    page = get(f"{PLAN}&team=1").content.decode()
    stops = len(re.findall(r'id="move-\d+"', page))
    assert stops > 3
    assert len(moves_of(page)) == stops
    assert all(re.fullmatch(r"\d+@\d\d:\d\d=2", move) for move in moves_of(page))


def test_all_teams_together_offer_no_moves(get):
    assert not moves_of(get(PLAN).content.decode())


def test_a_move_says_what_it_costs_and_how_to_take_it_back(get, first_move):
    page = get(f"{PLAN}&moves={first_move}").content.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert re.search(r"goes from Team 1, South to Team 2, North, at \d\d:\d\d: the plan", text)
    (back,) = links(page)
    assert "moves" not in back
    assert back["teams"] == ["2"]


def test_a_second_move_goes_on_from_the_first(get, first_move):
    page = get(f"{PLAN}&moves={first_move}&team=2").content.decode()
    second = moves_of(page)[0]
    assert second.startswith(f"{first_move},")
    both = get(f"{PLAN}&moves={second}").content.decode()
    assert both.count(" goes from ") == 2
    last, every = links(both)
    assert last["moves"] == [first_move]
    assert "moves" not in every


@pytest.mark.parametrize(
    ("moves", "says"),
    [
        ("7", "write the cell, the time and the number of the team"),
        ("999999@15:00=1", "cell 999999 is none of the plan"),
        ("{cell}@02:00=2", "02:00 is not in the shift"),
        ("{cell}@{at}=9", "no team 9"),
    ],
)
def test_a_move_that_cannot_be_made_is_said(get, first_move, moves, says):
    cell, at = re.match(r"(\d+)@(\d\d:\d\d)", first_move).groups()
    answer = get(f"{PLAN}&moves={moves.format(cell=cell, at=at)}")
    assert answer.status_code == 400
    assert says in unescape(answer.content.decode())


def test_the_rules_for_visits_are_on_the_page(get):
    page = get(f"{PLAN}&weekly_maximum=2&district_minutes=30").content.decode()
    assert '<details class="govuk-details peelian-more" open>' in page
    assert "Each district with a spot drawn is to get 30 minutes" in page
    assert "Minutes of patrol by district" in page
    assert "an assumption, not a prediction" in page
