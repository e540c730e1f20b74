"""What the parts of a scene file have to do with each other."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from cassandra_pv_archiver.testing.simulator import Faults, faults
from cassandra_pv_archiver.times import resolve_time

from .filling import number_of_samples
from .members import suggestion
from .models import Channel, Fault, Listed, Recorded, SceneFile, Server, Steps
from .values import SampleValues, is_text, named_values

MOST_SAMPLES = 10_000_000
"""How many samples one signal of a scene may have when it is loaded; more would fill the memory."""
FAULTS: dict[str, type[Any]] = {
    name: vars(faults)[name]
    for name in faults.__all__
    if isinstance(vars(faults)[name], type) and dataclasses.is_dataclass(vars(faults)[name])
    if issubclass(vars(faults)[name], Callable)
}
"""The faults that a scene can name: all that are classes with attributes."""

Place: TypeAlias = tuple[str | int, ...]
"""Where something is said in a scene file: names of members and positions in lists."""
Problem: TypeAlias = tuple[Place, str]
"""A place in a scene file, and what is wrong there."""


def find_server(named: int | str, servers: tuple[Server, ...]) -> int | UUID:
    """The server that a scene file means: its position, or an ID that is not that of a server of the cluster.

    Raises:
        ValueError: There is no such server.
    """
    if isinstance(named, int):
        if not 0 <= named < len(servers):
            raise ValueError(f"there is no server {named}; positions are 0 to {len(servers) - 1}")
        return named
    so_named = [position for position, server in enumerate(servers) if named == server.name]
    if len(so_named) > 1:
        raise ValueError(f"there are {len(so_named)} servers named {named!r}: write the ID or the position")
    if so_named:
        return so_named[0]
    try:
        server_id = UUID(named)
    except ValueError:
        known = [server.name for server in servers]
        raise ValueError(f"there is no server {named!r}; {suggestion(named, known)}") from None
    return next((place for place, server in enumerate(servers) if server.id == server_id), server_id)


def add_fault(added_to: Faults, fault: Fault, servers: tuple[Server, ...]) -> None:
    """Adds the fault that a scene file describes.

    Raises:
        ValueError: There is no such fault, or it has other arguments.
        TypeError: Members exclude each other.
    """
    kind = FAULTS.get(fault.fault)
    if kind is None:
        raise ValueError(f"there is no fault {fault.fault!r}; {suggestion(fault.fault, list(FAULTS))}")
    known = [field.name for field in dataclasses.fields(kind)]
    for name in fault.arguments:
        if name not in known:
            raise ValueError(f"{fault.fault} has no argument {name!r}; {suggestion(name, known)}")
    server = None if fault.server is None else _position(fault.server, servers)
    arguments = dict(fault.arguments)
    if kind is faults.ServerDies and isinstance(arguments.get("server"), int | str):
        arguments["server"] = _position(arguments["server"], servers)
    nth = fault.nth[0] if fault.nth is not None and len(fault.nth) == 1 else fault.nth
    added_to.add(
        _made(kind, arguments),
        operation=fault.operation,
        channel=fault.channel,
        service=fault.service,
        server=server,
        nth=nth,
        times=fault.times,
    )


def _position(named: int | str, servers: tuple[Server, ...]) -> int:
    found = find_server(named, servers)
    if isinstance(found, UUID):
        known = [str(server.id) if server.id is not None else server.name for server in servers]
        raise ValueError(f"no server of the cluster has the ID {named!r}; {suggestion(str(named), known)}")
    return found


def _made(kind: type[Any], arguments: dict[str, Any]) -> Any:
    try:
        return TypeAdapter[Any](kind).validate_python(arguments)
    except ValidationError as error:
        first = error.errors()[0]
        where = f"the argument {first['loc'][0]!r} of {kind.__name__}" if first["loc"] else kind.__name__
        raise ValueError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from None


def problems(scene: SceneFile, servers: tuple[Server, ...], now: int) -> Iterator[Problem]:
    """Everything that is wrong with a scene file whose single members are right.

    Args:
        scene: The scene file.
        servers: The servers of the cluster.
        now: The time in nanoseconds since 1970-01-01 UTC.
    """
    yield from _repeated("servers", [server.id for server in servers if server.id is not None])
    yield from _repeated("channels", [channel.name for channel in scene.channels])
    yield from _repeated("users", [user.name for user in scene.users])
    for number, channel in enumerate(scene.channels):
        place = ("channels", number)
        yield from _unknown_server((*place, "server"), channel.server, servers)
        for within, text in _problems_of_channel(channel, now):
            yield (*place, *within), text
    for number, fault in enumerate(scene.faults):
        try:
            add_fault(Faults(), fault, servers)
        except (ValueError, TypeError) as error:
            yield ("faults", number), str(error)


def _repeated(where: str, names: list[Any]) -> Iterator[Problem]:
    for name, times in Counter(names).items():
        if times > 1:
            yield (where,), f"{str(name)!r} is there {times} times: give each another name"


def _unknown_server(place: Place, named: int | str, servers: tuple[Server, ...]) -> Iterator[Problem]:
    try:
        find_server(named, servers)
    except ValueError as error:
        yield place, str(error)


def _problems_of_channel(channel: Channel, now: int) -> Iterator[Problem]:
    values = SampleValues(channel)
    kind = values.type
    if channel.states and kind != "enum":
        yield ("states",), f"samples of type {kind} have no states: leave them out, or write type = 'enum'"
    for place, value in named_values(channel):
        labels = value if isinstance(value, tuple) else (value,)
        if kind == "enum" and is_text(value):
            for label in labels:
                if label not in channel.states:
                    yield place, f"there is no state {label!r}; {suggestion(str(label), list(channel.states))}"
        elif is_text(value) != (kind == "string"):
            wanted = "texts in quotes" if kind == "string" else "numbers"
            yield place, f"samples of type {kind} have {wanted}, not {value!r}"
        elif not values.fits(value):
            yield place, f"a number of type {kind} cannot be {value!r}"
    for number, source in enumerate(channel.samples):
        match source:
            case Listed() | Recorded():
                continue
            case _:
                place = ("samples", number)
        if kind == "string" and source.signal in {"sine", "ramp", "random-walk"}:
            yield (*place, "signal"), f"a {source.signal} gives numbers, not texts: use constant, steps or listed"
        if not isinstance(source, Steps) and kind in {"string", "enum"} and source.noise:
            yield (*place, "noise"), f"samples of type {kind} have no noise"
        if source.end is not None and resolve_time(source.end, now) < resolve_time(source.start, now):
            yield (*place, "end"), "it is before the start"
        if number_of_samples(source, now) > MOST_SAMPLES:
            text = f"that would be {number_of_samples(source, now)} samples, more than {MOST_SAMPLES}"
            yield (*place, "spacing"), f"{text}: write a longer spacing or a later start"
        for each, gap in enumerate(source.gaps):
            if resolve_time(gap.start, now) > now:
                yield (*place, "gaps", each, "start"), "a gap begins in the past, such as at '-10min'"
