"""Compression, which servers leave to proxies, and what can go wrong with it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .connection_faults import JSON
from .fault_registry import Exchange, check_least, with_body
from .messages import Framing, SimulatorResponse

_BOMB_PIECE = 1 << 20
_TRAILER = 8


@dataclass(frozen=True, slots=True)
class Gzip:
    """Compression, as of a proxy in front of the server, for clients that accept it.

    Attributes:
        damage: What is wrong with the compressed data: it turns into zeros half-way (``data``), its checksum does not
            fit (``checksum``), its second half is missing (``end``), or nothing.
    """

    damage: Literal["data", "checksum", "end"] | None = None

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        response = exchange.proceed()
        accepted = (exchange.request.header("Accept-Encoding") or "").lower()
        if "gzip" not in accepted or exchange.request.method == "HEAD":
            return response
        body = self._damaged(gzip.compress(response.read(), mtime=0))
        return with_body(exchange, response, body, ("Content-Encoding", "gzip"))

    def _damaged(self, data: bytes) -> bytes:
        half = len(data) // 2
        match self.damage:
            case "data":
                return data[:half] + bytes(len(data) - half)
            case "checksum":
                return data[:-_TRAILER] + bytes(_TRAILER)
            case "end":
                return data[:half]
            case None:
                return data


@dataclass(frozen=True, slots=True)
class GzipBomb:
    """A small body that gets very large when it is uncompressed; an empty JSON array apart from that.

    Attributes:
        size: Bytes of white space in the uncompressed body.
        layers: How many times it is compressed.
    """

    size: int = 1 << 30
    layers: int = 1

    def __post_init__(self) -> None:
        check_least("size", self.size, 0)
        check_least("layers", self.layers, 1)

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        headers = [JSON, ("Content-Encoding", ", ".join(["gzip"] * self.layers))]
        body = self._pieces()
        for _ in range(self.layers):
            body = _compressed(body)
        return exchange.completed(SimulatorResponse(200, headers, body, Framing.CHUNKED))

    def _pieces(self) -> Iterator[bytes]:
        yield b"["
        for begin in range(0, self.size, _BOMB_PIECE):
            yield b" " * min(_BOMB_PIECE, self.size - begin)
        yield b"]"


def _compressed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    compressor = zlib.compressobj(wbits=31)
    for piece in pieces:
        # At once, so that nobody loses patience before the first byte.
        yield compressor.compress(piece) + compressor.flush(zlib.Z_SYNC_FLUSH)
    yield compressor.flush()
