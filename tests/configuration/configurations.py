"""Random configurations, and what the simulated server makes of files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from cassandra_pv_archiver.configuration import ArchiveConfiguration, ChannelConfiguration, OwnedChannels
from cassandra_pv_archiver.models import ServerConfigurationExport
from cassandra_pv_archiver.testing.simulator.configuration_reading import UnusableFileError
from cassandra_pv_archiver.testing.simulator.configuration_reading import read_configuration as read_as_server

ONE, TWO = UUID("11111111-2222-3333-4444-555555555551"), UUID("11111111-2222-3333-4444-555555555552")
NAMESPACE = "http://www.aquenos.com/2016/xmlns/cassandra-pv-archiver-configuration"
RECORDINGS = Path(__file__).parent.parent / "recordings" / "exchanges"

ANY_CHARACTER = st.characters(exclude_categories=["Cs"])
XML_CHARACTER = st.one_of(
    st.sampled_from("\t\n\r<>&\"'{}[]:=#,;\\ \x85\u2028\ufeff\ufffd😀"),
    st.characters(min_codepoint=0x20, exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"),
)


@st.composite
def levels(draw: st.DrawFn) -> dict[int, int]:
    chosen = sorted(draw(st.sets(st.integers(1, 2**31 - 1) | st.sampled_from([30, 60, 900, 3600, 86400]), max_size=4)))
    limited = draw(st.integers(0, len(chosen) + 1))
    periods = sorted(draw(st.lists(st.integers(1, 2**31 - 1), min_size=limited, max_size=limited)))
    return dict(zip([0, *chosen], periods + [0] * (len(chosen) + 1 - limited), strict=True))


def configurations(
    character: st.SearchStrategy[str], *, servers: list[UUID | None], is_renamed: bool = True, options: bool = True
) -> st.SearchStrategy[ArchiveConfiguration]:
    """Configurations whose texts are made of such characters, and whose channels are on these servers."""
    text = st.text(character, max_size=8)
    name = st.text(character, min_size=1, max_size=8)
    known = st.fixed_dictionaries(
        {}, optional={"monitorMask": st.sampled_from(["value", "alarm|archive", ""]), "enablingChannel": text}
    )

    @st.composite
    def made(draw: st.DrawFn) -> ArchiveConfiguration:
        names = draw(st.lists(name, unique=True, max_size=6))
        old_names = draw(st.lists(name, unique=True, min_size=len(names), max_size=len(names)))
        channels = [
            ChannelConfiguration(
                name=each,
                server=draw(st.sampled_from(servers)),
                control_system_type=kind,
                levels=draw(levels()),
                enabled=draw(st.booleans()),
                options=draw(known if kind == "channel_access" else st.dictionaries(text, text, max_size=3)),
                renamed_from=old if is_renamed and old != each and draw(st.booleans()) else None,
            )
            for each, old in zip(names, old_names, strict=True)
            for kind in [draw(st.sampled_from(["channel_access", "tango"]) | text)]
        ]
        return ArchiveConfiguration(channels=channels)

    return made()


def with_servers_and_scopes(made: ArchiveConfiguration, names: list[str], pattern: str) -> ArchiveConfiguration:
    """The configuration with names for its servers, and channels that it owns."""
    owns = [OwnedChannels(server=ONE), OwnedChannels(channels=pattern), OwnedChannels(server=TWO, channels="*")]
    servers = dict(zip(names, (ONE, TWO), strict=False))
    return ArchiveConfiguration(channels=made.channels, owns=owns, servers=servers)


def recorded_export(name: str) -> bytes:
    """A file that a real server exported."""
    exchange = json.loads((RECORDINGS / f"{name}.json").read_text("utf-8"))
    return ServerConfigurationExport.model_validate_json(exchange["response"]["body"]["text"]).xml


def as_server_reads(document: bytes) -> dict[str, Any] | None:
    """The channels by name, as plain values; None if the server refuses the file."""
    try:
        found = read_as_server(document)
    except UnusableFileError:
        return None
    return {
        name: (each.control_system_type, each.enabled, dict(each.retention), dict(each.options))
        for name, each in found.items()
    }


def plain(configuration: ArchiveConfiguration) -> dict[str, Any]:
    """The channels by name, as plain values."""
    return {
        each.name: (each.control_system_type, each.enabled, dict(each.levels), dict(each.options))
        for each in configuration.channels
    }
