"""One Django and one database for these tests; each has a store and results of its own."""

import pytest

from django_site import set_up_django
from web_store import make_sample, wait_for


@pytest.fixture(scope="session")
def django_ready():
    """Django set up once, as the server does it, over an embedded PostgreSQL."""
    set_up_django()


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory):
    """A small store, for reading only."""
    return make_sample(tmp_path_factory.mktemp("sample") / "store")


@pytest.fixture(scope="session")
def sample_results(tmp_path_factory):
    """Results of the small store, shared so that each is made once."""
    return tmp_path_factory.mktemp("sample-workbench")


@pytest.fixture
def client_of(django_ready):
    """A client for the workbench over a store; ``folder`` holds its results."""
    from django.test import Client, override_settings

    overrides = []

    def make(store, folder):
        override = override_settings(PEELIAN_STORE=str(store), PEELIAN_FOLDER=str(folder))
        override.enable()
        overrides.append(override)
        return Client(HTTP_HOST="127.0.0.1", raise_request_exception=False)

    yield make
    for override in overrides:
        override.disable()


@pytest.fixture
def client(client_of, sample_store, sample_results):
    """A client for the workbench over the small store."""
    return client_of(sample_store, sample_results)


@pytest.fixture
def get(client):
    """Get a page of the small store and wait for its result."""
    return lambda path: wait_for(client, path)
