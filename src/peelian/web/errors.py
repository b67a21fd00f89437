"""Error pages: what is wrong, and the one thing to do next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from peelian.terms import (
    CoverageError,
    DataError,
    Denied,
    NotFound,
    ParameterError,
    PlatformError,
    SourceError,
    StoreError,
)

TITLES: tuple[tuple[type[PlatformError], str], ...] = (
    (CoverageError, "Not held"),
    (DataError, "There is a problem with the data"),
    (ParameterError, "There is a problem with a setting"),
    (NotFound, "Not found"),
    (Denied, "Not allowed"),
    (SourceError, "A provider did not answer"),
    (StoreError, "The store is not available"),
    (PlatformError, "Something went wrong"),
)


def title_of(error: PlatformError) -> str:
    """The heading of an error's page."""
    return next(title for kind, title in TITLES if isinstance(error, kind))


def page(request: HttpRequest, error: PlatformError) -> HttpResponse:
    """The page of an error raised on purpose, with its status."""
    return _show(request, error.http_status, title_of(error), str(error))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400: a request that no page of ours makes."""
    return _show(
        request,
        400,
        "This address cannot be answered",
        "The workbench answers on 127.0.0.1 and localhost only. Open it by the address that "
        "`peelian serve` printed.",
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403: a form that this workbench did not make, or made before it restarted."""
    return _show(
        request, 403, "This form has expired", "Go back, reload the page and send it again."
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    return _show(request, 403, "Not allowed", "You may not see this page.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404."""
    return _show(
        request,
        404,
        "Page not found",
        "If you typed the address, check it. If you followed a link from a saved view, start "
        "again from Home.",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500: a fault of ours; nothing of its inside is shown."""
    return _show(
        request,
        500,
        "Sorry, there is a problem with the workbench",
        "The data are as they were. Reload the page; if it happens again, report it with the "
        "lines that the terminal running `peelian serve` shows.",
    )


def _show(request: HttpRequest, status: int, title: str, message: str) -> HttpResponse:
    values = {"title": title, "message": message, "page": "", "status": status}
    return render(request, "error.html", values, status=status)
