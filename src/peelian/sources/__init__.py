"""Outside files: read, checked row by row, and translated into our words at the door."""

from peelian.sources.activity_files import (
    bundled_weeks,
    read_entries,
    read_operation_file,
    read_return_layout,
)
from peelian.sources.area_counts import parse_area_counts
from peelian.sources.box_files import Drawing, parse_drawings, ranked, read_drawings
from peelian.sources.contents import sha256_of
from peelian.sources.essex import (
    BASES_ARE_ASSUMED,
    essex_areas,
    essex_bases,
    essex_districts,
    essex_generators_path,
    essex_outlines_path,
    essex_residents,
    essex_street_path,
    essex_study_area,
)
from peelian.sources.event_files import (
    EventColumns,
    as_events,
    events_of_table,
    read_events,
    working_crs,
)
from peelian.sources.extracts import read_extracts
from peelian.sources.force_figures import (
    RECORDED_YEAR,
    force_residents,
    knife_offences,
    read_admissions,
    recorded_crime,
    recording_changes,
)
from peelian.sources.forecast_files import ForecastFile, read_forecast
from peelian.sources.frames import events_from_frame, read_filtered
from peelian.sources.generators import read_generators
from peelian.sources.gps import PingColumns, PingFile, read_pings
from peelian.sources.harm import bundled_indices, harm_index, read_harm_index
from peelian.sources.knife_flags import read_knife_flags, with_knife_flags
from peelian.sources.layers import read_areas, read_bases, read_study_area
from peelian.sources.mapping import FileMapping, bundled_mappings, parse_mapping, read_mapping
from peelian.sources.monthly import read_monthly_counts
from peelian.sources.narrative_files import NarrativeFile, coded_knife, read_narratives
from peelian.sources.networks import NetworkFile, read_network
from peelian.sources.offence_tables import (
    find_knife_definition,
    find_offence_set,
    read_class_validity,
    read_knife_definitions,
    read_knife_words,
    read_offence_classes,
    read_offence_sets,
    read_police_uk_categories,
    read_sinks,
)
from peelian.sources.polygons import read_polygons
from peelian.sources.publications import read_contacts, read_words
from peelian.sources.residents import read_residents
from peelian.sources.rosters import EVERY_SPOT, Duty, SpotRule, read_roster, read_spot_rules
from peelian.sources.routing import answer_json, read_answer, read_problem
from peelian.sources.sieve import TOLERANCE
from peelian.sources.sites import read_sites, stations_path
from peelian.sources.suggest import suggest_mapping
from peelian.sources.tables_in import X, Y
from peelian.sources.watched import Watched, read_watched

__all__ = [
    "BASES_ARE_ASSUMED",
    "EVERY_SPOT",
    "RECORDED_YEAR",
    "TOLERANCE",
    "Drawing",
    "Duty",
    "EventColumns",
    "FileMapping",
    "ForecastFile",
    "NarrativeFile",
    "NetworkFile",
    "PingColumns",
    "PingFile",
    "SpotRule",
    "Watched",
    "X",
    "Y",
    "answer_json",
    "as_events",
    "bundled_indices",
    "bundled_mappings",
    "bundled_weeks",
    "coded_knife",
    "essex_areas",
    "essex_bases",
    "essex_districts",
    "essex_generators_path",
    "essex_outlines_path",
    "essex_residents",
    "essex_street_path",
    "essex_study_area",
    "events_from_frame",
    "events_of_table",
    "find_knife_definition",
    "find_offence_set",
    "force_residents",
    "harm_index",
    "knife_offences",
    "parse_area_counts",
    "parse_drawings",
    "parse_mapping",
    "ranked",
    "read_admissions",
    "read_answer",
    "read_areas",
    "read_bases",
    "read_class_validity",
    "read_contacts",
    "read_drawings",
    "read_entries",
    "read_events",
    "read_extracts",
    "read_filtered",
    "read_forecast",
    "read_generators",
    "read_harm_index",
    "read_knife_definitions",
    "read_knife_flags",
    "read_knife_words",
    "read_mapping",
    "read_monthly_counts",
    "read_narratives",
    "read_network",
    "read_offence_classes",
    "read_offence_sets",
    "read_operation_file",
    "read_pings",
    "read_police_uk_categories",
    "read_polygons",
    "read_problem",
    "read_residents",
    "read_return_layout",
    "read_roster",
    "read_sinks",
    "read_sites",
    "read_spot_rules",
    "read_study_area",
    "read_watched",
    "read_words",
    "recorded_crime",
    "recording_changes",
    "sha256_of",
    "stations_path",
    "suggest_mapping",
    "with_knife_flags",
    "working_crs",
]
