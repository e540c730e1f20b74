"""The body of a reply with samples becomes columns while it arrives."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Protocol

import msgspec

from ._sample_blocks import BlockReader
from ._sample_columns import SampleColumns
from .errors import ArchiverError, InterruptedReplyError, InvalidReplyError
from .limits import LARGEST_SAMPLE

__all__ = ["BLOCK", "SampleDecoder", "SampleFormat"]

BLOCK = 256 * 1024
"""Bytes that are read at once: few enough to stay in the processor's cache, and nothing piles up for the garbage
collector."""

_SEPARATOR = b'},{"time":'
_WHITE_SPACE = b" \t\r\n"
_EXCERPT = 200
_BYTE = r" \(byte (\d+)\)$"


class _Limits(Protocol):
    @property
    def largest_sample(self) -> int: ...


@dataclass(frozen=True, slots=True)
class SampleFormat:
    """A JSON array of samples that becomes columns."""

    def decoder(self, about: str, limits: _Limits) -> SampleDecoder:
        """Makes a decoder for one reply."""
        return SampleDecoder(about, largest_sample=limits.largest_sample)


class SampleDecoder:
    """Reads a JSON array of samples while it arrives, and gives them as columns, block by block as they came.

    The body is cut between samples, where ``},{"time":`` stands, into blocks that are read one by one. These
    characters cannot be part of a text, because a quotation mark in a text is escaped. They can be within a sample if
    a server adds members that this version does not know; then the block turns out not to be JSON that is complete,
    and a longer one is tried. So cutting never changes what is read.
    """

    def __init__(self, about: str, *, largest_sample: int = LARGEST_SAMPLE, block: int = BLOCK) -> None:
        """Makes a decoder.

        Args:
            about: What begins the message of every error.
            largest_sample: Bytes that are kept while the end of a sample has not arrived.
            block: Bytes that are read at once, or a few more.
        """
        self._about = about
        self._largest = largest_sample
        self._reader = BlockReader()
        self._blocks: list[SampleColumns] = []
        self._samples = 0
        self._opened = False
        self._position = 0
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._wanted = self._least = min(block, largest_sample + 1)

    @property
    def samples(self) -> int:
        """How many samples have been read. The last up to 256 KiB of the body wait until more has arrived."""
        return self._samples

    def feed(self, chunk: bytes) -> None:
        """Takes the next bytes of the body.

        Raises:
            InvalidReplyError: The body is not what the specification says.
        """
        if not self._opened:
            chunk = self._open(chunk)
        self._pending.append(chunk)
        self._pending_bytes += len(chunk)
        if self._pending_bytes >= self._wanted:
            self._read_blocks()

    def finish(self) -> list[SampleColumns]:
        """Takes note that the body has ended.

        Returns:
            All samples in the order of the body, except those that `take` gave away.

        Raises:
            InterruptedReplyError: The body ended before the array did.
            InvalidReplyError: The body is not what the specification says.
        """
        rest = b"".join(self._pending)
        if not self._opened:
            raise self._interrupted()
        if not self._read(memoryview(rest), 0):
            raise self._interrupted()
        self._pending.clear()
        self._pending_bytes = 0
        return self._blocks

    def take(self) -> list[SampleColumns]:
        """Gives away the samples read so far, so that a stream needs no memory for them."""
        blocks, self._blocks = self._blocks, []
        return blocks

    def received(self) -> list[SampleColumns]:
        """All whole samples that have arrived, wherever the body has been cut, except those that `take` gave away.

        Of a part of up to 256 KiB that is not what the specification says, no sample is given.
        """
        rest = b"".join(self._pending)
        # The last sample may be whole even if the next has begun.
        ends = rest.rfind(b"}") + 1, rest.rfind(_SEPARATOR) + 1
        for body in (rest, *(rest[:end] + b"]" for end in ends)):
            try:
                return [*self._blocks, self._reader.read(b"[" + body)]
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
        return self._blocks

    def _open(self, chunk: bytes) -> bytes:
        """Looks for the bracket that opens the array, and gives what follows it."""
        body = chunk.lstrip(_WHITE_SPACE)
        self._position += len(chunk) - len(body)
        if not body:
            return body
        if not body.startswith(b"["):
            raise self._invalid("The body is not a JSON array", f"byte {self._position}", body)
        self._opened = True
        self._position += 1
        return body[1:]

    def _read_blocks(self) -> None:
        data = b"".join(self._pending)
        begin = 0
        try:
            while len(data) - begin >= self._wanted:
                begin = self._read_block(data, begin)
        finally:  # after an error, too, what has been read must not be read again
            self._position += begin
            self._pending = [data[begin:]]
            self._pending_bytes = len(data) - begin

    def _read_block(self, data: bytes, begin: int) -> int:
        """Reads one block, or else sees to it that more bytes are waited for.

        Returns:
            Where the next block begins.
        """
        end = data.find(_SEPARATOR, begin + self._wanted)
        tried = end - begin
        if end < 0:
            end = data.rfind(_SEPARATOR, begin)
            tried = len(data) - begin
        if end >= 0 and self._read(memoryview(data)[begin : end + 1], begin, closing=b"]"):
            self._wanted = self._least
            return end + 2
        if tried > self._largest:
            raise self._too_large(data[begin:])
        self._wanted = min(2 * tried, self._largest + 1)
        return begin

    def _read(self, part: memoryview, begin: int, *, closing: bytes = b"") -> bool:
        """Reads a part of the body as an array of samples; False if it ends within one.

        Args:
            part: Samples.
            begin: Where this is in the pending bytes.
            closing: The bracket that closes the array if the part does not have it.
        """
        block = b"".join((b"[", part, closing))  # one copy, not three
        try:
            columns = self._reader.read(block)
        except msgspec.ValidationError as error:
            raise self._invalid_sample(bytes(part), block, str(error)) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            if _ends_early(block, error):
                return False
            raise self._malformed(bytes(part), begin, str(error)) from error
        if len(columns):
            self._blocks.append(columns)
            self._samples += len(columns)
        return True

    def _invalid_sample(self, part: bytes, block: bytes, message: str) -> ArchiverError:
        """The error for JSON that is not what the specification says, from a message that ends with a path."""
        what, _, path = message.partition(" - at ")
        place, *members = re.findall(r"\w+", path)
        where = "/".join(["", str(self._samples + int(place)), *members])
        try:
            offending = bytes(msgspec.json.decode(block, type=list[msgspec.Raw])[int(place)])
        except (msgspec.DecodeError, RecursionError):  # behind the sample, there is no JSON either
            offending = part
        return self._invalid(what, where, offending)

    def _malformed(self, part: bytes, begin: int, message: str) -> ArchiverError:
        """The error for what is no JSON, from a message that may give the byte, counted with a bracket before."""
        place = max(_byte_in(message, default=1) - 1, 0)
        if "truncated" in message:
            message = "JSON is malformed: a text has half of a surrogate pair"
        where = f"byte {self._position + begin + place}"
        return self._invalid(re.sub(_BYTE, "", message), where, part[max(place - 20, 0) :])

    def _invalid(self, what: str, where: str, offending: bytes) -> ArchiverError:
        excerpt = offending[:_EXCERPT]
        return InvalidReplyError(
            f"{self._about}: the reply is not what the specification says. At {where}: {what}: {excerpt!r}",
            where,
            excerpt,
        )

    def _too_large(self, sample: bytes) -> ArchiverError:
        what = (
            f"A sample has more than {self._largest:,} bytes, or samples are not separated as the service does. "
            "If that is right, raise the client's largest_sample"
        )
        return self._invalid(what, f"/{self._samples}", sample)

    def _interrupted(self) -> ArchiverError:
        arrived = self._position + self._pending_bytes
        return InterruptedReplyError(f"{self._about}: the reply ended early, after {arrived:,} bytes.")


def _byte_in(message: str, default: int) -> int:
    found = re.search(_BYTE, message)
    return int(found[1]) if found else default


def _ends_early(block: bytes, error: Exception) -> bool:
    """Whether this is the beginning of a JSON text, but not a whole one."""
    message = str(error)
    if "truncated" not in message:
        # At the very end, only a number that is not whole can be what is wrong, or something behind the array.
        return _byte_in(message, default=0) == len(block) and "trailing" not in message
    # msgspec says the same of half a surrogate pair near the end of a text that is whole.
    try:
        json.loads(block)
    except (ValueError, RecursionError):
        return True
    return False
