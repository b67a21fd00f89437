"""Forms that people fill in: questions with their answers, and what is wrong with each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict

from peelian.operations import STRANDS
from peelian.terms import OPERATION_KINDS, PARTNERS, Field, FieldKind, Operation, Strand
from peelian.web.show import day_text

CHOOSE = (("", "Choose an answer"),)


@dataclass(frozen=True)
class Question:
    """One question of a form as a template shows it.

    ``kind`` is ``text``, ``number``, ``date``, ``choice`` or ``many``; an answer to ``many``
    is its values by commas.
    """

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    value: str = ""
    error: str = ""
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    optional: bool = False
    places: bool = False


def entry_questions(
    operation: Operation,
    strand: Strand,
    answers: Mapping[str, str],
    problems: Mapping[str, str],
    *,
    today: date,
) -> list[Question]:
    """The form of a strand: the day and who did it, then its own fields."""
    days = [
        (str(day), day_text(day))
        for n in range(operation.n_days)
        if (day := date.fromordinal(operation.first_day.toordinal() + n)) <= today
    ]
    lead = operation.leads.get(strand.name, strand.partner)
    return [
        Question(
            "day",
            "Day",
            "choice",
            value=answers.get("day", ""),
            error=problems.get("day", ""),
            choices=(*CHOOSE, *days),
        ),
        Question(
            "partner",
            "Who did it",
            "choice",
            value=answers.get("partner", lead),
            error=problems.get("partner", ""),
            choices=PARTNERS,
        ),
        *(_asked(strand, field, answers, problems) for field in strand.fields),
    ]


def operation_questions(
    answers: Mapping[str, str], problems: Mapping[str, str]
) -> list[Question]:
    """What is asked of a new operation, or of one to change."""
    strands = tuple((strand.name, strand.title) for strand in STRANDS.values())

    def question(name: str, label: str, kind: str = "text", **more: Any) -> Question:
        return Question(
            name,
            label,
            kind,
            value=answers.get(name, ""),
            error=problems.get(name, ""),
            **more,
        )

    return [
        question("name", "Name", hint="Such as Op Sceptre, May 2026."),
        question("kind", "Kind", "choice", choices=(*CHOOSE, *OPERATION_KINDS)),
        question("first_day", "First day", "date"),
        question("last_day", "Last day", "date"),
        question("area", "Area", hint="Such as Essex.", places=True),
        question("partners", "Partners taking part", "many", choices=PARTNERS),
        question("strands", "Strands", "many", choices=strands),
    ]


def target_questions(answers: Mapping[str, str]) -> list[Question]:
    """How much of each strand is planned, for those that may have a target."""
    return [
        Question(
            f"target-{strand.name}",
            strand.title,
            "number",
            hint=f"{strand.field(strand.target).label}, all days together.",
            value=answers.get(f"target-{strand.name}", ""),
            optional=True,
        )
        for strand in STRANDS.values()
        if strand.target
    ]


def lead_questions(answers: Mapping[str, str]) -> list[Question]:
    """Who is in charge of each strand."""
    return [
        Question(
            f"lead-{strand.name}",
            strand.title,
            "choice",
            value=answers.get(f"lead-{strand.name}", strand.partner),
            choices=PARTNERS,
        )
        for strand in STRANDS.values()
    ]


def operation_texts(sent: QueryDict) -> dict[str, str]:
    """What was sent of an operation, as the texts it is made from."""
    texts = {
        name: str(sent.get(name, ""))
        for name in ("name", "kind", "first_day", "last_day", "area")
    }
    texts |= {name: ",".join(map(str, sent.getlist(name))) for name in ("partners", "strands")}
    targets, leads = [], []
    for strand in STRANDS.values():
        target = str(sent.get(f"target-{strand.name}", "")).strip()
        lead = str(sent.get(f"lead-{strand.name}", strand.partner))
        if target:
            targets.append(f"{strand.name}={target}")
        if lead != strand.partner:
            leads.append(f"{strand.name}={lead}")
    return {**texts, "targets": ",".join(targets), "leads": ",".join(leads)}


def _asked(
    strand: Strand, field: Field, answers: Mapping[str, str], problems: Mapping[str, str]
) -> Question:
    """One field of a form as a question."""
    kinds = {FieldKind.CHOICE: "choice", FieldKind.DAY: "date", FieldKind.PLACE: "text"}
    of = f"Of “{strand.field(field.within).label}”." if field.within else ""
    return Question(
        field.name,
        field.label,
        kinds.get(field.kind, "number"),
        hint=" ".join(filter(None, (of, field.help))),
        value=answers.get(field.name, ""),
        error=problems.get(field.name, ""),
        unit=field.unit,
        choices=(*CHOOSE, *field.choices) if field.choices else (),
        optional=not field.required,
        places=field.kind is FieldKind.PLACE,
    )
