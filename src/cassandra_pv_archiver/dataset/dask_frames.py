"""Samples of the archive or of a dataset as a DataFrame of Dask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from cassandra_pv_archiver._optional_libraries import optional_library
from cassandra_pv_archiver.limits import check_count, check_seconds
from cassandra_pv_archiver.settings import ClientSettings
from cassandra_pv_archiver.times import DurationLike, TimeLike

from .frame_arguments import FrameArguments, names_of, window_length
from .frame_of_archive import archive_partitions
from .frame_of_dataset import dataset_partitions
from .frame_rows import column_names, empty_frame
from .frame_windows import FramePart
from .reading import Dataset
from .storage import DatasetPath

if TYPE_CHECKING:
    import dask.dataframe

__all__ = ["dask_frame"]


def dask_frame(
    source: ClientSettings | Dataset | DatasetPath,
    channels: Iterable[str] | None,
    start: TimeLike | None = None,
    end: TimeLike | None = None,
    *,
    columns: Iterable[str] | None = None,
    window: DurationLike | None = None,
    spacing: DurationLike | None = None,
    in_force: bool = False,
    archive_key: int | None = None,
    allow_missing: bool = False,
    max_concurrency: int = 4,
    patience: float | None = None,
) -> dask.dataframe.DataFrame:
    """Makes a lazy DataFrame of Dask with the samples of channels, read by the workers when it is computed.

    There is a partition for each channel and window of time, in the order of ``channels`` and then of time. The index
    ``time`` is that of the samples, ``datetime64[ns, UTC]``. A frame has all samples with ``start <= time < end``, each
    once. The divisions are known for a single channel.

    The columns are those of a dataset's table, with the same types whatever the samples are, and the same rows from the
    archive and from a dataset of it: ``channel``, ``text``, ``marker``, ``severity``, ``status``, ``quality``,
    ``units``, ``type`` as ``string``; ``value``, ``minimum``, ``maximum`` as ``float64``, NaN where there is none;
    ``integer`` as ``Int64``; ``values``, ``integers``, ``texts`` as lists of Arrow. Columns that the rest of a
    computation does not use are not made.

    Tasks have the addresses of the servers or the path of the dataset, and what they read; no task, key or `repr` has a
    secret. Reads of the archive need none, and file systems find theirs where the worker runs.

    Args:
        source: Settings, for the archive itself; or a dataset: its path as in `export_dataset`, or what `open_dataset`
            has given. Workers must reach it in the same way.
        channels: The names of the channels. None, of a dataset only: all that it has.
        start: The beginning, as in `ArchiveClient.get_samples`. Of a dataset None: for each channel the begin of what
            was exported. What counts from now is resolved by this call, once.
        end: The end, likewise; it does not belong to the range. None: now, or the end of what was exported.
        columns: The columns that are wanted, also ``'context'``, which is left out otherwise: severity, metadata and so
            on as JSON.
        window: The time that a partition covers, such as ``'1d'``, counted from ``start``. None: so much that it has
            some half a million samples. To find out, this call looks at a few samples of each channel of the archive,
            or into the manifest of the dataset.
        spacing: The wanted time from sample to sample, such as ``'30s'``, for decimated samples; None for raw ones. A
            dataset has what it was exported with.
        in_force: Whether each channel begins with the sample that was in force at ``start``, if there is one and none
            lies just there. It has its own time, which is before ``start``, so divisions are not known.
        archive_key: The archive to read. None: 1, or that of the dataset.
        allow_missing: Whether a dataset may lack parts of the range.
        max_concurrency: The number of requests at once that all workers together never exceed.
        patience: Seconds for which a task sits out an outage of the servers or of their database. None: it repeats a
            request a few times, as clients do.

    Raises:
        DatasetError: There is no such dataset, or part of the range was not exported.
        KeyError: The dataset does not have one of the channels.
        MissingExtraError: The extra ``dask`` is not installed.
        SettingsError: The settings do not say where the servers are.
        ArchiverError: A channel could not be looked at, for example because it does not exist (`NotFoundError`). With
            ``window`` nothing is looked at, and such errors are raised when the frame is computed.
        TypeError: An argument is of another type, such as a client in place of its settings.
        ValueError: An argument cannot be used.
    """
    dataframes = optional_library("dask.dataframe", "dask")
    check_count("max_concurrency", max_concurrency, least=1)
    if patience is not None:
        check_seconds("patience", patience)
    wanted = FrameArguments(names_of(channels), start, end, window_length(window), spacing, in_force, archive_key)
    meta = empty_frame(column_names(columns))
    if isinstance(source, ClientSettings):
        if allow_missing:
            raise ValueError("allow_missing is for datasets; the archive gives what it has.")
        label = "read_archive"
        reader, parts = archive_partitions(source, wanted, max_concurrency, patience)
    else:
        label = "read_dataset"
        reader, parts = dataset_partitions(source, wanted, allow_missing=allow_missing)
    divisions = None if in_force else _divisions(parts)
    return dataframes.from_map(reader, parts, meta=meta, divisions=divisions, label=label)


def _divisions(parts: Sequence[FramePart]) -> tuple[Any, ...] | None:
    """The times at which partitions begin, and the last instant of all; None if they are not in the order of time."""
    if len({part.channel for part in parts}) > 1:
        return None
    pandas = optional_library("pandas", "dask")
    edges = [*(part.begin for part in parts), max(parts[-1].end - 1, parts[-1].begin)]
    return tuple(pandas.Timestamp(edge, unit="ns", tz="UTC") for edge in edges)
