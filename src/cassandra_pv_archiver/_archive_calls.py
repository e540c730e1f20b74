"""The searches of the archive-access service (section 5), as calls and flows."""

from __future__ import annotations

from typing import Any

from ._archive_paths import SERVICE_PATH, archive_path
from ._exchange import JsonFormat, exchange
from ._path_encoding import archive_path_encode, check_target
from ._steps import Call, Flow
from .models import ArchiveInformation


def list_archives() -> Flow[list[ArchiveInformation]]:
    """The archives that the server offers."""
    return exchange(_read("list_archives", "/archive/", list[ArchiveInformation]))


def find_channels_by_pattern(pattern: str, archive_key: int) -> Flow[list[str]]:
    """The names that match a glob pattern."""
    path = f"{archive_path(archive_key)}/channels-by-pattern/{archive_path_encode(pattern, 'pattern')}"
    return exchange(_read("find_channels_by_pattern", path, list[str]))


def find_channels_by_regexp(regular_expression: str, archive_key: int) -> Flow[list[str]]:
    """The names that match a regular expression."""
    from ._regular_expressions import backslash_free  # not needed elsewhere

    expression = archive_path_encode(backslash_free(regular_expression), "regular_expression")
    path = f"{archive_path(archive_key)}/channels-by-regexp/{expression}"
    return exchange(_read("find_channels_by_regexp", path, list[str]))


def _read(operation: str, path: str, model: Any) -> Call[Any]:
    return Call(operation, "GET", check_target(SERVICE_PATH + path), JsonFormat(model))
