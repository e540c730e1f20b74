"""Channels and configurations as values."""

from __future__ import annotations

import pickle
import re
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cassandra_pv_archiver.configuration import ArchiveConfiguration, ChannelConfiguration, OwnedChannels

ONE, TWO = UUID("11111111-2222-3333-4444-555555555551"), UUID("11111111-2222-3333-4444-555555555552")
R1 = "Decimation level {} has a retention period of {} which is less than the retention period of decimation level {} "
R1 += "which is {}."


def test_defaults_are_those_of_the_server() -> None:
    channel = ChannelConfiguration(name="x")
    assert (channel.levels, channel.enabled, channel.options) == ({0: 0}, True, {})
    assert (channel.server, channel.control_system_type, channel.renamed_from) == (None, "channel_access", None)


def test_levels_ascend_and_options_have_the_order_of_the_server() -> None:
    channel = ChannelConfiguration(name="x", levels={900: 0, 30: 20, 0: 10}, options={"｡": "1", "😀": "2", "a": "3"})
    assert list(channel.levels.items()) == [(0, 10), (30, 20), (900, 0)]
    assert list(channel.options) == ["a", "😀", "｡"]


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"levels": {0: 10, 30: 5}}, R1.format(30, 5, 0, 10)),
        ({"levels": {30: 5}}, R1.format(30, 5, 0, "unbounded")),
        ({"levels": {0: 1, 30: 5, 60: 6, 90: 5}}, R1.format(90, 5, 60, 6)),
        ({"levels": {-1: 5}}, "A decimation level cannot have a negative decimation period."),
        (
            {"levels": {0: -1}},
            "The retention period of decimation level 0 is negative: write 0",
        ),
        ({"levels": {2**31: 0}}, "The decimation period 2147483648 is longer than 2147483647 seconds."),
        ({"levels": {0: 2**31}}, "The retention period 2147483648 of decimation level 0 is longer than 2147483647"),
        ({"name": ""}, "The name of a channel must not be empty."),
        ({"renamed_from": ""}, "The name of a channel must not be empty."),
        ({"renamed_from": "x"}, "A channel cannot be renamed from the name that it has"),
        ({"server": "one"}, "'one' is not the ID of a server"),
        ({"enabled": 1}, "valid boolean"),
        ({"levels": {"0": 0}}, "valid integer"),
        ({"options": {"a": 1}}, "valid string"),
        ({"decimation_levels": {}}, "Extra inputs"),
    ],
)
def test_rules_for_a_channel(members: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ChannelConfiguration(**{"name": "x", **members})
    assert message in str(caught.value)


def test_equal_levels_and_unlimited_longer_ones_are_fine() -> None:
    levels = {0: 5, 30: 5, 60: 0, 2**31 - 1: 0}
    assert ChannelConfiguration(name="x", levels=levels).levels == levels


def test_a_configuration_is_in_the_order_of_the_server_and_stays_equal() -> None:
    channels = [ChannelConfiguration(name=name, server=ONE, levels={30: 0}) for name in ("｡", "😀", "b", "B")]
    made = ArchiveConfiguration(channels=channels, owns=[OwnedChannels(server=ONE)], servers={"one": ONE})
    assert [channel.name for channel in made.channels] == ["B", "b", "😀", "｡"]
    assert made.by_name["b"] is channels[2]
    for copy in (pickle.loads(pickle.dumps(made)), ArchiveConfiguration.model_validate_json(made.model_dump_json())):
        assert copy == made
        assert hash(copy.channels) == hash(made.channels)
    assert ArchiveConfiguration(channels=channels[::-1], owns=made.owns, servers=made.servers) == made


def test_names_are_unique() -> None:
    twice = [ChannelConfiguration(name="a"), ChannelConfiguration(name="a", server=ONE)]
    with pytest.raises(ValidationError, match=r"channel can be there only once.*'a'"):
        ArchiveConfiguration(channels=twice)
    renamed = [ChannelConfiguration(name=name, renamed_from="old") for name in "ab"]
    with pytest.raises(ValidationError, match=r"renamed_from can be there only once.*'old'"):
        ArchiveConfiguration(channels=renamed)


def test_channels_that_are_owned() -> None:
    of_one = OwnedChannels(server=ONE)
    assert of_one.covers("a", ONE)
    assert not of_one.covers("a", TWO)
    assert not of_one.covers("a", None)
    pattern = OwnedChannels(channels="RING:?[a]*")
    assert pattern.covers("RING:x[a]\nz", None)
    assert not pattern.covers("ring:x[a]", None)
    assert not pattern.covers("xRING:x[a]", None)
    both = OwnedChannels(server=ONE, channels="*")
    assert both.covers("a", ONE)
    assert not both.covers("a", TWO)
    with pytest.raises(ValidationError, match="Say which channels are owned"):
        OwnedChannels()
    configuration = ArchiveConfiguration(owns=[of_one, pattern])
    assert configuration.owns_channel("a", ONE)
    assert configuration.owns_channel("RING:x[a]", TWO)
    assert not configuration.owns_channel("a", TWO)


def test_a_server_for_channels_that_have_none() -> None:
    channels = [ChannelConfiguration(name="a"), ChannelConfiguration(name="b", server=TWO)]
    configuration = ArchiveConfiguration(channels=channels)
    assert set(configuration.by_name) == {"a", "b"}
    given = configuration.with_server(ONE)
    assert {name: channel.server for name, channel in given.by_name.items()} == {"a": ONE, "b": TWO}
    assert [channel.name for channel in given.of_server(ONE)] == ["a"]
    assert configuration.channels[0].server is None


@given(st.text("ab*?", min_size=1, max_size=8), st.text("ab", max_size=8))
def test_patterns_cover_what_stars_and_question_marks_say(pattern: str, name: str) -> None:
    expected = re.fullmatch(pattern.replace("*", ".*").replace("?", "."), name) is not None
    assert OwnedChannels(channels=pattern).covers(name, ONE) == expected


def test_a_pattern_of_many_stars_takes_no_longer_than_others() -> None:
    owned = OwnedChannels(channels="*a" * 50 + "*b")
    assert not owned.covers("a" * 10_000, ONE)
    assert owned.covers("a" * 10_000 + "b", ONE)
