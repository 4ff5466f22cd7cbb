"""Files of pictures are pictures to every browser, for a year, and nothing else ever."""

import pytest

from campaigns.composing.pictures import addresses
from tests.composing.pictures import photos

KEY = "0" * 32


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (photos.photo(100, 50), "image/png"),
        (photos.photo(100, 50, "JPEG"), "image/jpeg"),
        (photos.animation(2, 90, 40), "image/gif"),
    ],
)
def test_a_file_is_served_as_what_it_is(client, bring, data, content_type):
    picture = bring(data)
    client.logout()
    answer = client.get(addresses.inside(picture.files["plain"]))
    assert answer.status_code == 200
    assert answer["Content-Type"] == content_type
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert not answer.cookies
    assert b"".join(answer.streaming_content)


@pytest.mark.parametrize(
    "path",
    [
        f"{KEY}/a-1x1.png",
        f"{KEY}/../secrets-1x1.png",
        "../secrets/secret_key",
        f"{KEY}/a-1x1.html",
        f"{KEY}/a-1x1.svg",
        f"{KEY}/a-1x1.png.html",
        f"{KEY}/a-1x1.png\n",
        f"{KEY}/3x/a-1x1.png",
        f"/{KEY}/a-1x1.png",
        KEY,
        f"{KEY}/",
        "%2e%2e/%2e%2e/secrets",
    ],
)
def test_nothing_else_is_served(client, db, path, settings):
    (settings.MEDIA_ROOT / "pictures" / KEY).mkdir(parents=True)
    (settings.MEDIA_ROOT / "pictures" / KEY / "a-1x1.html").write_text("<script>")
    assert client.get(f"/media/pictures/{path}").status_code in {404, 400}
