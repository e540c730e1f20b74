"""Results find their commands, and failures tell refusals from unknown outcomes."""

from __future__ import annotations

import pickle
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver import (
    ArchiveConfigurationCommands,
    CommandResult,
    CommandsFailedError,
    InvalidReplyError,
)
from cassandra_pv_archiver.command_results import CommandResults, match_results
from cassandra_pv_archiver.commands import check_commands

SERVER = "11111111-2222-3333-4444-555555555551"


def batch(names: list[tuple[str, int]]) -> list[Any]:
    commands = ArchiveConfigurationCommands()
    for name, kind in names:
        if kind == 0:
            commands.remove_channel(name)
        elif kind == 1:
            commands.update_channel(name, enabled=False, add_decimation_levels=[0, 30])
        else:
            commands.rename_channel(name + "'", name)
    return list(check_commands(commands))


def result_of(command: Any, message: str | None = None) -> CommandResult:
    members: dict[str, Any] = {"command": command.to_request(), "success": message is None}
    if message is not None:
        members["errorMessage"] = message
    return CommandResult.model_validate(members, context={"reply": True})


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "ü"]), st.integers(0, 2))), st.randoms())
def test_results_in_any_order_find_their_commands(names: list[tuple[str, int]], chance: random.Random) -> None:
    commands = batch(names)
    results = [result_of(command) for command in commands]
    chance.shuffle(results)
    matched = match_results(commands, results)
    assert [result.command.to_request() for result in matched] == [command.to_request() for command in commands]
    assert all(result.success for result in matched)


def test_a_command_without_a_result_says_so() -> None:
    commands = batch([("a", 0), ("b", 0)])
    matched = match_results(commands, [result_of(commands[1])])
    assert [result.success for result in matched] == [False, True]
    assert matched[0].outcome == "unknown"


def test_a_result_that_belongs_to_no_command() -> None:
    with pytest.raises(InvalidReplyError, match="not sent"):
        match_results(batch([("a", 0)]), [result_of(command) for command in batch([("b", 0)])])


WRAPPED = f'Server {SERVER} reported an error when trying to update channel "a": '
WRAPPED += 'Channel "a" cannot be updated because it does not exist.'


@pytest.mark.parametrize(
    ("message", "outcome"),
    [
        ('Channel "a" cannot be removed because it does not exist.', "refused"),
        ('Channel "a\\"\\u00FC" cannot be added because a channel with the same name already exists.', "refused"),
        ('Channel "a" cannot be renamed to "b" because another operation for this channel is pending.', "refused"),
        ('The control-sytem support "tango" is not available.', "refused"),
        (WRAPPED, "refused"),
        ("Connection reset by peer", "unknown"),
        ('Channel "a" cannot be removed because the operation took too long to finish.', "unknown"),
        ("", "unknown"),
    ],
)
def test_outcomes(message: str, outcome: str) -> None:
    assert result_of(batch([("a", 0)])[0], message).outcome == outcome


def test_failures_raise_one_error_that_carries_them() -> None:
    commands = batch([("a", 0), ("b", 0)])
    results = CommandResults([result_of(commands[0]), result_of(commands[1], "Connection reset by peer")])
    with pytest.raises(CommandsFailedError, match=r"1 command failed: remove_channel 'b'.*outcome unknown") as caught:
        results.raise_for_failures()
    assert pickle.loads(pickle.dumps(caught.value)).failures == (results[1],)
    CommandResults(results[:1]).raise_for_failures()
