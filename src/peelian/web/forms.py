"""The settings of a page, read from its address: any view can be sent as a link."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from peelian import sources
from peelian.web.held import Held
from peelian.web.manual import title_of
from peelian.workflows import JOBS, PlanSettings, flat_fields, from_flat
from peelian.workflows.delivery.reported import KIND as REPORTS
from peelian.workflows.harm import why_not_harm
from peelian.workflows.options import on_pages

DATE = {"invalid": "Write the date as 2018-12-01"}
TIME = {"invalid": "Write the time as 14:00", "required": "Give a time, such as 14:00"}
NUMBER = {"invalid": "Give a number", "required": "Give a number"}
WHOLE = {"invalid": "Give a whole number", "required": "Give a whole number"}
CHOICE = {"invalid_choice": "%(value)s is not in the list: choose one that is"}
NUMBERS = {float: (forms.FloatField, NUMBER), int: (forms.IntegerField, WHOLE)}

EMPTY: Mapping[str, str] = MappingProxyType({})
Choices = Sequence[tuple[str, str]]

FORECAST, GROUP = "forecast", "hotspots "  # the first method of the map; the others' jobs
FILES_ONLY = ("segments",)  # read a file of streets, which no page may name
SHOWN = "shown"  # the method whose settings a form that was sent had shown
# Settings that every method has, in the order of the form: what, when, where.
FIRST = ("offence_set", "harm", "until", "district")
# What is seldom changed is folded away, at the end.
LAST = ("cell_kind", "cell_size", "period", "keep_sinks", "draws", "seed")
LABELS = {
    "offence_set": "Offences",
    "harm": "Counts or harm",
    "reference_set": "Offences compared with",
    "until": "Up to the end of",
    "model": "Model",
    "flag_area": "Area to flag, km²",
    "flag_cells": "Or cells to flag",
    "cell_kind": "Cells",
    "cell_size": "Cell size, metres",
}
WORDS = {"square": "Squares", "hexagon": "Hexagons", "areas": "Areas held"}
UNIT = re.compile(r" \[(\w+)\]")
UNITS = {"m": "metres", "km2": "km²"}
NO_YES = (("", "No"), ("yes", "Yes"))


class HarmForm(forms.Form):
    """A job's form that says beside the field where events cannot be weighed by harm."""

    use_required_attribute = False
    job = ""

    def clean(self) -> dict[str, Any]:
        """The values; an error of ``harm`` where the job or its model only counts."""
        given: dict[str, Any] = super().clean() or {}
        models = (str(given.get(name) or "") for name in ("model", "models"))
        reason = why_not_harm(self.job, ",".join(filter(None, models)))
        if given.get("harm") and reason:
            self.add_error("harm", f"{reason[:1].upper()}{reason[1:]}")
        return given


class SettingsForm(HarmForm):
    """Fields whose values come from the address, with the job's own defaults and hints."""

    def __init__(self, query: QueryDict, held: Held) -> None:
        kind = JOBS[self.job].settings
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


class JobForm(HarmForm):
    """A job's settings as fields, each with its default and the sentence that explains it.

    What is left empty is the default. ``asked`` holds the values that differ from it, and so
    does the address: see ``query``.
    """

    def __init__(
        self, query: QueryDict, held: Held, job: str, also: Mapping[str, str] = EMPTY
    ) -> None:
        self.job, kind = job, JOBS[job].settings
        self.defaults = {n: field_text(default) for n, _, default, _ in flat_fields(kind)}
        sent = {name: str(query[name]).strip() for name in query if name in self.defaults}
        given = {name: text for name, text in sent.items() if text}
        super().__init__({**self.defaults, **given, **also})
        self.fields = fields_of(kind, held)
        self.asked = {
            name: text
            for name, text in given.items()
            if name in self.fields and text != self.defaults[name]
        }

    @property
    def main(self) -> list[forms.BoundField]:
        """The fields that are always seen."""
        return [self[name] for name in self.fields if name not in LAST]

    @property
    def more(self) -> list[forms.BoundField]:
        """The fields that are folded away."""
        return [self[name] for name in self.fields if name in LAST]

    def settings(self) -> Any:
        """The job's settings; only for a form that is valid."""
        given = {n: v for n, v in self.cleaned_data.items() if v not in (None, "")}
        return from_flat(JOBS[self.job].settings, given)

    def query(self) -> str:
        """The shortest address that shows the same: only what differs from the defaults."""
        return urlencode(self.asked)

    def named(self, title: str) -> str:
        """A title with the settings that were changed: ``Gi*, District Harlow``."""
        changed = [
            f"{self.fields[name].label} {text}"
            for name, text in self.asked.items()
            if name in self.defaults
        ]
        return ", ".join([title, *changed])


