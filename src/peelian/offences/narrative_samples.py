"""Made-up British crime narratives with their labels, for tests and demonstration.

No real text and no names. They hold every phenomenon the rules are about in several wordings.
How well they are read says that the rules work, not how well a force's text would be read.
"""

from dataclasses import dataclass

import numpy as np

from peelian.offences.narratives import KnifeLabel
from peelian.terms import ParameterError

K, N, R = KnifeLabel.KNIFE, KnifeLabel.NOT, KnifeLabel.REVIEW


@dataclass(frozen=True)
class Narrative:
    """One made-up narrative: its true label, and the phenomenon it shows."""

    text: str
    label: KnifeLabel
    phenomenon: str


# {S} suspect, {V} victim, {K} a blade, {B} part of the body, {P} property, {L} place.
PATTERNS: dict[str, tuple[KnifeLabel, tuple[str, ...]]] = {
    "produced": (
        K,
        (
            "{S} approached {V} {L}, produced a {K} and demanded {P}",
            "{V} was walking home when {S} pulled out a {K} and said give me your {P}",
            "{S} brandished a {K} at {V} during an argument {L}",
            "{S} waved a {K} in {V} face",
            "{S} has come at {V} with a {K}, {V} ran into a shop",
            "{S} robbed {V} at knifepoint taking {P}",
        ),
    ),
    "used": (
        K,
        (
            "{S} stabbed {V} in the {B} with a {K}",
            "{V} was stabbed once to the {B} {L}",
            "{S} has slashed {V} across the {B} causing a 5cm wound",
            "{V} sustained a stab wound to the {B}. Conveyed to hospital by ambulance",
            "{S} cut {V} to the {B} using a {K}",
            "{S} lunged at {V} with a {K} catching their {B}",
        ),
    ),
    "threat with blade": (
        K,
        (
            "{S} threatened {V} with a {K} {L}",
            "{S} held a {K} to {V} throat and took {P}",
            "{S} was holding a {K} and shouting at {V} to get out",
        ),
    ),
    "tool used": (
        K,
        (
            "{S} stabbed {V} in the {B} with a screwdriver",
            "{S} threatened {V} with a pair of scissors",
            "{S} smashed a bottle and lunged at {V} with the broken bottle",
        ),
    ),
    "denied": (
        N,
        (
            "{S} demanded {P} from {V}. No knife seen",
            "{S} punched {V} to the {B}. No weapons were used",
            "{S} pushed {V} over {L}, {V} did not see a knife or any other weapon",
            "{V} asked if a knife was produced, confirmed no knife was shown. {S} took {P}",
        ),
    ),
    "threat without production": (
        R,
        (
            "{S} said he would stab {V} if the police were called",
            "{S} told {V} he was going to come back with a {K}",
            "{S} has threatened to stab {V} {L}",
        ),
    ),
    "threat from afar": (
        N,
        (
            "{V} received a text message from {S} stating he will stab them",
            "{S} messaged {V} on Snapchat threatening to stab them next week",
        ),
    ),
    "says only": (
        R,
        (
            "{S} stood close and said he had a {K}, {V} handed over {P}",
            "{S} put his hand in his jacket and claimed to have a {K}",
        ),
    ),
    "found on search": (
        N,
        (
            "Officers stopped {S} {L} and a search found a {K} in his waistband",
            "{S} was detained for shoplifting. A {K} was located in his bag on search",
            "Vehicle stopped {L}. {K} recovered from the glovebox",
        ),
    ),
    "goods": (
        N,
        (
            "{S} entered the store and stole a set of kitchen knives and {P}",
            "Unknown offender has stolen tools and a {K} from an insecure van {L}",
            "{S} selected a knife block and left without paying",
        ),
    ),
    "toy": (
        N,
        (
            "{S} produced a plastic {K} from a Halloween costume, all laughing",
            "{S} waved a toy {K} at {V} {L}",
        ),
    ),
    "another time": (
        N,
        (
            "{S} slapped {V}. {S} was previously convicted of stabbing a neighbour",
            "{V} and {S} argued {L}. {V} states she was stabbed by an ex partner years ago",
            "{S} kicked {V}. Warning marker for knives on {S}",
        ),
    ),
    "victim's own": (
        R,
        (
            "{V} picked up a {K} to defend himself and {S} ran off",
            "{V} grabbed a kitchen knife in self defence after {S} forced the door",
        ),
    ),
    "at its work": (
        N,
        (
            "{V} was chopping vegetables with a kitchen knife when {S} came in and hit out",
            "{V} was cooking with a {K} when {S} shouted abuse through the window",
        ),
    ),
    "cut by something else": (
        N,
        (
            "{V} fell during the scuffle and cut their {B} on broken glass",
            "{S} punched {V} causing a cut to the {B}",
            "{S} headbutted {V}, laceration to {B}",
        ),
    ),
    "tool as tool": (
        N,
        (
            "{S} used a screwdriver to force the window and took {P}",
            "{S} cut the padlock with bolt croppers and removed {P}",
            "Unknown offender slashed the tyres of a vehicle parked {L}",
            "{S} cut the fence and entered the compound",
        ),
    ),
    "turned on oneself": (
        N,
        (
            "Male has cut himself with a razor, ambulance called",
            "Concern for safety, female threatening suicide, kitchen knife to own wrists",
        ),
    ),
    "nothing sharp": (
        N,
        (
            "{S} punched {V} to the {B} {L} and made off",
            "{S} took {P} from {V} hand and cycled away",
            "{V} was pushed to the floor by {S} outside a pub",
            "{S} shouted abuse at {V} and spat",
            "Unknown offender has taken {P} from an unlocked car",
        ),
    ),
    "idiom": (
        N,
        (
            "{S} struck {V} between the shoulder blades",
            "{S} snapped the wiper blade on a car {L}",
            "{V} took a short cut and {S} grabbed {P}",
        ),
    ),
}
FILL = {
    "S": ("SUSP", "S", "suspect", "offender", "S1", "unknown male"),
    "V": ("VICT", "V", "victim", "IP", "the aggrieved", "V1"),
    "K": ("knife", "kitchen knife", "machete", "blade", "lock knife", "zombie knife",
          "Stanley knife", "large knife", "6 inch knife", "black handled knife"),
    "B": ("arm", "leg", "hand", "face", "back", "chest", "head", "thigh"),
    "P": ("mobile phone", "bike", "bag", "cash", "coat", "e-scooter", "gold chain"),
    "L": ("in the High Street", "near the station", "in the park", "on a bus", "at the flats",
          "outside the shop", "in an alley"),
}  # fmt: skip
AROUND = (
    "Enquiries ongoing", "CCTV requested", "V and S are known to each other",
    "Area search no trace", "S made off on foot", "No injuries reported", "Log refers",
    "Crime recorded at victim request", "S described as male, black tracksuit, hood up",
)  # fmt: skip


