"""The public site in a real Chromium: read by anyone, and left without a trace in the tab."""

import re
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

import bulletin_samples as samples
from peelian.reports import render_bulletin
from serving import DESK, PHONE, axe

pytestmark = pytest.mark.browser

SMALL = {"width": 320, "height": 640}
ZOOMED = {"width": 350, "height": 225}  # 1400 x 900 at 400 %
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:"
ELSEWHERE = "https://www.bbc.co.uk/weather"
NEUTRAL = "<title>Weather</title><h1>Weather</h1>"
BEFORE = "/before.html"
PAGES = (
    "index.html", "knife-enabled.html", "violence-with-injury.html", "robbery.html",
    "possession-of-weapons.html", "districts/index.html", "districts/basildon.html",
    "districts/harlow.html", "districts/maldon.html", "help.html", "method.html",
)  # fmt: skip


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder under the policy that a host should send."""

    def do_GET(self):
        if self.path == "/slow":
            time.sleep(1)
            self.path = "/slow.html"
        super().do_GET()

    def end_headers(self):
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The sample site under a folder of a host, and a page that is visited before it."""
    root = tmp_path_factory.mktemp("host")
    for name in ("sample_bulletin", "hostile", "all_withheld", "pseudo"):
        for path, data in render_bulletin(getattr(samples, name)()).items():
            file = root / "some" / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
    (root / "slow.html").write_text("<title>Slow</title><p>Slow</p>")
    (root / BEFORE[1:]).write_text("<title>Before</title><p>Before</p>")
    return root


@pytest.fixture(scope="module")
def host(folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def visit(browser, host):
    """Open a page of the site in a tab of its own; anything wrong in the browser fails."""
    contexts, wrong = [], []

    def open_one(path="index.html", viewport=DESK, *, site="sample_bulletin", javascript=True):
        context = browser.new_context(viewport=viewport, java_script_enabled=javascript)
        contexts.append(context)
        context.route(
            re.compile("^https:"),
            lambda route: route.fulfill(body=NEUTRAL, content_type="text/html"),
        )
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text))
        page.goto(f"{host}{BEFORE}")
        page.goto(f"{host}/some/{site}/{path}")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert wrong == []


def read_on(page):
    """From the first page to a topic, a district, and help."""
    page.get_by_role("link", name="More about this: Knife-enabled offences").click()
    expect(page).to_have_title(re.compile("^Knife-enabled offences"))
    page.get_by_role("navigation").get_by_role("link", name="Districts").click()
    page.get_by_role("link", name="Basildon").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Basildon")
    page.get_by_role("link", name="How to hide your visit").click()
    expect(page).to_have_url(ending("help.html#leaving"))
    expect(page.get_by_role("heading", name="How to hide your visit")).to_be_in_viewport()


def ending(end):
    """What ends so: an address, or a title."""
    return re.compile(re.escape(end) + "$")


def assert_gone(page, length):
    """Elsewhere; going back reaches what was before the site, and forward elsewhere again."""
    expect(page).to_have_url(ELSEWHERE)
    assert page.evaluate("history.length") <= length
    page.go_back()
    expect(page).to_have_title("Before")
    page.go_forward()
    expect(page).to_have_url(ELSEWHERE)


@pytest.mark.parametrize("how", ["button", "escape", "keyboard"])
def test_leaving_leaves_no_entry(visit, how):
    page = visit()
    length = page.evaluate("history.length")
    referrers = []
    page.on("request", lambda request: referrers.append((request.url, request.headers)))
    read_on(page)
    assert page.evaluate("history.length") == length
    assert page.context.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    if how == "button":
        page.get_by_role("link", name="Leave this site").click()
    elif how == "escape":
        page.keyboard.press("Escape")
    else:
        page.locator("body").press("Tab")
        for _ in range(60):
            if page.evaluate("document.activeElement.hasAttribute('data-exit')"):
                break
            page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
    assert_gone(page, length)
    out = [headers for url, headers in referrers if url.startswith(ELSEWHERE)]
    assert out and "referer" not in out[0]
    assert page.context.cookies() == []


def test_escape_works_wherever_the_focus_is(visit):
    for chosen in ("a.skip", "nav a", ".scroll", "h1", "main"):
        page = visit("knife-enabled.html")
        length = page.evaluate("history.length")
        page.locator(chosen).first.evaluate("e => { e.tabIndex = 0; e.focus(); }")
        page.keyboard.press("Escape")
        assert_gone(page, length)


def test_the_page_is_blank_before_the_network_answers(visit):
    page = visit("help.html")
    blank = page.evaluate("""() => {
        window.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape"}));
        return [getComputedStyle(document.documentElement).display, document.title];
    }""")
    assert blank == ["none", "www.bbc.co.uk"]
    expect(page).to_have_url(ELSEWHERE)


