"""What kind of offence, whether to learn from it, and where recording gathers events."""

from peelian.offences.definitions import (
    DefinitionChange,
    KnifeFinding,
    class_problem,
    definition_changes,
    definition_on,
    holds_on,
    knife_enabled,
)
from peelian.offences.harm import HarmIndex, rank_ranges, weigh_by_harm, winsorised
from peelian.offences.knife_words import TRIGGERS, KnifeWords
from peelian.offences.measures import (
    KNIFE,
    MEASURES,
    Measure,
    knife_flags,
    measures_of,
    misdated_classes,
)
from peelian.offences.narrative_model import (
    LinearModel,
    fit_linear,
    labels_between,
    linear_labels,
    review_band,
)
from peelian.offences.narrative_samples import PATTERNS, Narrative, sample_narratives
from peelian.offences.narratives import (
    Evidence,
    KnifeLabel,
    Verdict,
    classify_narrative,
    classify_narratives,
    evidence_words,
    label_of,
)
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
    "KNIFE",
    "MEASURES",
    "PATTERNS",
    "TRIGGERS",
    "DefinitionChange",
    "Evidence",
    "HarmIndex",
    "KnifeFinding",
    "KnifeLabel",
    "KnifeWords",
    "LeftOut",
    "LinearModel",
    "Measure",
    "Narrative",
    "PublicPlace",
    "Sink",
    "TrainingSet",
    "Verdict",
    "class_problem",
    "classify_narrative",
    "classify_narratives",
    "definition_changes",
    "definition_on",
    "evidence_words",
    "fit_linear",
    "holds_on",
    "knife_enabled",
    "knife_flags",
    "label_of",
    "labels_between",
    "linear_labels",
    "measures_of",
    "misdated_classes",
    "public_place",
    "rank_ranges",
    "repeated_points",
    "repeated_share",
    "review_band",
    "sample_narratives",
    "sink_kinds",
    "sink_mask",
    "training_set",
    "weigh_by_harm",
    "winsorised",
]
