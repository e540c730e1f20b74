"""Plans: they lead to what is desired, keep to what is permitted, and can be saved."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cassandra_pv_archiver import ArchiveConfiguration, ChannelConfiguration
from cassandra_pv_archiver.configuration import (
    InvalidConfigurationError,
    OwnedChannels,
    Plan,
    PlannedBatch,
    PlanPolicy,
    diff,
    plan,
    predict,
)

from .clusters import EVERYTHING, as_planned, desired_states, policies, present_states
from .configurations import ONE, TWO


def channel(name: str, **members: object) -> ChannelConfiguration:
    return ChannelConfiguration(**{"name": name, "server": ONE, **members})  # type: ignore[arg-type]


def configuration(*channels: ChannelConfiguration, owns: tuple[OwnedChannels, ...] = ()) -> ArchiveConfiguration:
    return ArchiveConfiguration(channels=channels, owns=owns)


def commands(made: Plan) -> list[list[str]]:
    return [
        [f"{each.command.command_type} {' '.join(each.names)}" for each in batch.commands] for batch in made.batches
    ]


@settings(max_examples=150)
@given(present_states(), desired_states(), policies())
def test_a_plan_leads_to_what_is_desired_but_for_what_it_withholds(
    present: ArchiveConfiguration, desired: ArchiveConfiguration, policy: PlanPolicy
) -> None:
    made = plan(desired, present, policy)
    reached = as_planned(present, made)
    again = plan(desired, reached, policy)
    assert not again, str(again)
    left = {each.channel for each in made.withheld}
    for difference in diff(reached, desired, only_owned=True).channels:
        assert left & {difference.name, difference.renamed_from} or difference.name in left_under_old_name(made)
    assert set(reached.by_name) >= set(desired.by_name)
    for loss in made.losses:
        needed = {"channel": "remove_channels", "level": "remove_levels", "retention": "shorten_retention"}[loss.kind]
        assert getattr(policy, needed)


def left_under_old_name(made: Plan) -> set[str]:
    """The new names of channels of which something is withheld under the old one."""
    left = {each.channel for each in made.withheld}
    return {command.names[-1] for command in made.commands if len(command.names) == 2 and command.names[0] in left}


@given(present_states(), desired_states(), policies(circles=True))
def test_within_a_batch_no_command_is_about_the_channel_of_another_and_pauses_are_long_enough(
    present: ArchiveConfiguration, desired: ArchiveConfiguration, policy: PlanPolicy
) -> None:
    made = plan(desired, present, policy)
    state, pending = present, frozenset[str]()
    for batch in made.batches:
        names = [name for command in batch.commands for name in command.names]
        assert len(set(names)) == len(names)
        assert len(batch.commands) <= policy.batch_size
        servers = [command.server for command in batch.commands]
        assert servers == sorted(servers, key=lambda server: server.bytes)
        prediction = predict(
            [command.command for command in batch.commands], state, pending=frozenset() if batch.pause else pending
        )
        assert not prediction.failures
        state, pending = prediction.configuration, prediction.pending
    assert state.channels == as_planned(present, made).channels


@settings(max_examples=50)
@given(present_states(), desired_states(), policies(circles=True))
def test_a_plan_is_the_same_again_and_survives_being_saved(
    present: ArchiveConfiguration, desired: ArchiveConfiguration, policy: PlanPolicy
) -> None:
    made = plan(desired, present, policy)
    assert plan(desired, present, policy).to_json() == made.to_json()
    assert Plan.from_json(made.to_json()).to_json() == made.to_json()
    assert Plan.from_json(made.to_json()) == made


def test_all_that_is_needed_for_one_channel_comes_one_after_the_other() -> None:
    present = configuration(channel("old", levels={0: 0, 30: 0}), channel("other"))
    desired = configuration(channel("new", renamed_from="old", server=TWO, levels={0: 0}), channel("other"))
    made = plan(desired, present, EVERYTHING)
    assert commands(made) == [["rename_channel old new"], ["update_channel new"], ["move_channel new"]]
    assert made.seconds_of_pauses == 0
    rename, update, move = made.commands
    assert rename.reason == "name: 'old' -> 'new'"
    assert update.reason == "levels.30: forever -> none"
    assert update.costs == ("removes level 30 and its samples", "re-initialises the channel, counters restart")
    assert move.costs == ("moves; in error for about 6 s",)
    assert [loss.channel for loss in made.losses] == ["old"]
    assert update.command.expected_server_id == ONE
    assert update.command.expected_control_system_type == "channel_access"
    assert move.command.expected_old_server_id == ONE
    assert (rename.needs, update.needs, move.needs) == ((), (0,), (1,))


def test_a_chain_of_renames_waits_for_each_name() -> None:
    present = configuration(channel("a"), channel("b"))
    desired = configuration(channel("a"), channel("b", renamed_from="a"), channel("c", renamed_from="b"))
    made = plan(desired, present)
    assert commands(made) == [["rename_channel b c"], ["rename_channel a b"], ["add_channel a"]]
    assert [batch.pause for batch in made.batches] == [0, 5.5, 5.5]
    assert not plan(desired, as_planned(present, made))


def test_names_are_exchanged_by_way_of_a_free_one_if_that_is_permitted() -> None:
    present = configuration(channel("a", levels={0: 1}), channel("b", levels={0: 2}), channel("a.renaming-1"))
    desired = configuration(
        channel("a", renamed_from="b", levels={0: 2}), channel("b", renamed_from="a", levels={0: 1})
    )
    withheld = plan(desired, present)
    assert commands(withheld) == []
    assert "exchange their names ('a' -> 'b' -> 'a')" in withheld.warnings[0]
    made = plan(desired, present, PlanPolicy(rename_in_circles=True))
    assert commands(made) == [
        ["rename_channel a a.renaming-2"],
        ["rename_channel b a"],
        ["rename_channel a.renaming-2 b"],
    ]
    assert [batch.pause for batch in made.batches] == [0, 5.5, 5.5]
    assert [each.levels[0] for each in as_planned(present, made).channels if len(each.name) == 1] == [2, 1]


def test_a_circle_of_three_gives_each_channel_the_next_name() -> None:
    present = configuration(*(channel(name, levels={0: place + 1}) for place, name in enumerate("abc")))
    desired = configuration(
        *(channel(name, renamed_from=old, levels={0: "abc".index(old) + 1}) for name, old in ("ba", "cb", "ac"))
    )
    made = plan(desired, present, PlanPolicy(rename_in_circles=True))
    assert [(each.name, each.levels[0]) for each in as_planned(present, made).channels] == [
        ("a", 3),
        ("b", 1),
        ("c", 2),
    ]


@given(st.integers(2, 5), st.booleans())
def test_an_exchange_of_names_that_was_interrupted_is_finished_by_a_new_plan(size: int, owns: bool) -> None:
    names = "abcde"[:size]
    present = configuration(*(channel(name, levels={0: place + 1}) for place, name in enumerate(names)))
    desired = configuration(
        *(
            channel(names[(place + 1) % size], renamed_from=name, levels={0: place + 1})
            for place, name in enumerate(names)
        ),
        owns=(OwnedChannels(server=ONE),) if owns else (),
    )
    made = plan(desired, present, EVERYTHING.model_copy(update={"rename_in_circles": True}))
    assert len(made.commands) == size + 1
    after = present
    for done, planned in enumerate(made.commands[:-1], 1):
        after = predict([planned.command], after).configuration
        assert diff(after, desired).channels
        for policy in (PlanPolicy(), EVERYTHING, EVERYTHING.model_copy(update={"rename_in_circles": True})):
            rest = plan(desired, after, policy)
            assert [each.command for each in rest.commands] == [each.command for each in made.commands[done:]]
            assert rest.warnings == (
                "'a.renaming-1' is taken for the channel that was 'a' before an exchange of names was interrupted.",
            )
            assert as_planned(after, rest).channels == as_planned(present, made).channels


def test_a_rename_that_is_done_says_nothing_any_more() -> None:
    desired = configuration(channel("new", renamed_from="old"))
    assert not plan(desired, configuration(channel("new")))
    assert not plan(desired, configuration(channel("new"), channel("old")))
    assert commands(plan(desired, configuration())) == [["add_channel new"]]


def test_what_is_not_permitted_is_withheld() -> None:
    present = configuration(
        channel("gone"),
        channel("kept", levels={0: 0, 30: 0, 60: 0}),
        channel("type"),
    )
    desired = configuration(
        channel("kept", levels={0: 100, 30: 0}, enabled=False),
        channel("type", control_system_type="tango", options={"x": "y"}),
        owns=(OwnedChannels(server=ONE),),
    )
    made = plan(desired, present)
    assert [(each.channel, each.member, each.permission) for each in made.withheld] == [
        ("kept", "levels.0", "shorten_retention"),
        ("kept", "levels.60", "remove_levels"),
        ("type", "control_system_type", "remove_channels"),
        ("gone", None, "remove_channels"),
    ]
    assert commands(made) == [["update_channel kept"]]
    assert made.commands[0].reason == "enabled: true -> false"
    assert not made.losses
    everything = plan(desired, present, EVERYTHING)
    assert not everything.withheld
    assert commands(everything) == [
        ["update_channel kept", "remove_channel type"],
        ["add_channel type"],
        ["remove_channel gone"],
    ]
    assert [(loss.kind, loss.channel, loss.level) for loss in everything.losses] == [
        ("retention", "kept", 0),
        ("level", "kept", 60),
        ("channel", "type", None),
        ("channel", "gone", None),
    ]
    assert "removes samples of level 0 that are older than 100s" in everything.commands[0].costs


def test_periods_are_written_as_people_write_them() -> None:
    present = configuration(channel("a", levels={0: 90 * 86400, 30: 0, 60: 0}))
    desired = configuration(channel("a", levels={0: 36000, 30: 86401, 60: 0, 900: 0}))
    (withheld, other), (command,) = plan(desired, present).withheld, plan(desired, present, EVERYTHING).commands
    assert withheld.message.startswith("level 0 stays kept for 90d instead of for 10h, because")
    assert other.message.startswith("level 30 stays kept for ever instead of for 86401s, because")
    assert command.reason == "levels.0: 90d -> 10h; levels.30: forever -> 86401s; levels.900: none -> forever"
    assert command.costs[:2] == (
        "removes samples of level 0 that are older than 10h",
        "removes samples of level 30 that are older than 86401s",
    )


def test_levels_that_do_not_go_together_without_a_permission_stay_all() -> None:
    present = configuration(channel("a", levels={0: 100, 30: 200}))
    desired = configuration(channel("a", levels={0: 150, 60: 160}))
    made = plan(desired, present)
    assert commands(made) == []
    assert [each.permission for each in made.withheld] == ["remove_levels", None]
    assert "Decimation level 60 has a retention period of 160 which is less than" in made.withheld[1].message


def test_channels_that_are_neither_named_nor_owned_are_left_alone() -> None:
    present = configuration(channel("a"), channel("b", server=TWO), channel("ring:x"))
    assert not plan(configuration(), present, EVERYTHING)
    owned = configuration(owns=(OwnedChannels(channels="ring:*"), OwnedChannels(server=TWO)))
    assert sorted(commands(plan(owned, present, EVERYTHING))[0]) == ["remove_channel b", "remove_channel ring:x"]


def test_a_channel_without_a_server_stays_where_it_is_and_cannot_be_added() -> None:
    desired = configuration(
        channel("a", server=None, enabled=False), channel("b", server=None), channel("c", server=None)
    )
    with pytest.raises(InvalidConfigurationError) as caught:
        plan(desired, configuration(channel("a", server=TWO)))
    assert [problem.channel for problem in caught.value.problems] == ["b", "c"]
    made = plan(configuration(desired.channels[0]), configuration(channel("a", server=TWO)))
    assert commands(made) == [["update_channel a"]]
    with pytest.raises(ValueError, match="does not say its server"):
        plan(configuration(), configuration(channel("a", server=None)))


def test_a_rename_that_may_be_meant_is_warned_of_within_one_scope() -> None:
    present = configuration(channel("ring:old", enabled=False), channel("x:old", enabled=False))
    desired = configuration(channel("ring:new", enabled=False), owns=(OwnedChannels(channels="ring:*"),))
    for policy in (EVERYTHING, PlanPolicy()):
        (warning,) = plan(desired, present, policy).warnings
        assert "'ring:new' would be added and 'ring:old' would go, with equal configurations" in warning
    different = configuration(channel("ring:new"), owns=desired.owns)
    assert not plan(different, present, EVERYTHING).warnings


def test_a_channel_that_cannot_be_renamed_any_more_and_would_go_is_warned_of() -> None:
    present = configuration(channel("old"), channel("new", enabled=False))
    desired = configuration(channel("new", renamed_from="old", enabled=False), owns=(OwnedChannels(server=ONE),))
    for policy in (EVERYTHING, PlanPolicy()):
        (warning,) = plan(desired, present, policy).warnings
        assert warning.startswith("'old' is not renamed to 'new', because 'new' is there already: it would go")
    assert not plan(configuration(*desired.channels), present, EVERYTHING).warnings
    assert not plan(desired, configuration(channel("new", enabled=False)), EVERYTHING).warnings


def test_channels_of_a_type_that_is_not_installed_are_withheld() -> None:
    policy = EVERYTHING.model_copy(update={"control_system_types": frozenset({"channel_access"})})
    present = configuration(channel("a", control_system_type="tango"), channel("b", control_system_type="tango"))
    desired = configuration(
        channel("a", control_system_type="tango", enabled=False, server=TWO), owns=(OwnedChannels(server=ONE),)
    )
    made = plan(desired, present, policy)
    assert commands(made) == [["move_channel a"]]
    assert [each.channel for each in made.withheld] == ["a", "b"]
    assert "is not installed" in str(made.withheld[0])


def test_a_plan_that_was_changed_by_hand_is_refused(tmp_path: Path) -> None:
    made = plan(configuration(channel("a", enabled=False)), configuration(channel("a")))
    made.save(tmp_path / "plan.json")
    assert Plan.load(tmp_path / "plan.json") == made
    text = made.to_json()
    for old, new in (
        ('"enabled": true', '"enabled": false'),
        ('"number": 0', '"number": 1'),
        ('"channelName": "a"', '"channelName": "b"'),
        ('"losses": []', '"losses": [{"kind": "channel", "channel": "a", "level": null}]'),
        ('"pause": 0.0', '"pause": 1.0'),
        (made.fingerprint, ""),
        (f'"fingerprint": "{made.fingerprint}"', '"version": 1'),
    ):
        assert old in text
        with pytest.raises(ValueError, match="changed by hand"):
            Plan.from_json(text.replace(old, new))


def test_a_plan_can_be_put_together_and_is_checked_before_it_is_applied() -> None:
    made = plan(configuration(channel("a", enabled=False)), configuration(channel("a")))
    assert Plan(batches=made.batches, before=made.before) == made
    assert not Plan()
    with pytest.raises(ValueError, match=r"cannot be applied: .* does not exist"):
        Plan(batches=made.batches).after()
    (command,) = made.commands
    twice = PlannedBatch(commands=(command, command))
    with pytest.raises(ValueError, match="not in their order"):
        Plan(batches=(twice,), before=made.before)


def test_a_batch_has_at_least_one_command() -> None:
    with pytest.raises(ValueError, match="at least one command"):
        PlanPolicy(batch_size=0)


def test_a_plan_shows_what_it_does() -> None:
    present = configuration(channel("a"), channel("b"))
    desired = configuration(channel("b", renamed_from="a"), channel("c", renamed_from="b"), channel("d"))
    assert str(plan(desired, present)).splitlines() == [
        "rename_channel 'b' -> 'c': name: 'b' -> 'c'; re-initialises the channel, counters restart",
        "add_channel 'd': it is not there",
        "wait for 5.5 s",
        "rename_channel 'a' -> 'b': name: 'a' -> 'b'; re-initialises the channel, counters restart",
    ]
    assert str(plan(configuration(), present)) == "Nothing is to be done."
