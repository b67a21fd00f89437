"""Strands that officers carry out: patrols, arches, sweeps, searches, warrants, hubs."""

from peelian.operations.strand_fields import (
    COUNTED,
    HOURS,
    KNIFE_ARRESTS,
    MINUTES,
    OTHER_ARRESTS,
    PLACE,
    YES_NO,
    activity,
    amount,
    choice,
    outcome,
)
from peelian.terms import Proportion, Strand

PER_HOUR = 60.0  # minutes in what a find per hour is told for

PATROLS = Strand(
    "patrols",
    "Patrols at hot spots",
    "police",
    "visits",
    "the visits of one team to one place on one day",
    (
        PLACE,
        HOURS,
        choice(
            "mode",
            "How",
            choices=(("foot", "On foot"), ("vehicle", "By vehicle"), ("mixed", "Both")),
        ),
        activity("visits", "Visits to hot spots", required=True),
        MINUTES,
        KNIFE_ARRESTS,
        OTHER_ARRESTS,
        outcome("weapons", "Weapons found"),
    ),
    (Proportion("Weapons found", ("weapons",), "visits", 100, "per 100 visits", rate=True),),
    caution="Whether patrols cut violence is asked of the draw and the dosage, not of finds.",
)

ARCHES = Strand(
    "arches",
    "Knife arches and Open Gate",
    "police",
    "open_hours",
    "one place, one slot",
    (
        PLACE,
        HOURS,
        choice(
            "kit",
            "Kit",
            choices=(("arch", "Knife arch"), ("open-gate", "Open Gate"), ("wand", "Wands")),
        ),
        amount("open_hours", "Hours open", unit="hours", required=True, most=24),
        activity("passing", "People passing", help="Everyone who came by, screened or not."),
        COUNTED,
        activity("screened", "People screened", within="passing", required=True),
        activity("alarms", "People who set off an alarm", within="screened"),
        activity("searched", "People searched after an alarm", within="alarms"),
        outcome("weapons", "People found with a weapon", within="searched"),
        outcome("other_finds", "People found with something else", within="searched"),
        outcome(
            "turn_backs",
            "People who turned back",
            help="Who saw it and went another way: all there is to learn deterrence from.",
        ),
        activity("refusals", "People who would not be screened", within="passing"),
        KNIFE_ARRESTS,
        OTHER_ARRESTS,
        amount(
            "clear_minutes",
            "Minutes spent clearing alarms",
            unit="minutes",
            help="All alarms of the slot together.",
        ),
    ),
    (
        Proportion(
            "People found with a weapon", ("weapons",), "screened", 1000, "per 1,000 screened"
        ),
        Proportion("Alarms that were a weapon", ("weapons",), "alarms", 100, "% of alarms"),
        Proportion("Alarms", ("alarms",), "screened", 100, "% of those screened"),
        Proportion(
            "Turned back", ("turn_backs",), "passing", 1000, "per 1,000 passing", rate=True
        ),
    ),
    groups=("kit",),
    caution="No controlled evaluation of arches on violence is known: deterrence is unproven. "
    "Violence in the slot and after is read from recorded events, not entered here.",
)

SWEEPS = Strand(
    "sweeps",
    "Weapon sweeps",
    "police",
    "areas",
    "the areas swept by one team on one day, alike in whether they were swept before",
    (
        PLACE,
        choice("repeat", "Swept before", choices=YES_NO),
        activity("areas", "Areas swept", required=True),
        MINUTES,
        outcome("knives", "Knives found"),
        outcome("other_weapons", "Other weapons found"),
        outcome("other_finds", "Other finds", help="Drugs, stolen goods and the like."),
    ),
    (
        Proportion(
            "Knives and other weapons found",
            ("knives", "other_weapons"),
            "minutes",
            PER_HOUR,
            "per hour",
            rate=True,
        ),
    ),
    groups=("repeat",),
    caution="Finds per hour say where to sweep again. Weight says nothing and is not asked.",
)

