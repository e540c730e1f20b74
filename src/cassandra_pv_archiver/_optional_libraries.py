"""Libraries that not everybody has, imported by the function that needs them."""

from __future__ import annotations

import importlib
from typing import Any

from .errors import MissingExtraError

__all__ = ["optional_library"]


def optional_library(name: str, extra: str) -> Any:
    """Imports a library that an extra of this package brings.

    Raises:
        MissingExtraError: The library is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingExtraError(name.partition(".")[0], extra) from error
