"""Applying plans to the simulator: always to the end, whatever interrupts it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cassandra_pv_archiver import ArchiveConfiguration, ChannelConfiguration
from cassandra_pv_archiver._configuration_calls import apply_plan, get_configuration, resume_plan
from cassandra_pv_archiver.configuration import (
    ApplyProgress,
    ApplyReport,
    Journal,
    OwnedChannels,
    Plan,
    PlanFailedError,
    PlanInterruptedError,
    PlanOutdatedError,
    PlanPolicy,
    diff,
    plan,
    undo,
)
from cassandra_pv_archiver.testing import Simulator, faults

from .admin_driver import AdminDriver, ProcessEndsError
from .clusters import EVERYTHING, as_planned, desired_states, lost, policies, present_states
from .configurations import ONE, TWO


def simulated(present: ArchiveConfiguration) -> Simulator:
    simulator = Simulator(servers=[ONE, TWO], real_time=False)
    for channel in present.channels:
        simulator.add_channel(
            channel.name,
            server=channel.server,  # type: ignore[arg-type]
            control_system_type=channel.control_system_type,
            decimation_levels=channel.levels,
            enabled=channel.enabled,
            options=channel.options,
        )
    return simulator


def state(simulator: Simulator, asked: int = 0) -> ArchiveConfiguration:
    return AdminDriver(simulator, asked).run(get_configuration())


def applied(
    driver: AdminDriver,
    made: Plan,
    journal: Path | None = None,
    *,
    on_failure: Any = "stop",
    patience: float = 120.0,
    progress: Callable[[ApplyProgress], object] | None = None,
) -> ApplyReport:
    return driver.run(apply_plan(made, journal, on_failure, patience, progress))


def resumed(driver: AdminDriver, journal: Path) -> ApplyReport:
    return driver.run(resume_plan(journal, "stop", 120.0, None))


def channel(name: str, **members: object) -> ChannelConfiguration:
    return ChannelConfiguration(**{"name": name, "server": ONE, **members})  # type: ignore[arg-type]


def configuration(*channels: ChannelConfiguration, owns: tuple[OwnedChannels, ...] = ()) -> ArchiveConfiguration:
    return ArchiveConfiguration(channels=channels, owns=owns)


@settings(max_examples=40)
@given(present_states(), desired_states(), policies(), st.integers(0, 1))
def test_applying_a_plan_ends_in_the_desired_state_and_a_second_plan_is_empty(
    present: ArchiveConfiguration, desired: ArchiveConfiguration, policy: PlanPolicy, asked: int
) -> None:
    simulator = simulated(present)
    current = state(simulator)
    assert current.channels == present.channels
    made = plan(desired, current, policy)
    driver = AdminDriver(simulator, asked)
    report = applied(driver, made)
    assert report, str(report)
    reached = state(simulator)
    assert reached.channels == as_planned(present, made).channels
    assert not plan(desired, reached, policy)
    if not made.withheld:
        assert not diff(reached, desired, only_owned=True)
    renamed = {command.names[0]: command.names[-1] for command in made.commands if len(command.names) == 2}
    after = {name: reached.by_name.get(renamed.get(name, name)) for name in present.by_name}
    assert all(getattr(policy, permission) for permission in lost(present.by_name, after))


@settings(max_examples=40)
@given(present_states(), desired_states(), st.integers(1, 8), st.booleans(), st.booleans())
def test_an_interrupted_run_that_is_resumed_ends_in_the_same_state(
    present: ArchiveConfiguration, desired: ArchiveConfiguration, ends_at: int, executed: bool, circles: bool
) -> None:
    simulator = simulated(present)
    policy = EVERYTHING.model_copy(
        update={
            "batch_size": 2,
            "rename_in_circles": circles,
            "control_system_types": frozenset({"channel_access"}),
        }
    )
    made = plan(desired, present, policy)
    with tempfile.TemporaryDirectory() as directory:
        journal = Path(directory) / "journal"
        try:
            report = applied(AdminDriver(simulator, ends_at=ends_at, executed=executed), made, journal)
        except ProcessEndsError:
            report = resumed(AdminDriver(simulator, 1), journal)
        assert report, str(report)
    assert state(simulator).channels == as_planned(present, made).channels


@settings(max_examples=40)
@given(present_states(), desired_states(), st.integers(1, 8), st.booleans())
def test_what_a_run_has_done_can_be_undone_but_for_samples(
    present: ArchiveConfiguration, desired: ArchiveConfiguration, ends_at: int, executed: bool
) -> None:
    simulator = simulated(present)
    policy = EVERYTHING.model_copy(update={"batch_size": 2, "control_system_types": frozenset({"channel_access"})})
    made = plan(desired, present, policy)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "journal"
        try:
            applied(AdminDriver(simulator, ends_at=ends_at, executed=executed), made, path)
        except ProcessEndsError:
            simulator.advance(5)
        if not path.exists():
            return
        backwards = undo(Journal.read(path), state(simulator), policy)
        removed = {loss.channel for loss in made.losses}
        assert all(any(repr(name) in warning for name in removed) for warning in backwards.warnings)
        report = applied(AdminDriver(simulator), backwards)
        assert report, str(report)
    again = state(simulator)
    uninstalled = {each.name for each in present.channels if each.control_system_type == "tango"}
    uninstalled |= {each.channel for each in backwards.withheld}
    for difference in diff(present, again).channels:
        assert {difference.name} & uninstalled, str(difference)


def test_what_took_the_place_of_a_channel_is_not_taken_for_it_when_a_run_is_undone(tmp_path: Path) -> None:
    present = configuration(channel("a", levels={0: 0, 30: 0}))
    desired = configuration(channel("a", levels={0: 0, 60: 0}), channel("b", renamed_from="a", levels={0: 0, 30: 0}))
    simulator = simulated(present)
    made = plan(desired, present)
    assert applied(AdminDriver(simulator), made, tmp_path / "journal")
    reached = state(simulator)
    withheld = undo(
        Journal.read(tmp_path / "journal"), reached, EVERYTHING.model_copy(update={"remove_channels": False})
    )
    assert not withheld
    assert [str(each) for each in withheld.withheld] == [
        "'a': it is not removed, because all its samples would be",
        "'b': it does not become 'a', because another channel has that name and is not removed",
    ]
    backwards = undo(Journal.read(tmp_path / "journal"), reached, PlanPolicy(remove_channels=True))
    assert [(loss.kind, loss.channel) for loss in backwards.losses] == [("channel", "a")]
    simulator.advance(5)
    assert applied(AdminDriver(simulator), backwards)
    assert state(simulator).channels == present.channels


@pytest.mark.one_interpreter
@settings(max_examples=40)
@given(
    present_states(),
    desired_states(),
    st.sampled_from(
        [
            faults.Break(),
            faults.Break(takes_effect=False),
            faults.Break(after=40),
            faults.Reply(502),
            faults.Reply(503),
            faults.Garbage(),
            faults.EndEarly(after=30),
        ]
    ),
    st.integers(1, 4),
    st.integers(1, 3),
)
def test_commands_whose_outcome_is_unknown_are_looked_up(
    present: ArchiveConfiguration, desired: ArchiveConfiguration, fault: faults.Fault, nth: int, times: int
) -> None:
    simulator = simulated(present)
    policy = EVERYTHING.model_copy(update={"batch_size": 2, "control_system_types": frozenset({"channel_access"})})
    made = plan(desired, present, policy)
    simulator.faults.add(fault, operation="runArchiveConfigurationCommands", nth=nth, times=times)
    report = applied(AdminDriver(simulator), made)
    assert report, str(report)
    assert state(simulator).channels == as_planned(present, made).channels


@pytest.mark.parametrize("after", [0, 3, 7])
def test_a_server_that_dies_during_a_batch_makes_nothing_be_done_twice(after: int) -> None:
    present = configuration(*(channel(f"old{number}", server=TWO) for number in range(5)))
    desired = configuration(
        *(channel(f"new{number}", server=TWO) for number in range(5)),
        *(channel(f"newer{number}", server=TWO, renamed_from=f"old{number}", enabled=False) for number in range(5)),
    )
    simulator = simulated(present)
    made = plan(desired, present)
    simulator.faults.add(faults.ServerDies(TWO, after=after), operation="runArchiveConfigurationCommands", nth=1)
    driver = AdminDriver(simulator)
    report = applied(driver, made, patience=700.0)
    assert report, str(report)
    assert state(simulator).channels == as_planned(present, made).channels
    assert [each.channel_name for each in driver.run(all_channels())] == sorted(desired.by_name)


@pytest.mark.one_interpreter
@settings(max_examples=40)
@given(present_states(), desired_states(), st.integers(0, 4), st.integers(1, 4))
def test_plans_end_in_the_desired_state_though_a_server_dies(
    present: ArchiveConfiguration, desired: ArchiveConfiguration, after: int, nth: int
) -> None:
    simulator = simulated(present)
    policy = EVERYTHING.model_copy(update={"control_system_types": frozenset({"channel_access"})})
    made = plan(desired, present, policy)
    simulator.faults.add(faults.ServerDies(TWO, after=after), operation="runArchiveConfigurationCommands", nth=nth)
    report = applied(AdminDriver(simulator), made, patience=700.0)
    assert report, str(report)
    assert state(simulator).channels == as_planned(present, made).channels


def all_channels() -> Any:
    from cassandra_pv_archiver._admin_calls import list_all_channels

    return list_all_channels()


def test_a_channel_that_is_blocked_longer_than_patience_lasts_is_reported_and_done_later(tmp_path: Path) -> None:
    present = configuration(channel("a", server=TWO), channel("b", server=TWO))
    desired = configuration(channel("a", server=TWO, enabled=False), channel("b", server=TWO, enabled=False))
    simulator = simulated(present)
    simulator.faults.add(faults.ServerDies(TWO, after=0), operation="runArchiveConfigurationCommands", nth=1)
    driver = AdminDriver(simulator)
    report = applied(driver, plan(desired, present), tmp_path / "journal", patience=60.0)
    assert [(each.planned.names, each.outcome) for each in report.failures] == [(("a",), "failed")]
    assert "another operation for this channel is pending" in str(report.failures[0])
    assert report.is_proven
    assert not report.differences
    with pytest.raises(PlanFailedError, match="1 of 2 commands are done"):
        report.raise_for_failures()
    simulator.advance(600)
    assert resumed(driver, tmp_path / "journal")


def test_a_plan_is_refused_if_the_channels_have_changed(tmp_path: Path) -> None:
    present = configuration(channel("a"), channel("b"))
    desired = configuration(channel("a", enabled=False), channel("c"))
    made = plan(desired, present)
    driver = AdminDriver(simulated(configuration(channel("a", levels={0: 5}), channel("c", server=TWO))))
    with pytest.raises(PlanOutdatedError, match="not what the plan was made for") as caught:
        applied(driver, made, tmp_path / "journal")
    assert [(each.kind, each.name) for each in caught.value.differences.channels] == [("changed", "a"), ("added", "c")]
    assert driver.batches == 0
    assert not (tmp_path / "journal").exists()
    untouched = AdminDriver(simulated(configuration(channel("a"), channel("b", enabled=False))))
    assert applied(untouched, made)


def test_long_lists_are_shortened_in_messages() -> None:
    present = configuration(*(channel(f"c{number:02}") for number in range(12)))
    made = plan(configuration(*(channel(each.name, enabled=False) for each in present.channels)), present)
    with pytest.raises(PlanOutdatedError, match=r"removed 'c09'; and 2 more$"):
        applied(AdminDriver(simulated(configuration())), made)
    simulator = simulated(present)
    removal = plan(configuration(owns=(OwnedChannels(server=ONE),)), present, EVERYTHING)

    def interfere() -> None:
        driver.before_batch = None
        AdminDriver(simulator).run(apply_plan(removal, None, "stop", 60.0, None))

    driver = AdminDriver(simulator, before_batch=interfere)
    lines = str(applied(driver, made)).splitlines()
    assert lines[0] == "0 of 12 commands are done."
    assert lines[1].startswith(
        "update_channel 'c00': failed: Channel \"c00\" cannot be updated because it does not exist"
    )
    assert lines[11] == lines[-1] == "and 2 more"


def test_a_channel_that_moves_while_the_servers_are_asked_is_there_once() -> None:
    present = configuration(channel("a"), channel("b", server=TWO))
    simulator = simulated(present)
    moving = plan(configuration(channel("a", server=TWO)), present)

    def moves(exchange: Any) -> Any:
        response = exchange.proceed()
        AdminDriver(simulator).run(apply_plan(moving, None, "stop", 60.0, None))
        return response

    simulator.faults.add(moves, operation="listChannelsForServer", nth=1)
    assert {each.name: each.server for each in state(simulator).channels} == {"a": TWO, "b": TWO}


def test_a_plan_with_a_server_that_is_not_there_is_refused() -> None:
    nowhere = "99999999-2222-3333-4444-555555555559"
    made = plan(configuration(channel("a", server=nowhere)), configuration())
    with pytest.raises(PlanOutdatedError, match=f"there is no server {nowhere}"):
        applied(AdminDriver(simulated(configuration())), made)


def test_what_somebody_else_changes_meanwhile_is_not_overwritten() -> None:
    present = configuration(channel("a"), channel("b"))
    desired = configuration(channel("a", enabled=False), channel("b", enabled=False, server=TWO))
    simulator = simulated(present)
    elsewhere = plan(configuration(channel("a", server=TWO)), present)

    def interfere() -> None:
        driver.before_batch = None
        AdminDriver(simulator).run(apply_plan(elsewhere, None, "stop", 60.0, None))

    driver = AdminDriver(simulator, before_batch=interfere)
    report = applied(driver, plan(desired, present))
    assert [each.outcome for each in report.commands] == ["failed", "done", "not_tried"]
    assert f"is registered with the server {TWO}, but the server {ONE} was specified" in str(report.failures[0])
    assert [(each.name, each.kind) for each in report.differences.channels] == [("a", "changed")]
    assert state(simulator).by_name["a"].enabled


def test_after_a_failure_only_what_depends_on_it_is_left_out_if_that_is_asked_for() -> None:
    present = configuration(channel("a"), channel("b"))
    desired = configuration(channel("a", enabled=False, server=TWO), channel("b", enabled=False, server=TWO))
    simulator = simulated(present)
    removal = plan(configuration(owns=(OwnedChannels(channels="a"),)), present, EVERYTHING)

    def interfere() -> None:
        driver.before_batch = None
        AdminDriver(simulator).run(apply_plan(removal, None, "stop", 60.0, None))

    driver = AdminDriver(simulator, before_batch=interfere)
    report = applied(driver, plan(desired, present), on_failure="continue")
    assert {each.planned.names[0]: each.outcome for each in report.commands[2:]} == {"a": "not_tried", "b": "done"}
    assert not report


def test_an_error_interrupts_with_a_report_and_the_run_can_be_resumed(tmp_path: Path) -> None:
    present = configuration(channel("a"), channel("b"))
    desired = configuration(channel("a", enabled=False), channel("b", enabled=False))
    simulator = simulated(present)
    driver = AdminDriver(simulator)
    made = plan(desired, present, PlanPolicy(batch_size=1))
    simulator.faults.add(faults.Refuse(), operation="runArchiveConfigurationCommands", nth=range(2, 9))
    with pytest.raises(PlanInterruptedError, match="interrupted after 1 of 2 commands") as caught:
        applied(driver, made, tmp_path / "journal")
    assert [each.outcome for each in caught.value.report.commands] == ["done", "not_tried"]
    assert not caught.value.report
    with pytest.raises(FileExistsError, match="resume that run"):
        applied(driver, made, tmp_path / "journal")
    simulator.faults.clear()
    assert resumed(driver, tmp_path / "journal")
    assert resumed(driver, tmp_path / "journal")
    assert driver.batches == 6


def test_a_journal_whose_last_line_was_not_finished_can_be_resumed(tmp_path: Path) -> None:
    present = configuration(channel("a"))
    simulator = simulated(present)
    journal = tmp_path / "journal"
    made = plan(configuration(channel("a", enabled=False)), present)
    with pytest.raises(ProcessEndsError):
        applied(AdminDriver(simulator, ends_at=1), made, journal)
    journal.write_bytes(journal.read_bytes() + b'{"outcomes": [[0, "do')
    driver = AdminDriver(simulator)
    assert resumed(driver, journal)
    assert driver.batches == 0
    assert Journal.read(journal).outcomes == {0: ("done", None)}
    (tmp_path / "other").write_text("{}\n")
    with pytest.raises(ValueError, match="not the journal of a plan"):
        Journal.read(tmp_path / "other")


def interrupted_run(journal: Path) -> AdminDriver:
    present = configuration(channel("a"), channel("b"))
    desired = configuration(channel("a", enabled=False), channel("b", enabled=False))
    driver = AdminDriver(simulated(present), ends_at=2)
    with pytest.raises(ProcessEndsError):
        applied(driver, plan(desired, present, PlanPolicy(batch_size=1)), journal)
    return driver


def test_a_journal_serves_one_run_at_a_time(tmp_path: Path) -> None:
    present = configuration(channel("a"), channel("b"))
    desired = configuration(channel("a", enabled=False), channel("b", enabled=False))
    simulator, journal = simulated(present), tmp_path / "journal"
    refused: list[str] = []

    def interfere(_: object) -> None:
        before = journal.read_bytes()
        for use in (lambda: resumed(AdminDriver(simulator), journal), lambda: Journal.read(journal)):
            with pytest.raises(BlockingIOError, match="Another run is writing this journal: wait until it") as caught:
                use()
            refused.append(str(caught.value.filename))
        assert journal.read_bytes() == before

    made = plan(desired, present, PlanPolicy(batch_size=1))
    assert applied(AdminDriver(simulator), made, journal, progress=interfere)
    assert refused == [str(journal)] * 4
    assert resumed(AdminDriver(simulator), journal)
    assert Journal.read(journal).outcomes == {0: ("done", None), 1: ("done", None)}


@pytest.mark.parametrize(
    "line",
    [
        b"[1, 2]",
        b"{}",
        b'{"sent": [2]}',
        b'{"sent": [-1]}',
        b'{"sent": "0"}',
        b'{"outcomes": [[0, "fine", null]]}',
        b'{"outcomes": [[7, "done", null]]}',
        b'{"outcomes": [[0, "done"]]}',
        b'{"sent": [0], "other": 1}',
        b'{"sent": [0]',
        b"\xff\x00",
        b"",
    ],
)
def test_a_damaged_journal_is_refused_with_its_line(tmp_path: Path, line: bytes) -> None:
    driver = interrupted_run(tmp_path / "journal")
    lines = (tmp_path / "journal").read_bytes().splitlines()
    damaged = tmp_path / "damaged"
    damaged.write_bytes(b"\n".join([*lines[:2], line, *lines[2:]]) + b"\n")
    content = damaged.read_bytes()
    for use in (lambda: Journal.read(damaged), lambda: resumed(driver, damaged)):
        with pytest.raises(ValueError, match=r"damaged:3: This line of the journal is damaged.*make a new plan"):
            use()
    assert damaged.read_bytes() == content


def test_a_journal_that_ends_in_its_first_line_says_that_nothing_was_sent(tmp_path: Path) -> None:
    interrupted_run(tmp_path / "journal")
    for size in (0, 10, 200):
        (tmp_path / "cut").write_bytes((tmp_path / "journal").read_bytes()[:size])
        with pytest.raises(ValueError, match="cut ends before anything was sent"):
            Journal.read(tmp_path / "cut")


def test_a_journal_whose_plan_was_changed_is_refused_by_name(tmp_path: Path) -> None:
    interrupted_run(tmp_path / "journal")
    changed = tmp_path / "changed"
    changed.write_bytes((tmp_path / "journal").read_bytes().replace(b'"enabled": true', b'"enabled": false'))
    with pytest.raises(ValueError, match="changed is not the journal of a plan, or its plan has been changed by hand"):
        Journal.read(changed)


def test_a_journal_of_another_cluster_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    driver = interrupted_run(tmp_path / "journal")
    content = (tmp_path / "journal").read_bytes()
    elsewhere = Simulator(servers=["99999999-2222-3333-4444-555555555559"], real_time=False)
    for name in ("a", "b"):
        elsewhere.add_channel(name, server=0)
    with pytest.raises(PlanOutdatedError, match=f"there is no server {ONE}"):
        resumed(AdminDriver(elsewhere), tmp_path / "journal")
    assert (tmp_path / "journal").read_bytes() == content
    assert resumed(driver, tmp_path / "journal")


def test_a_run_that_removes_the_last_channels_of_a_server_that_has_gone_can_be_resumed(tmp_path: Path) -> None:
    gone = "99999999-2222-3333-4444-555555555559"
    present = configuration(channel("a", server=gone))
    driver = AdminDriver(simulated(present), ends_at=1)
    with pytest.raises(ProcessEndsError):
        applied(driver, plan(configuration(owns=(OwnedChannels(server=gone),)), present, EVERYTHING), tmp_path / "j")
    assert resumed(driver, tmp_path / "j")
    assert not state(driver.simulator).channels


def test_progress_tells_of_batches_and_pauses() -> None:
    present = configuration(channel("a"), channel("b"))
    desired = configuration(channel("b", renamed_from="a"), channel("c", renamed_from="b"))
    told: list[ApplyProgress] = []
    driver = AdminDriver(simulated(present))
    assert applied(driver, plan(desired, present), progress=told.append)
    assert [(each.done, each.failed, each.total, each.batch, each.batches) for each in told] == [
        (1, 0, 2, 1, 2),
        (1, 0, 2, 2, 2),
        (2, 0, 2, 2, 2),
    ]
    assert [each.pause > 0 for each in told] == [False, True, False]
    assert len(driver.pauses) == 1
    assert 5 < driver.pauses[0] <= 5.5


@pytest.mark.parametrize(("on_failure", "patience"), [("ignore", 5.0), ("stop", 0.0), ("stop", "long")])
def test_wrong_arguments_are_refused(on_failure: Any, patience: Any) -> None:
    nothing = plan(configuration(), configuration())
    driver = AdminDriver(simulated(configuration()))
    with pytest.raises((ValueError, TypeError), match=r"on_failure is|patience is"):
        applied(driver, nothing, on_failure=on_failure, patience=patience)
