"""The pages: parse, call one workflow, show."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from peelian.workflows.settings import ReviewSettings

__all__ = ["serve"]


def serve(
    store_path: str | Path,
    *,
    port: int = 8000,
    database_url: str | None = None,
    host: str = "127.0.0.1",
    folder: str | Path | None = None,
    teams_at: str = "",
    narratives: "ReviewSettings | None" = None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Run the workbench over one store until it is stopped.

    Parameters
    ----------
    store_path : path
        Folder of the store; it may not exist yet, and the pages then say what to do.
    port : int
        To listen on; 0 takes a free one.
    database_url : str, optional
        A PostgreSQL server; by default one is started in the workbench's folder.
    host : str
        A loopback address. There are no accounts yet, so no other is accepted.
    folder : path, optional
        Where the workbench keeps its key, results and database; by default beside the store,
        ``<store>-workbench``.
    teams_at : str, optional
        Address at which phones reach the teams' pages, such as ``https://patrol.example``:
        that of a proxy on this machine, which is answered for those pages alone.
    narratives : ReviewSettings, optional
        A file of narratives to code on the page Narratives; it stays where it is. The store is
        made if it is not there: who is shown which narrative is written down in it.
    ready : callable, optional
        Called once with the address, when pages can be opened.

    Raises
    ------
    ParameterError
        If the host is not a loopback address, the port is not 0 to 65535, or ``teams_at`` is
        not an https address.
    DataError
        If the file of narratives cannot be read as such.
    StoreError
        If the port is taken, the folder cannot be used or the database does not start.
    """
    from peelian import workflows
    from peelian.web.server import run
    from peelian.web.site import site_beside
    from peelian.workflows.narratives.review import open_review

    site = site_beside(
        Path(store_path),
        folder=Path(folder) if folder else None,
        database_url=database_url,
        teams_at=teams_at,
    )
    if narratives is not None:
        site = replace(site, narratives=open_review(narratives))
        workflows.open_store(site.store, create=True)
    run(site, port, host, ready)
