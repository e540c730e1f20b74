"""Datasets: samples of many channels over long ranges in Parquet files, exported, verified and read.

`export_dataset` writes them; `layout` says what lies where.
"""

from __future__ import annotations

from .api import export_dataset, export_dataset_async
from .dask_frames import dask_frame
from .estimating import ExportEstimate, estimate_dataset, estimate_dataset_async
from .manifest import ChannelPart, DatasetError, DatasetInfo, Entry, Failure
from .reading import Dataset, open_dataset
from .results import ExportProgress, ExportProgressHandler, ExportResult
from .verifying import DatasetProblem, VerifyResult, verify_dataset

__all__ = [
    "ChannelPart",
    "Dataset",
    "DatasetError",
    "DatasetInfo",
    "DatasetProblem",
    "Entry",
    "ExportEstimate",
    "ExportProgress",
    "ExportProgressHandler",
    "ExportResult",
    "Failure",
    "VerifyResult",
    "dask_frame",
    "estimate_dataset",
    "estimate_dataset_async",
    "export_dataset",
    "export_dataset_async",
    "open_dataset",
    "verify_dataset",
]
