"""Strands that partners carry out or share: shops, bins, diversion, schools, media."""

from peelian.operations.strand_fields import (
    COUNTED,
    DELIVERER,
    PLACE,
    activity,
    amount,
    choice,
    context,
    outcome,
)
from peelian.terms import FieldKind, Proportion, Strand

TEST_PURCHASES = Strand(
    "test-purchases",
    "Retailers' test purchases",
    "trading-standards",
    "premises",
    "a round of visits alike in how shops were chosen, the purchaser's age, product and shop",
    (
        PLACE,
        activity("premises", "Premises visited", required=True),
        choice(
            "chosen",
            "How they were chosen",
            choices=(
                ("random", "At random"),
                ("intelligence", "On intelligence"),
                ("not-stated", "Not stated"),
            ),
            required=True,
        ),
        choice(
            "purchaser_age",
            "Age of the purchaser",
            choices=(("under-16", "Under 16"), ("16", "16"), ("17", "17")),
        ),
        choice(
            "product",
            "Product",
            choices=(
                ("kitchen", "Kitchen knife"),
                ("craft", "Craft or utility knife"),
                ("folding", "Folding knife"),
                ("axe", "Axe or tool"),
                ("other", "Other blade"),
            ),
        ),
        choice(
            "shop",
            "Kind of shop",
            choices=(("chain", "Chain"), ("independent", "Independent")),
        ),
        activity("staff_trained", "Said their staff were trained", within="premises"),
        outcome("till_prompt", "Till prompted for age", within="premises"),
        outcome("id_asked", "Asked for ID", within="premises"),
        outcome("sold", "Sold", within="premises"),
        activity("sanctions", "Sanctions", within="sold"),
        context("retest_day", "Day of the retest", FieldKind.DAY),
        activity("retested", "Retested", within="sold"),
        outcome("sold_again", "Sold again on retest", within="retested"),
    ),
    (
        Proportion("Failed", ("sold",), "premises", 100, "% of premises"),
        Proportion("Asked for ID", ("id_asked",), "premises", 100, "% of premises"),
        Proportion("Till prompted", ("till_prompt",), "premises", 100, "% of premises"),
        Proportion("Failed again on retest", ("sold_again",), "retested", 100, "% of retests"),
    ),
    groups=("chosen", "shop"),
    caution="Only shops chosen at random stand for all shops.",
)

BINS = Strand(
    "bins",
    "Surrender bins",
    "police",
    "emptied",
    "one bin, emptied once",
    (
        PLACE,
        activity("emptied", "Bins emptied", required=True),
        activity("period_days", "Days since it was last emptied", unit="days"),
        outcome("items", "Items surrendered", required=True),
        outcome("zombie_style", "Zombie-style knives", within="items", help="Prohibited."),
        outcome("machetes", "Prohibited machetes", within="items"),
        outcome("swords", "Prohibited swords", within="items"),
        outcome("other_prohibited", "Other prohibited weapons", within="items"),
        outcome("kitchen", "Kitchen knives", within="items"),
        outcome("other_items", "Other items", within="items"),
        amount("kilograms", "Weight", unit="kg", secondary=True),
    ),
    (
        Proportion(
            "Prohibited by type of weapon",
            ("zombie_style", "machetes", "swords", "other_prohibited"),
            "items",
            100,
            "% of items",
        ),
    ),
    parts=(
        (
            "items",
            (
                "zombie_style",
                "machetes",
                "swords",
                "other_prohibited",
                "kitchen",
                "other_items",
            ),
        ),
    ),
    caution="Most of what is surrendered would never have been carried; weight least of all.",
)

