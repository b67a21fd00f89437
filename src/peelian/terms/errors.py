"""Every error Peelian raises on purpose, with its exit code and HTTP status.

::

    PlatformError                                              exit 1    HTTP 500
    ├── DataError          the file or feed is wrong           exit 10   HTTP 422
    │   ├── SchemaError        a column is missing or mistyped
    │   ├── CoordinateError    unprojected, or outside the study area
    │   └── CoverageError      the period or area asked for is not held
    ├── ParameterError     a setting is out of range           exit 11   HTTP 400
    ├── NotFound           no such case, grid, release         exit 12   HTTP 404
    ├── Denied             the rules say no                    exit 13   HTTP 403
    │   ├── NotPermitted       this actor may not
    │   └── NotAllowedNow      the state, agreement or threshold forbids it
    ├── SourceError        a provider failed                   exit 14   HTTP 502
    └── StoreError         the database failed                 exit 15   HTTP 503

A message says what is wrong, shows the value and says what to do. It never holds a name, an
address or the free text of a case.
"""


class PlatformError(Exception):
    """Base of every error raised on purpose; its message is fit to show as it is."""

    exit_code = 1
    http_status = 500


class DataError(PlatformError):
    """The file or feed is wrong."""

    exit_code = 10
    http_status = 422


class SchemaError(DataError):
    """A column is missing or mistyped."""


class CoordinateError(DataError):
    """Coordinates are unprojected, or outside the study area."""


class CoverageError(DataError):
    """The period or area asked for is not held."""


class ParameterError(PlatformError, ValueError):
    """A setting is out of range."""

    exit_code = 11
    http_status = 400


class NotFound(PlatformError):
    """No such case, grid, batch or release."""

    exit_code = 12
    http_status = 404


class Denied(PlatformError):
    """The rules say no."""

    exit_code = 13
    http_status = 403


class NotPermitted(Denied):
    """The actor may not do it."""


class NotAllowedNow(Denied):
    """The state, the agreement or a threshold forbids it."""


class SourceError(PlatformError):
    """A provider failed."""

    exit_code = 14
    http_status = 502


class StoreError(PlatformError):
    """The store or the database failed."""

    exit_code = 15
    http_status = 503
