"""Where Django finds its database."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from peelian.records.embedded import ACCOUNT, start_server
from peelian.terms import ParameterError

ENGINE = "django.db.backends.postgresql"


def database_settings(url: str | None = None, *, folder: Path | str) -> dict[str, Any]:
    """Django's settings of one database: a server by its URL, else our own in a folder.

    Parameters
    ----------
    url : str, optional
        ``postgresql://account:password@host:port/name?sslmode=require``; when not given, the
        environment's ``PEELIAN_DATABASE``. With neither, the embedded server of ``folder`` is
        started and stopped with this process.
    folder : path
        Of the embedded server.

    Returns
    -------
    settings : dict
        One entry of Django's ``DATABASES``.

    Raises
    ------
    ParameterError
        If the URL is not one of a PostgreSQL database.
    StoreError
        If the embedded server cannot be started.
    """
    url = url or os.environ.get("PEELIAN_DATABASE")
    if url:
        return {"ENGINE": ENGINE, **_parse_url(url)}
    address = start_server(Path(folder))
    return {
        "ENGINE": ENGINE,
        "NAME": ACCOUNT,
        "USER": ACCOUNT,
        "PASSWORD": address.password,
        "HOST": address.host,
        "PORT": str(address.port),
    }


def _parse_url(url: str) -> dict[str, Any]:
    """Django's settings from a URL; its password appears in no message."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ParameterError(f"the database's URL cannot be read: {error}") from None
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in ("postgresql", "postgres") or not name:
        raise ParameterError(
            f"database {parts.scheme}://{parts.hostname or ''}{parts.path}: give a PostgreSQL "
            "database, such as postgresql://account@host/name"
        )
    return {
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }
