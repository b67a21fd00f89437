"""The pages: parse, call one workflow, show."""

from collections.abc import Callable
from pathlib import Path

__all__ = ["serve"]


def serve(
    store_path: str | Path,
    *,
    port: int = 8000,
    database_url: str | None = None,
    host: str = "127.0.0.1",
    folder: str | Path | None = None,
    teams_at: str = "",
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
    ready : callable, optional
        Called once with the address, when pages can be opened.

    Raises
    ------
    ParameterError
        If the host is not a loopback address, the port is not 0 to 65535, or ``teams_at`` is
        not an https address.
    StoreError
        If the port is taken, the folder cannot be used or the database does not start.
    """
    from peelian.web.server import run
    from peelian.web.site import site_beside

    site = site_beside(
        Path(store_path),
        folder=Path(folder) if folder else None,
        database_url=database_url,
        teams_at=teams_at,
    )
    run(site, port, host, ready)
