"""Values in; HTML, PDF, SVG, GeoJSON, GeoParquet or CSV out."""

from peelian.reports.bulletin import (
    SITE_RECORD,
    Bulletin,
    Change,
    District,
    Latest,
    PublicTable,
    Topic,
    render_bulletin,
    site_files,
    site_zip,
)
from peelian.reports.change import change_json, change_sentence, change_text
from peelian.reports.charts import bands_chart, interval_chart, monthly_chart
from peelian.reports.document import (
    Document,
    Section,
    document_json,
    render_document,
    without_empty_columns,
)
from peelian.reports.fairness import equity_sentences
from peelian.reports.figures import (
    SHARED,
    area_sentence,
    funnel_chart,
    funnel_sentence,
    trend_sentence,
)
from peelian.reports.frames import cells_frame
from peelian.reports.geo import (
    cells_geojson,
    cells_geoparquet,
    rows_geojson,
    segments_geojson,
    segments_geoparquet,
)
from peelian.reports.impact import (
    CANNOT,
    DETECTS_NOTHING,
    dispersion_words,
    effect_chart,
    effect_sentence,
    measure_words,
    number_words,
    power_sentences,
)
from peelian.reports.layers import (
    boxes_geojson,
    district_shapes,
)
from peelian.reports.map import DrawnBox, MapPanel, MapView, map_panel, render_map, with_boxes
from peelian.reports.measures import measure_notes
from peelian.reports.numbers import rounded, with_commas
from peelian.reports.pack import (
    PatrolPack,
    read_pack_provenance,
    render_pack,
    what_happens,
    what_to_look_for,
)
from peelian.reports.provenance import (
    SEAL,
    environment_hash,
    footer_line,
    parse_provenance,
    provenance_json,
)
from peelian.reports.records import read_provenance, sidecar, sidecar_json
from peelian.reports.scales import (
    Layer,
    density_layer,
    diverging_layer,
    named_layer,
    sequential_layer,
)
from peelian.reports.scorecards import calibration_chart, pai_chart
from peelian.reports.sentences import (
    backtest_sentence,
    backtest_summary,
    champion_sentence,
    judgement_summary,
    rank_sentence,
    rate_sentence,
)
from peelian.reports.tables import table_csv, table_json, table_text

__all__ = [
    "CANNOT",
    "DETECTS_NOTHING",
    "SEAL",
    "SHARED",
    "SITE_RECORD",
    "Bulletin",
    "Change",
    "District",
    "Document",
    "DrawnBox",
    "Latest",
    "Layer",
    "MapPanel",
    "MapView",
    "PatrolPack",
    "PublicTable",
    "Section",
    "Topic",
    "area_sentence",
    "backtest_sentence",
    "backtest_summary",
    "bands_chart",
    "boxes_geojson",
    "calibration_chart",
    "cells_frame",
    "cells_geojson",
    "cells_geoparquet",
    "champion_sentence",
    "change_json",
    "change_sentence",
    "change_text",
    "density_layer",
    "dispersion_words",
    "district_shapes",
    "diverging_layer",
    "document_json",
    "effect_chart",
    "effect_sentence",
    "environment_hash",
    "equity_sentences",
    "footer_line",
    "funnel_chart",
    "funnel_sentence",
    "interval_chart",
    "judgement_summary",
    "map_panel",
    "measure_notes",
    "measure_words",
    "monthly_chart",
    "named_layer",
    "number_words",
    "pai_chart",
    "parse_provenance",
    "power_sentences",
    "provenance_json",
    "rank_sentence",
    "rate_sentence",
    "read_pack_provenance",
    "read_provenance",
    "render_bulletin",
    "render_document",
    "render_map",
    "render_pack",
    "rounded",
    "rows_geojson",
    "segments_geojson",
    "segments_geoparquet",
    "sequential_layer",
    "sidecar",
    "sidecar_json",
    "site_files",
    "site_zip",
    "table_csv",
    "table_json",
    "table_text",
    "trend_sentence",
    "what_happens",
    "what_to_look_for",
    "with_boxes",
    "with_commas",
    "without_empty_columns",
]
