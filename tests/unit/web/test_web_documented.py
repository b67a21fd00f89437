"""Every address and every setting of a page is on the reference page."""

import re
from pathlib import Path

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "pages.md").read_text()


def test_every_address_is_documented(django_ready):
    from peelian.web.urls import urlpatterns

    for pattern in urlpatterns:
        address = "/" + re.sub("<(slug|str|path):", "<", str(pattern.pattern))
        assert f"{address}`" in PAGE or f"{address}?" in PAGE, address


def test_every_setting_of_a_form_is_documented(django_ready):
    from django.http import QueryDict

    from peelian.web.figures import FiguresForm
    from peelian.web.forms import ArchForm, JobForm, MapForm, PlanForm
    from peelian.web.held import Held

    nothing = QueryDict(), Held(None)
    forms = {
        "## Map": MapForm(*nothing),
        "## Methods": JobForm(*nothing, "backtest"),
        "## Plan": PlanForm(*nothing),
        "## Knife arches": ArchForm(*nothing),
        "## Figures": FiguresForm(*nothing),
        "## Public pages": JobForm(*nothing, "report bulletin"),
    }
    for page, form in forms.items():
        section = PAGE.partition(page)[2].partition("\n## ")[0]
        for name in form.fields:
            assert f"`{name}`" in section, (page, name)


def test_every_method_of_the_map_is_documented_and_has_a_page(django_ready):
    from peelian.web.forms import FORECAST, methods_of_map
    from peelian.web.manual import page_of

    section = PAGE.partition("## Map")[2].partition("\n## ")[0]
    for word, _ in methods_of_map():
        assert f"`{word}`" in section, word
        if word != FORECAST:
            assert page_of(word).question, word
            assert page_of(word).warning, word
