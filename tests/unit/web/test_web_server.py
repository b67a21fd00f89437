"""Where the workbench listens and keeps its own: this machine, this user."""

import stat
import subprocess
import sys

import pytest

from peelian import web
from peelian.terms import ParameterError, StoreError
from peelian.web.server import require_loopback
from peelian.web.site import KEY_FILE, private_folder, secret_key, site_beside


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "localhost", "::1"])
def test_loopback_is_accepted(host):
    require_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org", ""])  # noqa: S104
def test_any_other_host_is_refused_with_advice(tmp_path, host):
    with pytest.raises(ParameterError, match="no accounts yet"):
        web.serve(tmp_path / "store", host=host)
    assert list(tmp_path.iterdir()) == []


def test_a_port_out_of_range_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="port 70000"):
        web.serve(tmp_path / "store", port=70000)


def test_the_key_is_made_once_for_its_owner_alone(tmp_path):
    folder = private_folder(tmp_path / "store-workbench")
    key = secret_key(folder)
    assert secret_key(folder) == key
    assert secret_key(private_folder(tmp_path / "other")) != key
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_key_cut_short_is_refused(tmp_path):
    (tmp_path / KEY_FILE).write_text("short")
    with pytest.raises(StoreError, match="cut short"):
        secret_key(tmp_path)


def test_a_folder_that_cannot_be_made_is_an_error_with_advice(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="choose a folder"):
        private_folder(tmp_path / "file" / "workbench")


def test_the_workbench_stands_beside_its_store(tmp_path):
    site = site_beside(tmp_path / "store")
    assert site.folder == tmp_path / "store-workbench"


def test_importing_the_door_loads_nothing_heavy():
    code = "import sys, peelian.web; print({'django', 'waitress', 'numpy'} & set(sys.modules))"
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "set()"
