"""Take a picture of a mail with the Chromium of this machine.

A mail is a stranger's page here: it may hold whatever its author pasted. So it stands in a frame
in which nothing runs, under a policy by which nothing is fetched, in a browser that reaches no
network and of whose profile nothing is left.
"""

from __future__ import annotations

import contextlib
import html
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

WIDTH, HEIGHT = 640, 800
SECONDS = 30
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PAGE = (
    '<!doctype html><meta charset="utf-8">'
    '<meta http-equiv="Content-Security-Policy"'
    " content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">"
    "<style>html, body { margin: 0; overflow: hidden }"
    f" iframe {{ display: block; border: 0; width: {WIDTH}px; height: {HEIGHT}px }}</style>"
    '<iframe sandbox srcdoc="%s"></iframe>'
)
# Port 9 discards: whatever is asked for, of loopback too, ends there. A frame in a process of its
# own would at times be painted after the picture is taken; around it is nothing to keep from it.
_SWITCHES = (
    "--headless=new", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-extensions", "--disable-dev-shm-usage", "--force-device-scale-factor=0.5",
    "--proxy-server=http://127.0.0.1:9", "--proxy-bypass-list=<-loopback>",
    "--disable-features=IsolateSandboxedIframes", f"--window-size={WIDTH},{HEIGHT}",
)  # fmt: skip


class ShotError(Exception):
    """No picture came of it."""


def find() -> str:
    """Return the Chromium of this machine, by its path; empty: there is none, or none wanted."""
    if settings.CHROMIUM:
        return "" if settings.CHROMIUM == "none" else str(settings.CHROMIUM)
    return next((path for name in _NAMES if (path := shutil.which(name))), "")


def shoot(program: str, mail: str) -> bytes:
    """Return a PNG of the top of `mail`, half as large as on a screen. Raises `ShotError`."""
    with tempfile.TemporaryDirectory(
        prefix="candid-thumbnail-", ignore_cleanup_errors=True
    ) as name:
        folder = Path(name)
        (folder / "mail.html").write_text(_PAGE % html.escape(mail), encoding="utf-8")
        options: dict[str, Any] = {}
        switches = [*_SWITCHES, f"--user-data-dir={folder}/profile"]
        if os.geteuid() == 0:
            # Root has no sandbox of Chromium's; an account that may do nothing stands in for it.
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            options = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            switches.append("--no-sandbox")
        picture = folder / "mail.png"
        _run([program, *switches, f"--screenshot={picture}", f"file://{folder}/mail.html"],
             folder, options)  # fmt: skip
        try:
            return picture.read_bytes()
        except FileNotFoundError as error:
            raise ShotError("Chromium made no picture.") from error


def _run(command: list[str], folder: Path, options: dict[str, Any]) -> None:
    environment = {"HOME": str(folder), "TMPDIR": str(folder), "PATH": os.defpath}
    try:
        process = subprocess.Popen(  # noqa: S603  # The operator's program, and our switches.
            command,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **options,
        )
    except OSError as error:
        raise ShotError(f"Chromium cannot be started: {error}") from error
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired as error:
        raise ShotError(f"Chromium took longer than {SECONDS} seconds.") from error
    finally:
        # What it started goes with it, also when it is through: they are a session of their own,
        # and write into the folder.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