NOT_SPLIT = ("not-split", "Not split (a total)")
STOP_SEARCH = Strand(
    "stop-search",
    "Stop and search",
    "police",
    "",  # a search needs its own reasonable grounds: no number of them is planned
    "searches on one day, alike in grounds, object, ethnicity and age",
    (
        PLACE,
        HOURS,
        choice(
            "grounds",
            "Grounds",
            choices=(
                ("intelligence", "Intelligence"),
                ("behaviour", "What was seen or heard"),
                ("report", "A report from the public"),
                ("section-60", "Section 60 authority"),
                NOT_SPLIT,
            ),
        ),
        choice(
            "object",
            "Object sought",
            choices=(
                ("weapon", "Weapon"),
                ("drugs", "Drugs"),
                ("stolen", "Stolen goods"),
                ("other", "Other"),
                NOT_SPLIT,
            ),
        ),
        choice(
            "ethnicity",
            "Ethnicity, as the person says",
            choices=(
                ("asian", "Asian"),
                ("black", "Black"),
                ("mixed", "Mixed"),
                ("white", "White"),
                ("other", "Other"),
                ("not-stated", "Not stated"),
            ),
        ),
        choice(
            "age",
            "Age",
            choices=(
                ("under-18", "Under 18"),
                ("18-24", "18 to 24"),
                ("25-34", "25 to 34"),
                ("35-over", "35 and over"),
                ("not-stated", "Not stated"),
            ),
        ),
        activity("encounters", "Searches", required=True),
        outcome("found", "Searches that found the object sought", within="encounters"),
        outcome("found_other", "Searches that found something else", within="encounters"),
        activity("arrests", "Ended in arrest", within="encounters"),
        activity("other_outcomes", "Ended in another outcome", within="encounters"),
        activity("no_action", "Ended in no further action", within="encounters"),
        KNIFE_ARRESTS,
        activity("recorded_on_video", "Recorded on body-worn video", within="encounters"),
        outcome("complaints", "Complaints", within="encounters"),
    ),
    (
        Proportion("Found the object sought", ("found",), "encounters", 100, "% of searches"),
        Proportion("On body-worn video", ("recorded_on_video",), "encounters", 100, "%"),
        Proportion("Complaints", ("complaints",), "encounters", 100, "% of searches"),
    ),
    groups=("object", "grounds"),
    parts=(("encounters", ("arrests", "other_outcomes", "no_action")),),
    caution="More searches are no better week: the find rate says how good the grounds were.",
)

WARRANTS = Strand(
    "warrants",
    "Warrants and habitual offenders",
    "police",
    "visits",
    "visits on one day",
    (
        activity("nominals", "People of the list who were looked for", required=True),
        activity("visits", "Visits", required=True),
        activity("warrants", "Warrants executed"),
        activity("disruptions", "Disruptions", help="Recall, order, seizure and the like."),
        KNIFE_ARRESTS,
        OTHER_ARRESTS,
        amount("custody_days", "Days in custody that followed", unit="days"),
        outcome("weapons", "Weapons found"),
        amount(
            "person_months",
            "Person-months at risk",
            unit="person-months",
            help="Months that the people of the list were at liberty afterwards, added up.",
        ),
        outcome(
            "offences", "Offences recorded in those months", help="Give the months first."
        ),
    ),
    (
        Proportion(
            "Offences of those on the list",
            ("offences",),
            "person_months",
            1,
            "per person-month at risk",
            rate=True,
        ),
    ),
    caution="People on a list offend less later whatever is done: compare with others like "
    "them who were not visited.",
)

HUBS = Strand(
    "hubs",
    "Transport hubs",
    "btp",
    "deployments",
    "one station or interchange, one deployment",
    (
        PLACE,
        HOURS,
        choice("hub", "Kind of hub", choices=(("rail", "Rail"), ("bus", "Bus"))),
        activity("deployments", "Deployments", required=True),
        MINUTES,
        activity("engaged", "People spoken to"),
        COUNTED,
        KNIFE_ARRESTS,
        OTHER_ARRESTS,
        outcome("weapons", "Weapons found"),
    ),
    (Proportion("Weapons found", ("weapons",), "minutes", PER_HOUR, "per hour", rate=True),),
)

__all__ = ["ARCHES", "HUBS", "PATROLS", "STOP_SEARCH", "SWEEPS", "WARRANTS"]
