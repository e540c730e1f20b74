"""Differences between configurations, by channel and member."""

from __future__ import annotations

from hypothesis import given, settings

from cassandra_pv_archiver import ArchiveConfiguration, ChannelConfiguration
from cassandra_pv_archiver.configuration import ConfigurationDifference, OwnedChannels, diff

from .clusters import desired_states, present_states
from .configurations import ONE, TWO


def configuration(*channels: ChannelConfiguration, owns: tuple[OwnedChannels, ...] = ()) -> ArchiveConfiguration:
    return ArchiveConfiguration(channels=channels, owns=owns)


def channel(name: str, **members: object) -> ChannelConfiguration:
    return ChannelConfiguration(**{"name": name, "server": ONE, **members})  # type: ignore[arg-type]


def test_each_member_that_differs_is_named_with_both_values() -> None:
    before = configuration(
        channel("a", levels={0: 0, 30: 0}, options={"monitorMask": "value", "maxClockSkew": "3"}), channel("same")
    )
    after = configuration(
        channel(
            "a",
            server=TWO,
            control_system_type="tango",
            enabled=False,
            levels={0: 5, 60: 0},
            options={"monitorMask": "alarm", "clockSource": "local"},
        ),
        channel("same"),
    )
    (found,) = diff(before, after).channels
    assert (found.name, found.kind, found.renamed_from) == ("a", "changed", None)
    assert [(each.member, each.before, each.after) for each in found.members] == [
        ("server", ONE, TWO),
        ("control_system_type", "channel_access", "tango"),
        ("enabled", True, False),
        ("levels.0", 0, 5),
        ("levels.30", 0, None),
        ("levels.60", None, 0),
        ("options.clockSource", None, "local"),
        ("options.maxClockSkew", "3", None),
        ("options.monitorMask", "value", "alarm"),
    ]
    assert str(found.members[2]) == "enabled: true -> false"
    assert str(found.members[6]) == "options.clockSource: none -> 'local'"


def test_channels_of_only_one_side_are_added_or_removed() -> None:
    found = diff(configuration(channel("a"), channel("b")), configuration(channel("b"), channel("c")))
    assert [each.name for each in found.added] == ["c"]
    assert [each.name for each in found.removed] == ["a"]
    assert str(found) == "removed 'a'\nadded 'c'"
    owning = configuration(channel("c"), owns=(OwnedChannels(channels="b*"),))
    only_owned = diff(configuration(channel("a"), channel("b")), owning, only_owned=True)
    assert [(each.kind, each.name) for each in only_owned.channels] == [("removed", "b"), ("added", "c")]


def test_a_rename_is_found_where_it_is_declared_and_due() -> None:
    desired = configuration(channel("new", renamed_from="old", enabled=False))
    (found,) = diff(configuration(channel("old")), desired).channels
    assert (found.kind, found.renamed_from, found.name) == ("changed", "old", "new")
    assert str(found) == "changed 'new' (renamed from 'old'; enabled: true -> false)"
    assert found.before is not None
    assert found.before.name == "old"
    done = diff(configuration(channel("old"), channel("new", enabled=False)), desired)
    assert [(each.kind, each.name) for each in done.channels] == [("removed", "old")]
    undeclared = diff(configuration(channel("old")), configuration(channel("new")))
    assert [each.kind for each in undeclared.channels] == ["added", "removed"]


def test_a_chain_of_renames_is_found_as_a_whole() -> None:
    before = configuration(channel("a"), channel("b"))
    after = configuration(channel("a"), channel("b", renamed_from="a"), channel("c", renamed_from="b"))
    assert [(each.kind, each.name, each.renamed_from) for each in diff(before, after).channels] == [
        ("added", "a", None),
        ("changed", "b", "a"),
        ("changed", "c", "b"),
    ]


def test_a_server_that_is_not_said_is_not_different() -> None:
    assert not diff(configuration(channel("a", server=None)), configuration(channel("a")))
    assert not diff(configuration(channel("a")), configuration(channel("a", server=None)))


@settings(max_examples=50)
@given(present_states(), desired_states())
def test_nothing_differs_from_itself_and_every_channel_that_differs_is_named_once(
    one: ArchiveConfiguration, other: ArchiveConfiguration
) -> None:
    assert not diff(one, one)
    found = diff(one, other)
    assert len({each.name for each in found.channels if each.kind != "removed"}) == len(
        [each for each in found.channels if each.kind != "removed"]
    )
    both_ways = diff(one, configuration(*(each.model_copy(update={"renamed_from": None}) for each in other.channels)))
    assert {each.name for each in both_ways.removed} == one.by_name.keys() - other.by_name.keys()
    assert {each.name for each in both_ways.added} == other.by_name.keys() - one.by_name.keys()
    assert ConfigurationDifference.model_validate_json(found.model_dump_json()).channels == found.channels
