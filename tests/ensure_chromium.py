"""Make sure a Chromium and fonts are there for the browser tests; print nothing if they are.

Looks for one on the machine, else installs Debian's when root, else Playwright's own.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def main() -> int:
    if any(shutil.which(name) for name in NAMES):
        return 0
    sys.stderr.write("Installing Chromium for the browser tests (once) ...\n")
    if os.geteuid() == 0 and shutil.which("apt-get"):
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "-qq", "update"], check=True, env=env)
        packages = ["chromium", "fonts-dejavu-core", "fonts-liberation"]
        command = ["apt-get", "-qq", "install", "--no-install-recommends", "-y", *packages]
        return subprocess.run(
            command, check=True, env=env, stdout=subprocess.DEVNULL
        ).returncode
    return subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"]
    ).returncode


if __name__ == "__main__":
    raise SystemExit(main())
