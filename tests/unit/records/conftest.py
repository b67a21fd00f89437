"""Records on the real embedded server; each test finds and leaves no jobs."""

from collections.abc import Iterator
from types import ModuleType

import pytest

from django_site import set_up_django


@pytest.fixture(scope="session")
def django_ready() -> None:
    """Django with its database and tables."""
    set_up_django()


@pytest.fixture
def jobs(django_ready: None) -> Iterator[ModuleType]:
    """The module of jobs, over an empty table."""
    from peelian.records import jobs

    jobs.Job.objects.all().delete()
    yield jobs
    jobs.Job.objects.all().delete()
