"""Configuration files of the server (section 4) on the user's disk."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, TypeAlias

FilePath: TypeAlias = str | os.PathLike[str]
ConfigurationSource: TypeAlias = FilePath | bytes | BinaryIO


def read_configuration(source: ConfigurationSource) -> bytes:
    """Reads a configuration file that is given as a path, as bytes or as an open binary file.

    Raises:
        TypeError: It is none of these.
        ValueError: It is empty, which the server would refuse.
        OSError: It cannot be read.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        content = bytes(source)
    elif isinstance(source, str | os.PathLike):
        content = Path(source).read_bytes()
    else:
        content = _read_open_file(source)
    if not content:
        raise ValueError("The configuration file is empty; a file without channels still has its root element.")
    return content


def _read_open_file(source: object) -> bytes:
    read = getattr(source, "read", None)
    content: object = read() if callable(read) else None
    if not isinstance(content, bytes):
        raise TypeError(
            "configuration_file is a path, the content as bytes, or a file opened in binary mode, "
            f"not {type(source).__name__}."
        )
    return content


def write_configuration(content: bytes, path: FilePath) -> None:
    """Writes a file that appears under its name only when it is complete.

    Raises:
        OSError: It cannot be written; an older file of that name is untouched.
    """
    # A link is followed, as an ordinary write would, so that it is not replaced by a file.
    target = Path(os.path.realpath(path))
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise


def _umask() -> int:
    # There is no way to ask for the mask without setting it.
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
