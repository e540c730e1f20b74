"""One command of each kind, for tests to change."""

from __future__ import annotations

from typing import Any

from .asking import FIRST, SECOND_SERVER

ADD: dict[str, Any] = {
    "commandType": "add_channel",
    "channelName": "x",
    "controlSystemType": "channel_access",
    "enabled": True,
    "serverId": FIRST,
}
RETENTION = "decimationLevelToRetentionPeriod"
ADD_OR_UPDATE = {**ADD, "commandType": "add_or_update_channel"}
MOVE = {"commandType": "move_channel", "channelName": "x", "newServerId": SECOND_SERVER}
REFRESH = {"commandType": "refresh_channel", "channelName": "x", "serverId": FIRST}
REMOVE = {"commandType": "remove_channel", "channelName": "x"}
RENAME = {"commandType": "rename_channel", "oldChannelName": "x", "newChannelName": "y"}
UPDATE = {"commandType": "update_channel", "channelName": "x"}
