"""People's own hot spots: drawn, planned and scored."""
