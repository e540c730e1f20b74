"""Paths of the archive-access service."""

from __future__ import annotations

import operator
from typing import SupportsIndex

SERVICE_PATH = "/archive-access/api/1.0"


def archive_path(archive_key: SupportsIndex) -> str:
    """The path of one archive behind `SERVICE_PATH`."""
    return f"/archive/{whole('archive_key', archive_key)}"


def whole(name: str, value: SupportsIndex) -> int:
    """Reads an argument that is a whole number.

    Raises:
        TypeError: It is not.
    """
    try:
        if not isinstance(value, bool):
            return operator.index(value)
    except TypeError:
        pass
    raise TypeError(f"{name} is a whole number, not {value!r}.")
