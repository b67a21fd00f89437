"""A constable's phone, with and without signal; then what the sergeant sees of it."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from peelian.store import open_store
from peelian.workflows import run
from peelian.workflows.delivery.reported import read_reports
from peelian.workflows.settings import DosageSettings
from plan_samples import at_stop, entries_of, kept_plan, write_pings
from serving import DESK, PHONE, axe, serving
from web_store import make_sample

pytestmark = pytest.mark.browser

STATE = "[data-state]"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store with yesterday's shift, delivered in part, and today's, whose links are open."""
    folder = tmp_path_factory.mktemp("team")
    path = make_sample(folder / "store")
    now = datetime.now(UTC)
    yesterday = kept_plan(path, day=f"{now.date() - timedelta(days=1)}", now=now)
    stop = next(iter(yesterday.teams.values()))[0]
    pings = write_pings(folder / "pings.csv", at_stop(yesterday, stop))
    run("dosage", open_store(path), DosageSettings(pings=str(pings)), now=now)
    day = (now + timedelta(hours=2)).date()  # the links of a shift end six hours after it
    kept_plan(path, day=f"{day}", now=now + timedelta(minutes=1))
    return path


@pytest.fixture(scope="module")
def address(store):
    with serving(store) as found:
        yield found


@pytest.fixture
def context_of(browser):
    """A phone or a desk; anything wrong in its browser fails the test, but a lost signal."""
    contexts, wrong = [], []

    def make(viewport=PHONE, **more):
        context = browser.new_context(viewport=viewport, **more)
        context.set_default_timeout(30_000)
        contexts.append(context)
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        return context

    yield make
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture(scope="module")
def links(address, browser):
    """The link of each team, as the sergeant copies them."""
    page = browser.new_page(viewport=DESK)
    page.goto(f"{address}/delivery")
    page.wait_for_selector("body:not(:has([data-progress]))")
    page.get_by_role("link", name="links for its teams").first.click()
    found = [a.get_attribute("href") for a in page.locator("a.peelian-address").all()]
    assert axe(page).violations_count == 0
    page.close()
    return found


def opened(context, link):
    """The page of a team once it is kept for when there is no signal."""
    page = context.new_page()
    page.goto(link)
    page.wait_for_selector("[data-ready]")
    return page


def plan_of(store):
    from peelian.workflows.patrols.kept_plan import read_plan

    return read_plan(open_store(store))


def test_with_no_signal_what_is_said_is_kept_and_sent_once(context_of, links, store):
    context = context_of()
    page = opened(context, links[0])
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    before = len(entries_of(open_store(store)))
    context.set_offline(True)
    page.get_by_role("button", name="Arrived at stop 1", exact=True).click()
    page.get_by_role("button", name="Left stop 1", exact=True).click()
    page.locator("#stop-1 summary").click()
    page.locator("#stop-1").get_by_label("Disorder").check()
    page.locator("#stop-1").get_by_label("How many").fill("3")
    page.get_by_role("button", name="Save what we saw at stop 1").click()
    assert "No signal. 3 to send, kept on this phone." in page.locator(STATE).inner_text()
    page.reload()  # the page itself comes from the phone
    page.wait_for_selector("#stop-1 [data-own]")
    assert page.locator("#stop-1 [data-own]").count() == 3
    assert "Disorder, 3" in page.locator("#stop-1").inner_text()
    assert len(entries_of(open_store(store))) == before
    context.set_offline(False)
    page.wait_for_selector("[data-state=sent]")
    assert "All sent." in page.locator(STATE).inner_text()
    page.reload()
    page.wait_for_selector("#stop-1 [data-id]")
    assert page.locator("#stop-1 [data-log] li:visible").count() == 3
    plan = plan_of(store)
    said = read_reports(open_store(store), [plan])[plan.artefact]
    first = [r for r in said if r.stop == 1 and r.team == next(iter(plan.teams))]
    assert sorted(r.what for r in first) == ["arrived", "left", "seen"]
    assert len(entries_of(open_store(store))) == before + 3
    assert page.locator("[data-next]").inner_text().startswith("2. ")


def test_by_keyboard_alone_and_taken_back(context_of, links, store):
    page = opened(context_of(), links[1])
    page.keyboard.press("Tab")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "arrived":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-state=sent]")
    item = page.locator("#stop-1 [data-log] li:visible")
    assert "Arrived" in item.inner_text()
    page.get_by_role("button", name="Take back Arrived").press("Enter")
    page.wait_for_function("!document.querySelector('#stop-1 [data-log] li:not([hidden])')")
    page.wait_for_selector("[data-state=sent]")
    plan = plan_of(store)
    second = list(plan.teams)[1]
    said = read_reports(open_store(store), [plan])[plan.artefact]
    assert [r for r in said if r.team == second] == []


def test_what_is_missing_is_asked_for_and_nothing_is_kept(context_of, links, store):
    page = opened(context_of(), links[1])
    page.locator("#stop-2 summary").click()
    page.get_by_role("button", name="Save what we saw at stop 2").click()
    assert "Choose what you saw" in page.locator("#stop-2").inner_text()
    page.locator("#stop-2").get_by_label("Weapon found").check()
    page.locator("#stop-2").get_by_label("How many").fill("lots")
    page.get_by_role("button", name="Save what we saw at stop 2").click()
    assert "Give how many, from 1 to 99" in page.locator("#stop-2").inner_text()
    assert page.locator("#stop-2 [data-own]").count() == 0
    assert axe(page).violations_count == 0


@pytest.mark.parametrize("size", [PHONE, DESK, {"width": 320, "height": 640}])
def test_the_page_is_sound_at_every_size(context_of, links, size):
    page = opened(context_of(size), links[0])
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    for summary in page.locator(".peelian-stop summary").all()[:2]:
        summary.click()
    found = axe(page)
    assert found.violations_count == 0, found.generate_report()


def test_without_javascript_each_button_is_a_form(context_of, links, store):
    page = context_of(java_script_enabled=False).new_page()
    page.goto(links[1])
    page.get_by_role("button", name="Arrived at stop 2", exact=True).click()
    assert page.url.endswith("#stop-2")
    assert re.search(r"Arrived \d\d:\d\d", page.locator("#stop-2").inner_text())
    page.locator("#stop-2 summary").click()
    page.locator("#stop-2").get_by_label("Nothing of note").check()
    page.get_by_role("button", name="Save what we saw at stop 2").click()
    assert re.search(r"Nothing of note, \d\d:\d\d", page.locator("#stop-2").inner_text())
    page.get_by_role("button", name="Take back Arrived").click()
    assert "Arrived 1" not in page.locator("#stop-2 [data-log]").inner_text()


def test_a_link_that_is_not_right_is_a_clear_page_without_the_workbench(context_of, links):
    page = context_of().new_page()
    answer = page.goto(links[0][:-3] + "abc")
    assert answer.status == 404
    assert "This link leads to no pack" in page.inner_text("main")
    assert page.get_by_role("link", name="Map").count() == 0
    assert axe(page).violations_count == 0


def test_when_a_link_has_ended_what_was_never_sent_is_read_out(context_of, address, browser):
    desk = browser.new_page(viewport=DESK)
    desk.goto(f"{address}/delivery")
    desk.wait_for_selector("body:not(:has([data-progress]))")
    desk.get_by_role("link", name="links for its teams").nth(1).click()
    assert "These links ended at" in desk.inner_text("main")
    link = desk.locator("a.peelian-address").first.get_attribute("href")
    desk.close()
    page = context_of().new_page()
    assert page.goto(link).status == 403
    assert "This link ended on" in page.inner_text("main")
    assert not page.locator("[data-left]").is_visible()
    page.evaluate(
        "localStorage.setItem('peelian-team ' + document.querySelector('[data-team]').dataset"
        ".team, JSON.stringify([{id: 'x', stop: 2, what: 'arrived',"
        " time: '2026-11-22T14:05:00Z'}, {id: 'y', stop: 1, what: 'left', held: true}]))"
    )
    page.reload()
    page.wait_for_selector("[data-left] li")
    assert page.locator("[data-left] li").all_inner_texts() == ["Stop 2: Arrived 14:05"]
    assert axe(page).violations_count == 0


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_sergeant_sees_planned_against_delivered(context_of, address, links, size):
    page = context_of(size).new_page()
    page.goto(f"{address}/delivery")
    page.wait_for_selector("body:not(:has([data-progress]))")
    page.wait_for_selector("#map[data-ready]")
    words = page.inner_text("main")
    assert re.search(r"By GPS, 11 of \d+ planned minutes were delivered", words)
    assert page.locator(".peelian-calendar td[data-share]").count() == 2
    assert page.locator("#owed-table tbody tr").count() >= 1
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    found = axe(page)
    assert found.violations_count == 0, found.generate_report()
    page.locator("tr[data-cell] button").first.focus()
    assert page.locator("tr[data-cell].is-lit").count() == 1


def test_with_no_plan_the_page_says_what_to_do(tmp_path, context_of):
    with serving(make_sample(tmp_path / "store", months=("2018-01",))) as found:
        page = context_of().new_page()
        page.goto(f"{found}/delivery")
        assert "No plan is kept yet" in page.inner_text("main")
        assert "peelian dosage" in page.inner_text("main")
        assert axe(page).violations_count == 0