_LATER = "Of all who were eligible, reached or not."
DIVERSION = Strand(
    "diversion",
    "Diversion visits",
    "youth-justice",
    "visits",
    "the visits of one day",
    (
        activity("visits", "Visits", required=True),
        activity("eligible", "Young people eligible", help="Leave empty when not known."),
        activity("offered", "Offered support", within="eligible"),
        activity("reached", "Reached", within="offered"),
        activity("consented", "Consented", within="reached"),
        activity("attended", "Attended", within="consented"),
        activity("needs", "Needs assessed", within="attended"),
        activity("plans", "Plans made", within="attended"),
        outcome("completed", "Plans completed", within="plans"),
        outcome(
            "any_6", "Reoffended within 6 months", within="eligible", help=_LATER, small=True
        ),
        outcome("violent_6", "Violently, within 6 months", within="any_6", small=True),
        outcome("knife_6", "With a knife, within 6 months", within="any_6", small=True),
        outcome(
            "any_12", "Reoffended within 12 months", within="eligible", help=_LATER, small=True
        ),
        outcome("violent_12", "Violently, within 12 months", within="any_12", small=True),
        outcome("knife_12", "With a knife, within 12 months", within="any_12", small=True),
        outcome(
            "days_to_reoffend",
            "Days to the first reoffence, added up",
            kind=FieldKind.AMOUNT,
            unit="days",
            small=True,
        ),
    ),
    (
        Proportion("Reached", ("reached",), "eligible", 100, "% of those eligible"),
        Proportion("Completed a plan", ("completed",), "eligible", 100, "% of those eligible"),
        Proportion(
            "Reoffended in 6 months", ("any_6",), "eligible", 100, "% of those eligible"
        ),
        Proportion(
            "Violently, in 6 months", ("violent_6",), "eligible", 100, "% of those eligible"
        ),
        Proportion(
            "With a knife, in 6 months", ("knife_6",), "eligible", 100, "% of those eligible"
        ),
        Proportion(
            "Reoffended in 12 months", ("any_12",), "eligible", 100, "% of those eligible"
        ),
        Proportion(
            "Violently, in 12 months", ("violent_12",), "eligible", 100, "% of those eligible"
        ),
        Proportion(
            "With a knife, in 12 months", ("knife_12",), "eligible", 100, "% of those eligible"
        ),
    ),
    caution="Reoffending is told of all who were eligible: those who attend differ from those "
    "who do not before anything is done.",
)

SCHOOLS = Strand(
    "schools",
    "Schools and colleges",
    "schools",
    "sessions",
    "the sessions of one day at one school for one year group",
    (
        context("place", "School", FieldKind.PLACE, required=True, help="Its name alone."),
        choice(
            "year",
            "Year group",
            choices=(
                ("primary", "Primary"),
                *((str(year), f"Year {year}") for year in range(7, 14)),
                ("college", "College"),
                ("several", "Several years together"),
            ),
            required=True,
        ),
        activity("sessions", "Sessions", required=True),
        activity("pupils", "Pupils", required=True),
        COUNTED,
        amount("minutes", "Minutes, all together", unit="minutes"),
        DELIVERER,
        choice(
            "content",
            "Content",
            choices=(
                ("awareness", "Knife awareness"),
                ("exploitation", "Exploitation"),
                ("bystander", "What bystanders can do"),
                ("first-aid", "First aid"),
                ("skills", "Social and emotional skills"),
            ),
        ),
        activity("target_pupils", "Pupils it was meant for", within="pupils", small=True),
        activity("surveyed", "Pupils asked before and after", within="pupils"),
        outcome("accept_less", "Accept carrying less than before", within="surveyed"),
        outcome(
            "fear_more",
            "More afraid than before",
            within="surveyed",
            help="A harm that such talks can do.",
        ),
        activity(
            "asked_later",
            "Asked again at 3 to 6 months",
            within="surveyed",
            help="The same pupils; add it later as a correction.",
        ),
        outcome("accept_less_later", "Still accept carrying less", within="asked_later"),
        outcome("exclusions", "Exclusions in the 3 to 6 months after", small=True),
        outcome("weapon_incidents", "Incidents with a weapon since", small=True),
        activity("referrals", "Safeguarding referrals", within="pupils", small=True),
    ),
    (
        Proportion(
            "Accept carrying less", ("accept_less",), "surveyed", 100, "% of those asked"
        ),
        Proportion("More afraid", ("fear_more",), "surveyed", 100, "% of asked"),
        Proportion(
            "Accept carrying less at 3 to 6 months",
            ("accept_less_later",),
            "asked_later",
            100,
            "% of those asked later",
        ),
    ),
    caution="There is no strong evidence that awareness talks reduce violence. Pupils of a "
    "class answer alike, so these intervals are the least the uncertainty can be.",
)

MEDIA = Strand(
    "media",
    "Media and community",
    "police",
    "items",
    "what went out on one day, or one survey",
    (
        activity("items", "Items published or meetings held", required=True),
        activity("reach", "People reached"),
        COUNTED,
        choice(
            "sample",
            "How people were asked",
            choices=(("random", "A random sample"), ("chose", "Whoever chose to answer")),
        ),
        activity("surveyed", "People who answered a survey"),
        outcome("feel_safe", "Feel safe where they live", within="surveyed"),
        outcome("confident", "Have confidence in the police", within="surveyed"),
    ),
    (
        Proportion("Feel safe", ("feel_safe",), "surveyed", 100, "% of those asked"),
        Proportion("Have confidence", ("confident",), "surveyed", 100, "% of those asked"),
    ),
    groups=("sample",),
    caution="Only a random sample tells how safe people feel; reach and likes do not.",
)
