"""Every operation of the administrative service, in both colours, against the simulator."""

from __future__ import annotations

import io
import json
from pathlib import Path
from uuid import UUID

import pytest

from cassandra_pv_archiver import (
    AdminClient,
    ArchiveConfigurationCommands,
    BadRequestError,
    CommandsFailedError,
    NotAuthorizedError,
    NotFoundError,
)
from cassandra_pv_archiver.testing import RunningSimulator, Simulator

from .conftest import SERVER_1, SERVER_2

ODD_NAMES = [
    "a/../b",
    "..",
    ".",
    "a b",
    "q\"uote'",
    "#?%&+;{}[]|^",
    "back\\slash",
    "line\nbreak\ttab",
    "süper",
    "日本",
    "\N{GRINNING FACE}",
    "~41",
    "a.json",
    "x" * 1000,
]


def test_lists_all_channels(admin: AdminClient, simulator: Simulator) -> None:
    simulator.add_channel("b", server=1, decimation_levels=[30])
    simulator.add_channel("a")
    first, second = admin.list_all_channels()
    assert (first.channel_name, second.channel_name) == ("a", "b")
    assert second.decimation_levels == (0, 30)
    assert second.server_id == UUID(SERVER_2)
    assert second["decimationLevels"] == ["0", "30"]
    assert isinstance(admin.list_all_channels(), list)


def test_lists_the_channels_of_a_server(admin: AdminClient, simulator: Simulator) -> None:
    simulator.add_channel("a", state="disconnected", samples_written=7)
    channels = admin.list_channels_for_server(SERVER_1)
    assert channels.status_available is True
    assert [(channel.state, channel.total_samples_written) for channel in channels] == [("disconnected", 7)]
    assert admin.list_channels_for_server(UUID(SERVER_2)) == []


def test_an_offline_server(admin: AdminClient, simulator: Simulator) -> None:
    simulator.add_channel("a", server=1)
    simulator.stop_server(1)
    simulator.advance(20)
    channels = admin.list_channels_for_server(SERVER_2)
    assert channels.status_available is False
    assert channels[0].state is None
    assert admin.get_channel("a").total_samples_written is None
    assert [server.online for server in admin.get_cluster_status().servers] == [True, False]


@pytest.mark.parametrize("name", ODD_NAMES, ids=repr)
def test_odd_names(admin: AdminClient, simulator: Simulator, name: str) -> None:
    simulator.add_channel(name)
    assert admin.get_channel(name).channel_name == name
    assert admin.get_channel(name, SERVER_1)["channelName"] == name


def test_a_channel_that_does_not_exist_or_belongs_elsewhere(admin: AdminClient, simulator: Simulator) -> None:
    simulator.add_channel("a")
    with pytest.raises(NotFoundError, match="get_channel 'b'"):
        admin.get_channel("b")
    with pytest.raises(NotFoundError):
        admin.get_channel("a", SERVER_2)
    with pytest.raises(NotFoundError):
        admin.list_channels_for_server("99999999-2222-3333-4444-555555555559")


