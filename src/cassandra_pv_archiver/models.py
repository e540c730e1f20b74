"""The objects of the two web services: what their replies hold, and the commands that can be sent.

All of them are generated from the specifications. Attributes have Python names and typed values; for older scripts,
objects also have the items of the plain JSON dictionaries (see `WireModel`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._generated.archive import (
    ArchiveInformation,
    DoubleSample,
    EnumMetaData,
    EnumSample,
    LongSample,
    MinMaxDoubleSample,
    NumericMetaData,
    Sample,
    SampleSeverity,
    StringSample,
)
from ._severity import Severity
from ._wire_model import WireModel, json_default

if TYPE_CHECKING:
    from ._generated.admin import (
        AddChannelCommand,
        AddOrUpdateChannelCommand,
        ArchiveConfigurationCommand,
        ArchiveConfigurationCommandsReply,
        ArchiveConfigurationCommandsRequest,
        ChannelInformation,
        ChannelSummary,
        ChannelSummaryList,
        ClusterServer,
        ClusterStatus,
        CommandResult,
        MoveChannelCommand,
        RefreshChannelCommand,
        RemoveChannelCommand,
        RenameChannelCommand,
        ServerChannelInformation,
        ServerChannelList,
        ServerConfigurationExport,
        ServerConfigurationImportRequest,
        ServerConfigurationImportResult,
        ServerStatus,
        UpdateChannelCommand,
    )

__all__ = [
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
]


# Programs that only read samples do not wait for the models of the other service.
def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ._generated import admin

    return getattr(admin, name)


def __dir__() -> list[str]:
    return sorted(__all__)
