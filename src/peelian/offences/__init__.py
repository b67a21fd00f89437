"""What kind of offence, whether to learn from it, and where recording gathers events."""

from peelian.offences.definitions import (
    DefinitionChange,
    KnifeFinding,
    class_problem,
    definition_changes,
    holds_on,
    knife_enabled,
)
from peelian.offences.harm import HarmIndex, rank_ranges, weigh_by_harm, winsorised
from peelian.offences.points import (
    Sink,
    repeated_points,
    repeated_share,
    sink_kinds,
    sink_mask,
)
from peelian.offences.sets import FOLLOWS_POLICE, LeftOut, TrainingSet, training_set
from peelian.offences.settings import PublicPlace, public_place

__all__ = [
    "FOLLOWS_POLICE",
    "DefinitionChange",
    "HarmIndex",
    "KnifeFinding",
    "LeftOut",
    "PublicPlace",
    "Sink",
    "TrainingSet",
    "class_problem",
    "definition_changes",
    "holds_on",
    "knife_enabled",
    "public_place",
    "rank_ranges",
    "repeated_points",
    "repeated_share",
    "sink_kinds",
    "sink_mask",
    "training_set",
    "weigh_by_harm",
    "winsorised",
]
