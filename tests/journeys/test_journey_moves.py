"""A sergeant gives a stop to another team: by keyboard, on a phone, without JavaScript."""

import pytest

from serving import DESK, PHONE, axe, serving
from web_store import make_sample

pytestmark = pytest.mark.browser
PLAN = "/plan?teams=2&model=count&team=1"
MOVED = "text=Stops given to another team"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("moves") / "store"
    make_sample(path)
    with serving(path) as found:
        yield found


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport=DESK)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def test_a_stop_is_given_away_and_taken_back_by_keyboard(page, address):
    page.goto(address + PLAN)
    page.locator("#move summary").focus()
    page.keyboard.press("Enter")
    page.locator("#move-2").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").startswith("Move stop 2")
    page.keyboard.press("Enter")
    page.wait_for_selector(MOVED)
    assert "goes from Team 1, South to Team 2, North" in page.inner_text("main")
    assert "moves=" in page.url
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        found = axe(page)
        assert found.violations_count == 0, found.generate_report()
    page.get_by_role("link", name="Take the last one back").press("Enter")
    page.wait_for_selector("#summary")
    assert not page.locator(MOVED).count()


def test_the_open_list_of_stops_on_a_phone(page, address):
    page.set_viewport_size(PHONE)
    page.goto(address + PLAN)
    page.locator("#move summary").click()
    assert page.locator("#move-1").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    found = axe(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_stop_is_given_away_without_javascript(browser, address):
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(address + PLAN)
    page.wait_for_selector("#move")
    page.locator("#move summary").click()
    page.get_by_role("button", name="Move stop 1,").click()
    page.wait_for_selector(MOVED)
    assert "the plan" in page.inner_text(".govuk-inset-text")
    context.close()
