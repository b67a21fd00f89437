"""People, accounts and jobs in PostgreSQL.

A Django app: ``models`` and ``jobs`` are imported once Django is set up.
"""

from peelian.records.embedded import remove_server, stop_server
from peelian.records.settings import database_settings

__all__ = ["database_settings", "remove_server", "stop_server"]
