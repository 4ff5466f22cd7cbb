"""Where files are kept, and how many: read from the environment for `settings.py`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.env import env


@dataclass(frozen=True)
class Pictures:
    """The limits of the picture libraries, and where readers get the files from."""

    most_bytes: int  # Of a file that is brought in.
    most_pixels: int
    quota: int  # Bytes of all files of a workspace.
    url: str  # Empty: the product serves them itself.


def picture_limits() -> Pictures:
    """Return what the deployment allows."""
    return Pictures(
        most_bytes=env.int("PICTURE_MEGABYTES", default=10) * 2**20,
        most_pixels=env.int("PICTURE_MEGAPIXELS", default=50) * 1_000_000,
        quota=env.int("PICTURES_MEGABYTES", default=2_000) * 2**20,
        url=env.str("PICTURES_URL", default="").rstrip("/"),
    )


def storages(media: Path) -> dict[str, Any]:
    """Return all storages by their names."""
    return {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "pictures": _pictures(media),
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }


def _pictures(media: Path) -> dict[str, Any]:
    """Return the storage of pictures: a folder, or a bucket once `S3_BUCKET` names one."""
    bucket = env.str("S3_BUCKET", default="")
    if not bucket:
        options: dict[str, Any] = {"location": media / "pictures"}
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    # Nothing here overwrites: each picture has a name of its own. Readers need no signature.
    options = {
        "bucket_name": bucket,
        "endpoint_url": env.str("S3_ENDPOINT", default="") or None,
        "region_name": env.str("S3_REGION", default="") or None,
        "access_key": env.str("S3_ACCESS_KEY", default="") or None,
        "secret_key": env.str("S3_SECRET_KEY", default="") or None,
        "location": env.str("S3_FOLDER", default="pictures"),
        "addressing_style": env.str("S3_ADDRESSING", default="auto"),
        "file_overwrite": True,
        "querystring_auth": False,
        "default_acl": None,
        "object_parameters": {"CacheControl": "public, max-age=31536000, immutable"},
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
