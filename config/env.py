"""Read typed values from the environment, and the secrets kept under `var/`.

Everything a deployment may set is read here or in `settings.py`, and nowhere else.
"""

import os
import secrets
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

VAR_DIR = Path(env.str("CANDID_VAR", default=str(BASE_DIR / "var"))).resolve()


def kept_secret(name: str) -> str:
    """Return the secret `name`, made on first use and kept in a file only we can read.

    The file makes the embedded start work with no set-up; production passes its own
    by environment variable.
    """
    path = VAR_DIR / "secrets" / name
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    value = secrets.token_urlsafe(48)
    try:
        with open(path, "x", opener=_private) as file:
            file.write(value)
    except FileExistsError:  # Another process was first: its secret is the one.
        return path.read_text().strip()
    return value


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
