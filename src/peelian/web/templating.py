"""The template engine: Jinja2 with the GOV.UK components and a few filters."""

import hashlib
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader

from peelian import __version__
from peelian.web.show import day_text, month_text

NAVIGATION = (
    ("home", "Home"),
    ("map", "Map"),
    ("methods", "Methods"),
    ("plan", "Plan"),
    ("delivery", "Delivery"),
    ("evaluation", "Did it work?"),
    ("operations", "Operations"),
    ("figures", "Figures"),
    ("releases", "Public pages"),
    ("data", "Data quality"),
)


def environment(**options: Any) -> Environment:
    """The Jinja2 environment that Django asks for."""
    components = PackageLoader("govuk_frontend_jinja")
    options["loader"] = ChoiceLoader(
        [options["loader"], PrefixLoader({"govuk_frontend_jinja": components})]
    )
    made = Environment(extensions=["jinja2.ext.do"], **options)  # noqa: S701 - Django sets autoescape
    made.globals.update(
        asset=asset, url=address, version=__version__, navigation=navigation, store=store_name
    )
    made.filters.update(day=day_text, month=month_text)
    return made


@cache
def asset(path: str) -> str:
    """Address of a static file, with its content's hash so that a new one is fetched."""
    found = finders.find(path)
    if not found:
        raise FileNotFoundError(path)
    with open(found, "rb") as file:
        return f"{static(path)}?v={hashlib.sha256(file.read()).hexdigest()[:8]}"


def address(name: str, *parts: str) -> str:
    """Address of a page by its name."""
    return reverse(name, args=parts)


def navigation(page: str) -> list[dict[str, Any]]:
    """Items of the navigation, the current page marked."""
    coding = (("narratives", "Narratives"),) if settings.PEELIAN_NARRATIVES else ()
    return [
        {"text": text, "href": reverse(name), "current": name == page}
        for name, text in (*NAVIGATION, *coding)
    ]


def store_name() -> str:
    """Path of the store, as the commands on the empty pages need it."""
    return str(settings.PEELIAN_STORE)
