"""Try the handbook's snippets on Debian's nginx, Caddy and Apache, without installing those.

`make test-web-servers` unpacks their packages under var/, which needs Debian and its mirror.
"""

from __future__ import annotations

import os
import subprocess
import sys

from config.env import BASE_DIR

PACKAGES = ("nginx", "caddy", "apache2-bin", "libapr1", "libaprutil1")
FOLDER = BASE_DIR / "var" / "web-servers"


def unpack() -> None:
    """Fetch and unpack what is not there yet."""
    if (FOLDER / "done").exists():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    subprocess.run(["apt-get", "download", *PACKAGES], cwd=FOLDER, check=True)
    for package in FOLDER.glob("*.deb"):
        subprocess.run(["dpkg", "-x", package, FOLDER / "root"], check=True)
    (FOLDER / "done").touch()


def main() -> int:
    """Run the tests with these servers, and return how they ended."""
    unpack()
    usr = FOLDER / "root" / "usr"
    [libraries] = usr.glob("lib/*-linux-gnu")
    path = os.pathsep.join([f"{usr}/sbin", f"{usr}/bin", os.environ["PATH"]])
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "0",
        "-q",
        "-rs",
        "tests/config/test_web_servers.py",
    ]
    return subprocess.run(
        command,
        cwd=BASE_DIR,
        env=os.environ | {"PATH": path, "LD_LIBRARY_PATH": str(libraries)},
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