class MapForm(JobForm):
    """A method, and what it can be asked; one that is not known counts as the first."""

    def __init__(self, query: QueryDict, held: Held) -> None:
        methods = dict(methods_of_map())
        asked = query.get("method") or FORECAST
        self.method = asked if asked in methods else FORECAST
        if query.get(SHOWN, self.method) != self.method:  # another method's settings
            query = QueryDict(
                urlencode({n: query[n] for n in query if n in (*FIRST, "method")})
            )
        super().__init__(query, held, job_of(self.method), {"method": asked})
        choice = forms.ChoiceField(
            label="Method", choices=list(methods.items()), error_messages=CHOICE
        )
        self.fields = {"method": choice, **self.fields}
        if asked != FORECAST:
            self.asked = {"method": asked, **self.asked}

    def settings(self) -> Any:
        """The settings of the method's job; only for a form that is valid."""
        del self.cleaned_data["method"]
        return super().settings()


ARCH_FIRST = ("date", "days", "slots", "teams", "most", "offence_set", "district")


class ArchForm(JobForm):
    """What the page of knife arches can be asked."""

    def __init__(self, query: QueryDict, held: Held) -> None:
        super().__init__(query, held, "arches")

    @property
    def main(self) -> list[forms.BoundField]:
        """When, how many, and which offences."""
        return [self[name] for name in ARCH_FIRST]

    @property
    def more(self) -> list[forms.BoundField]:
        """All else."""
        return [self[name] for name in self.fields if name not in ARCH_FIRST]


PLAN_RULES = ("min_gap", "weekly_minimum", "weekly_maximum", "district_minutes", "shifts")


class PlanForm(SettingsForm):
    """What the plan page can be asked."""

    job = "plan"
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
    shifts = forms.CharField(label="Or several shifts", required=False, max_length=100)
    min_gap = forms.IntegerField(
        label="Minutes between visits to a spot", error_messages=WHOLE
    )
    weekly_minimum = forms.IntegerField(
        label="Fewest visits a week", required=False, error_messages=WHOLE
    )
    weekly_maximum = forms.IntegerField(
        label="Most visits a week", required=False, error_messages=WHOLE
    )
    district_minutes = forms.IntegerField(
        label="Fewest minutes a district", required=False, error_messages=WHOLE
    )
    moves = forms.CharField(label="Stops moved", required=False, max_length=2000)
    offence_set = forms.ChoiceField(label="Offences", error_messages=CHOICE)
    harm = forms.ChoiceField(label=LABELS["harm"], required=False, error_messages=CHOICE)
    district = forms.ChoiceField(label="District", required=False, error_messages=CHOICE)
    model = forms.ChoiceField(label="Model", error_messages=CHOICE)

    def __init__(self, query: QueryDict, held: Held) -> None:
        super().__init__(query, held)
        self.fields["flag_cells"].help_text = ""
        for name in ("weekly_minimum", "weekly_maximum"):
            self.fields[name].help_text = "For each spot, in seven days; empty: none is set"
        self.fields["district_minutes"].help_text = "Where a spot is drawn; empty: none is set"
        self.fields["shifts"].help_text = "Planned together, such as 06:00-14:00,14:00-22:00"

    @property
    def main(self) -> list[forms.BoundField]:
        """The fields that are always seen."""
        return [self[name] for name in self.fields if name not in (*PLAN_RULES, "moves")]

    @property
    def more(self) -> list[forms.BoundField]:
        """The fields that are folded away."""
        return [self[name] for name in PLAN_RULES]

    @property
    def rules_given(self) -> bool:
        """Whether a field that is folded away was filled in, or is wrong."""
        return any(bound.html_name in self.asked or bound.errors for bound in self.more)

    def kept(self, held: Held) -> str:
        """What a plan with weekly limits is made from besides: the plans kept, the visits."""
        weekly = self.cleaned_data.get("weekly_minimum") or self.cleaned_data.get(
            "weekly_maximum"
        )
        if not weekly or held.store is None:
            return ""
        day = str(self.cleaned_data.get("date") or "9")  # this shift's own plan is not recent
        kept = [
            one.artefact
            for one in held.store.artefacts()
            if one.kind != "plan" or one.name < day
        ]
        reports = [entry.chain for entry in held.store.entries(REPORTS)[-1:]]
        return " ".join((*kept, *reports))

    def settings(self) -> PlanSettings:
        """The job's settings; only for a form that is valid."""
        given = self.given()
        if "date" in given:
            given["date"] = given["date"].isoformat()
        for name in ("shift_start", "shift_end"):
            given[name] = f"{given[name]:%H:%M}"
        return from_flat(PlanSettings, given)


