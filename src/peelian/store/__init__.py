"""Places in a lake: events, counts, plans, draws, provenance."""

from peelian.store.artefacts import Artefact
from peelian.store.store import Store, open_store

__all__ = ["Artefact", "Store", "open_store"]
