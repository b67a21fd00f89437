"""One workbench on one machine: its folder, its key and its Django settings."""

import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from peelian.terms import LOCAL_ZONE, ParameterError, StoreError
from peelian.workflows.narratives.review import ReviewFile

HERE = Path(__file__).parent
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
KEY_FILE = "secret.key"


@dataclass(frozen=True)
class Site:
    """A store, and the folder in which the workbench over it keeps what is its own.

    ``folder`` holds the secret key, the results of long work and, unless ``database_url``
    names a server, the database. All of it but the database may be deleted at any time.
    ``teams_at`` is the address at which phones reach the teams' pages, or empty;
    ``narratives`` the file that is open for coding, if any.
    """

    store: Path
    folder: Path
    database_url: str | None = None
    teams_at: str = ""
    narratives: ReviewFile | None = None


def site_beside(
    store: Path,
    *,
    folder: Path | None = None,
    database_url: str | None = None,
    teams_at: str = "",
) -> Site:
    """The workbench of a store, by default in ``<store>-workbench``."""
    store = store.absolute()
    beside = store.with_name(f"{store.name}-workbench")
    return Site(store, folder or beside, database_url, origin_of(teams_at))


def origin_of(address: str) -> str:
    """An https address without its path; ParameterError for any other, empty for none."""
    parts = urlsplit(address)
    if address and (parts.scheme != "https" or not parts.hostname or parts.path.strip("/")):
        raise ParameterError(
            f"teams at {address!r}: give an https address without a path, such as "
            "https://patrol.example"
        )
    return f"https://{parts.netloc}" if address else ""


def private_folder(folder: Path) -> Path:
    """Make ``folder`` readable by its owner only; StoreError when that cannot be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(stat.S_IRWXU)
    except OSError as error:
        raise StoreError(
            f"{folder}: the workbench cannot keep its files there ({error.strerror}); "
            "choose a folder you can write to"
        ) from None
    return folder


def secret_key(folder: Path) -> str:
    """The key of this workbench: made once at random, kept with mode 600."""
    path = folder / KEY_FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
    path.chmod(0o600)
    key = path.read_text().strip()
    if len(key) < 50:
        raise StoreError(f"{path}: the key is cut short; delete the file and start again")
    return key


def django_settings(site: Site, databases: dict[str, Any]) -> dict[str, Any]:
    """Every Django setting of the workbench."""
    return {
        "DEBUG": False,
        "SECRET_KEY": secret_key(private_folder(site.folder)),
        "ALLOWED_HOSTS": [*LOOPBACK, *filter(None, [urlsplit(site.teams_at).hostname])],
        "ROOT_URLCONF": "peelian.web.urls",
        "INSTALLED_APPS": ["django.contrib.staticfiles", "peelian.records"],
        "DATABASES": {"default": databases},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "MIDDLEWARE": [
            "peelian.web.middleware.security_headers",
            "django.middleware.security.SecurityMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "peelian.web.middleware.teams_only",
            "peelian.web.middleware.same_site_work",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "peelian.web.middleware.PlatformErrors",
        ],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.jinja2.Jinja2",
                "DIRS": [HERE / "templates"],
                "OPTIONS": {"environment": "peelian.web.templating.environment"},
            }
        ],
        "STATIC_URL": "/static/",
        "STATICFILES_DIRS": static_folders(),
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_MAX_AGE": 3600,
        "WHITENOISE_ALLOW_ALL_ORIGINS": False,
        "LANGUAGE_CODE": "en-gb",
        "USE_I18N": False,
        "USE_TZ": True,
        "TIME_ZONE": LOCAL_ZONE,
        "APPEND_SLASH": False,
        "CSRF_COOKIE_NAME": "peelian_csrf",
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Strict",
        "CSRF_TRUSTED_ORIGINS": [site.teams_at] if site.teams_at else [],
        "CSRF_FAILURE_VIEW": "peelian.web.errors.csrf_failure",
        "X_FRAME_OPTIONS": "DENY",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 100_000,
        "LOGGING": {
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {
                "stderr": {"class": "logging.StreamHandler", "level": "WARNING"},
                "none": {"class": "logging.NullHandler"},  # with none at all, Python prints
            },
            "loggers": {
                "django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
                "django.security": {"handlers": ["none"], "propagate": False},
                "peelian": {"handlers": ["stderr"], "level": "WARNING"},
            },
        },
        "PEELIAN_STORE": str(site.store),
        "PEELIAN_FOLDER": str(site.folder),
        "PEELIAN_TEAMS_AT": site.teams_at,
        "PEELIAN_NARRATIVES": site.narratives,
    }


def static_folders() -> list[Any]:
    """Our own static files, and the map's from ``reports`` under ``map/``."""
    return [HERE / "static", ("map", HERE.parent / "reports" / "static")]
