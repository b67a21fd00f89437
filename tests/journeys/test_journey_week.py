"""A whole Op Sceptre week entered through the pages and reproduced in the close-down pack.

The totals are those that Essex Police published on 7 December 2025; their split over days,
places and schools is made up.
"""

import io
import re

import pytest

from peelian.store import open_store
from serving import DESK, PHONE, axe, serving

pytestmark = pytest.mark.browser

OPERATION = "/operations/op-sceptre-2025-12-01"
NOT_SPLIT = {"grounds": "not-split", "object": "not-split", "ethnicity": "not-stated"}
SCHOOLS = [("Oak", 2, 180), ("Elm", 2, 175), ("Ash", 2, 190), ("Fir", 2, 170),
           ("Yew", 2, 160), ("Box", 2, 185), ("Bay", 2, 165), ("Lime", 2, 170),
           ("Pine", 2, 175), ("Rowan", 1, 95), ("Hazel", 1, 85), ("Holly", 1, 90),
           ("Maple", 1, 80), ("Birch", 1, 80)]  # fmt: skip
# Day of December 2025, strand, answers.
WEEK = [
    (1, "sweeps", {"place": "Basildon", "areas": 8}),
    (3, "sweeps", {"place": "Harlow", "areas": 7}),
    (6, "sweeps", {"place": "Clacton-on-Sea", "areas": 7}),
    (2, "stop-search", {"encounters": 15, "found": 2, "knife_arrests": 3, **NOT_SPLIT}),
    (4, "stop-search", {"encounters": 14, "found": 1, "knife_arrests": 2, **NOT_SPLIT}),
    (5, "stop-search", {"encounters": 12, "found": 1, "knife_arrests": 1, **NOT_SPLIT}),
    (2, "test-purchases", {"premises": 20, "chosen": "not-stated", "sold": 8}),
    (3, "test-purchases", {"premises": 22, "chosen": "not-stated", "sold": 9}),
    (4, "test-purchases", {"premises": 20, "chosen": "not-stated", "sold": 8}),
    (1, "diversion", {"visits": 6}),
    (4, "diversion", {"visits": 5}),
    (7, "diversion", {"visits": 5}),
    *(
        (1 + n % 5, "schools", {"place": f"{name} Academy", "year": "several",
                                "sessions": sessions, "pupils": pupils,
                                "counted": "estimated"})
        for n, (name, sessions, pupils) in enumerate(SCHOOLS)
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("week") / "store"
    open_store(path, create=True)
    return path


@pytest.fixture(scope="module")
def address(store):
    with serving(store) as found:
        yield found


@pytest.fixture
def open_page(browser, address):
    """A page on a phone, unless said otherwise; anything wrong in it fails the test."""
    contexts, wrong = [], []

    def open_one(path, viewport=PHONE, *, javascript=True):
        context = browser.new_context(viewport=viewport, java_script_enabled=javascript)
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: m.type in ("error", "warning") and wrong.append(m.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(address + path)
        return page

    yield open_one
    assert [text for text in wrong if "status of 400" not in text] == []
    for context in contexts:
        context.close()


def clean(page):
    """At a desk and on a phone the page is accessible and no wider than its window."""
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        found = axe(page)
        assert found.violations_count == 0, found.generate_report()


def answer(page, answers):
    for name, value in answers.items():
        field = page.locator(f"[name={name}]")
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(str(value))
        else:
            field.fill(str(value))


def save(page, address, day, strand, answers):
    page.goto(f"{address}{OPERATION}/record/{strand}?day=2025-12-0{day}")
    answer(page, answers)
    page.get_by_role("button", name="Save").click()
    page.wait_for_selector(".govuk-notification-banner--success")


def pdf_text(page, link):
    from pypdf import PdfReader

    with page.expect_download() as download:
        page.locator(f"a[href*='{link}']").first.click()
    read = PdfReader(io.BytesIO(download.value.path().read_bytes()))
    return " ".join(" ".join(leaf.extract_text() for leaf in read.pages).split())


def test_the_week_is_planned_recorded_and_closed(open_page, address, store):
    page = open_page("/operations")
    assert "No operation is held yet" in page.inner_text("main")
    clean(page)
    page.get_by_role("button", name="Plan a new operation").click()
    page.get_by_label("Name").fill("Op Sceptre")
    page.get_by_label("Kind").select_option("sceptre")
    page.get_by_label("First day").fill("2025-12-01")
    page.get_by_label("Last day").fill("2025-12-07")
    page.get_by_label("Area").fill("Essex")
    page.locator("[name=target-sweeps]").fill("21")
    clean(page)
    page.get_by_role("button", name="Save").click()
    page.wait_for_selector("h1:has-text('Op Sceptre')")
    assert urlless(page.url) == OPERATION

    for day, strand, answers in WEEK:
        save(page, address, day, strand, answers)
    assert len(open_store(store).entries("activity")) == len(WEEK)

    page.goto(f"{address}{OPERATION}?day=2025-12-03")
    clean(page)
    done = {cells[0]: cells[1:] for cells in rows(page, "#done-table")}
    assert done["Weapon sweeps: areas swept"] == ["3", "7", "15", "21"]
    found = {cells[0]: cells[1:] for cells in rows(page, "#found-table")}
    assert found["Retailers' test purchases: sold"] == ["9", "17", "42", "Premises visited"]
    assert "7 areas" not in page.inner_text("#found-table")

    page.get_by_role("link", name="Close-down pack").click()
    page.wait_for_selector("h1:has-text('Close-down pack')")
    clean(page)
    printed = pdf_text(page, "close-down.pdf")
    for text in (page.inner_text("main"), printed):
        told = " ".join(text.split())
        for said in (
            r"Areas swept 22 21",
            r"Searches 41",
            r"Knife-related arrests 6",
            r"Premises visited 62",
            r"Visits 16",
            r"Sessions 23",
            r"Different schools 14",
            r"Pupils 2,000.*about: estimated",
            r"4 of 41 9\.8 % of searches 3\.9 to 22\.5",
            r"25 of 62 40\.3 % of premises 29\.0 to 52\.7",
            r"24 of 77\): \+9\.2 points \(95 % interval -6\.6 to \+24\.6, p 0\.288\): "
            r"no detectable difference",
            r"never evidence of less violence",
            r"A single week cannot show an effect on knife crime",
        ):
            assert re.search(said, told), said
        assert told.index("What was done") < told.index("What changed, and what it found")


def rows(page, table):
    found = page.locator(f"{table} tbody tr")
    return [found.nth(n).locator("th, td").all_inner_texts() for n in range(found.count())]


def urlless(url):
    return "/" + url.split("/", 3)[3].partition("?")[0]


def test_a_mistake_is_mended_without_javascript_and_a_double_press_is_one(open_page, store):
    page = open_page(f"{OPERATION}/record/test-purchases?day=2025-12-05", javascript=False)
    answer(page, {"premises": 9, "chosen": "random", "sold": 10, "place": "Mr Smith"})
    page.get_by_role("button", name="Save").click()
    summary = page.locator(".govuk-error-summary").inner_text()
    assert "10 is more than “Premises visited”, 9" in summary and "no person" in summary
    assert page.title().startswith("Error: ")
    assert page.locator("[name=premises]").input_value() == "9"
    before = len(open_store(store).entries("activity"))
    answer(page, {"sold": 3, "place": "Grays"})
    page.get_by_role("button", name="Save").dblclick()  # sent twice, kept once
    page.wait_for_selector(".govuk-notification-banner--success")
    assert "the entry is saved" in page.inner_text("main")
    assert len(open_store(store).entries("activity")) == before + 1
    page.get_by_role("link", name=re.compile("Correct entry.*test purchases")).click()
    page.get_by_role("button", name="Withdraw this entry").click()
    assert "Grays" not in page.inner_text("main")


def test_an_error_is_accessible(open_page):
    page = open_page(f"{OPERATION}/record/sweeps?day=2025-12-05")
    page.get_by_role("button", name="Save").click()
    page.wait_for_selector(".govuk-error-summary")
    clean(page)
    page.get_by_role("link", name="Areas swept: Give a number").click()
    assert page.evaluate("document.activeElement.name") == "areas"


def test_an_entry_by_keyboard_alone(open_page, store):
    before = len(open_store(store).entries("activity"))
    page = open_page(f"{OPERATION}/record/sweeps?day=2025-12-05", DESK)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skip to the form
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "areas":
            break
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    page.wait_for_selector(".govuk-notification-banner--success")
    assert len(open_store(store).entries("activity")) == before + 1
    page.get_by_role("link", name=re.compile("Correct entry.*sweeps")).click()
    page.get_by_label("Areas swept").fill("2")
    page.get_by_role("button", name="Save the correction").press("Enter")
    page.wait_for_selector("text=(corrected)")
    assert "Areas swept: 2" in page.inner_text("#entries-table")
