"""Outside files: read, checked row by row, and translated into our words at the door."""

from peelian.sources.essex import (
    BASES_ARE_ASSUMED,
    essex_areas,
    essex_bases,
    essex_districts,
    essex_outlines_path,
    essex_street_path,
    essex_study_area,
)
from peelian.sources.extracts import read_extract
from peelian.sources.offence_tables import (
    find_offence_set,
    read_offence_classes,
    read_offence_sets,
    read_police_uk_categories,
    read_sinks,
)

__all__ = [
    "BASES_ARE_ASSUMED",
    "essex_areas",
    "essex_bases",
    "essex_districts",
    "essex_outlines_path",
    "essex_street_path",
    "essex_study_area",
    "find_offence_set",
    "read_extract",
    "read_offence_classes",
    "read_offence_sets",
    "read_police_uk_categories",
    "read_sinks",
]
