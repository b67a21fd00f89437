"""What may leave: disclosure control, and what could be recovered from all that has left."""

from peelian.sharing.crossed import EVERYWHERE, crossed_cells
from peelian.sharing.disclosure import BASE, EXACT, THRESHOLD, Protected, protect, round_count
from peelian.sharing.recovery import Recovered, known_range, recoverable

__all__ = [
    "BASE",
    "EVERYWHERE",
    "EXACT",
    "THRESHOLD",
    "Protected",
    "Recovered",
    "crossed_cells",
    "known_range",
    "protect",
    "recoverable",
    "round_count",
]
