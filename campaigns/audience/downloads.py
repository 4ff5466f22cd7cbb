"""CSV files as answers to a browser."""

from collections.abc import Iterable

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header


def csv(chunks: Iterable[bytes], filename: str) -> StreamingHttpResponse:
    """Answer with a file that the browser saves, and that nobody keeps on the way."""
    return StreamingHttpResponse(
        chunks,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": content_disposition_header(True, filename) or "",
            "Cache-Control": "private, no-store",
        },
    )
