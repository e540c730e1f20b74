"""Compression of replies as by a proxy in front of the server (section 1.5)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from .messages import Framing, SimulatorRequest, SimulatorResponse

SMALLEST = 2048
"""Bodies whose length is known are compressed if they have more bytes."""
_COMPRESSIBLE = (
    "application/font-sfnt",
    "application/javascript",
    "application/json",
    "application/vnd.ms-fontobject",
    "application/xml",
    "image/svg+xml",
    "image/vnd.microsoft.icon",
    "text/css",
    "text/html",
    "text/javascript",
    "text/plain",
    "text/xml",
)
_FRAMING = {"content-length", "transfer-encoding"}


def compressed(request: SimulatorRequest, response: SimulatorResponse) -> SimulatorResponse:
    """The reply as gzip, if the client accepts that and it is worth it; else as it is."""
    length = response.header("Content-Length")
    if (
        request.method == "HEAD"
        or "gzip" not in (request.header("Accept-Encoding") or "")
        or not (response.header("Content-Type") or "").startswith(_COMPRESSIBLE)
        or response.header("Content-Encoding") is not None
        or (length is not None and int(length) <= SMALLEST)
    ):
        return response
    headers = [header for header in response.headers if header[0].lower() not in _FRAMING]
    added = [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"), ("Transfer-Encoding", "chunked")]
    return SimulatorResponse(response.status, headers + added, _deflated(response.pieces()), Framing.CHUNKED)


def _deflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    compressor = zlib.compressobj(wbits=31)
    for piece in pieces:
        yield compressor.compress(piece)
    yield compressor.flush()
