"""Reading configurations and applying plans over sockets, in both colours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cassandra_pv_archiver import (
    AdminClient,
    ApplyProgress,
    ArchiveConfiguration,
    ChannelConfiguration,
    NotAuthorizedError,
    NotFoundError,
    OwnedChannels,
    PlanInterruptedError,
    PlanPolicy,
    plan,
)
from cassandra_pv_archiver.testing import RunningSimulator, Simulator, faults

from .conftest import SERVER_1, SERVER_2


@pytest.fixture
def desired(simulator: Simulator) -> ArchiveConfiguration:
    simulator.add_channel("old", decimation_levels={30: 0})
    simulator.add_channel("moved", enabled=False)
    simulator.add_channel("gone", server=SERVER_2)
    return ArchiveConfiguration(
        channels=[
            ChannelConfiguration(name="new", renamed_from="old", server=UUID(SERVER_1), levels={0: 0, 30: 0, 60: 0}),
            ChannelConfiguration(name="moved", server=UUID(SERVER_2), options={"monitorMask": "value"}),
            ChannelConfiguration(name="added", server=UUID(SERVER_2)),
        ],
        owns=[OwnedChannels(server=UUID(SERVER_2))],
    )


def test_a_plan_is_made_for_what_is_there_and_applied(
    admin: AdminClient, desired: ArchiveConfiguration, tmp_path: Path
) -> None:
    current = admin.get_configuration()
    assert list(current.by_name) == ["gone", "moved", "old"]
    made = plan(desired, current, PlanPolicy(remove_channels=True))
    told: list[ApplyProgress] = []
    report = admin.apply(made, journal=tmp_path / "journal", progress=told.append)
    assert report
    assert told[-1].done == told[-1].total == len(made.commands) == 6
    reached = admin.get_configuration()
    assert not plan(desired, reached, PlanPolicy(remove_channels=True))
    assert {each.name: str(each.server) for each in reached.channels} == {
        "added": SERVER_2,
        "moved": SERVER_2,
        "new": SERVER_1,
    }
    assert admin.resume(tmp_path / "journal")


def test_the_configuration_of_some_servers_can_be_had(admin: AdminClient, desired: ArchiveConfiguration) -> None:
    assert list(admin.get_configuration([SERVER_2]).by_name) == ["gone"]
    assert list(admin.get_configuration([UUID(SERVER_1)]).by_name) == ["moved", "old"]
    with pytest.raises(NotFoundError):
        admin.get_configuration(["99999999-2222-3333-4444-555555555559"])


def test_channels_of_a_server_that_is_not_known_are_part_of_the_configuration(
    admin: AdminClient, simulator: Simulator
) -> None:
    nowhere = "99999999-2222-3333-4444-555555555559"
    simulator.add_channel("lost", server=nowhere)
    assert admin.get_configuration().by_name["lost"].server == UUID(nowhere)


def test_a_broken_connection_makes_nothing_be_done_twice(
    admin: AdminClient, simulator: Simulator, desired: ArchiveConfiguration
) -> None:
    simulator.faults.add(faults.Break(after=20), operation="runArchiveConfigurationCommands", nth=1)
    made = plan(desired, admin.get_configuration())
    assert admin.apply(made)
    batches = [each for each in simulator.requests if each.operation == "runArchiveConfigurationCommands"]
    assert len(batches) == len(made.batches)


def test_wrong_credentials_interrupt_and_what_is_done_is_kept(
    make: Callable[..., Any],
    running: RunningSimulator,
    simulator: Simulator,
    desired: ArchiveConfiguration,
    tmp_path: Path,
) -> None:
    client = make("AdminClient", base_url=running.admin_url, password="wrong")
    made = plan(desired, client.get_configuration())
    with pytest.raises(PlanInterruptedError, match="interrupted after 0 of 5 commands") as caught:
        client.apply(made, journal=tmp_path / "journal")
    assert isinstance(caught.value.__cause__, NotAuthorizedError)
    assert {each.outcome for each in caught.value.report.commands} == {"not_tried"}
    again = make("AdminClient", base_url=running.admin_url, password="admin")
    assert again.resume(tmp_path / "journal")


def test_what_a_progress_handler_raises_ends_the_run_which_can_be_resumed(
    admin: AdminClient, simulator: Simulator, desired: ArchiveConfiguration, tmp_path: Path
) -> None:
    def stop(progress: ApplyProgress) -> None:
        raise KeyboardInterrupt

    made = plan(desired, admin.get_configuration())
    with pytest.raises(KeyboardInterrupt):
        admin.apply(made, journal=tmp_path / "journal", progress=stop)
    assert admin.resume(tmp_path / "journal")
    assert not plan(desired, admin.get_configuration())
