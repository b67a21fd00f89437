"""Did it work, in a real Chromium: from the register to the printed report."""

import pytest

from evaluation_samples import PLAN, counts_csv
from peelian.store import open_store
from serving import DESK, PHONE, axe, serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The workbench over a store that holds no events: a user brings counts."""
    path = tmp_path_factory.mktemp("evaluation") / "store"
    open_store(path, create=True)
    with serving(path) as found:
        yield found


@pytest.fixture
def open_page(browser, address):
    """Open a page; anything wrong in the browser fails the test."""
    contexts, wrong = [], []

    def open_one(path, viewport=DESK, *, javascript=True):
        context = browser.new_context(viewport=viewport, java_script_enabled=javascript)
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: m.type in ("error", "warning") and wrong.append(m.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(address + path)
        return page

    yield open_one
    assert wrong == []
    for context in contexts:
        context.close()


def clean(page):
    """The page is accessible and no wider than its window."""
    found = axe(page)
    assert found.violations_count == 0, found.generate_report()
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def fill(page, question, rows):
    page.get_by_label("Question").fill(question)
    page.get_by_label("Time before").fill(PLAN["before"])
    page.get_by_label("Time with the action").fill(PLAN["after"])
    page.get_by_label("Or paste the counts").fill(rows)
    page.get_by_label("Planned dosage").fill(PLAN["dosage"])


@pytest.mark.parametrize("viewport, javascript", [(DESK, True), (PHONE, False)])
def test_register_then_counts_then_the_report(open_page, tmp_path, viewport, javascript):
    page = open_page("/evaluation", viewport, javascript=javascript)
    page.get_by_role("link", name="Register a design").or_(
        page.get_by_role("button", name="Register a design")
    ).click()
    question = f"{PLAN['question'][:-1]}, {viewport['width']} wide?"
    fill(page, question, counts_csv(after=False))
    assert page.get_by_role("button", name="Register this design").count() == 0
    page.get_by_role("button", name="Show what it could find").click()
    assert "it finds a fall of" in page.locator("#power-shown").inner_text()
    if javascript:
        clean(page)
    page.get_by_role("button", name="Register this design").click()
    assert "Planned" in page.inner_text("main")
    file = tmp_path / "counts.csv"
    file.write_text(counts_csv())
    page.get_by_label("Counts, as a CSV file").set_input_files(file)
    page.get_by_label("Unintended effects").fill("None seen.")
    page.get_by_role("button", name="Work out the result").click()
    page.wait_for_selector("text=Sensitivity")
    assert "None seen." in page.inner_text("main")
    if javascript:
        clean(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Get the report").or_(
            page.get_by_role("button", name="Get the report")
        ).click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    page = open_page("/evaluation", viewport)
    card = page.locator("article", has_text=question)
    assert "offences with the action against" in card.inner_text()
    assert "no effect" in card.locator("svg").first.inner_html()
    assert "14 % that trials found" in card.inner_text()
    clean(page)


def test_a_refusal_by_keyboard_alone_keeps_what_was_written(browser, address):
    page = browser.new_page(viewport=PHONE)
    page.goto(address + "/evaluation/new")
    fill(page, "Did it fall?", counts_csv(after=False))
    page.get_by_label("Design", exact=True).select_option("synthetic")
    page.get_by_role("button", name="Show what it could find").focus()
    page.keyboard.press("Enter")
    assert "can detect nothing" in page.locator("#power-shown").inner_text()
    page.get_by_role("button", name="Register this design").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".govuk-error-summary")
    assert "It is not registered" in page.locator(".govuk-error-summary").inner_text()
    assert page.get_by_label("Question").input_value() == "Did it fall?"
    assert page.get_by_label("Or paste the counts").input_value().startswith("area,role")
    found = axe(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()
