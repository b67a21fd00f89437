"""Fields that several strands share, and short ways to write a field."""

from functools import partial

from peelian.terms import PARTNERS, Field, FieldKind, Use

activity = Field
outcome = partial(Field, use=Use.OUTCOME)
context = partial(Field, use=Use.CONTEXT)
choice = partial(Field, kind=FieldKind.CHOICE, use=Use.CONTEXT)
amount = partial(Field, kind=FieldKind.AMOUNT)

YES_NO = (("yes", "Yes"), ("no", "No"))
PLACE = context(
    "place",
    "Place",
    FieldKind.PLACE,
    help="A district, town, street or site, such as Basildon bus station; never an address.",
)
HOURS = choice(
    "hours",
    "Time of day",
    choices=(
        ("06-10", "06:00 to 10:00"),
        ("10-15", "10:00 to 15:00"),
        ("15-18", "15:00 to 18:00"),
        ("18-22", "18:00 to 22:00"),
        ("22-06", "22:00 to 06:00"),
    ),
)
MINUTES = amount("minutes", "Minutes, all together", unit="minutes")
KNIFE_ARRESTS = activity(
    "knife_arrests",
    "Knife-related arrests",
    help="Each arrest once, under the strand that led to it.",
)
OTHER_ARRESTS = activity("other_arrests", "Other arrests")
COUNTED = choice(
    "counted",
    "How people were counted",
    choices=(("counted", "Counted"), ("estimated", "Estimated")),
    help="An estimate is printed with the word about.",
)
DELIVERER = choice("deliverer", "Who delivered it", choices=PARTNERS)
