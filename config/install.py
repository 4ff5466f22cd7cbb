"""Make the virtual environment and fill it with the pinned requirements.

Runs on a bare Python, before anything is installed, and so uses the standard library alone.
What is installed already is known by a stamp: a second run takes no time.
"""

import argparse
import ctypes.util
import errno
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
VENV = BASE / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
LOG = BASE / "var" / "log" / "install.log"
LEAST_FREE_BYTES = 900 * 2**20
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")

# What pip says, and what it means for the person who reads it; the first that fits counts.
# That a package had to be built is read from pip's own lines: those of compilers, CMake and
# Cargo are countless.
REASONS = (
    (r"No space left on device", "The disk is full: make room and try again."),
    (
        r"(?:Collecting (?P<collected>[\w.-]+)(?:(?!Collecting )[\s\S])*?Preparing metadata"
        r"|(?:Running setup\.py \w+|Building wheel) for (?P<built>[\w.-]+))"
        r".*: finished with status 'error'",
        "{package} has no ready-made wheel for this machine, and building it failed: install a "
        "compiler (on Debian: apt install build-essential python3-dev, and cargo for Rust) and "
        "try again.",
    ),
    (
        r"Temporary failure in name resolution|Name or service not known"
        r"|Failed to establish a new connection|Network is unreachable",
        "The package index cannot be reached: is there a network?",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED",
        "The package index shows a certificate that is not trusted here: behind a proxy, set "
        "PIP_CERT to the file of your certificates.",
    ),
    (
        r"Could not find a version that satisfies the requirement (?P<wanted>\S+)",
        "The package index does not hold {package}.",
    ),
)


class InstallError(Exception):
    """Something is missing that we cannot get; the message says what."""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--dev", action="store_true", help="and what tests need")
    options = parser.parse_args()
    try:
        install(dev=options.dev)
    except InstallError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except OSError as error:
        full = error.errno == errno.ENOSPC
        print(
            "\nThe disk is full: make room and try again." if full else f"\n{error}",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def install(*, dev: bool) -> None:
    """Make sure that `.venv` holds what is pinned, and for tests that Chromium is there."""
    if sys.version_info < (3, 11):  # noqa: UP036  # Whoever runs us has any Python.
        found = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise InstallError(
            f"Candid needs Python 3.11 or newer, and python3 is {found}: make up PYTHON=python3.11"
        )
    # A checkout that runs tests keeps what they need, also through `make up`.
    wanted = "requirements-dev.txt" if dev or _has_dev() else "requirements.txt"
    if _stamp(wanted) not in _installed():
        _fill(wanted)
    if dev:
        _need_chromium()


def _stamp(file: str) -> str:
    """Return what identifies an installation: the pins, the Python, and the place."""
    digest = hashlib.sha256(f"{sys.version}\n{VENV}\n".encode())
    for name in ("requirements.txt", file):
        digest.update((BASE / name).read_bytes())
    return f"{file} {digest.hexdigest()}"


def _installed() -> list[str]:
    return STAMP.read_text().splitlines() if STAMP.exists() and PYTHON.exists() else []


def _has_dev() -> bool:
    return any(line.startswith("requirements-dev") for line in _installed())


def _fill(file: str) -> None:
    started = time.monotonic()
    free = shutil.disk_usage(BASE).free
    if free < LEAST_FREE_BYTES:
        raise InstallError(
            f"The disk of {BASE} is full: {free // 2**20} MB are free, and installing takes "
            f"{LEAST_FREE_BYTES // 2**20} MB."
        )
    _make_venv()
    print(f"installing {file} …", flush=True)
    STAMP.unlink(missing_ok=True)
    # Every package is pinned, so nothing is left to work out: --no-deps is several times faster.
    command = [str(PYTHON), "-m", "pip", "install", "--no-deps", "--no-input", "--prefer-binary"]
    command += ["--disable-pip-version-check", "--requirement", file]
    run = subprocess.run(
        command, cwd=BASE, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    said = run.stdout + run.stderr
    LOG.parent.mkdir(parents=True, exist_ok=True)
    LOG.write_text(said)
    if run.returncode:
        raise InstallError(f"{_reason(said)}\n(all that pip said is in {LOG})")
    done = dict.fromkeys([_stamp("requirements.txt"), _stamp(file)])
    STAMP.write_text("\n".join(done) + "\n")
    print(f"installed ({time.monotonic() - started:.0f} s)", flush=True)


def _make_venv() -> None:
    if PYTHON.exists() and _works():
        return
    # A moved checkout, another Python, or a set-up that was interrupted: made anew.
    shutil.rmtree(VENV, ignore_errors=True)
    run = _venv()
    if run.returncode and "ensurepip" in run.stdout + run.stderr:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        _apt(package, f"Python has no venv here: apt install {package} (as root), then try again.")
        shutil.rmtree(VENV, ignore_errors=True)
        run = _venv()
    if run.returncode:
        last = (run.stdout + run.stderr).strip().splitlines() or ["no reason given"]
        raise InstallError(f"The virtual environment cannot be made in {VENV}: {last[-1]}")


def _works() -> bool:
    """Say whether the environment is this Python's, at this place, and whole."""
    test = "import sys, pip; print(sys.prefix, sys.version)"
    run = subprocess.run([str(PYTHON), "-c", test], capture_output=True, text=True)
    config = VENV / "pyvenv.cfg"
    here = config.exists() and str(VENV) in config.read_text()
    return here and run.stdout.strip() == f"{VENV} {sys.version}"


def _venv() -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)


def _need_chromium() -> None:
    missing = [] if any(shutil.which(name) for name in CHROMIUM) else ["chromium"]
    # The Node.js in Playwright's wheel, which a Debian with no compiler would not start.
    missing += [] if ctypes.util.find_library("atomic") else ["libatomic1"]
    if missing:
        packages = " ".join(missing)
        _apt(packages, f"The browser tests need more: apt install {packages} (as root).")


def _apt(packages: str, otherwise: str) -> None:
    """Install Debian packages when we may, else say the one sentence."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise InstallError(otherwise)
    print(f"installing Debian's {packages} …", flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install_it = [apt, "install", "--yes", "--no-install-recommends", *packages.split()]
    for command in (install_it, [apt, "update"], install_it):
        run = subprocess.run(
            command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if run.returncode == 0 and command is install_it:
            return
    raise InstallError(f"{otherwise}\n(apt said: {(run.stderr.strip().splitlines() or [''])[-1]})")


def _reason(said: str) -> str:
    for pattern, sentence in REASONS:
        if found := re.search(pattern, said):
            package = next((name for name in found.groups() if name), "A package")
            return sentence.format(package=package)
    lines = [line for line in said.splitlines() if line.lower().startswith("error")]
    return next(iter(lines), "pip failed.")


if __name__ == "__main__":
    sys.exit(main())
