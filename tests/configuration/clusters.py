"""Random states of a cluster, what is desired of it, and what may be done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from cassandra_pv_archiver.configuration import (
    ArchiveConfiguration,
    ChannelConfiguration,
    OwnedChannels,
    Plan,
    PlanPolicy,
)

from .configurations import ONE, TWO

NAMES = ["a", "b", "c", "d", "e", "ü", 'x"y']
EVERYTHING = PlanPolicy(remove_channels=True, remove_levels=True, shorten_retention=True)


def policies(*, circles: bool = False) -> st.SearchStrategy[PlanPolicy]:
    return st.builds(
        PlanPolicy,
        remove_channels=st.booleans(),
        remove_levels=st.booleans(),
        shorten_retention=st.booleans(),
        rename_in_circles=st.booleans() if circles else st.just(False),
        control_system_types=st.just(frozenset({"channel_access"})),
        batch_size=st.sampled_from([1, 2, 500]),
    )


@st.composite
def few_levels(draw: st.DrawFn) -> dict[int, int]:
    chosen = [0, *sorted(draw(st.sets(st.sampled_from([5, 60, 900]))))]
    limited = draw(st.integers(0, len(chosen)))
    periods = sorted(draw(st.lists(st.sampled_from([100, 200, 300]), min_size=limited, max_size=limited)))
    return dict(zip(chosen, periods + [0] * (len(chosen) - limited), strict=True))


def channels(name: str, servers: Iterable[UUID | None], old: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        ChannelConfiguration,
        name=st.just(name),
        server=st.sampled_from(list(servers)),
        control_system_type=st.sampled_from(["channel_access"] * 6 + ["tango"]),
        levels=few_levels(),
        enabled=st.booleans(),
        options=st.dictionaries(st.sampled_from(["clockSource", "monitorMask"]), st.sampled_from(["", "local"])),
        renamed_from=old,
    )


@st.composite
def present_states(draw: st.DrawFn) -> ArchiveConfiguration:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    return ArchiveConfiguration(channels=[draw(channels(name, [ONE, TWO], st.none())) for name in names])


@st.composite
def desired_states(draw: st.DrawFn) -> ArchiveConfiguration:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    old_names = draw(st.permutations(NAMES))
    desired = [
        draw(channels(name, [ONE, TWO], st.just(old) if old != name and draw(st.booleans()) else st.none()))
        for name, old in zip(names, old_names, strict=False)
    ]
    scopes = st.sampled_from([OwnedChannels(channels="*"), OwnedChannels(server=ONE), OwnedChannels(channels="[ab]")])
    return ArchiveConfiguration(channels=desired, owns=draw(st.lists(scopes, max_size=2)))


def as_planned(present: ArchiveConfiguration, plan: Plan) -> ArchiveConfiguration:
    """The state that the plan leads to, by its own account."""
    found: dict[str, ChannelConfiguration | None] = {channel.name: channel for channel in present.channels}
    found |= plan.after()
    return ArchiveConfiguration(channels=[channel for channel in found.values() if channel is not None])


def lost(before: Mapping[str, ChannelConfiguration], after: Mapping[str, ChannelConfiguration | None]) -> set[str]:
    """Which permissions a transition needs; names must belong to the same channels."""
    needed: set[str] = set()
    for name, channel in before.items():
        now = after.get(name)
        if now is None or now.control_system_type != channel.control_system_type:
            needed.add("remove_channels")
            continue
        for level, period in channel.levels.items():
            if level not in now.levels:
                needed.add("remove_levels")
            elif now.levels[level] != 0 and (period == 0 or now.levels[level] < period):
                needed.add("shorten_retention")
    return needed
