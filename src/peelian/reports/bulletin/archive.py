"""A site as one file: the same bytes for the same pages."""

import io
import zipfile
from collections.abc import Mapping

from peelian.terms import DataError

SITE_RECORD = "record.json"
LARGEST = 50_000_000  # bytes of all its files
_WRITTEN = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say: the record has the time


def site_zip(files: Mapping[str, bytes]) -> bytes:
    """The files of a site in one archive, in the order of their paths."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path in sorted(files):
            info = zipfile.ZipInfo(path, _WRITTEN)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, files[path])
    return made.getvalue()


def site_files(data: bytes) -> dict[str, bytes]:
    """The files of an archive that `site_zip` made, by path.

    Raises
    ------
    DataError
        If it is no whole archive, or far larger than any site.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > LARGEST:
                raise DataError("the archive is larger than any bulletin; make it again")
            return {info.filename: archive.read(info) for info in archive.infolist()}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, ValueError) as error:
        raise DataError(f"not a whole archive ({error}); make it again") from None
