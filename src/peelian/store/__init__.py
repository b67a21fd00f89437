"""Places in a lake: events, counts, plans, draws, provenance."""

from peelian.store.artefacts import Artefact
from peelian.store.filtering import filter_rows
from peelian.store.store import Store, open_store

__all__ = ["Artefact", "Store", "filter_rows", "open_store"]