@pytest.mark.parametrize(("name", "error"), [("", ValueError), (7, TypeError), ("x" * 9000, ValueError)])
def test_names_that_cannot_be_right_are_refused_before_sending(
    admin: AdminClient, name: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        admin.get_channel(name)


def test_server_ids_that_cannot_be_right_are_refused_before_sending(admin: AdminClient) -> None:
    with pytest.raises(ValueError, match="UUID"):
        admin.list_channels_for_server("not-an-id")


def test_status(admin: AdminClient, simulator: Simulator) -> None:
    simulator.add_channel("a", state="error", error_message="broken")
    status = admin.get_server_status()
    assert (status.channels_total, status.channels_error) == (1, 1)
    assert status["channelsTotal"] == "1"
    assert [str(server.server_id) for server in admin.get_cluster_status().servers] == [SERVER_1, SERVER_2]


def test_export_and_import_in_all_forms(admin: AdminClient, simulator: Simulator, tmp_path: Path) -> None:
    simulator.add_channel("a", decimation_levels={0: 60, 30: 60}, options={"monitorMask": "value"}, enabled=False)
    document = admin.export_server_configuration(SERVER_1)
    assert b'<channel name="a" control-system-type="channel_access" enabled="false">' in document
    path = tmp_path / "configuration.xml"
    assert admin.export_server_configuration(SERVER_1, path) is None
    assert path.read_bytes() == document
    for source in (path, str(path), document, io.BytesIO(document)):
        result = admin.import_server_configuration(SERVER_1, source)
        assert result.add_or_update_succeeded == ("a",)
        assert result["addOrUpdateFailed"] == {}
    simulator.add_channel("b")
    simulated = admin.import_server_configuration(SERVER_1, document, remove_channels=True, simulate=True)
    assert simulated.remove_succeeded == ("b",)
    assert len(admin.list_all_channels()) == 2


def test_a_partly_failed_import_is_returned(admin: AdminClient, simulator: Simulator) -> None:
    simulator.add_channel("a")
    document = admin.export_server_configuration(SERVER_1)
    result = admin.import_server_configuration(SERVER_1, document, update_channels=False)
    assert result.add_or_update_failed is not None
    assert "already exists" in str(result.add_or_update_failed["a"])


def test_import_of_what_is_no_configuration(admin: AdminClient) -> None:
    with pytest.raises(BadRequestError, match="Parsing error: Fatal error in line 1"):
        admin.import_server_configuration(SERVER_1, b"<oops")
    with pytest.raises(ValueError, match="empty"):
        admin.import_server_configuration(SERVER_1, b"")
    with pytest.raises(TypeError, match="binary mode"):
        admin.import_server_configuration(SERVER_1, io.StringIO("x"))  # pyright: ignore[reportArgumentType]


def test_a_failed_export_leaves_the_old_file(admin: AdminClient, tmp_path: Path) -> None:
    folder = tmp_path / "missing"
    with pytest.raises(FileNotFoundError):
        admin.export_server_configuration(SERVER_1, folder / "a.xml")
    old = tmp_path / "a.xml"
    old.write_bytes(b"old")
    with pytest.raises(NotFoundError):
        admin.export_server_configuration("99999999-2222-3333-4444-555555555559", old)
    assert old.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [old]


def commands_for_both_servers() -> ArchiveConfigurationCommands:
    commands = ArchiveConfigurationCommands()
    commands.add_channel("new:1", "channel_access", SERVER_1, [0, 30], {0: 60, 30: 60}, options={"maxUpdatePeriod": 5})
    commands.remove_channel("missing")
    commands.update_channel("two", enabled=False, expected_server_id=SERVER_2)
    commands.rename_channel("renamed", "one")
    commands.remove_channel("missing")
    return commands


def test_results_come_in_the_order_of_the_commands(admin: AdminClient, simulator: Simulator) -> None:
    simulator.add_channel("one")
    simulator.add_channel("two", server=1)
    commands = commands_for_both_servers()
    results = admin.run_archive_configuration_commands(commands)
    assert [result.success for result in results] == [True, False, True, True, False]
    assert [result.command["commandType"] for result in results] == [command["commandType"] for command in commands]
    assert [failure.outcome for failure in results.failures] == ["refused", "refused"]
    with pytest.raises(CommandsFailedError, match="2 commands failed") as caught:
        results.raise_for_failures()
    assert len(caught.value.failures) == 2
    assert admin.get_channel("new:1").options == {"maxUpdatePeriod": "5"}


def test_the_owner_of_a_channel_to_refresh_is_looked_up(admin: AdminClient, simulator: Simulator) -> None:
    simulator.add_channel("two", server=1, samples_written=5)
    commands = ArchiveConfigurationCommands()
    commands.refresh_channel("two")
    (result,) = admin.run_archive_configuration_commands(commands)
    assert result.command["serverId"] == SERVER_2
    assert admin.get_channel("two").total_samples_written == 0
    commands.refresh_channel("missing")
    with pytest.raises(NotFoundError, match="missing"):
        admin.run_archive_configuration_commands(commands)


def test_raw_commands_of_old_scripts(admin: AdminClient, simulator: Simulator) -> None:
    simulator.add_channel("one")
    raw = {"commandType": "update_channel", "channelName": "one", "enabled": False, "options": None}
    assert admin.run_archive_configuration_commands([raw])[0]["success"] is True
    with pytest.raises(ValueError, match=r"commands\[1\]"):
        admin.run_archive_configuration_commands([raw, {"commandType": "update_channel", "chanelName": "one"}])
    with pytest.raises(TypeError, match=r"commands\[0\]"):
        admin.run_archive_configuration_commands(["update"])  # pyright: ignore[reportArgumentType] -- what is tested


def test_no_commands(admin: AdminClient) -> None:
    assert admin.run_archive_configuration_commands([]) == []


def test_wrong_and_missing_credentials(make: object, running: RunningSimulator) -> None:
    anonymous = make("AdminClient", base_url=running.admin_url)  # pyright: ignore[reportCallIssue]
    with pytest.raises(NotAuthorizedError, match="No credentials were sent"):
        anonymous.run_archive_configuration_commands([])
    wrong = make("AdminClient", base_url=running.admin_url, password="wrong")  # pyright: ignore[reportCallIssue]
    with pytest.raises(NotAuthorizedError, match="Credentials were sent"):
        wrong.run_archive_configuration_commands([])
    assert wrong.get_cluster_status().servers  # reads carry no credentials


def test_objects_are_like_the_dictionaries_of_old_scripts(admin: AdminClient, simulator: Simulator) -> None:
    simulator.add_channel("a", decimation_levels={30: 60})
    channel = admin.get_channel("a")
    assert channel["decimationLevelToRetentionPeriod"]["30"] == "60"
    assert json.loads(json.dumps(dict(channel))) == channel
