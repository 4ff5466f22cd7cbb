"""Fixtures of the picture library."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from campaigns.composing.models import Picture
from tests.composing.pictures import photos
from tests.composing.pictures.bucket import Bucket, running

Bring = Callable[..., Picture]


@pytest.fixture
def bring(alice: Client, workspace) -> Bring:
    """Upload a file as the page does, and return its picture."""

    def upload(data: bytes = b"", name: str = "sunrise.png", **fields: object) -> Picture:
        file = SimpleUploadedFile(name, data or photos.photo(1400, 700))
        answer = alice.post("/pictures/upload/", {"file": file, **fields})
        assert answer.status_code == 201, answer.content
        return Picture.objects.get(pk=answer.json()["id"])

    return upload


@pytest.fixture
def kept(settings) -> Callable[[], list[str]]:
    """List the files that are there."""
    folder = Path(settings.STORAGES["pictures"]["OPTIONS"]["location"])
    return lambda: sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()
    )


@pytest.fixture
def bucket(settings) -> Iterator[Bucket]:
    """Keep pictures in a bucket behind the calls of S3."""
    with running() as bucket:
        options = {
            "bucket_name": "ours",
            "endpoint_url": bucket.address,
            "region_name": "eu-west-1",
            "access_key": "key",
            "secret_key": "secret",
            "location": "pictures",
            "addressing_style": "path",
            "file_overwrite": True,
            "querystring_auth": False,
            "object_parameters": {"CacheControl": "public, max-age=31536000, immutable"},
        }
        backend = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "pictures": backend}
        yield bucket
