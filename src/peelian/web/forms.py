"""The settings of a page, read from its address: any view can be sent as a link."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from peelian.web.held import Held
from peelian.workflows import MapSettings, PlanSettings, flat_fields, from_flat

DATE = {"invalid": "Write the date as 2018-12-01"}
TIME = {"invalid": "Write the time as 14:00", "required": "Give a time, such as 14:00"}
NUMBER = {"invalid": "Give a number", "required": "Give a number"}
WHOLE = {"invalid": "Give a whole number", "required": "Give a whole number"}
CHOICE = {"invalid_choice": "%(value)s is not in the list: choose one that is"}

Choices = Sequence[tuple[str, str]]


class SettingsForm(forms.Form):
    """Fields whose values come from the address, with the job's own defaults and hints."""

    use_required_attribute = False

    def __init__(self, query: QueryDict, held: Held, kind: type[Any]) -> None:
        settings = {name: (default, text) for name, _, default, text in flat_fields(kind)}
        values = {name: field_text(default) for name, (default, _) in settings.items()}
        known = {n: str(query[n]).strip() for n in query if n in self.base_fields}
        super().__init__({**values, **known})
        self.asked = [n for n in self.base_fields if known.get(n, values[n]) != values[n]]
        for name, choices in choices_of(held).items():
            field = self.fields.get(name)
            if isinstance(field, forms.ChoiceField):
                field.choices = choices
        for name, field in self.fields.items():
            if not isinstance(field, forms.ChoiceField):
                field.help_text = hint_of(settings[name][1])

    def given(self) -> dict[str, Any]:
        """The values that were given, without those left empty."""
        return {n: v for n, v in self.cleaned_data.items() if v not in (None, "")}

    def named(self, title: str) -> str:
        """A title with the settings that were changed: ``Map, District Harlow``."""
        changed = [
            f"{self.fields[n].label} {self.data[n]}" for n in self.asked if self.data[n]
        ]
        return ", ".join([title, *changed])


class MapForm(SettingsForm):
    """What the map page can be asked."""

    offence_set = forms.ChoiceField(label="Offences", error_messages=CHOICE)
    until = forms.ChoiceField(label="Up to the end of", required=False, error_messages=CHOICE)
    district = forms.ChoiceField(label="District", required=False, error_messages=CHOICE)
    model = forms.ChoiceField(label="Method", error_messages=CHOICE)
    flag_area = forms.FloatField(
        label="Area to flag, km²", required=False, error_messages=NUMBER
    )
    flag_cells = forms.IntegerField(
        label="Or cells to flag", required=False, error_messages=WHOLE
    )
    cell_kind = forms.ChoiceField(label="Cells", error_messages=CHOICE)
    cell_size = forms.FloatField(
        label="Cell size, metres", required=False, error_messages=NUMBER
    )

    def __init__(self, query: QueryDict, held: Held) -> None:
        super().__init__(query, held, MapSettings)

    def settings(self) -> MapSettings:
        """The job's settings; only for a form that is valid."""
        return from_flat(MapSettings, self.given())


class PlanForm(SettingsForm):
    """What the plan page can be asked."""

    date = forms.DateField(
        label="Date",
        required=False,
        error_messages=DATE,
    )
    shift_start = forms.TimeField(label="Shift starts", error_messages=TIME)
    shift_end = forms.TimeField(label="Shift ends", error_messages=TIME)
    teams = forms.IntegerField(label="Teams", error_messages=WHOLE)
    stop_minutes = forms.IntegerField(label="Minutes at a stop", error_messages=WHOLE)
    active = forms.IntegerField(label="Spots drawn", required=False, error_messages=WHOLE)
    flag_cells = forms.IntegerField(
        label="Spots to draw from", required=False, error_messages=WHOLE
    )
    seed = forms.IntegerField(label="Seed of the draw", error_messages=WHOLE)
    offence_set = forms.ChoiceField(label="Offences", error_messages=CHOICE)
    district = forms.ChoiceField(label="District", required=False, error_messages=CHOICE)
    model = forms.ChoiceField(label="Method", error_messages=CHOICE)

    def __init__(self, query: QueryDict, held: Held) -> None:
        super().__init__(query, held, PlanSettings)
        self.fields["flag_cells"].help_text = ""

    def settings(self) -> PlanSettings:
        """The job's settings; only for a form that is valid."""
        given = self.given()
        if "date" in given:
            given["date"] = given["date"].isoformat()
        for name in ("shift_start", "shift_end"):
            given[name] = f"{given[name]:%H:%M}"
        return from_flat(PlanSettings, given)


def choices_of(held: Held) -> dict[str, Choices]:
    """What may be chosen for each setting that is a choice."""
    return {
        "offence_set": held.offence_sets,
        "until": [("", "All that is held"), *held.months],
        "district": [("", "The whole area"), *((name, name) for name in held.districts)],
        "model": held.models,
        "cell_kind": [("square", "Squares"), ("hexagon", "Hexagons")],
    }


def hint_of(text: str) -> str:
    """What a setting's own help says beyond its name: what happens when it is left empty."""
    hint = text.partition("; ")[2].replace("0: ", "empty: ")
    return hint[:1].upper() + hint[1:]


def field_text(default: Any) -> str:
    """A default as it stands in a field; zero is left empty, for it means "choose for me"."""
    return "" if default in (0, "") else str(default)
