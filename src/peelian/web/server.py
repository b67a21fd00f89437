"""Start the database, Django and the WSGI server, on this machine only."""

import ipaddress
import signal
import threading
from collections.abc import Callable

from peelian.terms import ParameterError, StoreError
from peelian.web.site import Site, django_settings, private_folder

THREADS = 8


def run(site: Site, port: int, host: str, ready: Callable[[str], None] | None) -> None:
    """Serve until interrupted; the arguments are those of ``peelian.web.serve``."""
    require_loopback(host)
    if not 0 <= port <= 65535:
        raise ParameterError(f"port {port}: give one from 1 to 65535, or 0 for a free one")
    stop_when_told()
    application = make_application(site)

    from waitress import create_server

    try:
        server = create_server(application, host=host, port=port, threads=THREADS, ident="")
    except OSError as error:
        raise StoreError(
            f"port {port} on {host} cannot be used ({error.strerror}); "
            "stop what uses it, or give another port"
        ) from None
    if ready:
        shown = f"[{host}]" if ":" in host else host
        ready(f"http://{shown}:{server.effective_port}/")
    try:
        server.run()
    finally:
        server.close()


def require_loopback(host: str) -> None:
    """Raise ParameterError unless only this machine can reach ``host``."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ParameterError(
            f"host {host}: the workbench has no accounts yet, so it listens on this machine "
            "only; use 127.0.0.1, and an SSH tunnel to reach it from another machine"
        )


def stop_when_told() -> None:
    """Take a request to end as a way out, so that the database is stopped on the way."""

    def leave(number: int, frame: object) -> None:
        raise SystemExit(0)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, leave)


def configure(site: Site) -> None:
    """Set Django up for ``site``, once a process, and bring its tables up to date."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    from peelian import records

    databases = records.database_settings(
        site.database_url, folder=private_folder(site.folder) / "database"
    )
    settings.configure(**django_settings(site, databases))
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def make_application(site: Site) -> Callable[..., object]:
    """The WSGI application of a workbench."""
    from django.core.wsgi import get_wsgi_application
    from django.db import connections

    configure(site)
    from peelian.web.ledger import cancel_left_over
    from peelian.web.results import sweep

    sweep(site.folder / "results")
    cancel_left_over()
    connections.close_all()
    return get_wsgi_application()
