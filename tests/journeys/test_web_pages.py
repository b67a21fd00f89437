"""The pages in a real Chromium, as an analyst at a desk and a sergeant on a phone use them."""

import re
import subprocess
import sys
import time
import urllib.request
from urllib.parse import urlsplit

import pytest

from peelian.records import remove_server
from peelian.records.binaries import find_home
from serving import DESK, PHONE, SERVE, axe, serving
from web_store import make_sample

pytestmark = pytest.mark.browser

SMALL = {"width": 320, "height": 640}
ZOOMED = {"width": 350, "height": 225}  # 1400 x 900 at 400 %
PAGES = {
    "home": "/",
    "map": "/map",
    "methods": "/methods",
    "plan": "/plan?teams=2",
    "releases": "/releases",
    "data": "/data",
}
MORE = {
    "figures": "/figures?force=kent&measure=knife",
    "team": "/plan?teams=2&team=1",
    "gi-star": "/map?method=gi-star&null=normal",
    "concentration": "/map?method=concentration",
    "one-method": "/methods/gi-star",
    "arches": "/arches?days=2",
    "harm": "/map?harm=cchi-2026-essex",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("workbench") / "store"
    make_sample(path)
    return path


@pytest.fixture(scope="module")
def address(store):
    with serving(store) as found:
        yield found


@pytest.fixture
def open_page(browser, address):
    """Open a page and wait for its result; anything wrong in the browser fails the test."""
    contexts, wrong = [], []

    def open_one(path, viewport=DESK, *, javascript=True):
        context = browser.new_context(viewport=viewport, java_script_enabled=javascript)
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: m.type in ("error", "warning") and wrong.append(m.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda r: outside(r.url, address) and wrong.append(r.url))
        page.goto(address + path)
        page.wait_for_selector("body:not(:has([data-progress]))")
        page.wait_for_load_state()  # the page of a result that came later runs its script too
        if javascript and page.locator("#map").count():
            page.wait_for_selector("#map[data-ready]")
        return page

    yield open_one
    assert wrong == []
    for context in contexts:
        context.close()


def outside(url, address):
    return not url.startswith((address + "/", "data:", "blob:"))


@pytest.mark.parametrize("page_name", PAGES | MORE)
def test_each_page_at_every_size(open_page, page_name):
    """Title, accessibility and width, from a desk to a small phone and 400 % zoom."""
    page = open_page((PAGES | MORE)[page_name])
    assert re.search(r"Sampleshire, \w+day \d+ \w+ 20\d\d . Peelian$", page.title())
    for size in (DESK, PHONE, SMALL, ZOOMED):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        if size in (DESK, PHONE):
            found = axe(page)
            assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("page_name", PAGES)
def test_every_page_reads_without_javascript(open_page, page_name):
    open_page(PAGES[page_name])  # makes the result
    page = open_page(PAGES[page_name], javascript=False)
    assert page.locator("main table:visible").count()
    assert page.locator("h1").is_visible()


def test_a_form_works_by_get_without_javascript(open_page):
    page = open_page("/map", javascript=False)
    page.locator("summary", has_text="Method and settings").click()
    page.select_option("[name=district]", "Northdale")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_selector("#map-table")  # a page that waits loads itself again
    assert "district=Northdale" in page.url
    assert page.locator("#map-table tbody tr").count() >= 1


def test_the_map_by_keyboard_alone(open_page):
    page = open_page("/map")
    page.keyboard.press("Tab")
    assert (
        page.evaluate("document.activeElement.textContent").strip() == "Skip to main content"
    )
    page.keyboard.press("Enter")
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(() => { const e = document.activeElement; const r = e.closest('tr[data-cell]');"
            " return r ? 'row' : e.name || e.tagName; })()"
        )
        seen.add(focused)
        if focused == "row":
            break
    assert {"method", "district", "model", "row"} <= seen
    assert page.locator("tr[data-cell].is-lit").count() == 1


def test_pointing_at_a_row_lights_its_cell(open_page):
    page = open_page("/map")
    row = page.locator("tr[data-cell]").first
    row.hover()
    page.wait_for_selector("tr[data-cell].is-lit")
    assert page.locator("tr[data-cell].is-lit").count() == 1


def test_a_phone_shows_the_table_before_the_map(open_page):
    page = open_page("/map", PHONE)
    table, panel = page.locator("#map-table"), page.locator("#map")
    assert table.bounding_box()["y"] < panel.bounding_box()["y"]


def test_a_desk_shows_map_and_table_side_by_side(open_page):
    page = open_page("/map")
    table, panel = (
        page.locator("#map-table").bounding_box(),
        page.locator("#map").bounding_box(),
    )
    assert panel["x"] + panel["width"] <= table["x"] + 1
    assert abs(panel["y"] - table["y"]) < 60


def test_a_view_can_be_sent(open_page):
    page = open_page("/map")
    page.select_option("[name=model]", "ewma")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_selector("body:not(:has([data-progress])) #map-table")
    other = open_page("/map?" + urlsplit(page.url).query)
    assert other.locator("[name=model]").input_value() == "ewma"
    assert other.locator("#map-table").inner_text() == page.locator("#map-table").inner_text()


def test_another_method_by_keyboard_has_its_own_settings_and_a_short_address(open_page):
    page = open_page("/map?district=Northdale")
    page.locator("[name=method]").focus()
    page.keyboard.type("Kernel d")
    assert page.locator("[name=method]").input_value() == "kde"
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show", exact=True).press("Enter")
    page.wait_for_selector("[name=bandwidth]")
    page.wait_for_selector("#map[data-ready]")
    assert urlsplit(page.url).query == "method=kde&district=Northdale"
    assert page.locator("[name=model]").count() == 0
    page.locator("tr[data-cell] button").first.focus()
    assert page.locator("tr[data-cell].is-lit").count() == 1
    assert "events per km²" in page.locator(".map-status").inner_text()
    other = open_page("/map?method=kde&district=Northdale")
    assert other.locator("#map-table").inner_text() == page.locator("#map-table").inner_text()


def test_a_method_without_javascript_is_a_still_map(open_page):
    page = open_page("/map?method=gi-star&null=normal", PHONE, javascript=False)
    rows = page.locator("#map-table tbody tr[data-cell]").count()
    assert rows
    assert page.locator(".map-still [data-cell]").count() >= rows
    assert page.locator(".map-still").is_visible()
    assert "Black outline" in page.locator(".map-legend-note").inner_text()


def test_what_the_data_cannot_say_is_said_and_the_form_keeps_its_values(address, browser):
    page = browser.new_page(viewport=PHONE)
    page.goto(address + "/map?method=knox&distance_breaks=0,50")
    page.wait_for_selector(".govuk-error-summary", timeout=60_000)
    assert page.title().startswith("Error: ")
    assert "month" in page.locator(".govuk-error-summary").inner_text()
    assert page.locator("[name=distance_breaks]").input_value() == "0,50"
    assert axe(page).violations_count == 0
    page.close()


def test_the_forecasts_are_judged_with_charts_that_speak_and_tables_beside(open_page):
    page = open_page("/methods", PHONE)
    assert "Counting past offences is kept" in page.inner_text("main")
    charts = page.locator("main svg[role=img]")
    assert charts.count() >= 5
    for n in range(charts.count()):
        assert len(charts.nth(n).get_attribute("aria-label")) > 40
    assert page.locator("#champions tbody tr").count() == 6
    page.get_by_role("link", name="Getis-Ord Gi*").click()
    assert page.locator("h1").inner_text().endswith("Getis-Ord Gi*")
    assert "When not to use it" in page.inner_text("main")
    home = open_page("/")
    assert "Counting past offences is kept" in home.inner_text("main")


def test_the_pack_is_a_pdf(open_page):
    page = open_page(PAGES["plan"])
    with page.expect_download() as download:
        page.get_by_role("link", name="pack to print").or_(
            page.get_by_role("button", name="pack to print")
        ).click()
    assert download.value.path().read_bytes().startswith(b"%PDF")


def test_a_plan_is_kept_and_shown_on_home(open_page):
    page = open_page("/plan?teams=1&date=2018-11-02")
    page.get_by_role("button", name="Keep this plan").click()
    page.wait_for_selector("text=Kept: plan and draw kept in the store")
    assert page.get_by_role("button", name="Keep this plan").count() == 0
    assert "2018-11-02 14:00 to 22:00, 1 team" in open_page("/").inner_text("main")


def test_a_new_batch_shows_without_a_restart(open_page, store):
    before = open_page("/data").locator("#batches-table tbody tr").count()
    make_sample(store, months=("2018-12",))
    after = open_page("/data").locator("#batches-table tbody tr").count()
    assert after == before + 1


def test_an_address_that_leads_nowhere_is_a_page(address, browser):
    page = browser.new_page()
    answer = page.goto(address + "/nowhere")
    assert answer.status == 404
    assert page.locator("h1").inner_text() == "Page not found"
    assert axe(page).violations_count == 0
    page.close()


def test_a_setting_out_of_range_is_a_page_that_can_be_mended(address, browser):
    page = browser.new_page(viewport=PHONE)
    answer = page.goto(address + "/plan?teams=two&date=tomorrow")
    assert answer.status == 400
    assert page.title().startswith("Error: ")
    assert axe(page).violations_count == 0
    page.get_by_role("link", name="Teams: Give a whole number").click()
    assert page.evaluate("document.activeElement.name") == "teams"
    page.close()


def test_with_no_store_the_page_says_what_to_do(tmp_path, browser):
    with serving(tmp_path / "none") as found:
        page = browser.new_page()
        for path in PAGES.values():
            page.goto(found + path)
            assert "There is no store here yet" in page.inner_text("main")
            assert "peelian ingest" in page.inner_text("main")
            assert axe(page).violations_count == 0
        page.close()


def test_start_up_is_short(tmp_path):
    start = time.perf_counter()
    with serving(tmp_path / "none") as found, urllib.request.urlopen(found + "/") as answer:  # noqa: S310
        assert answer.status == 200
        assert time.perf_counter() - start < 30


def test_the_database_stops_with_the_workbench(tmp_path):
    store = tmp_path / "store"
    command = [sys.executable, "-u", "-W", "ignore", "-c", SERVE, str(store), "", "", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        folder = find_home(tmp_path / "store-workbench" / "database")
        assert (folder / "data" / "postmaster.pid").exists()
        process.terminate()
        assert process.wait(30) == 0
    assert not (folder / "data" / "postmaster.pid").exists()
    remove_server(tmp_path / "store-workbench" / "database")
