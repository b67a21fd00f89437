"""Places in a lake: events, counts, plans, draws, entries, provenance."""

from peelian.store.artefacts import Artefact
from peelian.store.filtering import filter_rows
from peelian.store.journal import Entry
from peelian.store.opening import open_store
from peelian.store.store import Store

__all__ = ["Artefact", "Entry", "Store", "filter_rows", "open_store"]
