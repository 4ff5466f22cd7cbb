"""Read typed values from the environment, and the secrets kept under `var/`.

Everything a deployment may set is read here or in `settings.py`, and nowhere else.
"""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


class Env(environ.Env):  # type: ignore[misc]  # django-environ is untyped.
    """An environment in which an empty variable is an unset one, and a wrong one is explained."""

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        default = kwargs.get("default", args[1] if len(args) > 1 else self.NOTSET)
        if default is not self.NOTSET and not self.ENVIRON.get(var, ""):
            return default
        try:
            return super().get_value(var, *args, **kwargs)
        except ValueError as error:
            raise ImproperlyConfigured(f"{var} cannot be read: {error}.") from error


env = Env()
environ.Env.read_env(env.str("CANDID_ENV_FILE", default=str(BASE_DIR / ".env")))

VAR_DIR = Path(env.str("CANDID_VAR", default="") or str(BASE_DIR / "var")).resolve()


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
    # Written aside and linked into place: nobody ever reads half of it, and the first wins. Its
    # name is drawn, because containers that share the folder number their processes alike.
    unfinished = path.with_name(f"{name}.{secrets.token_hex(8)}")
    with open(unfinished, "x", opener=_private) as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())  # What it signs is in mails before the disk writes by itself.
    try:
        path.hardlink_to(unfinished)
    except FileExistsError:  # Another process was first: its secret is the one.
        return path.read_text().strip()
    finally:
        unfinished.unlink()
    return value


def database(url: str) -> dict[str, Any]:
    """Return Django's settings for a PostgreSQL address, or say what is wrong with it."""
    hint = "Write it like postgresql://user:password@host:5432/name"
    try:
        parts = urlsplit(url)
        _ = parts.port
        if parts.scheme not in ("postgresql", "postgres"):
            raise ImproperlyConfigured(f"DATABASE_URL does not name a PostgreSQL server. {hint}")
        config: dict[str, Any] = environ.Env.db_url_config(url)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"DATABASE_URL cannot be read. {hint}, with special characters of the password "
            f"percent-encoded."
        ) from error
    # A folder of sockets may be written as the host, percent-encoded, or as ?host=.
    options = config.setdefault("OPTIONS", {})
    config["HOST"] = options.pop("host", "") or unquote(config["HOST"])
    if not config["NAME"]:
        raise ImproperlyConfigured(f"DATABASE_URL does not name a database. {hint}")
    return config


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
