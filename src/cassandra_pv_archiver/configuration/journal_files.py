"""Files of journals: their lines, and who may write them."""

from __future__ import annotations

import os
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import ClassVar, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

__all__ = ["CommandOutcome", "JournalEntry", "JournalFile", "read_entry"]

CommandOutcome: TypeAlias = Literal["done", "failed", "unknown", "not_tried"]
"""What became of a command: executed, certainly not executed, nobody knows, or not sent."""


class JournalEntry(BaseModel):
    """One line of a journal: which commands are about to be sent, or what has become of commands."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", strict=True)

    sent: tuple[int, ...] = ()
    """The numbers of commands that are about to be sent."""
    outcomes: tuple[tuple[int, CommandOutcome, str | None], ...] = ()
    """Numbers of commands, what became of them, and the message of the server if there is one."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.sent and not self.outcomes:
            raise ValueError("it says nothing")
        return self

    def to_line(self) -> bytes:
        """The line."""
        return self.model_dump_json(exclude_defaults=True).encode() + b"\n"


def read_entry(line: bytes, place: str, commands: int) -> JournalEntry:
    """Reads a line of a journal.

    Args:
        line: The line.
        place: What it is called in messages.
        commands: How many commands the plan has.

    Raises:
        ValueError: It is damaged.
    """
    try:
        entry = JournalEntry.model_validate_json(line)
    except ValidationError as error:
        raise _damaged(place) from error
    if any(not 0 <= number < commands for number in (*entry.sent, *(outcome[0] for outcome in entry.outcomes))):
        raise _damaged(place)
    return entry


def _damaged(place: str) -> ValueError:
    return ValueError(
        f"{place}: This line of the journal is damaged, so that nobody knows what has been done: make a new plan from "
        "the cluster as it is, which repeats nothing that was done."
    )


class JournalFile:
    """The file of a journal, which only one run at a time can write.

    Raises:
        BlockingIOError: Another run is writing it.
        OSError: It cannot be opened.
    """

    def __init__(self, path: Path, mode: Literal["rb", "r+b", "xb"]) -> None:
        self._path = path
        self._file = FileIO(path, mode)
        try:
            _lock(self._file, path, alone=mode != "rb")
        except BaseException:
            self._file.close()
            raise

    def read(self) -> bytes:
        """All of it."""
        return self._file.readall()

    def drop_from(self, size: int) -> None:
        """Drops what comes after so many bytes."""
        self._file.truncate(size)
        self._file.seek(0, os.SEEK_END)

    def append(self, content: bytes) -> None:
        """Adds to it, so that it is on the disk."""
        left = memoryview(content)
        while left:
            left = left[self._file.write(left) :]
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Lets others write it."""
        self._file.close()

    def sync_folder(self) -> None:
        """Lets a new file be there after a loss of power, too, where folders can be told to."""
        with suppress(OSError):
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def _lock(file: FileIO, path: Path, *, alone: bool) -> None:
    """Locks a file until it is closed; the lock goes with the process."""
    try:
        import fcntl
    except ImportError:  # pragma: no cover -- Windows
        return
    try:
        fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = "Another run is writing this journal: wait until it has ended"
        raise BlockingIOError(error.errno, message, os.fspath(path)) from None
    except OSError:  # pragma: no cover -- file systems that know no locks, on which a run should be possible as well
        return
