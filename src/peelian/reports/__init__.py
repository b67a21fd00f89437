"""Values in; HTML, PDF, SVG, GeoJSON, GeoParquet or CSV out."""
