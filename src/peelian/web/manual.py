"""The pages about methods: one Markdown file each, in the wheel or in the checkout."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

HERE = Path(__file__).parent
# Where a method's page has another name than the method.
FILES = {
    "arches": "knife-arches",
    "count": "long-window-count",
    "scan": "space-time-scan",
    "stability": "rank-stability",
}
QUESTION = re.compile(r"\*\*Question\.\*\*\s*(.+?)\n\s*\n", re.DOTALL)
WARNING = "When not to use it"
TO_PAGE = re.compile(r"\[([^\]]+)\]\(([a-z0-9-]+)\.md(?:#[^)]*)?\)")
ELSEWHERE = re.compile(r"\[([^\]]+)\]\((?!https?://|/methods/)[^)]*\)")
CLASSES = {
    "h2": "govuk-heading-m",
    "h3": "govuk-heading-s",
    "p": "govuk-body",
    "ul": "govuk-list govuk-list--bullet",
    "ol": "govuk-list govuk-list--number",
    "a": "govuk-link",
    "table": "govuk-table peelian-table",
    "thead": "govuk-table__head",
    "tbody": "govuk-table__body",
    "tr": "govuk-table__row",
    "th": "govuk-table__header",
    "td": "govuk-table__cell",
}


@dataclass(frozen=True)
class MethodPage:
    """A page about a method; every text but the title is HTML that is safe to show."""

    name: str
    title: str
    question: Markup
    warning: Markup
    body: Markup


@cache
def pages() -> dict[str, MethodPage]:
    """Every page by its name, in the order of their titles."""
    found = [_page(path) for path in _folder().glob("*.md")]
    return {page.name: page for page in sorted(found, key=lambda page: page.title.lower())}


def page_of(method: str) -> MethodPage | None:
    """The page of a method; None where there is none."""
    return pages().get(FILES.get(method, method))


def title_of(method: str) -> str:
    """What a method is called."""
    page = page_of(method)
    return page.title if page else method.replace("-", " ").capitalize()


def _folder() -> Path:
    """Where the wheel puts the pages, or where the checkout has them."""
    packed = HERE / "methods"
    return packed if packed.is_dir() else HERE.parents[2] / "docs" / "methods"


def _page(path: Path) -> MethodPage:
    text = path.read_text("utf-8")
    heading, _, body = text.partition("\n")
    question = QUESTION.search(body)
    if question:
        body = body.replace(question[0], "", 1)
    sections = dict(part.split("\n", 1) for part in body.split("\n## ")[1:])
    return MethodPage(
        path.stem,
        heading.removeprefix("# ").strip(),
        _html(question[1] if question else ""),
        _html(sections.get(WARNING, "")),
        _html(body),
    )


def _html(text: str) -> Markup:
    """Markdown as HTML with GOV.UK classes; raw HTML in it is shown as text."""
    linked = ELSEWHERE.sub(r"\1", TO_PAGE.sub(r"[\1](/methods/\2)", text))
    parser = _parser()
    tokens = parser.parse(linked)
    for token in _all(tokens):
        if token.nesting >= 0 and token.tag in CLASSES:
            token.attrJoin("class", CLASSES[token.tag])
    html: str = parser.renderer.render(tokens, parser.options, {})
    html = html.replace("<table", '<div class="peelian-scroll"><table')
    return Markup(html.replace("</table>", "</table></div>"))  # noqa: S704  html is escaped


@cache
def _parser() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _all(tokens: list[Any]) -> list[Any]:
    return [one for token in tokens for one in (token, *(token.children or ()))]
