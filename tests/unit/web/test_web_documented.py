"""Every address and every setting of a page is on the reference page."""

from pathlib import Path

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "pages.md").read_text()


def test_every_address_is_documented(django_ready):
    from peelian.web.urls import urlpatterns

    for pattern in urlpatterns:
        address = "/" + str(pattern.pattern).replace("slug:", "").replace("str:", "")
        assert f"{address}`" in PAGE or f"{address}?" in PAGE, address


def test_every_setting_of_a_form_is_documented(django_ready):
    from peelian.web.forms import MapForm, PlanForm

    for form, page in ((MapForm, "## Map"), (PlanForm, "## Plan")):
        section = PAGE.partition(page)[2].partition("\n## ")[0]
        for name in form.base_fields:
            assert f"`{name}`" in section, name
