"""An analyst draws, edits, rejects and plans hot spots, by pointer, by keyboard, by form."""

import json
import time

import pytest

from peelian.store import open_store
from peelian.workflows.boxes.kept import read_boxes
from serving import DESK, PHONE, axe, serving
from web_store import make_sample

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return make_sample(tmp_path_factory.mktemp("boxes") / "store")


@pytest.fixture(scope="module")
def address(store):
    with serving(store) as found:
        yield found


@pytest.fixture
def open_page(browser, address):
    """Open a page and wait for its result; a script that fails, fails the test."""
    contexts, wrong = [], []

    def open_one(path, viewport=DESK, *, javascript=True):
        context = browser.new_context(viewport=viewport, java_script_enabled=javascript)
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(address + path)
        page.wait_for_selector("body:not(:has([data-progress]))")
        page.wait_for_load_state()  # the page of a result that came later runs its script too
        if javascript:
            page.wait_for_selector("#map[data-ready]")
        return page

    yield open_one
    assert wrong == []
    for context in contexts:
        context.close()


def entries(store):
    return [
        (e.box, e.action.value, e.kind.value, e.reason) for e in read_boxes(open_store(store))
    ]


def click_at(page, *places):
    """Click the live map at shares of its width and height, apart from each other in time."""
    page.locator(".map-live").scroll_into_view_if_needed()
    box = page.locator(".map-live canvas").bounding_box()
    for across, down in places:
        page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        page.wait_for_timeout(350)  # two clicks sooner are a double one


def keep(page, reason):
    page.fill("#box-reason", reason)
    page.get_by_role("button", name="Keep").click()
    page.wait_for_load_state("load")


def test_the_whole_of_it(open_page, store):
    """By pointer; no reason, no box; by keyboard; edited; rejected; planned."""
    page = open_page("/map")
    page.get_by_role("button", name="Draw a box").click()
    click_at(page, (0.42, 0.4), (0.58, 0.4), (0.58, 0.55), (0.42, 0.55))
    page.get_by_role("button", name="Done", exact=True).click()
    drawn = json.loads(page.input_value("[name=polygon]"))
    assert len(drawn["coordinates"][0]) == 5

    keep(page, "")  # no reason
    page.wait_for_selector(".govuk-error-summary")
    assert page.title().startswith("Error: ")
    assert json.loads(page.input_value("[name=polygon]")) == drawn  # nothing is lost
    assert entries(store) == []
    page.wait_for_selector("#map[data-ready=true]")
    page.wait_for_selector(".map-corner")
    keep(page, "Fights after closing")
    page.wait_for_selector("#boxes-table")
    assert entries(store) == [(1, "add", "drawn", "Fights after closing")]
    assert "drawn by an analyst on" in page.locator("#boxes-table").inner_text()
    page.wait_for_selector("#map[data-boxes='1']")

    # by keyboard alone: the map's middle is the pen
    page.get_by_role("button", name="Draw a box").focus()
    page.keyboard.press("Enter")
    for keys in ((), ("ArrowRight",), ("ArrowDown",)):
        for key in keys:
            page.locator(".map-live canvas").press(key)
            page.wait_for_timeout(700)
        page.get_by_role("button", name="Corner at the cross").press("Enter")
    page.get_by_role("button", name="Done", exact=True).press("Enter")
    before = page.input_value("[name=polygon]")
    page.locator(".map-corner").first.press("ArrowUp")
    assert page.input_value("[name=polygon]") != before
    page.locator(".map-midpoint").first.press("Enter")
    assert page.locator(".map-corner").count() == 4
    page.locator(".map-corner").nth(1).press("Delete")
    assert page.locator(".map-corner").count() == 3
    page.get_by_role("button", name="Cancel").press("Enter")
    assert page.input_value("[name=polygon]") == ""

    # a cell of the table is left out
    page.locator("#map-table tbody button").first.focus()
    page.get_by_role("button", name="Leave out cell 1").click()
    assert page.input_value("[name=ranks]") == "1"
    keep(page, "Guards of its own")
    page.wait_for_selector("#map[data-boxes='2']")

    # edited by dragging a corner, rejected with a reason only
    page.get_by_role("link", name="Redraw box 1").click()
    page.wait_for_selector(".map-corner")
    page.locator(".map-live").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    corner = page.locator(".map-corner").first.bounding_box()
    at = corner["x"] + corner["width"] / 2, corner["y"] + corner["height"] / 2
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(at[0] - 30, at[1] - 20, steps=5)
    page.mouse.up()
    keep(page, "The bus stops belong to it")
    page.wait_for_selector("#map[data-boxes='2']")
    page.locator("#reject-2 summary").click()
    page.get_by_role("button", name="Reject box 2").click()
    page.wait_for_selector(".govuk-error-summary")
    assert "give a reason" in page.locator(".govuk-error-summary").inner_text()
    page.locator("#reject-2 summary").click()
    page.fill("#reason-2", "The guards have gone")
    page.get_by_role("button", name="Reject box 2").click()
    page.wait_for_selector("#map[data-boxes='1']")
    assert entries(store)[1:] == [
        (2, "add", "left-out", "Guards of its own"),
        (1, "edit", "drawn", "The bus stops belong to it"),
        (2, "reject", "left-out", "The guards have gone"),
    ]
    first, _, second, _ = read_boxes(open_store(store))
    assert not first.polygon.equals(second.polygon)

    plan = open_page("/plan?teams=2")
    assert "(box 1)" in plan.locator("#draw-table, main").first.inner_text()
    assert "spots drawn by hand: box 1" in plan.locator("main").inner_text()


def test_the_form_alone_without_javascript(open_page, store):
    n = len(entries(store))
    page = open_page("/map", javascript=False)
    page.locator("summary", has_text="Draw a box").click()
    page.fill("[name=centre]", "51.7310, 0.5400")
    page.fill("[name=width]", "20")
    keep(page, "Too small to be one")
    assert "draw 2,500 m2 or more" in page.locator(".govuk-error-summary").inner_text()
    page.fill("[name=width]", "200")
    keep(page, "Seen by the patrols")
    assert entries(store)[n:][0][1:] == ("add", "drawn", "Seen by the patrols")
    assert page.locator(".map-still .map-boxes path").count() >= 1
    page.locator("summary", has_text="All that was written down").click()
    assert "Seen by the patrols" in page.locator("#box-history").inner_text()


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_page_with_everything_open_suits_everyone(open_page, size):
    page = open_page("/map", size)
    for fold in page.locator(".peelian-boxes details").all():
        fold.evaluate("fold => { fold.open = true; }")
    page.get_by_role("button", name="Draw a box").click()
    click_at(page, (0.4, 0.4), (0.6, 0.4), (0.6, 0.6))
    page.get_by_role("button", name="Done", exact=True).click()
    time.sleep(0.3)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    found = axe(page)
    assert found.violations_count == 0, found.generate_report()