def job_of(method: str) -> str:
    """The job behind a method of the map."""
    return "report map" if method == FORECAST else GROUP + method


def methods_of_map() -> Choices:
    """The methods that the map can show, with what each is called."""
    words = [name.removeprefix(GROUP) for name in JOBS if name.startswith(GROUP)]
    listed = [(word, title_of(word)) for word in words if word not in FILES_ONLY]
    return [(FORECAST, "Forecast"), *listed]


def fields_of(kind: type[Any], held: Held) -> dict[str, forms.Field]:
    """A field for each setting of ``kind`` that a page may offer: what, when, where first."""
    offered = on_pages(kind)
    lists = choices_of(held)
    found = {
        name: field_of(name, hint, text, offered[name], lists.get(name, ()))
        for name, hint, _, text in flat_fields(kind)
        if name in offered
    }
    names = [*FIRST, *(n for n in found if n not in (*FIRST, *LAST)), *LAST]
    return {name: found[name] for name in names if name in found}


def field_of(
    name: str, kind: type[Any], text: str, choices: Sequence[str], held: Choices
) -> forms.Field:
    """The field of one setting."""
    label = LABELS.get(name, name.replace("_", " ").capitalize())
    hint = hint_of(text) if name in LABELS else whole_hint_of(text)
    listed = NO_YES if kind is bool else [(v, words_of(v)) for v in choices] or held
    field: forms.Field
    if listed:
        field = forms.ChoiceField(choices=listed, error_messages=CHOICE)
        hint = "" if name in LABELS or held else hint
    elif kind in NUMBERS:
        make, messages = NUMBERS[kind]
        field = make(error_messages=messages)
    else:
        field = forms.CharField(max_length=200)
    field.label, field.help_text, field.required = label, hint, False
    return field


def choices_of(held: Held) -> dict[str, Choices]:
    """What may be chosen for the settings that depend on what is held."""
    return {
        "offence_set": held.offence_sets,
        "harm": [("", "Count events"), *map(harm_choice, sources.bundled_indices())],
        "reference_set": [("", "None"), *held.offence_sets],
        "until": [("", "All that is held"), *reversed(held.months)],
        "district": [("", "The whole area"), *((name, name) for name in held.districts)],
        "model": held.models,
    }


def harm_choice(index: tuple[str, str]) -> tuple[str, str]:
    """A bundled harm index as a choice: its name, and what weighing by it means."""
    name, force = index
    by = "Harm: Cambridge aggregates 2026"
    return (name, f"{by}, as offences mix in {force}" if force else by)


def words_of(value: str) -> str:
    """A choice as it is said."""
    return WORDS.get(value, value.replace("-", " ").capitalize())


def hint_of(text: str) -> str:
    """What a setting's own help says beyond its name: what happens when it is left empty."""
    hint = text.partition("; ")[2].replace("0: ", "empty: ")
    return hint[:1].upper() + hint[1:]


def whole_hint_of(text: str) -> str:
    """All that a setting's own help says, but what is about files: pages name none."""
    text = text.partition("; with EVENTS")[0]
    hint = UNIT.sub(lambda unit: f", in {UNITS.get(unit[1], unit[1])}", text)
    hint = hint.replace("0: ", "empty: ")
    return hint[:1].upper() + hint[1:]


def field_text(default: Any) -> str:
    """A default as it stands in a field; zero is left empty, for it means "choose for me"."""
    if default in (0, ""):
        return ""
    return f"{default:g}" if isinstance(default, float) else str(default)
