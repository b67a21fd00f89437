"""Places in a lake: events, counts, plans, draws, provenance."""
