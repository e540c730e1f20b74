"""Where rows go: to stdout, or to a file that gets its name when it is complete."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TextIO, TypeAlias

from .failures import Failure, usage
from .reading_rows import Row

ENDINGS = {
    ".txt": "table",
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
}
FORMATS = tuple(dict.fromkeys(ENDINGS.values()))
BINARY = frozenset({"parquet", "arrow"})


class Writer(Protocol):
    """Writes rows in some format."""

    def write(self, rows: Sequence[Row]) -> None:
        """Writes some rows."""

    def finish(self) -> None:
        """Writes what belongs to the end."""


MakeWriter: TypeAlias = Callable[[Any], Writer]
"""Makes a writer on a text stream, or for the binary formats on the path of an empty file."""


def format_of(file: Path | None, given: str | None, *, as_json: bool) -> str:
    """The format that was asked for, by ``--format``, ``--json`` or the ending of the file's name.

    Raises:
        Failure: There is no such format, or nothing says which one.
    """
    if given is not None and given.lower() not in FORMATS:
        raise usage(f"There is no format {given!r}.", f"Give one of: {', '.join(FORMATS)}")
    if as_json and file is None:
        if given not in {None, "json", "jsonl"}:
            raise usage(f"--json and --format {given} contradict each other.", "Leave one of them out.")
        return given or "json"
    if given is not None:
        return given.lower()
    if file is None:
        return "table" if sys.stdout.isatty() else "csv"
    found = ENDINGS.get(file.suffix.lower())
    if found is None:
        endings = ", ".join(ENDINGS)
        raise usage(f"The name {file} does not say which format is wanted.", f"End it in {endings}, or give --format.")
    return found


def check_target(path: Path, *, force: bool) -> None:
    """Raises a failure if a file is not to be written."""
    if path.is_dir():
        raise usage(f"{path} is a folder.", "Give the name of a file with -o.")
    if path.is_file() and not force:
        raise usage(f"{path} exists.", "Give another name, or --force to overwrite it.")


def is_stream(path: Path) -> bool:
    """Whether a path names something that is there and no regular file, such as a named pipe or a device."""
    return path.exists() and not path.is_file()


class Stream:
    """Writes to stdout, or to a named pipe or device, of which nothing is ever removed or renamed.

    Binary formats go through a temporary file that is copied when it is complete.

    Args:
        form: The format.
        make_writer: Makes the writer.
        path: The named pipe or device; None for stdout.
    """

    def __init__(self, form: str, make_writer: MakeWriter, path: Path | None = None) -> None:
        self._name = "Stdout" if path is None else str(path)
        self._path = path
        self._spool: Path | None = None
        self._text: TextIO | None = None
        if form in BINARY:
            if path is None and sys.stdout.isatty():
                raise usage(f"{form.title()} is not for terminals.", f"Give -o FILE.{form}, or send it on with a pipe.")
            descriptor, name = tempfile.mkstemp(f".{form}", "cpva-")
            os.close(descriptor)
            self._spool = Path(name)
            self._writer = make_writer(self._spool)
            return
        with _telling(self._name):
            self._text = sys.stdout if path is None else path.open("w", encoding="utf-8", newline="")
        self._writer = make_writer(self._text)

    def write(self, rows: Sequence[Row]) -> None:
        """Writes some rows.

        Raises:
            Failure: There is no space, for example.
        """
        with _telling(self._name):
            self._writer.write(rows)

    def complete(self) -> None:
        """Writes the end."""
        with _telling(self._name):
            self._writer.finish()
            if self._spool is not None:
                self._copy(self._spool)
            if self._text is not None:
                self._text.flush()
        self.remove()

    def abandon(self) -> str:
        """Leaves out what belongs to the end, so that nobody takes JSON for complete; says where rows were kept."""
        with _telling(self._name):
            if self._text is not None:
                self._text.flush()
        self.remove()
        return "" if self._text is None else "were written"

    def remove(self) -> None:
        """Leaves nothing behind but what has been written."""
        if self._spool is not None:
            with suppress(OSError, ValueError):  # the latter if it is closed already
                self._writer.finish()
            self._spool.unlink(missing_ok=True)
        if self._text is not None and self._path is not None:
            with suppress(OSError):
                self._text.close()

    def _copy(self, spool: Path) -> None:
        with spool.open("rb") as source:
            if self._path is None:
                shutil.copyfileobj(source, sys.stdout.buffer)
                sys.stdout.buffer.flush()
                return
            with self._path.open("wb") as sink:
                shutil.copyfileobj(source, sink)


class File:
    """Writes to a file beside the wanted one, which takes its name when it is complete.

    Raises:
        Failure: The file exists and is not to be overwritten, or cannot be written.
    """

    def __init__(self, path: Path, form: str, make_writer: MakeWriter, *, force: bool) -> None:
        check_target(path, force=force)
        self._path = path
        self._force = force
        self._target = path.resolve()
        self._written = self._target.with_name(f"{self._target.name}.{os.getpid()}.partial")
        self._stream: TextIO | None = None
        self._is_broken = False
        try:
            with self._written.open("x"):  # no other file is ever written to, or removed
                pass
        except OSError as error:
            raise usage(f"{path} cannot be written: {error.strerror}.", "Give another file with -o.") from error
        try:
            if form not in BINARY:
                self._stream = self._written.open("w", encoding="utf-8", newline="")
            self._writer = make_writer(self._written if self._stream is None else self._stream)
        except BaseException:
            if self._stream is not None:
                self._stream.close()
            self._written.unlink()
            raise

    def write(self, rows: Sequence[Row]) -> None:
        """Writes some rows.

        Raises:
            Failure: The disk is full, for example; nothing is kept then.
        """
        with self._telling():
            self._writer.write(rows)

    def complete(self) -> None:
        """Writes the end, and gives the file its name.

        Raises:
            Failure: As `write`, or there is a file of this name by now.
        """
        with self._telling():
            self._finish()
        check_target(self._path, force=self._force)
        self._written.replace(self._target)

    def abandon(self) -> str:
        """Keeps what is there under a name that says that it is not all; says where rows were kept."""
        try:
            with self._telling():
                self._finish()
        except Failure:
            self.remove()
            return ""
        kept = self._target.with_name(f"{self._target.stem}.partial{self._target.suffix}")
        self._written.replace(kept)
        return f"are in {os.path.relpath(kept)}"

    def remove(self) -> None:
        """Leaves nothing behind."""
        with suppress(OSError, ValueError):
            self._finish()
        self._written.unlink(missing_ok=True)

    @contextmanager
    def _telling(self) -> Generator[None]:
        if self._is_broken:
            raise Failure("Nothing can be written any more.")
        try:
            with _telling(str(self._path), " Nothing was kept."):
                yield
        except Failure:
            self._is_broken = True
            raise

    def _finish(self) -> None:
        try:
            self._writer.finish()
        finally:
            if self._stream is not None:
                self._stream.close()


@contextmanager
def _telling(what: str, kept: str = "") -> Generator[None]:
    """Turns errors of writing into failures, but for readers that have gone."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Failure(
            f"{what} cannot be written: {error.strerror}.{kept}", "Make space, or give a file elsewhere with -o."
        ) from error
