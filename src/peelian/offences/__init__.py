"""What kind of offence, whether to learn from it, and where recording gathers events."""

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
    "LeftOut",
    "PublicPlace",
    "Sink",
    "TrainingSet",
    "public_place",
    "repeated_points",
    "repeated_share",
    "sink_kinds",
    "sink_mask",
    "training_set",
]