def test_pressing_again_does_not_stop_the_way_out(visit):
    """Escape is also the browser's key to stop loading."""
    page = visit("help.html")
    page.evaluate("document.querySelector('a[data-exit]').href = '/slow'")
    for _ in range(3):
        page.keyboard.press("Escape")
        page.wait_for_timeout(100)
    expect(page).to_have_title("Slow")
    page.go_back()
    expect(page).to_have_title("Before")


def test_links_to_others_leave_no_entry_either(visit):
    page = visit("help.html")
    length = page.evaluate("history.length")
    page.get_by_role("link", name="Website: Childline").click()
    expect(page).to_have_url("https://www.childline.org.uk/")
    assert page.evaluate("history.length") == length
    page.go_back()
    expect(page).to_have_title("Before")


def test_opening_in_a_new_tab_is_left_to_the_browser(visit):
    page = visit()
    with page.context.expect_page() as opened:
        page.get_by_role("navigation").get_by_role("link", name="Robbery").click(
            modifiers=["Control"]
        )
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Robbery")
    expect(page).to_have_title(ending("Serious violence in Essex"))


def test_files_download_and_the_page_stays(visit):
    page = visit("robbery.html")
    with page.expect_download() as got:
        page.get_by_role("link", name="Download these numbers (CSV)").first.click()
    assert got.value.suggested_filename == "robbery-by-year.csv"
    expect(page.get_by_role("heading", level=1)).to_have_text("Robbery")


def test_a_page_from_the_browsers_cache_can_still_be_left(visit, host):
    page = visit("help.html")
    page.goto(f"{host}{BEFORE}?again")  # typed into the address bar
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Get help")
    page.keyboard.press("Escape")
    expect(page).to_have_url(ELSEWHERE)
    page.go_back()
    expect(page).to_have_title("Before")


def test_without_javascript_everything_is_there(visit):
    page = visit(javascript=False)
    page.get_by_role("link", name="More about this: Knife-enabled offences").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Knife-enabled offences")
    expect(page.get_by_text("or press the Esc key")).to_be_hidden()
    expect(page.get_by_role("img")).to_have_count(2)
    page.get_by_role("link", name="Leave this site").click()
    expect(page).to_have_url(ELSEWHERE)


def test_leaving_is_second_in_the_order_of_focus(visit):
    page = visit("help.html")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the main text")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Leave this site")).to_be_focused()


def test_skipping_moves_the_focus_and_leaves_no_entry(visit):
    page = visit("help.html")
    length = page.evaluate("history.length")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    assert page.evaluate("history.length") == length


@pytest.mark.parametrize("viewport", [PHONE, ZOOMED], ids=["phone", "zoomed"])
def test_leaving_stays_in_reach_while_reading(visit, viewport):
    page = visit("help.html", viewport)
    page.evaluate("window.scrollTo(0, 1500)")
    button = page.get_by_role("link", name="Leave this site")
    expect(button).to_be_in_viewport(ratio=1)
    box = button.bounding_box()
    assert box["height"] >= 44
    bar = page.locator(".exit").bounding_box()
    assert bar["height"] <= viewport["height"] / 4
    # What comes into focus stands below the bar, not under it.
    page.get_by_role("link", name="How to hide your visit").click()
    target = page.get_by_role("heading", name="How to hide your visit")
    expect(target).to_be_in_viewport()
    assert target.bounding_box()["y"] >= bar["height"]


@pytest.mark.parametrize("viewport", [SMALL, ZOOMED, PHONE], ids=["320", "zoomed", "phone"])
@pytest.mark.parametrize("site", ["sample_bulletin", "hostile", "pseudo"])
def test_nothing_scrolls_sideways_but_tables(visit, host, site, viewport):
    page = visit(viewport=viewport, site=site)
    own = ("index.html", "robbery.html") if site == "hostile" else PAGES
    for path in {*own, "help.html", "method.html"}:
        page.goto(f"{host}/some/{site}/{path}")
        wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], path


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(visit, path):
    page = visit(path)
    found = axe(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("site", ["hostile", "all_withheld"])
def test_axe_finds_nothing_in_odd_ones(visit, site):
    page = visit("robbery.html", PHONE, site=site)
    found = axe(page)
    assert found.violations_count == 0, found.generate_report()


def test_opens_from_a_folder(browser, folder):
    page = browser.new_page()
    page.goto((folder / "some" / "sample_bulletin" / "index.html").as_uri())
    page.get_by_role("navigation").get_by_role("link", name="Districts").click()
    page.get_by_role("link", name="Basildon").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Basildon")
    assert page.evaluate("history.length") == 2  # about:blank and the site
    page.close()
