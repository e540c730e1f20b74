"""Typed clients for the web services of the Cassandra PV Archiver server.

    from cassandra_pv_archiver import AdminClient, ArchiveClient

`AdminClient` and `AsyncAdminClient` use the administrative service (channels, servers, configuration);
`ArchiveClient` and `AsyncArchiveClient` the archive-access service (search, samples).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._http import ConnectionOptions, LimitOptions
    from ._streams import AsyncStream, Stream
    from ._transport import AsyncOptions, SyncOptions
    from .admin_client import AdminClient, AsyncAdminClient, ChannelsOfServer
    from .aligned_samples import AlignedSamples
    from .alignment import align
    from .archive_client import ArchiveClient, AsyncArchiveClient
    from .command_results import CommandResults, CommandsFailedError
    from .commands import ArchiveConfigurationCommands
    from .configuration import (
        ArchiveConfiguration,
        ChannelConfiguration,
        ConfigurationProblem,
        InvalidConfigurationError,
        OwnedChannels,
    )
    from .dataset import (
        DatasetError,
        ExportProgress,
        ExportProgressHandler,
        ExportResult,
        export_dataset,
        export_dataset_async,
    )
    from .errors import (
        ArchiverError,
        BadRequestError,
        ConnectionFailedError,
        InterruptedReplyError,
        InvalidReplyError,
        MissingExtraError,
        NotAuthorizedError,
        NotFoundError,
        RedirectError,
        RefusedError,
        RequestTimeoutError,
        ServerFailedError,
        SettingsError,
        UnavailableError,
    )
    from .events import Cancel, ClientEvent, ProgressHandler, ReadProgress
    from .limits import RetryPolicy, Timeouts
    from .models import (
        AddChannelCommand,
        AddOrUpdateChannelCommand,
        ArchiveConfigurationCommand,
        ArchiveConfigurationCommandsReply,
        ArchiveConfigurationCommandsRequest,
        ArchiveInformation,
        ChannelInformation,
        ChannelSummary,
        ChannelSummaryList,
        ClusterServer,
        ClusterStatus,
        CommandResult,
        DoubleSample,
        EnumMetaData,
        EnumSample,
        LongSample,
        MinMaxDoubleSample,
        MoveChannelCommand,
        NumericMetaData,
        RefreshChannelCommand,
        RemoveChannelCommand,
        RenameChannelCommand,
        Sample,
        SampleSeverity,
        ServerChannelInformation,
        ServerChannelList,
        ServerConfigurationExport,
        ServerConfigurationImportRequest,
        ServerConfigurationImportResult,
        ServerStatus,
        Severity,
        StringSample,
        UpdateChannelCommand,
        WireModel,
        json_default,
    )
    from .read_results import (
        CancelledReadError,
        ChannelSeries,
        IncompleteReplyError,
        SampleAtTime,
        SeveralReadsFailedError,
    )
    from .series import CategoricalColumn, Gap, MetaDataChange, SampleContext, SampleQuery, SampleSeries, SeverityColumn
    from .series_statistics import SeriesStatistics, statistics, time_in_state
    from .settings import ClientSettings
    from .times import DurationLike, TimeLike

__all__ = [
    "AddChannelCommand",
    "AddOrUpdateChannelCommand",
    "AdminClient",
    "AlignedSamples",
    "ArchiveClient",
    "ArchiveConfiguration",
    "ArchiveConfigurationCommand",
    "ArchiveConfigurationCommands",
    "ArchiveConfigurationCommandsReply",
    "ArchiveConfigurationCommandsRequest",
    "ArchiveInformation",
    "ArchiverError",
    "AsyncAdminClient",
    "AsyncArchiveClient",
    "AsyncOptions",
    "AsyncStream",
    "BadRequestError",
    "Cancel",
    "CancelledReadError",
    "CategoricalColumn",
    "ChannelConfiguration",
    "ChannelInformation",
    "ChannelSeries",
    "ChannelSummary",
    "ChannelSummaryList",
    "ChannelsOfServer",
    "ClientEvent",
    "ClientSettings",
    "ClusterServer",
    "ClusterStatus",
    "CommandResult",
    "CommandResults",
    "CommandsFailedError",
    "ConfigurationProblem",
    "ConnectionFailedError",
    "ConnectionOptions",
    "DatasetError",
    "DoubleSample",
    "DurationLike",
    "EnumMetaData",
    "EnumSample",
    "ExportProgress",
    "ExportProgressHandler",
    "ExportResult",
    "Gap",
    "IncompleteReplyError",
    "InterruptedReplyError",
    "InvalidConfigurationError",
    "InvalidReplyError",
    "LimitOptions",
    "LongSample",
    "MetaDataChange",
    "MinMaxDoubleSample",
    "MissingExtraError",
    "MoveChannelCommand",
    "NotAuthorizedError",
    "NotFoundError",
    "NumericMetaData",
    "OwnedChannels",
    "ProgressHandler",
    "ReadProgress",
    "RedirectError",
    "RefreshChannelCommand",
    "RefusedError",
    "RemoveChannelCommand",
    "RenameChannelCommand",
    "RequestTimeoutError",
    "RetryPolicy",
    "Sample",
    "SampleAtTime",
    "SampleContext",
    "SampleQuery",
    "SampleSeries",
    "SampleSeverity",
    "SeriesStatistics",
    "ServerChannelInformation",
    "ServerChannelList",
    "ServerConfigurationExport",
    "ServerConfigurationImportRequest",
    "ServerConfigurationImportResult",
    "ServerFailedError",
    "ServerStatus",
    "SettingsError",
    "SeveralReadsFailedError",
    "Severity",
    "SeverityColumn",
    "Stream",
    "StringSample",
    "SyncOptions",
    "TimeLike",
    "Timeouts",
    "UnavailableError",
    "UpdateChannelCommand",
    "WireModel",
    "align",
    "export_dataset",
    "export_dataset_async",
    "json_default",
    "statistics",
    "time_in_state",
]

# Names are resolved on first use, so that the pytest plugin and `cpva --version` do not pay for numpy, httpx and
# pydantic (scientific Python's SPEC 1). The imports above are what type checkers see.
_NAMES = {
    "_http": (
        "ConnectionOptions",
        "LimitOptions",
    ),
    "_streams": (
        "AsyncStream",
        "Stream",
    ),
    "_transport": (
        "AsyncOptions",
        "SyncOptions",
    ),
    "admin_client": (
        "AdminClient",
        "AsyncAdminClient",
        "ChannelsOfServer",
    ),
    "aligned_samples": ("AlignedSamples",),
    "alignment": ("align",),
    "archive_client": (
        "ArchiveClient",
        "AsyncArchiveClient",
    ),
    "command_results": (
        "CommandResults",
        "CommandsFailedError",
    ),
    "commands": ("ArchiveConfigurationCommands",),
    "configuration": (
        "ArchiveConfiguration",
        "ChannelConfiguration",
        "ConfigurationProblem",
        "InvalidConfigurationError",
        "OwnedChannels",
    ),
    "dataset": (
        "DatasetError",
        "ExportProgress",
        "ExportProgressHandler",
        "ExportResult",
        "export_dataset",
        "export_dataset_async",
    ),
    "errors": (
        "ArchiverError",
        "BadRequestError",
        "ConnectionFailedError",
        "InterruptedReplyError",
        "InvalidReplyError",
        "MissingExtraError",
        "NotAuthorizedError",
        "NotFoundError",
        "RedirectError",
        "RefusedError",
        "RequestTimeoutError",
        "ServerFailedError",
        "SettingsError",
        "UnavailableError",
    ),
    "events": (
        "Cancel",
        "ClientEvent",
        "ProgressHandler",
        "ReadProgress",
    ),
    "limits": (
        "RetryPolicy",
        "Timeouts",
    ),
    "models": (
        "AddChannelCommand",
        "AddOrUpdateChannelCommand",
        "ArchiveConfigurationCommand",
        "ArchiveConfigurationCommandsReply",
        "ArchiveConfigurationCommandsRequest",
        "ArchiveInformation",
        "ChannelInformation",
        "ChannelSummary",
        "ChannelSummaryList",
        "ClusterServer",
        "ClusterStatus",
        "CommandResult",
        "DoubleSample",
        "EnumMetaData",
        "EnumSample",
        "LongSample",
        "MinMaxDoubleSample",
        "MoveChannelCommand",
        "NumericMetaData",
        "RefreshChannelCommand",
        "RemoveChannelCommand",
        "RenameChannelCommand",
        "Sample",
        "SampleSeverity",
        "ServerChannelInformation",
        "ServerChannelList",
        "ServerConfigurationExport",
        "ServerConfigurationImportRequest",
        "ServerConfigurationImportResult",
        "ServerStatus",
        "Severity",
        "StringSample",
        "UpdateChannelCommand",
        "WireModel",
        "json_default",
    ),
    "read_results": (
        "CancelledReadError",
        "ChannelSeries",
        "IncompleteReplyError",
        "SampleAtTime",
        "SeveralReadsFailedError",
    ),
    "series": (
        "CategoricalColumn",
        "Gap",
        "MetaDataChange",
        "SampleContext",
        "SampleQuery",
        "SampleSeries",
        "SeverityColumn",
    ),
    "series_statistics": (
        "SeriesStatistics",
        "statistics",
        "time_in_state",
    ),
    "settings": ("ClientSettings",),
    "times": (
        "DurationLike",
        "TimeLike",
    ),
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
