"""pyarrow, which only datasets and tables need."""

from __future__ import annotations

from typing import Any

from cassandra_pv_archiver._optional_libraries import optional_library

__all__ = ["arrow"]


def arrow(module: str = "") -> Any:
    """pyarrow, or a module of it such as ``parquet``.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    return optional_library(f"pyarrow.{module}" if module else "pyarrow", "arrow")
