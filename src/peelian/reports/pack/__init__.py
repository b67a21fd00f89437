"""The printed patrol pack: one tagged A4 page a team."""

from peelian.reports.pack.render import PatrolPack, read_pack_provenance, render_pack
from peelian.reports.pack.words import LOOK_FOR, printable, what_happens, what_to_look_for

__all__ = [
    "LOOK_FOR",
    "PatrolPack",
    "printable",
    "read_pack_provenance",
    "render_pack",
    "what_happens",
    "what_to_look_for",
]
