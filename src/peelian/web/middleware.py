"""What every answer passes through: security headers, errors as pages."""

import logging
from collections.abc import Callable
from typing import TypeAlias

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound

from peelian.terms import NotPermitted, PlatformError, StoreError
from peelian.web import errors
from peelian.web.site import LOOPBACK

Answer: TypeAlias = Callable[[HttpRequest], HttpResponse]

logger = logging.getLogger("peelian.web")

# Nothing from elsewhere, nothing inline, no evaluated code; the map's worker is a blob.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def security_headers(answer: Answer) -> Answer:
    """Put the headers that limit what a page may do on every response."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    return middleware


def same_site_work(answer: Answer) -> Answer:
    """Refuse what another site's page asks for behind the reader's back.

    A link followed from elsewhere is a navigation and is answered.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        foreign = request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
        followed = request.headers.get("Sec-Fetch-Mode") == "navigate"
        if foreign and not (followed and request.method in ("GET", "HEAD")):
            return errors.page(
                request,
                NotPermitted(
                    "Another website asked this workbench for data. Open the page yourself "
                    "to see it."
                ),
            )
        return answer(request)

    return middleware


def teams_only(answer: Answer) -> Answer:
    """Answer phones, which come by another name than this machine's, for their pages alone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        host = request.get_host()
        own = any(host == name or host.startswith(f"{name}:") for name in LOOPBACK)
        if not own and not request.path.startswith("/team/"):
            return HttpResponseNotFound("Not found", content_type="text/plain")
        return answer(request)

    return middleware


class PlatformErrors:
    """Show an error raised on purpose as a page, with its HTTP status and its own words."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn a PlatformError into its page; leave any other to Django's 500."""
        if isinstance(error, DatabaseError):
            logger.error("database: %s", type(error).__name__)
            error = StoreError("The database does not answer. Start the workbench again.")
        if not isinstance(error, PlatformError):
            return None
        if error.http_status >= 500:
            logger.warning("%s: %s", type(error).__name__, error)
        return errors.page(request, error)