def sample_narratives(n: int, *, rng: np.random.Generator) -> tuple[Narrative, ...]:
    """Made-up narratives with labels.

    Parameters
    ----------
    n : int
        How many.
    rng : numpy.random.Generator

    Returns
    -------
    tuple of Narrative
        Phenomena in turn, so that any ``n`` of at least their number holds each; empty for 0.

    Raises
    ------
    ParameterError
        If ``n`` is negative.

    Notes
    -----
    Not for quoting how good a classifier is: shares of phenomena are not those of any force.
    """
    if n < 0:
        raise ParameterError(f"n = {n} narratives; give 0 or more")
    names = list(PATTERNS)
    return tuple(_one(names[at % len(names)], rng) for at in range(n))


def _one(phenomenon: str, rng: np.random.Generator) -> Narrative:
    label, patterns = PATTERNS[phenomenon]
    filled = patterns[rng.integers(len(patterns))].format(
        **{key: options[rng.integers(len(options))] for key, options in FILL.items()}
    )
    around = [AROUND[at] for at in rng.choice(len(AROUND), rng.integers(0, 3), replace=False)]
    said = [filled, *around]
    rng.shuffle(said)
    text = ". ".join(said)
    return Narrative(text.upper() if rng.random() < 0.5 else text, label, phenomenon)
