"""The settings of a page, read from its address: any view can be sent as a link."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict

from peelian.web.held import Held
from peelian.workflows import MapSettings, PlanSettings
from peelian.workflows.settings import flat_fields, from_flat

Choices = Iterable[tuple[str, str]]


class SettingsForm(forms.Form):
    """Fields whose values come from the address, with the job's own defaults for the rest."""

    use_required_attribute = False

    def __init__(self, query: QueryDict, held: Held, kind: type[Any]) -> None:
        values = {name: field_text(default) for name, _, default, _ in flat_fields(kind)}
        known = {n: str(query[n]).strip() for n in query if n in self.base_fields}
        super().__init__({**values, **known})
        self.held = held

    def offer(self, name: str, choices: Choices) -> None:
        """Give a field its choices."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - fields are ours
        field.choices = list(choices)


class MapForm(SettingsForm):
    """What the map page can be asked."""

    offence_set = forms.ChoiceField(label="Offences")
    until = forms.ChoiceField(label="Up to the end of", required=False)
    district = forms.ChoiceField(label="District", required=False)
    model = forms.ChoiceField(label="Method")
    flag_area = forms.FloatField(label="Area to flag, in km2", help_text="0 chooses for you")
    cell_size = forms.FloatField(
        label="Cell size, in metres", help_text="0 chooses from the data"
    )

    def __init__(self, query: QueryDict, held: Held) -> None:
        super().__init__(query, held, MapSettings)
        self.offer("offence_set", held.offence_sets)
        self.offer("until", [("", "All that is held"), *held.months])
        self.offer("district", [("", "The whole area"), *((d, d) for d in held.districts)])
        self.offer("model", held.models)

    def settings(self) -> MapSettings:
        """The job's settings; only for a form that is valid."""
        return from_flat(MapSettings, self.cleaned_data)


class PlanForm(SettingsForm):
    """What the plan page can be asked."""

    date = forms.DateField(
        label="Date",
        required=False,
        help_text="Leave empty for the day after the data end",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    shift_start = forms.TimeField(label="Shift starts", widget=forms.TimeInput)
    shift_end = forms.TimeField(
        label="Shift ends", help_text="May be after midnight", widget=forms.TimeInput
    )
    teams = forms.IntegerField(label="Teams")
    stop_minutes = forms.IntegerField(label="Minutes at a stop")
    active = forms.IntegerField(label="Spots drawn", help_text="0 is what the teams can visit")
    seed = forms.IntegerField(label="Seed of the draw")
    offence_set = forms.ChoiceField(label="Offences")
    district = forms.ChoiceField(label="District", required=False)
    model = forms.ChoiceField(label="Method")
    flag_area = forms.FloatField(
        label="Area of the hot spots, in km2", help_text="0 chooses for you"
    )

    def __init__(self, query: QueryDict, held: Held) -> None:
        super().__init__(query, held, PlanSettings)
        self.offer("offence_set", held.offence_sets)
        self.offer("district", [("", "The whole area"), *((d, d) for d in held.districts)])
        self.offer("model", held.models)

    def settings(self) -> PlanSettings:
        """The job's settings; only for a form that is valid."""
        given = self.cleaned_data
        written = {
            "date": given["date"].isoformat() if given["date"] else "",
            "shift_start": f"{given['shift_start']:%H:%M}",
            "shift_end": f"{given['shift_end']:%H:%M}",
        }
        return from_flat(PlanSettings, {**given, **written})


def field_text(value: Any) -> str:
    """A default as it stands in a field."""
    return f"{value:g}" if isinstance(value, float) else str(value)
