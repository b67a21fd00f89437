"""Two coders read twelve narratives by keyboard; a third reads where they differ."""

import json
import re

import pytest

from command_line import peelian
from narrative_files import HIDDEN, bytes_of, narratives_csv
from peelian.store import open_store
from peelian.workflows.narratives.codes import CODES, READS
from serving import DESK, PHONE, axe, serving

pytestmark = pytest.mark.browser

ANSWERS = {"knife": "k", "not": "n", "cannot say": "c"}
FIRST = ["knife", "not", "not", "knife", "cannot say", "not"] * 2
SECOND = ["knife", "not", "knife", "knife", "cannot say", "not"] * 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("narratives")


@pytest.fixture(scope="module")
def file(folder):
    return narratives_csv(folder / "crimes.csv")


@pytest.fixture(scope="module")
def address(folder, file):
    with (folder / "log").open("w") as log:
        store = folder / "store"
        with serving(store, narratives=file, text="mo", sample=12, log=log) as found:
            yield found


@pytest.fixture
def open_page(browser, address):
    """A page at a desk; anything wrong in it fails the test."""
    contexts, wrong = [], []

    def open_one(path, *, javascript=True):
        context = browser.new_context(viewport=DESK, java_script_enabled=javascript)
        context.set_default_timeout(20_000)
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
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        found = axe(page)
        assert found.violations_count == 0, found.generate_report()


def by_access_key(page, answer):
    """The answer's access key, as Chromium takes it: Alt and the letter."""
    key = ANSWERS[answer]
    page.context.new_cdp_session(page).send(
        "Input.dispatchKeyEvent",
        {
            "type": "keyDown", "modifiers": 1, "key": key, "unmodifiedText": key,
            "windowsVirtualKeyCode": ord(key.upper()),
        },
    )  # fmt: skip


def by_arrows(page, answer):
    """Tab from the narrative to the answers, then down to the one wanted."""
    page.locator(".peelian-narrative:focus").wait_for()  # where each page begins
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(list(ANSWERS).index(answer)):
        page.keyboard.press("ArrowDown")


def displays(page, counted):
    """Whether the page shows a narrative, counted if it does."""
    counted.extend([1] * page.locator(".peelian-narrative").count())
    return bool(page.locator(".peelian-narrative").count())


def sent(page):
    with page.expect_navigation():
        page.keyboard.press("Enter")


def code_all(page, coder, answers, answer, counted):
    """Code every row of the sample by keyboard alone, from the first page on."""
    page.locator("#coder").focus()
    page.keyboard.type(coder)
    sent(page)
    for place, said in enumerate(answers, start=1):
        assert f"coder {coder}: {place} of 12" in page.inner_text("h1")
        assert displays(page, counted)
        assert HIDDEN in page.inner_text(".peelian-narrative")
        assert HIDDEN not in page.title() + page.url
        assert page.locator("mark, #why, #codes").count() == 0
        answer(page, said)
        checked = page.locator("[name=label]:checked")
        assert checked.get_attribute("value") == said
        sent(page)
    assert "every row is read" in page.inner_text("main")


def test_twelve_rows_are_coded_compared_and_resolved(open_page, folder, file, address):
    counted = []
    first = open_page("/narratives")
    clean(first)
    code_all(first, "A", FIRST, by_access_key, counted)
    second = open_page("/narratives", javascript=False)
    code_all(second, "B", SECOND, by_arrows, counted)

    page = open_page("/narratives/next?coder=B&mode=blind")  # a slip, put right
    rows = [e.content["row"] for e in open_store(folder / "store").entries(CODES)][:12]
    page.goto(f"{address}/narratives/{rows[0]}?coder=B&mode=blind")
    displays(page, counted)
    clean(page)
    by_access_key(page, "not")
    sent(page)
    page.goto(f"{address}/narratives/{rows[0]}?coder=B&mode=blind")
    displays(page, counted)
    by_access_key(page, "knife")
    sent(page)

    page.get_by_role("button", name="Compare the codes").click()
    page.wait_for_selector("#kappa")
    clean(page)
    kappa = re.search(r"kappa (\S+) \(95 % interval (\S+) to (\S+)\)", page.inner_text("main"))
    told = measures(folder, file)
    for text, name in zip(kappa.groups(), ("value", "low", "high"), strict=True):
        assert float(text) == pytest.approx(told["coders", "kappa"][name], abs=0.005)
    assert "10 of 12 rows" in page.inner_text("#kappa")
    assert page.locator("#differ-table tbody tr").count() == 2

    page.locator("#coder").fill("C")
    page.get_by_role("button", name="Resolve them").click()
    for _ in range(2):
        page.wait_for_selector("#codes")
        displays(page, counted)
        assert "A: not" in page.inner_text("#codes")
        assert "B: knife" in page.inner_text("#codes")
        clean(page)
        by_access_key(page, "not")
        sent(page)
    page.goto(address + "/narratives/agreement")
    assert "waits" not in page.inner_text("#differ-table")
    told = measures(folder, file)
    assert told["rules", "share to review"]["n"] == 10
    for cells in page.locator("#measures-table tbody tr").all():
        model, measure, value, *_ = cells.locator("td").all_inner_texts()
        assert float(value) == pytest.approx(told[model, measure]["value"], abs=0.001)

    page.goto(address + "/narratives/next?coder=D&mode=open")
    displays(page, counted)
    assert page.locator("mark").count() > 0
    assert "This decides." in page.inner_text("#why + ul")
    clean(page)
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_selector(".govuk-error-summary")
    displays(page, counted)
    clean(page)

    reads = open_store(folder / "store").entries(READS)
    assert len(reads) == len(counted) == 12 + 12 + 2 + 2 + 2
    for place in (folder / "store", folder / "store-workbench"):
        held = bytes_of(place)
        assert HIDDEN.encode() not in held
        assert HIDDEN.encode("utf-16-le") not in held
    assert HIDDEN not in (folder / "log").read_text()


def measures(folder, file):
    ended = peelian("offences", "evaluate", file, "--text", "mo", "--coded-in-store",
                    "--store", folder / "store", "--format", "json")  # fmt: skip
    return {(row["model"], row["measure"]): row for row in json.loads(ended.out)}
