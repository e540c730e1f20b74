"""What the methods of the command list take, and how they say what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cassandra_pv_archiver import AdminClient, ArchiveConfigurationCommands

SERVER = "11111111-2222-3333-4444-555555555551"


def test_integers_of_numpy_are_integers() -> None:
    commands = ArchiveConfigurationCommands()
    commands.add_channel("x", "t", SERVER, np.array([0, 30]), {np.int64(30): np.int64(0)})
    commands.update_channel("x", remove_decimation_levels=np.array([30]))
    assert commands[0]["decimationLevels"] == ["0", "30"]
    assert commands[1]["removeDecimationLevels"] == ["30"]


Wrong = Callable[[ArchiveConfigurationCommands], Any]


@pytest.mark.parametrize(
    ("append", "hint"),
    [
        (lambda c: c.add_channel("x", "t", SERVER, "30"), "decimation_levels"),
        (lambda c: c.add_channel("x", "t", SERVER, b"30"), "decimation_levels"),
        (lambda c: c.add_channel("x", "t", SERVER, 30), "decimation_levels"),
        (lambda c: c.add_channel("x", "t", SERVER, options={"a": None}), "options"),
        (lambda c: c.add_channel("x", "t", SERVER, options=["a"]), "options"),
        (lambda c: c.update_channel("x", remove_options="abc"), "remove_options"),
        (lambda c: c.update_channel("x", add_options={"a": [1]}), "add_options"),
    ],
    ids=range(7),
)
def test_what_would_be_misunderstood_is_a_type_error(append: Wrong, hint: str) -> None:
    commands = ArchiveConfigurationCommands()
    with pytest.raises(TypeError, match=f"^{hint} "):
        append(commands)
    assert commands == []


@pytest.mark.parametrize(
    ("append", "message"),
    [
        (
            lambda c: c.add_channel("", "t", SERVER),
            r"^add_channel\.channelName: .* at least 1 character$",
        ),
        (lambda c: c.add_channel("x", "t", SERVER, [1.5]), r"^add_channel\.decimationLevels\.0: .*valid integer$"),
        (lambda c: c.add_channel("x", "t", SERVER, [True]), r"^add_channel\.decimationLevels\.0: .*valid integer$"),
        (lambda c: c.move_channel("x", "zz"), r"^move_channel\.newServerId: .*valid UUID"),
        (lambda c: c.rename_channel("", ""), r"newChannelName: .*; rename_channel\.oldChannelName: "),
        (lambda c: c.refresh_channel(""), r"^refresh_channel: channelName"),
        (lambda c: c.update_channel("x", [1], decimation_levels=[2]), r"^update_channel: addDecimationLevels: "),
        (lambda c: c.add_channel("x", "t", SERVER, [30], {30: 5}), r"^add_channel: decimationLevelToRetentionPeriod: "),
    ],
    ids=range(8),
)
def test_broken_rules_name_command_member_and_rule(append: Wrong, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        append(ArchiveConfigurationCommands())
    assert "\n" not in str(caught.value)
    assert "pydantic" not in str(caught.value)


def test_a_password_is_text_or_a_callable() -> None:
    with pytest.raises(TypeError, match="password"):
        AdminClient("host", password=5)  # pyright: ignore[reportArgumentType] -- what is tested
