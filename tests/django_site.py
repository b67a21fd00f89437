"""One Django a test process, as the workbench sets it up, over an embedded PostgreSQL."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path


def set_up_django() -> None:
    """Set Django up unless another test has; its database goes when the process ends."""
    from django.conf import settings

    from peelian.records import remove_server
    from peelian.web.server import configure
    from peelian.web.site import private_folder, site_beside

    if settings.configured:
        return
    # Playwright keeps an event loop in the thread of the tests; nothing here is async.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    folder = Path(tempfile.mkdtemp(prefix="peelian-tests-"))
    site = site_beside(folder / "store")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(remove_server, private_folder(site.folder) / "database")
    configure(site)
