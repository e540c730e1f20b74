"""Datasets: samples of many channels over long ranges in Parquet files, exported, verified and read.

`export_dataset` writes them; `layout` says what lies where.
"""

from __future__ import annotations

from .api import export_dataset, export_dataset_async
from .manifest import DatasetError, Failure
from .results import ExportProgress, ExportProgressHandler, ExportResult

__all__ = [
    "DatasetError",
    "ExportProgress",
    "ExportProgressHandler",
    "ExportResult",
    "Failure",
    "export_dataset",
    "export_dataset_async",
]
