"""The map file opened by double-click, in a real Chromium."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from peelian.reports import map_panel, render_map
from peelian.reports.map import static_text
from peelian.terms import Table
from report_samples import sample_view
from serving import axe

pytestmark = pytest.mark.browser

DESK = {"width": 1400, "height": 900}
PHONE = {"width": 390, "height": 844}
YELLOW = np.array([255, 221, 0])


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "map.html"
    path.write_bytes(render_map(sample_view()))
    return path


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport=DESK)
    yield page
    page.close()


def opened(page: Page, file: Path) -> Page:
    page.goto(file.as_uri())
    page.wait_for_selector("#map[data-ready]", timeout=60_000)
    return page


def canvas_pixels(page: Page) -> np.ndarray:
    image = Image.open(io.BytesIO(page.locator(".map-live").screenshot())).convert("RGB")
    return np.asarray(image).reshape(-1, 3).astype(int)


def yellow_pixels(page: Page) -> int:
    return int((np.abs(canvas_pixels(page) - YELLOW).max(axis=1) < 8).sum())


def test_opens_from_the_file_without_errors_or_requests(page, file):
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    opened(page, file)
    assert page.locator("#map").get_attribute("data-ready") == "true"
    assert said == []
    assert [url for url in asked if not url.startswith("blob:")] == [file.as_uri()]


def test_draws_the_cells(page, file):
    pixels = canvas_pixels(opened(page, file))
    assert len(np.unique(pixels, axis=0)) > 50
    for colour in ((8, 48, 107), (243, 242, 241)):  # the darkest class, and land
        assert (np.abs(pixels - colour).max(axis=1) < 4).sum() > 100


def test_focus_and_hover_of_a_row_light_its_cell(page, file):
    opened(page, file)
    assert yellow_pixels(page) == 0
    row = page.locator('tr[data-cell="34"]')
    row.locator("button").focus()
    expect(page.locator("#map")).to_have_attribute("data-lit", "34")
    expect(page.get_by_role("status")).to_have_text(
        "Rank 2: 16.80 expected events per km² a month"
    )
    page.wait_for_timeout(500)
    assert yellow_pixels(page) > 50
    page.locator('tr[data-cell="7"]').hover()
    expect(page.locator("#map")).to_have_attribute("data-lit", "7")
    expect(page.locator("tr.is-lit")).to_have_count(1)


def test_a_cell_under_the_pointer_lights_its_row(page, file):
    opened(page, file)
    page.locator('tr[data-cell="33"] button').click()  # brings the cell to the middle
    page.locator("h1").hover()
    page.wait_for_timeout(1500)
    box = page.locator(".map-live").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator('tr[data-cell="33"]')).to_have_class("is-lit")


def test_the_keyboard_reaches_everything(page, file):
    opened(page, file)
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "() => { const e = document.activeElement;"
                " return e.getAttribute('aria-label') || e.textContent.trim(); }"
            )
        )
    for name in (
        "Skip to the map",
        "Rank",
        "Rank 1: show on the map",
        "Rank 5: show on the map",
        "Download this table (CSV)",
        "Flagged cells",
        "Whole area",
        "Zoom in",
        "Zoom out",
        "Interactive map: arrow keys move it, plus and minus zoom",
        "What went in",
    ):
        assert name in reached


def test_the_buttons_move_the_map(page, file):
    opened(page, file)
    before = canvas_pixels(page)
    page.get_by_role("button", name="Zoom in").press("Enter")
    page.wait_for_timeout(1000)
    zoomed = canvas_pixels(page)
    assert (before != zoomed).any(axis=1).mean() > 0.05
    page.get_by_role("button", name="Whole area").press("Enter")
    page.wait_for_timeout(1500)
    assert (canvas_pixels(page) != zoomed).any(axis=1).mean() > 0.05


def test_a_header_sorts_the_rows(page, file):
    opened(page, file)
    header = page.get_by_role("columnheader", name="Expected")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    cells = page.locator("tr[data-cell]").evaluate_all("rows => rows.map(r => r.dataset.cell)")
    assert cells == ["45", "44", "7", "34", "33"]
    header.get_by_role("button").click()
    cells = page.locator("tr[data-cell]").evaluate_all("rows => rows.map(r => r.dataset.cell)")
    assert cells == ["33", "34", "7", "44", "45"]


def test_a_cell_in_two_rows_lights_both(page, tmp_path):
    stops = Table({"cell": np.array([33, 7, 33]), "stop": np.array([1, 2, 3])})
    path = tmp_path / "stops.html"
    path.write_bytes(render_map(sample_view(table=stops)))
    opened(page, path)
    page.locator('tr[data-cell="33"] button').first.focus()
    expect(page.locator("tr.is-lit")).to_have_count(2)
    expect(page.get_by_role("status")).to_contain_text("Stop 1, Stop 3: 22.00")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(page, file, size):
    page.set_viewport_size(size)
    opened(page, file)
    results = axe(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= size["width"]


def test_phones_get_the_table_first(page, file):
    page.set_viewport_size(PHONE)
    opened(page, file)
    table = page.locator("#map-table").bounding_box()
    panel = page.locator("#map").bounding_box()
    assert table is not None
    assert panel is not None
    assert table["y"] + table["height"] <= panel["y"]


def test_the_table_downloads_as_csv(page, file):
    opened(page, file)
    with page.expect_download() as caught:
        page.get_by_role("link", name="Download this table (CSV)").click()
    content = Path(caught.value.path()).read_text(encoding="utf-8")
    assert content.splitlines()[0] == ("cell,rank,place,expected,stability,last_observed,why")
    assert caught.value.suggested_filename == "cells.csv"


def test_without_javascript_the_table_and_a_still_map_remain(browser, file):
    context = browser.new_context(java_script_enabled=False, viewport=DESK)
    page = context.new_page()
    page.goto(file.as_uri())
    expect(page.get_by_role("row")).to_have_count(6)
    expect(page.locator(".map-still svg")).to_be_visible()
    expect(page.locator(".map-live")).to_be_hidden()
    expect(page.locator(".map-controls")).to_be_hidden()
    context.close()


def test_without_webgl_the_still_map_remains_and_says_why(page, file):
    page.add_init_script(
        "HTMLCanvasElement.prototype.getContext = (original => function (kind, ...rest) {"
        " return kind.startsWith('webgl') ? null : original.call(this, kind, ...rest);"
        "})(HTMLCanvasElement.prototype.getContext);"
    )
    opened(page, file)
    assert page.locator("#map").get_attribute("data-ready") == "still"
    expect(page.locator(".map-still svg")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("no WebGL")
    page.locator('tr[data-cell="34"] button').focus()
    expect(page.locator('.map-still [data-cell="34"]')).to_have_class("is-lit")


def test_the_panel_works_in_a_page_of_ones_own(page):
    site = "http://peelian.test"
    panel = map_panel(sample_view(), geojson_url="/map.geojson")
    parts = {
        "/": (
            '<!doctype html><html lang="en"><title>A page</title>'
            '<link rel="stylesheet" href="/map.css"><div class="map-and-table">'
            f"{panel.table}{panel.map}</div>"
            '<script src="/maplibre-gl.js"></script><script src="/map.js"></script>'
        ),
        "/map.css": static_text("map.css"),
        "/map.js": static_text("map.js"),
        "/maplibre-gl.js": static_text("vendor/maplibre-gl.js"),
        "/map.geojson": panel.geojson.decode(),
    }
    kinds = {".css": "text/css", ".js": "text/javascript", ".geojson": "application/geo+json"}
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; worker-src blob:"
    )
    said = []
    page.on("console", lambda message: said.append(message.text))

    def answer(route):
        path = route.request.url.removeprefix(site)
        if path not in parts:
            return route.fulfill(status=404)
        kind = kinds.get(Path(path).suffix, "text/html; charset=utf-8")
        headers = {"Content-Security-Policy": policy, "Content-Type": kind}
        return route.fulfill(body=parts[path], headers=headers)

    page.route(f"{site}/**", answer)
    page.goto(f"{site}/")
    page.wait_for_selector("#map[data-ready]", timeout=60_000)
    assert page.locator("#map").get_attribute("data-ready") == "true"
    assert [text for text in said if "favicon" not in text and "404" not in text] == []


def test_map_data_that_does_not_load_leaves_the_still_map(page):
    panel = map_panel(sample_view(), geojson_url="/map.geojson")
    body = f"{panel.table}{panel.map}<script>{static_text('map.js')}</script>"
    page.route(
        "http://peelian.test/", lambda r: r.fulfill(body=body, content_type="text/html")
    )
    page.route("http://peelian.test/map.geojson", lambda route: route.fulfill(status=503))
    page.goto("http://peelian.test/")
    page.wait_for_selector('#map[data-ready="still"]')
    expect(page.get_by_role("status")).to_contain_text("the map data did not load (503)")
    expect(page.locator(".map-still svg")).to_be_visible()


def test_print_shows_the_still_map(page, file):
    opened(page, file)
    page.emulate_media(media="print")
    expect(page.locator(".map-still svg")).to_be_visible()
    expect(page.locator(".map-live")).to_be_hidden()


def test_hostile_text_does_not_run(page, tmp_path):
    hostile = "</script><img src=x onerror=alert(1)><b>"
    path = tmp_path / "hostile.html"
    path.write_bytes(
        render_map(sample_view(title=hostile, notes=(hostile,), districts={hostile: BOX}))
    )
    alerts = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    opened(page, path)
    assert alerts == []
    assert page.locator("img").count() == 0
    assert page.locator("h1").inner_text() == hostile


BOX = sample_view().districts["Easton"]
